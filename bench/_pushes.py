"""What agents push in the bench of ingestion: the same bodies for everybody."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

LINES = 5_000
FIELDS = (
    "usage_user", "usage_system", "usage_idle", "usage_nice", "usage_iowait",
    "usage_irq", "usage_softirq", "usage_steal", "usage_guest", "usage_guest_nice",
)  # fmt: skip
HOSTS = 1_000
PREPARED = 60
DESCRIPTION = (
    f"bodies of {LINES:,} Telegraf-like lines of {len(FIELDS)} fields, {HOSTS:,} series of lines, uncompressed, 2 connections"
)


@dataclass
class Pushed:
    """What came of a push of all bodies."""

    values_per_s: float
    longest_ms: float
    refused: int


def bodies() -> list[bytes]:
    """Line protocol; times end now and go back some minutes."""
    chance = random.Random(1)
    begin = time.time_ns() - 600_000_000_000
    found = []
    for number in range(PREPARED):
        lines = []
        for n in range(LINES):
            host = n % HOSTS
            at = begin + (number * LINES // HOSTS + n // HOSTS) * 1_000_000_000
            tags = f"host=host_{host},region=eu-west-1,datacenter=eu-west-1b,rack={host % 50},os=linux,arch=x64,cpu=cpu{host % 4}"
            values = ",".join(f"{field}={chance.uniform(0, 100):.6f}" for field in FIELDS)
            lines.append(f"cpu,{tags} {values} {at}")
        found.append("\n".join(lines).encode())
    return found


def push(port: int, path: str, prepared: list[bytes], count: int, token: str = "", connections: int = 2) -> Pushed:
    """Push `count` bodies; each is sent again until it is taken. Raises AssertionError for another answer than 2xx and 503."""
    took: list[float] = []
    refused: list[int] = []
    failed: list[BaseException] = []

    def run(first: int) -> None:
        try:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                for number in range(first, count, connections):
                    body = prepared[number % len(prepared)]
                    began = time.perf_counter()
                    while not _once(connection, path, body, token):
                        refused.append(number)
                        time.sleep(0.05)
                    took.append(time.perf_counter() - began)
        except BaseException as error:  # noqa: BLE001 - told by whoever waits
            failed.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return Pushed(count * LINES * len(FIELDS) / (time.perf_counter() - began), max(took) * 1000, len(refused))


def _once(connection: socket.socket, path: str, body: bytes, token: str) -> bool:
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Token {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode())
    connection.sendall(body)
    answer = b"".join(_head(connection))
    head_, _, rest = answer.partition(b"\r\n\r\n")
    status = int(head_.split(b" ", 2)[1])
    length = next((int(line[15:]) for line in head_.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(rest) < length:
        rest += connection.recv(65_536)
    assert status in {200, 204, 503}, answer
    return status != 503


def _head(connection: socket.socket) -> Iterator[bytes]:
    seen = b""
    while b"\r\n\r\n" not in seen:
        piece = connection.recv(65_536)
        assert piece, "closed without an answer"
        seen = (seen + piece)[-65_536:]
        yield piece
