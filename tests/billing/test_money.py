"""Amounts: digits, rounding, parts, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from control.billing.money import Rounding, amount_error, currency_error, number_error, rounded, split

D = Decimal
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The machine may be busy with other tests."""


@pytest.mark.parametrize(
    ("amount", "currency", "rounding", "expected"),
    [
        ("0.125", "EUR", "half_up", "0.13"),
        ("0.125", "EUR", "half_even", "0.12"),
        ("0.135", "EUR", "half_even", "0.14"),
        ("-0.125", "EUR", "half_up", "-0.13"),
        ("1.5", "JPY", "half_up", "2"),
        ("2.5", "JPY", "half_even", "2"),
        ("0.0005", "KWD", "half_up", "0.001"),
        ("1.005", "USD", "half_up", "1.01"),
    ],
)
def test_rounding(amount: str, currency: str, rounding: Rounding, expected: str) -> None:
    assert str(rounded(D(amount), currency, rounding)) == expected


@pytest.mark.parametrize(
    ("total", "weights", "currency", "expected"),
    [
        ("10.00", ["1", "1", "1"], "EUR", ["3.34", "3.33", "3.33"]),
        ("-10.00", ["1", "1", "1"], "EUR", ["-3.34", "-3.33", "-3.33"]),
        ("0.01", ["1", "3"], "EUR", ["0.00", "0.01"]),
        ("100", ["1", "2"], "JPY", ["33", "67"]),
        ("5.00", ["0", "0"], "EUR", ["5.00", "0"]),
        ("5.00", ["0", "2"], "EUR", ["0.00", "5.00"]),
    ],
)
def test_parts(total: str, weights: list[str], currency: str, expected: list[str]) -> None:
    assert split(D(total), [D(w) for w in weights], currency) == [D(part) for part in expected]


@CALM
@given(
    st.decimals("-1000000", "1000000", places=2, allow_nan=False),
    st.lists(st.decimals("0", "1000", places=4, allow_nan=False), min_size=1, max_size=40),
)
def test_no_cent_is_lost(total: D, weights: list[D]) -> None:
    parts = split(total, weights, "EUR")
    assert sum(parts) == total
    whole = sum(weights)
    if whole:
        assert all(abs(part - total * weight / whole) < D("0.01") for part, weight in zip(parts, weights, strict=True))


def test_parts_need_weights() -> None:
    for weights in ([], [D(1), D(-1)]):
        with pytest.raises(ValueError, match="weights"):
            split(D(1), weights, "EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "message"),
    [
        ("0.01", "EUR", None),
        ("1e2", "EUR", None),
        ("0.001", "EUR", "must have at most 2 digits after the point in EUR"),
        ("0.5", "JPY", "must have at most 0 digits after the point in JPY"),
        ("0.001", "KWD", None),
        ("-1", "EUR", "must be at least 0"),
        ("NaN", "EUR", "must be a number"),
        ("sNaN", "EUR", "must be a number"),
        ("Infinity", "EUR", "must be a number"),
        ("1e13", "EUR", "must be at most 999999999999.999"),
        ("1e999999", "EUR", "must be at most 999999999999.999"),
        ("1e-999999", "EUR", "must have at most 2 digits after the point in EUR"),
    ],
)
def test_amounts_from_outside(amount: str, currency: str, message: str | None) -> None:
    found = amount_error("/amount", D(amount), currency)
    assert (found.message if found else None) == message
    assert found is None or found.pointer == "/amount"


def test_numbers_and_currencies_from_outside() -> None:
    assert number_error("/q", D("0.000001"), 6) is None
    assert number_error("/q", D("0.0000001"), 6) is not None
    assert number_error("/q", D("-3"), 6, least=None) is None
    assert number_error("/q", D("101"), 2, most=D(100)) is not None
    assert currency_error("/currency", "EUR") is None
    assert currency_error("/currency", "EUX") is not None
