"""Sending in pieces, each read before the next is sent, without sleeping."""

from __future__ import annotations

from pathlib import Path

from tests.gateway.support import Client, until


def _unread(client: Client) -> int:
    """Bytes that wait in the gateway's end of this connection, as Linux tells in /proc/net/tcp."""
    here, there = client.socket.getsockname()[1], client.socket.getpeername()[1]
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if (int(fields[1][-4:], 16), int(fields[2][-4:], 16)) == (there, here):
            return int(fields[4].partition(":")[2], 16)
    return 0


def send_in_two(client: Client, data: bytes, at: int) -> None:
    """Send two pieces, the second once the first was taken out of the kernel."""
    client.send(data[:at])
    until(lambda: _unread(client) == 0)
    client.send(data[at:])
