"""Redis or Valkey: whether it answers, and what INFO says (RESP, section "Inline commands")."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Sequence
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from dataplane.agent.collect.files import pairs
from dataplane.agent.collect.reaching import connect
from dataplane.agent.points import Point
from dataplane.agent.settings import Server

PORT = 6379
_LARGEST = 1 << 20
_FIGURES = {
    "used_memory": "memory_bytes", "maxmemory": "memory_limit_bytes", "connected_clients": "clients",
    "blocked_clients": "clients_blocked", "evicted_keys": "evicted_keys_total", "expired_keys": "expired_keys_total",
    "keyspace_hits": "hits_total", "keyspace_misses": "misses_total", "total_commands_processed": "commands_total",
    "rejected_connections": "connections_refused_total", "rdb_changes_since_last_save": "unsaved_changes",
    "uptime_in_seconds": "uptime_seconds",
}  # fmt: skip


def collect(servers: Sequence[Server]) -> Iterator[Point]:
    """1 or 0 by server, the seconds to the answer, and its figures."""
    for server in servers:
        began = time.monotonic()
        try:
            text = _info(server.url)
        except (OSError, ValueError):
            yield Point("host_redis", {"up": 0}, {"server": server.name})
            continue
        known = pairs(text)
        figures: dict[str, float] = {field: known[name] for name, field in _FIGURES.items() if name in known}
        yield Point("host_redis", {"up": 1, "answer_seconds": time.monotonic() - began, **figures}, {"server": server.name})


def _info(text: str) -> str:
    url = urlsplit(text)
    unix = unquote(url.path) if url.scheme == "unix" else None
    connection = connect(url, PORT, unix)
    if url.scheme == "rediss":
        connection = ssl.create_default_context().wrap_socket(connection, server_hostname=url.hostname)
    with connection, connection.makefile("rb") as answers:
        if url.password:
            name = [unquote(url.username)] if url.username else []
            connection.sendall(_command("AUTH", *name, unquote(url.password)))
            _answer(answers)
        connection.sendall(_command("INFO"))
        return _answer(answers)


def _command(*words: str) -> bytes:
    parts = [word.encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)


def _answer(answers: BinaryIO) -> str:
    line = answers.readline(1024).rstrip()
    if line[:1] == b"$":
        length = int(line[1:])
        if not 0 <= length <= _LARGEST:
            raise ValueError("an answer of that size is none")
        return answers.read(length + 2).decode("utf-8", "replace")
    if line[:1] == b"+":
        return line[1:].decode("utf-8", "replace")
    raise ValueError(line.decode("utf-8", "replace")[:200] or "no answer")
