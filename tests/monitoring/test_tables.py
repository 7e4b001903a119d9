"""Which table answers a question, and which of them together."""

from __future__ import annotations

import pytest

from control.monitoring.query.store import Column, Resolution
from control.monitoring.query.tables import Kept, parts, resolution

KEPT = Kept(raw_days=15, minute_days=30, five_minute_days=90, hour_days=400, day_days=3650)
MICRO = 1_000_000
DAY = 86_400 * MICRO
NOW = 20_458 * DAY
RAW, MINUTE, FIVE, HOUR, DAILY = Resolution

CHOICES: list[tuple[str, int, int, int, Column, Resolution]] = [
    ("newest values a quarter apart", 1, 15, 0, "last", RAW),
    ("a minute apart", 1, 60, 0, "last", MINUTE),
    ("seven minutes apart", 1, 420, 0, "last", FIVE),
    ("an hour apart", 1, 3600, 0, "last", HOUR),
    ("a day apart", 10, 86_400, 0, "last", DAILY),
    ("rates of five minutes, a minute apart", 1, 60, 300, "increase", MINUTE),
    ("rates of a minute, a minute apart", 1, 60, 60, "increase", RAW),
    ("rates of five minutes, an hour apart", 1, 3600, 300, "increase", MINUTE),
    ("rates of six hours, an hour apart", 1, 3600, 21_600, "increase", HOUR),
    ("averages of an hour, an hour apart", 1, 3600, 3600, "sum", HOUR),
    ("averages of seven minutes, an hour apart", 1, 3600, 420, "sum", MINUTE),
    ("one answer over an hour", 0, 0, 3600, "sum", RAW),
    ("one answer over a day", 1, 0, 86_400, "sum", FIVE),
    ("one answer over thirty days", 30, 0, 30 * 86_400, "sum", HOUR),
    ("a moment", 0, 0, 0, "last", RAW),
    ("a moment when samples are gone", 20, 0, 0, "last", MINUTE),
    ("a moment when minutes are gone", 80, 0, 0, "last", FIVE),
    ("a window shorter than what is left", 80, 15, 300, "increase", RAW),
    ("before everything", 5000, 15, 0, "last", RAW),
]


@pytest.mark.parametrize(("name", "ago", "step", "window", "column", "expected"), CHOICES, ids=[case[0] for case in CHOICES])
def test_choice(name: str, ago: int, step: int, window: int, column: Column, expected: Resolution) -> None:
    del name
    first = NOW - ago * DAY
    found = resolution(first, NOW, step=step * MICRO, window=window * MICRO, column=column, kept=KEPT, now=NOW)
    assert found is expected


def test_unaligned_windows_need_more_buckets() -> None:
    first, step = NOW - DAY + 7 * MICRO, 3600 * MICRO
    found = [resolution(first, NOW, step=step, window=hours * step, column="sum", kept=KEPT, now=NOW) for hours in (1, 4, 5, 24)]
    assert found == [FIVE, FIVE, HOUR, HOUR]


def test_newer_times_come_from_finer_tables() -> None:
    found = parts(DAILY, NOW - 10 * DAY, NOW + 30 * MICRO, NOW + 30 * MICRO)
    assert found == [
        (DAILY, NOW - 10 * DAY, NOW - 2 * DAY),
        (HOUR, NOW - 2 * DAY, NOW - 7200 * MICRO),
        (FIVE, NOW - 7200 * MICRO, NOW - 900 * MICRO),
        (MINUTE, NOW - 900 * MICRO, NOW - 300 * MICRO),
        (RAW, NOW - 300 * MICRO, NOW + 30 * MICRO),
    ]


def test_old_times_come_from_one() -> None:
    assert parts(HOUR, NOW - 3 * DAY, NOW - DAY, NOW) == [(HOUR, NOW - 3 * DAY, NOW - DAY)]
    assert parts(RAW, NOW - DAY, NOW, NOW) == [(RAW, NOW - DAY, NOW)]


def test_what_is_not_rolled_up_yet_is_read_as_it_was_sent() -> None:
    waiting = NOW - 3 * 3600 * MICRO - 30 * MICRO
    assert parts(HOUR, NOW - DAY, NOW, NOW, waiting) == [
        (HOUR, NOW - DAY, NOW - 4 * 3600 * MICRO),
        (FIVE, NOW - 4 * 3600 * MICRO, NOW - 3 * 3600 * MICRO - 300 * MICRO),
        (MINUTE, NOW - 3 * 3600 * MICRO - 300 * MICRO, NOW - 3 * 3600 * MICRO - 60 * MICRO),
        (RAW, NOW - 3 * 3600 * MICRO - 60 * MICRO, NOW),
    ]
