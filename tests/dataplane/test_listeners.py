"""Addresses to listen on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

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


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("127.0.0.1:0", (False, False)),
        ("http://127.0.0.1:0", (False, False)),
        ("https://127.0.0.1:0", (True, False)),
        ("http+proxy://127.0.0.1:0", (False, True)),
        ("https+proxy://127.0.0.1:0", (True, True)),
    ],
)
def test_what_is_spoken(text: str, spoken: tuple[bool, bool]) -> None:
    ((listener,),) = open_listeners(text, {})
    with listener.socket:
        assert (listener.tls, listener.proxy) == spoken


def test_a_scheme_that_is_not_spoken() -> None:
    with pytest.raises(ListenError, match="https\\+proxy"):
        open_listeners("ftp://127.0.0.1:0", {})


def test_each_thread_has_its_own_socket_on_the_same_port() -> None:
    lists = open_listeners("127.0.0.1:0,https://127.0.0.1:0", {}, each=3)
    sockets = [[one.socket for one in own] for own in lists]
    try:
        assert len({s.fileno() for own in sockets for s in own}) == 6
        ports = [tuple(s.getsockname()[1] for s in own) for own in sockets]
        assert len(set(ports)) == 1
    finally:
        for own in sockets:
            for one in own:
                one.close()


def test_sockets_of_another_process_are_not_taken() -> None:
    ((listener,),) = open_listeners("127.0.0.1:0", {"LISTEN_PID": "1", "LISTEN_FDS": "1"})
    with listener.socket:
        assert listener.socket.fileno() > 2


def test_sockets_of_systemd_are_told_apart_by_their_names() -> None:
    """As systemd does it: descriptors from 3 on, in a process of its own."""
    program = """
import os, socket, sys
from dataplane.listeners import open_listeners
os.environ["LISTEN_PID"] = str(os.getpid())
lists = open_listeners("", each=2)
print([(one.tls, one.proxy, one.socket.fileno()) for one in lists[0]], lists[0] is lists[1])
"""
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    try:
        spare = [os.dup(one.fileno()) for one in opened]

        def lay() -> None:
            for number, fd in enumerate(spare):
                os.dup2(fd, 3 + number)

        names = "https:hcc-gateway.socket:http+proxy"
        out = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "LISTEN_FDS": "3", "LISTEN_FDNAMES": names, "PYTHONPATH": str(Path(__file__).parents[2])},
            preexec_fn=lay,
            close_fds=False,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    finally:
        for one in opened:
            one.close()
        for fd in spare:
            os.close(fd)
    assert out.strip() == "[(True, False, 3), (False, False, 4), (False, True, 5)] True"
