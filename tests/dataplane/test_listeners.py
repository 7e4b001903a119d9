"""Addresses to listen on."""

from __future__ import annotations

import socket

import pytest

from dataplane.listeners import ListenError, open_listeners, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:443", ("::1", 443)), (":8080", ("0.0.0.0", 8080)), (" host:1 ", ("host", 1))],  # noqa: S104 - text only
)
def test_addresses(text: str, expected: tuple[str, int]) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize("text", ["", "80", "host", "host:", "host:x", "host:99999", "host:-1"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ListenError, match="host:port"):
        parse(text)


def test_a_port_in_use_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ListenError, match=address):
            open_listeners(address, {})


def test_sockets_of_another_process_are_not_taken() -> None:
    listeners = open_listeners("127.0.0.1:0", {"LISTEN_PID": "1", "LISTEN_FDS": "1"})
    try:
        assert len(listeners) == 1
        assert listeners[0].fileno() > 2
    finally:
        for listener in listeners:
            listener.close()
