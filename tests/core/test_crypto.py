"""Secrets at rest: bound to their place, readable with old keys, changed bytes refused."""

from __future__ import annotations

import base64
import os

import pytest

from control.core.crypto import Keyring, KeyringError, place

ONE, TWO = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
WHERE = place("users", "secret", "1")


def test_round_trip_and_rotation() -> None:
    old, both = Keyring.parse(f"k1:{ONE}"), Keyring.parse(f"k2:{TWO}, k1:{ONE}")
    sealed = old.seal(b"text", WHERE)
    assert both.open(sealed, WHERE) == b"text"
    assert (old.key_of(sealed), both.key_of(both.seal(b"", WHERE))) == ("k1", "k2")
    assert old.seal(b"text", WHERE) != sealed, "a fresh nonce each time"
    with pytest.raises(KeyringError, match="'k2', which is not in"):
        old.open(both.seal(b"x", WHERE), WHERE)


def test_every_changed_byte_is_noticed() -> None:
    ring = Keyring.parse(f"k1:{ONE}")
    sealed = ring.seal(b"text", WHERE)
    for index in range(len(sealed)):
        spoiled = bytearray(sealed)
        spoiled[index] ^= 1
        with pytest.raises(KeyringError):
            ring.open(bytes(spoiled), WHERE)
    for length in range(len(sealed)):
        with pytest.raises(KeyringError):
            ring.open(sealed[:length], WHERE)


@pytest.mark.parametrize(
    "elsewhere", [place("users", "secret", "2"), place("users", "other", "1"), place("keys", "secret", "1"), b""]
)
def test_a_value_does_not_open_elsewhere(elsewhere: bytes) -> None:
    ring = Keyring.parse(f"k1:{ONE}")
    with pytest.raises(KeyringError, match="another place"):
        ring.open(ring.seal(b"text", WHERE), elsewhere)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no key"),
        ("abc", "key 1 is not of the form"),
        (f":{ONE}", "not of the form"),
        ("k1:???", "not valid base64"),
        (f"k1:{ONE},k1:{TWO}", "twice"),
        (f"k1:{base64.b64encode(b'short').decode()}", "5 bytes"),
        (f"{'k' * 33}:{ONE}", "not of the form"),
    ],
    ids=["empty", "no name", "empty name", "not base64", "twice", "short", "long name"],
)
def test_bad_keys(text: str, words: str) -> None:
    with pytest.raises(KeyringError, match=words) as caught:
        Keyring.parse(text)
    assert ONE not in str(caught.value)
