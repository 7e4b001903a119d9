"""Whose address counts: forwarded headers only from trusted proxies, IPv6 by its /64."""

from __future__ import annotations

import pytest

from control.core.addresses import client_address, parse_address, parse_networks, subject

TRUSTED = parse_networks("127.0.0.1/32, 10.0.0.0/8, ::1/128, fd00::/8")


@pytest.mark.parametrize(
    ("peer", "lines", "expected"),
    [
        ("198.51.100.1", [], "198.51.100.1"),
        ("198.51.100.1", ["203.0.113.9"], "198.51.100.1"),
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9", "198.51.100.7, 10.1.2.3"], "198.51.100.7"),
        ("127.0.0.1", ["10.1.1.1, 10.1.2.3"], "10.1.1.1"),
        ("127.0.0.1", ["203.0.113.9, junk"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9, junk, 10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.7:4711"], "198.51.100.7"),
        ("::1", ["[2001:db8::1]:443"], "2001:db8::1"),
        ("::ffff:127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("::ffff:198.51.100.1", ["203.0.113.9"], "198.51.100.1"),
        (None, ["203.0.113.9"], None),
        ("unix:", ["203.0.113.9"], None),
    ],
)
def test_client_address(peer: str | None, lines: list[str], expected: str | None) -> None:
    found = client_address(peer, lines, TRUSTED)
    assert (None if found is None else str(found)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("x", "unknown"),
    ],
)
def test_subject(text: str, expected: str) -> None:
    assert subject(parse_address(text)) == expected


def test_a_wrong_network_is_named() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.300"):
        parse_networks("127.0.0.1/32, 10.0.0.300/8")
