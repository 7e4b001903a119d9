"""ICMP echo: by an unprivileged ping socket where the kernel allows it (net.ipv4.ping_group_range), else by `ping`."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import struct
import time

from control.monitoring.checks.models import Expects
from control.monitoring.checks.outcome import Outcome
from control.monitoring.checks.places import Address, addresses

_TIME = re.compile(rb"time[=<]([0-9.]+) ?ms")
_ECHO = {4: (8, 0), 6: (128, 129)}
"""Type of the request and of its answer, by version of IP (RFC 792, RFC 4443)."""


async def probe(target: str, _expects: Expects, _secret: str | None, allow_private: bool, limit: float) -> Outcome:
    """One echo."""
    found = (await addresses(target, 0, allow_private=allow_private))[0]
    try:
        sock = _socket(found)
    except PermissionError:
        return await _program(found, limit)
    with sock:
        return await _echo(sock, found)


def _socket(address: Address) -> socket.socket:
    """A ping socket. Raises PermissionError where the kernel has it switched off."""
    family, protocol = (socket.AF_INET, socket.IPPROTO_ICMP) if address.version == 4 else (socket.AF_INET6, socket.IPPROTO_ICMPV6)
    return socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, protocol)


def request(version: int, sequence: int, payload: bytes) -> bytes:
    """An echo request; the kernel writes identifier and, for IPv6, checksum."""
    head = struct.pack("!BBHHH", _ECHO[version][0], 0, 0, 0, sequence)
    return struct.pack("!BBHHH", _ECHO[version][0], 0, _checksum(head + payload), 0, sequence) + payload


def is_answer(version: int, packet: bytes, sequence: int, payload: bytes) -> bool:
    """Whether a packet answers it."""
    return (
        len(packet) >= 8
        and packet[0] == _ECHO[version][1]
        and packet[6:8] == struct.pack("!H", sequence)
        and packet[8:] == payload
    )


def _checksum(data: bytes) -> int:
    """RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


async def _echo(sock: socket.socket, address: Address) -> Outcome:
    loop = asyncio.get_running_loop()
    payload = os.urandom(16)
    began = time.perf_counter()
    sock.connect((str(address), 0))
    await loop.sock_sendall(sock, request(address.version, 1, payload))
    while not is_answer(address.version, await loop.sock_recv(sock, 2048), 1, payload):
        pass
    seconds = time.perf_counter() - began
    return Outcome(True, f"answer from {address} (ping socket)", {"round_trip_seconds": seconds})


async def _program(address: Address, limit: float) -> Outcome:
    program = shutil.which("ping")
    if program is None:
        return Outcome(
            False, "this worker may not send ICMP: net.ipv4.ping_group_range excludes it, and there is no program ping"
        )
    running = await asyncio.create_subprocess_exec(
        program, "-n", "-c", "1", "-W", str(max(1, int(limit))), str(address), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        output, _ = await running.communicate()
    finally:
        if running.returncode is None:
            running.kill()
    if running.returncode != 0:
        return Outcome(False, f"no answer from {address} (ping)")
    match = _TIME.search(output)
    return Outcome(True, f"answer from {address} (ping)", {"round_trip_seconds": float(match[1]) / 1000} if match else {})
