"""The samples that expressions are tried on: the same every time, with what makes queries hard.

Counters that are reset, gaps and marks of staleness, series that come late or end early, irregular times, NaN and infinities,
histograms with missing buckets, labels with quotes and letters beyond ASCII.
"""

from __future__ import annotations

import random
import struct

import numpy as np

from control.monitoring.query.store import MemoryStore, Series

START = 1_767_225_600_000
"""2026-01-01T00:00:00Z in milliseconds."""
LENGTH = 9_600_000
"""Two hours and forty minutes: less than makes Prometheus write a block away."""
STALE: float = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
NAN, INF = float("nan"), float("inf")
Points = list[tuple[int, float]]
Figures = list[tuple[dict[str, str], Points]]


def _counter(dice: random.Random, every: int, most: float, *, resets: float = 0.01) -> Points:
    points, value, at = [], float(dice.randint(0, 50)), START + dice.randint(0, every - 1)
    while at <= START + LENGTH:
        points.append((at, value))
        value = 0.0 if dice.random() < resets else value + dice.random() * most
        at += every + dice.randint(-every // 20, every // 20)
    return points


def _gauge(dice: random.Random, every: int, low: float, high: float, *, jitter: bool = True) -> Points:
    points, value, at = [], dice.uniform(low, high), START
    while at <= START + LENGTH:
        points.append((at, value))
        value += dice.uniform(-1, 1) * (high - low) / 10
        value = 2 * low - value if value < low else 2 * high - value if value > high else value
        at += every + (dice.randint(0, 900) if jitter else 0)
    return points


def _holes(dice: random.Random, points: Points) -> Points:
    """Some stretches are missing, some of them announced."""
    made: Points = []
    n = 0
    while n < len(points):
        if dice.random() < 0.03:
            if dice.random() < 0.5:
                made.append((points[n][0], STALE))
            n += dice.randint(5, 60)
        else:
            made.append(points[n])
            n += 1
    return made


def _flat(value: float) -> Points:
    return [(START + n * 60_000, value) for n in range(LENGTH // 60_000 + 1)]


def figures() -> Figures:
    """All series."""
    dice = random.Random(20_260_101)
    found: Figures = []

    def add(name: str, points: Points, **labels: str) -> None:
        found.append(({"__name__": name, **labels}, points))

    for job in ("api", "web"):
        for instance in ("a:80", "b:80", "c:81"):
            for method in ("GET", "POST"):
                for code in ("200", "500"):
                    add("http_requests_total", _counter(dice, 15_000, 40.0), job=job, instance=instance, method=method, code=code)
            add(
                "up",
                [(t, float(dice.random() < 0.9)) for t, _ in _holes(dice, _gauge(dice, 15_000, 0, 1))],
                job=job,
                instance=instance,
            )
    for host, dc in (("h1", "fra"), ("h2", "fra"), ("h3", "ams"), ("h4", "ams"), ("h5", "ams")):
        add("temperature", _gauge(dice, 30_000, -20, 45), host=host, dc=dc)
        add("memory_bytes", _holes(dice, _gauge(dice, 30_000, 1e9, 8e9)), host=host)
        add("limit_bytes", _flat(8e9), host=host, unit="bytes")
        add(
            "host_info",
            _flat(1.0),
            host=host,
            version=f"1.{int(host[1]) % 2}",
            dc=dc,
        )
        add("level", [(t, float(round(v))) for t, v in _gauge(dice, 60_000, -2, 4)], host=host, dc=dc)
    for path in ("/", "/login"):
        for job in ("api", "web"):
            base = _counter(dice, 15_000, 8.0, resets=0.004)
            total = [0.0] * len(base)
            for le, share in (("0.05", 0.3), ("0.1", 0.35), ("0.5", 0.2), ("2.5", 0.1), ("+Inf", 0.05)):
                for n, (_, value) in enumerate(base):
                    total[n] += value * share * (1 + 0.3 * dice.random() * (n > 0 and le != "+Inf"))
                if (path, job, le) != ("/login", "web", "0.5"):
                    points = [(t, max(0.0, v)) for (t, _), v in zip(base, total, strict=True)]
                    add("duration_seconds_bucket", points, le=le, path=path, job=job)
            add("duration_seconds_sum", [(t, v * 0.21) for t, v in base], path=path, job=job)
            add("duration_seconds_count", [(t, v) for t, v in base], path=path, job=job)
    odd = [NAN, INF, -INF, 0.0, -0.0, 1e-9, 1e300, -1e300, 5.0, 0.1, 1e22, 123456789.125]
    for n, name in enumerate(("nan", "inf", "ninf", "zero", "nzero", "tiny", "huge", "nhuge", "five")):
        add("odd", [(t, odd[n]) for t, _ in _gauge(dice, 60_000, 0, 1, jitter=False)], kind=name)
    add("odd_changing", [(t, dice.choice(odd)) for t, _ in _gauge(dice, 20_000, 0, 1)], kind="mixed")
    add("sparse", [(START + n * 600_000, float(n)) for n in range(16)])
    add("late", _gauge(dice, 15_000, 0, 10)[300:], job="api")
    add("early", [*_gauge(dice, 15_000, 0, 10)[:200], (START + 4_000_000, STALE)], job="api")
    add("steady", [(t, 42.0) for t, _ in _gauge(dice, 15_000, 0, 1, jitter=False)])
    add("single", [(START + 5_000_000, 7.0)], job="api")
    add("clock_seconds", [(t, 1.5e9 + n * 86_400.0 * 37.7) for n, (t, _) in enumerate(_gauge(dice, 60_000, 0, 1))], zone="x")
    add("words", _gauge(dice, 60_000, 0, 1), text='a "quoted" \\ value', other="é漢", path="/a/b-c_d.e")
    add("words", _gauge(dice, 60_000, 0, 1), text="x\ny", other="", path="/a/b-c_d.f")
    add("slow_total", _counter(dice, 120_000, 3.0), job="batch")
    return found


def store(of: Figures) -> MemoryStore:
    """The same samples in memory."""
    return MemoryStore(
        [
            Series(
                labels={k: v for k, v in labels.items() if v},
                times=np.array([t * 1000 for t, _ in points], dtype=np.int64),
                values=np.array([v for _, v in points], dtype=np.float64),
            )
            for labels, points in of
        ]
    )
