"""What agents push in the bench of ingestion: the same bodies for everybody."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import cramjam

LINES = 5_000
FIELDS = (
    "usage_user", "usage_system", "usage_idle", "usage_nice", "usage_iowait",
    "usage_irq", "usage_softirq", "usage_steal", "usage_guest", "usage_guest_nice",
)  # fmt: skip
HOSTS = 1_000
PREPARED = 60
DESCRIPTION = (
    f"bodies of {LINES:,} Telegraf-like lines of {len(FIELDS)} fields, {HOSTS:,} series of lines, uncompressed; "
    "remote write 1.0 of the same values; 2 connections"
)


@dataclass
class Pushed:
    """What came of a push of all bodies."""

    values_per_s: float
    longest_ms: float
    refused: int


@dataclass(frozen=True)
class Bodies:
    """What is pushed: the path's protocol, what stands in the head beside the length, and each body."""

    protocol: str
    head: str
    bodies: list[bytes]


def _lines() -> Iterator[list[tuple[int, int, list[float]]]]:
    """A body's lines: host, nanoseconds, a value a field; times end now and go back some minutes."""
    chance = random.Random(1)
    begin = time.time_ns() - 600_000_000_000
    for number in range(PREPARED):
        yield [
            (
                n % HOSTS,
                begin + (number * LINES // HOSTS + n // HOSTS) * 1_000_000_000,
                [round(chance.uniform(0, 100), 6) for _ in FIELDS],
            )
            for n in range(LINES)
        ]


def _tags(host: int) -> list[tuple[str, str]]:
    return [
        ("host", f"host_{host}"), ("region", "eu-west-1"), ("datacenter", "eu-west-1b"), ("rack", str(host % 50)),
        ("os", "linux"), ("arch", "x64"), ("cpu", f"cpu{host % 4}"),
    ]  # fmt: skip


def line_protocol() -> Bodies:
    """Influx line protocol."""
    tags = ["".join(f",{name}={value}" for name, value in _tags(host)) for host in range(HOSTS)]
    found = []
    for lines in _lines():
        text = (
            f"cpu{tags[host]} {','.join(f'{field}={value:.6f}' for field, value in zip(FIELDS, values, strict=True))} {at}"
            for host, at, values in lines
        )
        found.append("\n".join(text).encode())
    return Bodies("line protocol", "", found)


def remote_write() -> Bodies:
    """The same values as Prometheus remote write 1.0: a series a host and field, its samples of one body together, snappy."""

    def varint(number: int) -> bytes:
        made = bytearray()
        while number > 0x7F:
            made.append(number & 0x7F | 0x80)
            number >>= 7
        return bytes([*made, number])

    def field(number: int, content: bytes) -> bytes:
        return varint(number << 3 | 2) + varint(len(content)) + content

    def labels(host: int, name: str) -> bytes:
        pairs = sorted([("__name__", f"cpu_{name}"), *_tags(host)])
        return b"".join(field(1, field(1, label.encode()) + field(2, value.encode())) for label, value in pairs)

    heads = [[labels(host, name) for name in FIELDS] for host in range(HOSTS)]
    found = []
    for lines in _lines():
        series: dict[tuple[int, int], list[bytes]] = {}
        for host, at, values in lines:
            for n, value in enumerate(values):
                sample = b"\x09" + struct.pack("<d", value) + b"\x10" + varint(at // 1_000_000)
                series.setdefault((host, n), []).append(field(2, sample))
        request = b"".join(field(1, heads[host][n] + b"".join(samples)) for (host, n), samples in series.items())
        found.append(bytes(cramjam.snappy.compress_raw(request)))
    head = "Content-Type: application/x-protobuf\r\nContent-Encoding: snappy\r\nX-Prometheus-Remote-Write-Version: 0.1.0\r\n"
    return Bodies("remote write", head, found)


def push(port: int, path: str, prepared: Bodies, count: int, token: str = "", connections: int = 2) -> Pushed:
    """Push `count` bodies; each is sent again until it is taken. Raises AssertionError for another answer than 2xx and 503."""
    took: list[float] = []
    refused: list[int] = []
    failed: list[BaseException] = []

    def run(first: int) -> None:
        try:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                for number in range(first, count, connections):
                    body = prepared.bodies[number % len(prepared.bodies)]
                    began = time.perf_counter()
                    while not _once(connection, path, prepared.head, body, token):
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


def _once(connection: socket.socket, path: str, more: str, body: bytes, token: str) -> bool:
    secret = f"Authorization: Token {token}\r\n" if token else ""
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\n{secret}{more}Content-Length: {len(body)}\r\n\r\n"
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
