"""Which sockets of a port get connections while an older gateway leaves it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from dataplane import handover
from dataplane.listeners import open_listeners

CONNECTIONS = 60


@pytest.fixture(params=["127.0.0.1", "[::1]"])
def opened(request: pytest.FixtureRequest) -> Iterator[list[socket.socket]]:
    """Two sockets of an older gateway on one port; those of newer ones are added by the test."""
    try:
        lists = open_listeners(f"{request.param}:0", {}, each=2)
    except OSError:
        pytest.skip("no IPv6 here")
    sockets = [one.socket for own in lists for one in own]
    yield sockets
    for one in sockets:
        one.close()


def newer(opened: list[socket.socket], count: int) -> list[socket.socket]:
    host, port = opened[-1].getsockname()[:2]
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    made = [one.socket for own in open_listeners(address, {}, each=count) for one in own]
    opened.extend(made)
    return made


def accepted(sockets: list[socket.socket]) -> list[int]:
    """How many of some new connections come to each socket."""
    with contextlib.ExitStack() as stack:
        for _ in range(CONNECTIONS):
            stack.enter_context(socket.create_connection(sockets[0].getsockname()[:2]))
        counts = []
        for one in sockets:
            counts.append(0)
            with contextlib.suppress(BlockingIOError):
                while True:
                    one.accept()[0].close()
                    counts[-1] += 1
        return counts


@pytest.mark.parametrize("count", [1, 2, 4])
def test_connections_go_to_the_newer_ones(opened: list[socket.socket], count: int) -> None:
    old = opened[:]
    assert not handover.steer_away(old)
    assert min(accepted(old)) > 0
    new = newer(opened, count)
    assert min(accepted(opened)[: len(old)]) > 0
    assert handover.steer_away(old)
    counts = accepted(opened)
    assert counts[: len(old)] == [0] * len(old)
    assert sum(counts) == CONNECTIONS
    for one in old:
        one.close()
    # All of those that remain have their share again, and one that comes too.
    assert min(accepted(new)) > CONNECTIONS // len(new) // 4
    assert min(accepted([*new, *newer(opened, 1)])) > 0


def test_ports_are_told_apart(opened: list[socket.socket]) -> None:
    """Another gateway on another port is no heir."""
    ((other,),) = open_listeners("127.0.0.1:0", {})
    with other.socket:
        assert not handover.steer_away(opened)
