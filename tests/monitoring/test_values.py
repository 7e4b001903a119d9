"""Numbers, times and durations as text."""

from __future__ import annotations

import math

import pytest

from control.monitoring.query.errors import BadQuery
from control.monitoring.query.matchers import pattern
from control.monitoring.query.moments import moment, span
from control.monitoring.query.relabel import expanded
from control.monitoring.query.values import parse_float, plain, sample

NUMBERS = [
    (0.0, "0", "0"),
    (-0.0, "-0", "-0"),
    (1.0, "1", "1"),
    (0.1, "0.1", "0.1"),
    (1e6, "1000000", "1000000"),
    (1e-6, "0.000001", "0.000001"),
    (9.9e-7, "0.00000099", "9.9e-07"),
    (1e20, "100000000000000000000", "100000000000000000000"),
    (1e21, "1000000000000000000000", "1e+21"),
    (1.5e300, "15" + "0" * 299, "1.5e+300"),
    (5e-324, "0." + "0" * 323 + "5", "5e-324"),
    (-1.25e-7, "-0.000000125", "-1.25e-07"),
    (123456789.125, "123456789.125", "123456789.125"),
    (math.inf, "+Inf", "+Inf"),
    (-math.inf, "-Inf", "-Inf"),
    (math.nan, "NaN", "NaN"),
]


@pytest.mark.parametrize(("value", "long", "short"), NUMBERS, ids=[short for _, _, short in NUMBERS])
def test_numbers(value: float, long: str, short: str) -> None:
    assert (plain(value), sample(value)) == (long, short)
    assert float(short) == value or math.isnan(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        ("+Inf", math.inf),
        ("-inf", -math.inf),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("", None),
        ("1_0", None),
        (" 1", None),
        ("x", None),
    ],
)
def test_reading_numbers(text: str, value: float | None) -> None:
    assert parse_float(text) == value


MOMENTS = [
    ("0", 0),
    ("1.5", 1_500_000),
    ("1767225600.123", 1_767_225_600_123_000),
    ("1.0006", 1_001_000),
    ("-1", -1_000_000),
    ("2026-01-01T00:00:00Z", 1_767_225_600_000_000),
    ("2026-01-01t02:00:00.123456789+02:00", 1_767_225_600_123_000),
    ("1e3", 1_000_000_000),
]


@pytest.mark.parametrize(("text", "expected"), MOMENTS)
def test_moments(text: str, expected: int) -> None:
    assert moment("time", text) == expected


@pytest.mark.parametrize("text", ["", "noon", "NaN", "Inf", "1e300", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00"])
def test_no_moments(text: str) -> None:
    with pytest.raises(BadQuery, match='invalid parameter "time"'):
        moment("time", text)


@pytest.mark.parametrize(
    ("text", "expected"), [("15", 15_000_000), ("0.5", 500_000), ("5m", 300_000_000), ("1h30m", 5_400_000_000)]
)
def test_spans(text: str, expected: int) -> None:
    assert span("step", text) == expected


@pytest.mark.parametrize("text", ["", "x", "1m1h", "NaN", "1e300", "-5m"])
def test_no_spans(text: str) -> None:
    with pytest.raises(BadQuery, match='invalid parameter "step"'):
        span("step", text)


TEMPLATES = [
    ("$1-$2", "a-b"),
    ("${1}x", "ax"),
    ("$1x", ""),
    ("$$1", "$1"),
    ("$n", "b"),
    ("$9", ""),
    ("$nosuch", ""),
    ("$", "$"),
    ("${1", "${1"),
]


@pytest.mark.parametrize(("template", "expected"), TEMPLATES)
def test_templates(template: str, expected: str) -> None:
    assert expanded(template, pattern("(.)(?P<n>.)").search("ab")) == expected
