"""From rounds to a case of the result: medians, ratios within rounds, and which rounds count."""

from __future__ import annotations

from statistics import median
from typing import Any

from _load import Measured
from _peers import NAMES

STEADY = 0.15
"""A round in which the peers' ratio is this far off its median was disturbed, and does not count."""
RULE = (
    f"a round in which nginx and HAProxy are {STEADY:.0%} or more off their median ratio to each other does not count; "
    "a case is void when fewer than two thirds of its rounds count"
)


def undisturbed(rounds: list[dict[str, Measured]], peers: tuple[str, ...] = NAMES) -> list[int]:
    """Which rounds count, by number from 0: the first two peers judge."""
    first, second = peers[:2]
    ratios = [r[first].rate / r[second].rate for r in rounds]
    usual = median(ratios)
    return [n for n, ratio in enumerate(ratios) if abs(ratio / usual - 1) < STEADY]


def case(
    name: str, rounds: list[dict[str, Measured]], costs: list[dict[str, float]], peers: tuple[str, ...] = NAMES
) -> dict[str, Any]:
    """One case; `costs` are microseconds of CPU a request, as `rounds` a value for each of us all."""
    counting = undisturbed(rounds, peers)
    void = len(counting) * 3 < len(rounds) * 2
    used = counting or list(range(len(rounds)))
    everybody = ("ours", *peers)

    def middle(of: str, digits: int) -> dict[str, float]:
        return {who: round(median(getattr(rounds[n][who], of) for n in used), digits) for who in everybody}

    rates, p99 = middle("rate", 0), middle("p99", 3)
    return {
        "case": name,
        "unit": "requests/s",
        "better": "higher",
        "ours": rates["ours"],
        "peers": {p: rates[p] for p in peers},
        # A ratio is taken within each round, where all met the same machine, and then the median of those.
        "ratios": {p: round(median(rounds[n]["ours"].rate / rounds[n][p].rate for n in used), 3) for p in peers},
        "p50_ms": middle("p50", 3),
        "p99_ms": p99,
        "p99_ratios": {p: round(median(rounds[n]["ours"].p99 / rounds[n][p].p99 for n in used), 3) for p in peers},
        "cpu_us_per_request": {who: round(median(costs[n][who] for n in used), 2) for who in everybody},
        "rounds": {who: [round(r[who].rate) for r in rounds] for who in everybody},
        "rounds_p99_ms": {who: [round(r[who].p99, 3) for r in rounds] for who in everybody},
        "rounds_left_out": [n + 1 for n in range(len(rounds)) if n not in counting],
        "void": void,
    }


def line(result: dict[str, Any]) -> str:
    """A case in one line, for people."""
    if "skipped" in result:
        return f"{result['case']}: skipped, {result['skipped']}"
    peers = ", ".join(f"{p} {rate:g} (x{result['ratios'][p]})" for p, rate in result["peers"].items())
    tail = f"; p99 {result['p99_ms']}" if "p99_ms" in result else ""
    return f"{result['case']}: ours {result['ours']:g} {result['unit']}, {peers}{tail}{'; VOID' if result['void'] else ''}"
