"""Whether PostgreSQL takes connections: its answer to a start-up message, before any password (section "Message Flow" of its
manual). What comes after a login is for a sender of its own."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs, unquote, urlsplit

from dataplane.agent.collect.reaching import connect
from dataplane.agent.points import Point
from dataplane.agent.settings import Server

PORT = 5432
_VERSION_3 = 196_608
_NOT_YET = {"57P01", "57P02", "57P03"}
"""SQLSTATE of a server that is starting, stopping or recovering."""


def collect(servers: Sequence[Server]) -> Iterator[Point]:
    """1 or 0 by server, and the seconds to the answer."""
    for server in servers:
        began = time.monotonic()
        try:
            up = _answers(server.url)
        except (OSError, ValueError):
            up = False
        fields: dict[str, float] = {"up": int(up)}
        if up:
            fields["answer_seconds"] = time.monotonic() - began
        yield Point("host_postgres", fields, {"server": server.name})


def _answers(text: str) -> bool:
    url = urlsplit(text)
    options = {name: values[0] for name, values in parse_qs(url.query).items()}
    host = options.get("host") or unquote(url.netloc.rpartition("@")[2])
    port = int(options.get("port") or PORT)
    unix = None
    if not url.hostname and (not host or host.startswith("/")):
        unix = f"{host or '/var/run/postgresql'}/.s.PGSQL.{port}"
    user = unquote(url.username or options.get("user") or "hcc-agent")
    database = unquote(url.path.lstrip("/")) or user
    parameters = f"user\0{user}\0database\0{database}\0application_name\0hcc-agent\0\0".encode()
    with connect(url, port, unix) as connection:
        connection.sendall(struct.pack("!ii", len(parameters) + 8, _VERSION_3) + parameters)
        kind = connection.recv(1)
        if kind == b"R":
            return True
        if kind != b"E":
            return False
        # A server that refuses this user answers all the same.
        fields = connection.recv(4096)[4:].split(b"\0")
        return not any(field[:1] == b"C" and field[1:].decode("ascii", "replace") in _NOT_YET for field in fields)
