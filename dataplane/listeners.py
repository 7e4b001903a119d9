"""The public listening sockets, opened before any worker exists, so that a worker's end drops no connection that waits.

The parent opens them, or takes them from systemd (LISTEN_FDS, sd_listen_fds(3)), and the worker, being forked, has them.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

import msgspec

from dataplane import handover

BACKLOG = 4096
_FIRST_PASSED = 3


class ListenError(Exception):
    """A public address cannot be listened on; the message says which and what to do."""


class Listener(msgspec.Struct, frozen=True):
    """A public socket and what clients speak on it."""

    socket: socket.socket
    tls: bool
    proxy: bool
    """Whether each connection begins with a PROXY protocol header."""
    own: bool = True
    """Whether this gateway opened it, and not systemd, who keeps it open."""

    def handed_down(self) -> tuple[int, bool, bool]:
        """What the native gateway takes."""
        return self.socket.fileno(), self.tls, self.proxy


_SCHEMES = {"http": (False, False), "https": (True, False), "http+proxy": (False, True), "https+proxy": (True, True)}


def spoken(scheme: str) -> tuple[bool, bool]:
    """Whether TLS and a PROXY header belong to `http`, `https`, `http+proxy` or `https+proxy`. Raises ListenError."""
    try:
        return _SCHEMES[scheme]
    except KeyError:
        raise ListenError(f"{scheme!r} is not spoken here; write one of {', '.join(_SCHEMES)}") from None


def parse(address: str) -> tuple[str, int]:
    """`host:port`, `[v6]:port` or `:port` (all addresses). Raises ListenError."""
    host, colon, port = address.strip().rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ListenError(f"{address!r} is not an address to listen on; write host:port, such as 0.0.0.0:80 or https://[::]:443")
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104 - asked for by leaving the host out


def passed_by_systemd(environ: Mapping[str, str], pid: int) -> list[Listener]:
    """The sockets that systemd opened for this very process; none when it did not.

    The socket unit's `FileDescriptorName=` says what is spoken: `http` (as without a name), `https`, `http+proxy`, `https+proxy`.
    """
    if environ.get("LISTEN_PID") != str(pid):
        return []
    count = int(environ.get("LISTEN_FDS", "0"))
    names = environ.get("LISTEN_FDNAMES", "").split(":")
    found = []
    for number in range(count):
        name = names[number] if number < len(names) else ""
        # A unit without FileDescriptorName= gives its own name.
        tls, proxy = spoken(name if name in _SCHEMES else "http")
        found.append(Listener(socket.socket(fileno=_FIRST_PASSED + number), tls, proxy, own=False))
    return found


def open_listeners(addresses: str, environ: Mapping[str, str] = os.environ, *, each: int = 1) -> list[list[Listener]]:
    """The public sockets, a list for each of `each` threads: those of systemd for all, or else one per thread and address.

    `addresses` are separated by commas, each `host:port` or `https://host:port`. New sockets share their port (SO_REUSEPORT), so
    that the kernel spreads connections over the threads, and a newer gateway may start beside an older one. Raises ListenError.
    """
    if passed := passed_by_systemd(environ, os.getpid()):
        return [passed] * each
    parts = [part.strip() for part in addresses.split(",") if part.strip()]
    first = [_open(part) for part in parts]
    # Port 0 stands for one that is free: the other threads take the same.
    return [first, *([_open(part, found) for part, found in zip(parts, first, strict=True)] for _ in range(each - 1))]


def _open(address: str, like: Listener | None = None) -> Listener:
    scheme, mark, rest = address.partition("://")
    tls, proxy = spoken(scheme) if mark else (False, False)
    host, port = parse(rest if mark else address)
    if like is not None:
        port = like.socket.getsockname()[1]
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
        handover.take_part(listener)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise ListenError(f"cannot listen on {address}: {error.strerror}") from error
    return Listener(listener, tls, proxy)
