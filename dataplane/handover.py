"""Leaving a port to a newer gateway so that no connection is lost.

Both listen on the port (SO_REUSEPORT), and the kernel spreads connections over all of their sockets. A socket that is closed
takes along what waits in its queue, so the older gateway first has the kernel choose others (a classic BPF program, socket(7),
SO_ATTACH_REUSEPORT_CBPF), then serves what came before, and closes last.
"""

from __future__ import annotations

import contextlib
import ctypes
import socket
import struct
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

_SO_ATTACH_REUSEPORT_CBPF = 51
_SO_DETACH_REUSEPORT_BPF = 68
_LISTENING = "0A"
# Instructions of classic BPF: a random number, its remainder, a sum, and what is returned.
_RANDOM = (0x20, 0xFFFFF000 + 56)
_REMAINDER, _SUM, _RETURN = 0x94, 0x04, 0x16


def steer_away(sockets: Iterable[socket.socket]) -> bool:
    """Have the kernel give new connections to the sockets of others on the same ports; whether there are such.

    The kernel counts the sockets of a port in the order in which they began to listen, so that the older gateway's come first,
    and puts the last one where one is closed. The numbers chosen here are beyond all that remain then, which makes the kernel
    spread connections evenly again.
    """
    own: dict[tuple[str, str], list[socket.socket]] = defaultdict(list)
    for one in sockets:
        own[_place(one)].append(one)
    found = False
    for (table, place), mine in own.items():
        all_ = _listening(table, place)
        others = all_ - len(mine)
        if others > 0:
            found = True
            first = max(len(mine), others)
            program = [_RANDOM, (_REMAINDER, all_ - first), (_SUM, first), (_RETURN, 0)]
            code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", op, 0, 0, number) for op, number in program))
            with contextlib.suppress(OSError):
                mine[0].setsockopt(
                    socket.SOL_SOCKET, _SO_ATTACH_REUSEPORT_CBPF, struct.pack("@HP", len(program), ctypes.addressof(code))
                )
    return found


def take_part(listener: socket.socket) -> None:
    """Have the kernel spread connections over this socket too, whatever an older gateway left behind."""
    # There is nothing to take away, usually.
    with contextlib.suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, _SO_DETACH_REUSEPORT_BPF, 0)


def _place(listener: socket.socket) -> tuple[str, str]:
    """The kernel's table of a socket, and how its address is written there."""
    host, port = listener.getsockname()[:2]
    raw = socket.inet_pton(listener.family, host)
    words = (int.from_bytes(raw[i : i + 4], sys.byteorder) for i in range(0, len(raw), 4))
    return "tcp6" if listener.family == socket.AF_INET6 else "tcp", "".join(f"{w:08X}" for w in words) + f":{port:04X}"


def _listening(table: str, place: str) -> int:
    """How many sockets listen at a place; 0 when the kernel does not tell."""
    try:
        lines = Path("/proc/net", table).read_text("ascii").splitlines()[1:]
    except OSError:
        return 0
    rows = (line.split() for line in lines)
    return sum(row[1] == place and row[3] == _LISTENING for row in rows)
