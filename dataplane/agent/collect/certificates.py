"""Until when certificates are good (RFC 5280 section 4.1.2.5), read from their files.

Only the way to the two dates is read: the library's own reader wants a connection, and the agent has no other library.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from glob import iglob
from pathlib import Path

from dataplane.agent.points import Point

_PEM = re.compile(rb"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----(.+?)-----END", re.DOTALL)
_SEQUENCE, _INTEGER, _VERSION = 0x30, 0x02, 0xA0
LARGEST = 1 << 20
"""Bytes read of a file."""


def collect(files: Sequence[str]) -> Iterator[Point]:
    """The first certificate of each file, which is the server's own; its end in seconds since 1970."""
    for pattern in files:
        names = sorted(iglob(pattern, recursive=True))  # noqa: PTH207 - the pattern may begin at the root
        for name in names or [pattern]:
            try:
                with Path(name).open("rb") as file:
                    begin, end = validity(file.read(LARGEST))
            except (OSError, ValueError):
                yield Point("host_certificate", {"readable": 0}, {"file": name})
                continue
            yield Point("host_certificate", {"readable": 1, "begins_seconds": begin, "expires_seconds": end}, {"file": name})


def validity(content: bytes) -> tuple[float, float]:
    """notBefore and notAfter of a PEM or DER certificate, in seconds since 1970. Raises ValueError for what is none."""
    if (found := _PEM.search(content)) is not None:
        try:
            content = binascii.a2b_base64(found[1])
        except binascii.Error as error:
            raise ValueError(str(error)) from None
    certificate = _inside(content, 0, _SEQUENCE)[0]
    body = _inside(certificate, 0, _SEQUENCE)[0]
    at = 0
    if body[:1] == bytes([_VERSION]):
        at = _inside(body, 0, _VERSION)[1]
    for tag in (_INTEGER, _SEQUENCE, _SEQUENCE):  # number, algorithm, issuer
        at = _inside(body, at, tag)[1]
    dates = _inside(body, at, _SEQUENCE)[0]
    begin, at = _time(dates, 0)
    return begin, _time(dates, at)[0]


def _inside(data: bytes, at: int, tag: int | None) -> tuple[bytes, int]:
    """The content of the element there, and where the next begins (X.690 sections 8.1.2 and 8.1.3)."""
    if at + 2 > len(data) or (tag is not None and data[at] != tag):
        raise ValueError("no certificate")
    length, at = data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or at + count > len(data):
            raise ValueError("no certificate")
        length, at = int.from_bytes(data[at : at + count], "big"), at + count
    if at + length > len(data):
        raise ValueError("the certificate is cut off")
    return data[at : at + length], at + length


def _time(data: bytes, at: int) -> tuple[float, int]:
    tag = data[at] if at < len(data) else 0
    text, following = _inside(data, at, tag)
    # RFC 5280 section 4.1.2.5.1: of two digits, 50 and more are of the last century.
    match tag:
        case 0x17:  # UTCTime
            century = b"19" if text[:2] >= b"50" else b"20"
            text = century + text
        case 0x18:  # GeneralizedTime
            pass
        case _:
            raise ValueError("no certificate")
    return datetime.strptime(text.decode("ascii"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp(), following
