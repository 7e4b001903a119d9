"""What network interfaces and TCP did, from /proc/net (proc(5), RFC 4022's counters)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from dataplane.agent.collect.files import read
from dataplane.agent.points import Point

_FIELDS = {0: "received_bytes_total", 1: "received_packets_total", 2: "receive_errors_total", 3: "receive_drops_total",
           8: "sent_bytes_total", 9: "sent_packets_total", 10: "send_errors_total", 11: "send_drops_total"}  # fmt: skip
_TCP = {"CurrEstab": "established", "ActiveOpens": "opened_total", "PassiveOpens": "accepted_total",
        "OutSegs": "segments_sent_total", "RetransSegs": "segments_resent_total"}  # fmt: skip


def collect(proc: Path, ignored: Sequence[str]) -> Iterator[Point]:
    """Counters by interface, and those of TCP for the whole machine."""
    for line in read(proc / "net/dev").splitlines()[2:]:
        name, _, counts = line.partition(":")
        name = name.strip()
        if any(fnmatchcase(name, one) for one in ignored):
            continue
        numbers = [int(number) for number in counts.split()]
        yield Point("host_network", {field: numbers[at] for at, field in _FIELDS.items()}, {"interface": name})
    names: list[str] = []
    for line in read(proc / "net/snmp").splitlines():
        kind, *rest = line.split()
        if kind != "Tcp:":
            continue
        if not names:
            names = rest
            continue
        known = dict(zip(names, map(int, rest), strict=False))
        yield Point("host_tcp", {field: known[name] for name, field in _TCP.items() if name in known})
