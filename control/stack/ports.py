"""Which port is whose, and who sits on it when it is taken."""

from __future__ import annotations

import socket
from pathlib import Path

import msgspec

from control.stack.launch import StackError

HOST = "127.0.0.1"


class Ports(msgspec.Struct, frozen=True):
    """The ports of one stack."""

    gateway: int
    gateway_tls: int
    ops: int
    control: int
    postgres: int
    redis: int
    origin: int
    mail: int
    ingest: int
    worker: int
    cards: int


def from_base(base: int) -> Ports:
    """The stack's ports counted from `base`. Raises StackError when they do not fit."""
    if not 1024 <= base <= 65_500:
        raise StackError(f"HCC_PORT_BASE is {base}; it must lie between 1024 and 65500")
    return Ports(
        gateway=base,
        gateway_tls=base + 1,
        ops=base + 2,
        control=base + 3,
        postgres=base + 4,
        redis=base + 5,
        origin=base + 6,
        mail=base + 7,
        ingest=base + 8,
        worker=base + 9,
        cards=base + 10,
    )


def taken(port: int) -> bool:
    """Whether something listens on the port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def holder(port: int) -> str | None:
    """`name (pid N)` of the process that listens on a TCP port, when we may know."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    if not inodes:
        return None
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal():
            continue
        try:
            held = any(str(descriptor.readlink()) in inodes for descriptor in (process / "fd").iterdir())
            if held:
                return f"{(process / 'comm').read_text(encoding='utf-8').strip()} (pid {process.name})"
        except OSError:
            continue
    return None


def check_free(ports: Ports) -> None:
    """Raises StackError naming each port that is taken, who has it, and the way out."""
    clashes = []
    for name in ports.__struct_fields__:
        port = getattr(ports, name)
        if taken(port):
            who = holder(port)
            clashes.append(f"port {port} ({name}) is taken" + (f" by {who}" if who else ""))
    if clashes:
        raise StackError("; ".join(clashes) + ". Stop what uses it, or choose other ports: HCC_PORT_BASE=18000 make run")


def free_port() -> int:
    """A port that nobody has at this moment, for tests."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
