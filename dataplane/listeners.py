"""The public listening sockets, opened before any worker exists, so that a worker's end drops no connection that waits.

The parent opens them, or takes them from systemd (LISTEN_FDS, sd_listen_fds(3)), and the worker, being forked, has them.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

BACKLOG = 4096
_FIRST_PASSED = 3


class ListenError(Exception):
    """A public address cannot be listened on; the message says which and what to do."""


def parse(address: str) -> tuple[str, int]:
    """`host:port`, `[v6]:port` or `:port` (all addresses). Raises ListenError."""
    host, colon, port = address.strip().rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ListenError(f"{address!r} is not an address to listen on; write host:port, such as 0.0.0.0:80 or [::]:80")
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104 - asked for by leaving the host out


def passed_by_systemd(environ: Mapping[str, str], pid: int) -> list[socket.socket]:
    """The sockets that systemd opened for this very process; none when it did not."""
    if environ.get("LISTEN_PID") != str(pid):
        return []
    count = int(environ.get("LISTEN_FDS", "0"))
    return [socket.socket(fileno=fd) for fd in range(_FIRST_PASSED, _FIRST_PASSED + count)]


def open_listeners(addresses: str, environ: Mapping[str, str] = os.environ) -> list[socket.socket]:
    """The sockets of systemd, or else new ones for a comma separated list of addresses. Raises ListenError."""
    if passed := passed_by_systemd(environ, os.getpid()):
        return passed
    return [_open(part) for part in addresses.split(",") if part.strip()]


def _open(address: str) -> socket.socket:
    host, port = parse(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise ListenError(f"cannot listen on {address}: {error.strerror}") from error
    return listener
