"""Bodies of the binary protocols, made by hand from their public definitions."""

from __future__ import annotations

import struct
from collections.abc import Sequence


def varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def field(number: int, content: bytes | str) -> bytes:
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def fixed(number: int, value: float) -> bytes:
    return varint(number << 3 | 1) + struct.pack("<d", value)


def number(at: int, value: int) -> bytes:
    return varint(at << 3) + varint(value)


def snappy(body: bytes) -> bytes:
    """As one block of literals, which is all that a reader needs to understand."""
    found = varint(len(body))
    for start in range(0, len(body), 60):
        piece = body[start : start + 60]
        found += bytes([(len(piece) - 1) << 2]) + piece
    return found


def write_request(series: Sequence[tuple[dict[str, str], Sequence[tuple[int, float]]]]) -> bytes:
    """prometheus.WriteRequest: labels and (ms, value)."""
    body = b""
    for labels, samples in series:
        inner = b"".join(field(1, field(1, name) + field(2, value)) for name, value in sorted(labels.items()))
        inner += b"".join(field(2, fixed(1, value) + number(2, at)) for at, value in samples)
        body += field(1, inner)
    return body


def write_request_2(series: Sequence[tuple[dict[str, str], Sequence[tuple[int, float]]]]) -> bytes:
    """io.prometheus.write.v2.Request: a table of symbols, labels by their numbers."""
    symbols = [""]
    body = b""

    def reference(text: str) -> int:
        if text not in symbols:
            symbols.append(text)
        return symbols.index(text)

    for labels, samples in series:
        references = b"".join(varint(reference(part)) for pair in sorted(labels.items()) for part in pair)
        inner = field(1, references) + b"".join(field(2, fixed(1, value) + number(2, at)) for at, value in samples)
        body += field(5, inner)
    return b"".join(field(4, symbol) for symbol in symbols) + body


def otlp(points: Sequence[tuple[int, float]], name: str = "temperature") -> bytes:
    """ExportMetricsServiceRequest with one gauge: (ns, value)."""
    data = b"".join(
        field(
            1, varint(3 << 3 | 1) + struct.pack("<Q", at) + fixed(4, value) + field(7, field(1, "room") + field(2, field(1, "k")))
        )
        for at, value in points
    )
    metric = field(1, name) + field(5, data)
    service = field(1, "service.name") + field(2, field(1, "boiler"))
    return field(1, field(1, field(1, service)) + field(2, field(2, metric)))
