"""Files in MaxMind's format (MaxMind DB 2.0), made for tests: a tree of 32-bit records, the data, the metadata."""

from __future__ import annotations

import struct
from ipaddress import ip_network
from pathlib import Path
from typing import Any


def _value(value: Any) -> bytes:
    if isinstance(value, str):
        raw = value.encode()
        return _head(2, len(raw)) + raw
    if isinstance(value, int):
        return _head(6, 4) + struct.pack(">I", value)
    if isinstance(value, dict):
        return _head(7, len(value)) + b"".join(_value(key) + _held(key, held) for key, held in value.items())
    return _head(11, len(value)) + b"".join(map(_value, value))


def _held(key: str, value: Any) -> bytes:
    """The metadata's numbers have types of their own."""
    if key in ("record_size", "ip_version", "binary_format_major_version", "binary_format_minor_version"):
        return _head(5, 2) + struct.pack(">H", value)
    return _head(9, 8) + struct.pack(">Q", value) if key == "build_epoch" else _value(value)


def _head(kind: int, size: int) -> bytes:
    assert size < 29, "short values only"
    return bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])


def write(path: Path, kind: str, records: dict[str, dict[str, Any]]) -> None:
    """Write the records of these networks; IPv4 lies at ::/96."""
    nodes: list[list[tuple[str, int] | None]] = [[None, None]]
    data = b""
    for text, record in records.items():
        network = ip_network(text)
        length = network.prefixlen + (96 if network.version == 4 else 0)
        bits = int(network.network_address)
        node = 0
        for depth in range(length):
            side = bits >> (127 - depth) & 1
            if depth == length - 1:
                nodes[node][side] = ("data", len(data))
                break
            step = nodes[node][side]
            if step is None:
                nodes.append([None, None])
                step = nodes[node][side] = ("node", len(nodes) - 1)
            node = step[1]
        data += _value(record)
    count = len(nodes)
    tree = b""
    for step in (step for node in nodes for step in node):
        value = count if step is None else step[1] if step[0] == "node" else count + 16 + step[1]
        tree += struct.pack(">I", value)
    meta = {
        "node_count": count, "record_size": 32, "ip_version": 6, "database_type": kind, "languages": ["en"],
        "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1_700_000_000,
        "description": {"en": kind},
    }  # fmt: skip
    path.write_bytes(tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + _value(meta))
