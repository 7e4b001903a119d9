"""Debian's Prometheus on a port of its own, and the samples sent to it by remote write (protobuf in a snappy block)."""

from __future__ import annotations

import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.monitoring.figures import Figures
from tests.ports import free_port

PROGRAM = shutil.which("prometheus")
MISSING = "prometheus is not installed: expressions are not compared with it"
_CONFIGURATION = "global:\n  scrape_interval: 1h\n"


def _varint(value: int) -> bytes:
    made = bytearray()
    value &= (1 << 64) - 1
    while value >= 0x80:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)


def _field(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def write_request(figures: Figures) -> bytes:
    """A remote-write 1.0 WriteRequest: series with labels {1: name, 2: value} and samples {1: double, 2: int64 milliseconds}."""
    made = []
    for labels, points in figures:
        pairs = sorted((k, v) for k, v in labels.items() if v)
        parts = [_field(1, _field(1, k.encode()) + _field(2, v.encode())) for k, v in pairs]
        parts += [_field(2, b"\x09" + struct.pack("<d", v) + b"\x10" + _varint(t)) for t, v in points]
        made.append(_field(1, b"".join(parts)))
    return b"".join(made)


def snappy(body: bytes) -> bytes:
    """A snappy block of literals only."""
    made = [_varint(len(body))]
    for at in range(0, len(body), 65_536):
        part = body[at : at + 65_536]
        made.append(bytes([61 << 2]) + struct.pack("<H", len(part) - 1) + part)
    return b"".join(made)


@contextmanager
def prometheus(folder: Path, figures: Figures) -> Iterator[httpx.Client]:
    """A client of a Prometheus that has the samples."""
    assert PROGRAM is not None, MISSING
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "prometheus.yml"
    configuration.write_text(_CONFIGURATION, encoding="ascii")
    port = free_port()
    command = [
        PROGRAM,
        f"--config.file={configuration}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
        "--log.level=warn",
        "--storage.tsdb.retention.time=100y",
    ]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                _wait(client, process, folder / "log")
                sent = client.post("/api/v1/write", content=snappy(write_request(figures)))
                assert sent.status_code == 204, sent.text
                yield client
        finally:
            process.terminate()


def _wait(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            if client.get("/-/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(log.read_text(encoding="utf-8"))
