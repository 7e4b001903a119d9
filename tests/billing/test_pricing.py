"""What quantities cost, and what coupons take off."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control.billing.catalogue.discounts import CouponTerms, discounts, usable
from control.billing.catalogue.pricing import Model, Terms, Tier, amount, segments, tiers_error
from control.billing.catalogue.reselling import owed

D = Decimal
A, B = UUID(int=1), UUID(int=2)


def tier(up_to: int | None, unit: str = "0", fee: str = "0") -> Tier:
    return Tier(up_to=None if up_to is None else D(up_to), unit_price=D(unit), flat_fee=D(fee))


BANDS = [tier(10, "5"), tier(100, "4"), tier(None, "3")]
FEES = [tier(10, "0", "20"), tier(None, "1", "5")]
COSTS: list[tuple[Model, str, list[Tier], str, str, str]] = [
    # model, amount, tiers, included, quantity, cost
    ("flat", "9.99", [], "0", "1", "9.99"),
    ("flat", "9.99", [], "0", "7", "9.99"),
    ("flat", "0", [], "0", "1", "0"),
    ("per_unit", "2.5", [], "0", "1", "2.5"),
    ("per_unit", "2.5", [], "0", "4", "10"),
    ("per_unit", "0.000012", [], "0", "1000000", "12"),
    ("per_unit", "2.5", [], "0", "0", "0"),
    ("volume", "0", BANDS, "0", "1", "5"),
    ("volume", "0", BANDS, "0", "10", "50"),
    ("volume", "0", BANDS, "0", "11", "44"),
    ("volume", "0", BANDS, "0", "100", "400"),
    ("volume", "0", BANDS, "0", "101", "303"),
    ("volume", "0", FEES, "0", "10", "20"),
    ("volume", "0", FEES, "0", "11", "16"),
    ("graduated", "0", BANDS, "0", "1", "5"),
    ("graduated", "0", BANDS, "0", "10", "50"),
    ("graduated", "0", BANDS, "0", "11", "54"),
    ("graduated", "0", BANDS, "0", "100", "410"),
    ("graduated", "0", BANDS, "0", "101", "413"),
    ("graduated", "0", FEES, "0", "10", "20"),
    ("graduated", "0", FEES, "0", "12", "27"),
    ("graduated", "0", [tier(None, "2")], "0", "3", "6"),
    ("metered", "0.5", [], "0", "10", "5"),
    ("metered", "0.5", [], "10", "10", "0"),
    ("metered", "0.5", [], "10", "10.5", "0.25"),
    ("metered", "0.5", [], "10", "0", "0"),
    ("metered", "0", BANDS, "5", "5", "0"),
    ("metered", "0", BANDS, "5", "16", "54"),
    ("metered", "0", BANDS, "0", "100.5", "411.5"),
]


@pytest.mark.parametrize(("model", "unit", "tiers", "included", "quantity", "cost"), COSTS)
def test_costs(model: Model, unit: str, tiers: list[Tier], included: str, quantity: str, cost: str) -> None:
    terms = Terms(model=model, amount=D(unit), tiers=tiers, included=D(included))
    assert amount(terms, D(quantity)) == D(cost)


def test_bands_are_named() -> None:
    found = segments(Terms(model="graduated", tiers=BANDS), D(120))
    assert [(one.quantity, one.note) for one in found] == [(D(10), "up to 10"), (D(90), "above 10"), (D(20), "above 100")]


@given(st.integers(0, 500))
def test_graduated_never_falls(quantity: int) -> None:
    terms = Terms(model="graduated", tiers=[*BANDS[:2], tier(None, "0")])
    assert amount(terms, D(quantity)) <= amount(terms, D(quantity + 1))


@pytest.mark.parametrize(
    ("model", "tiers", "words"),
    [
        ("flat", [tier(None)], "are for"),
        ("per_unit", [], None),
        ("volume", [], "are needed"),
        ("metered", [], None),
        ("volume", BANDS, None),
        ("graduated", [tier(10)], "must end"),
        ("graduated", [tier(10), tier(10), tier(None)], "must rise"),
        ("graduated", [tier(10), tier(5), tier(None)], "must rise"),
        ("graduated", [tier(None), tier(None)], "must rise"),
        ("graduated", [tier(0), tier(None)], "must rise"),
        ("graduated", [tier(None)], None),
    ],
)
def test_tiers(model: Model, tiers: list[Tier], words: str | None) -> None:
    found = tiers_error(model, tiers)
    assert found is None if words is None else found is not None and words in found


OFF: list[tuple[str, dict[str, Any] | None, list[str], str, list[str]]] = [
    ("none", None, ["10"], "0", ["0"]),
    ("percent", {"percent": D(25)}, ["10", "9.99"], "0", ["2.50", "2.50"]),
    ("all", {"percent": D(100)}, ["10", "0.01"], "0", ["10", "0.01"]),
    ("a third", {"percent": D("33.3333")}, ["10"], "0", ["3.33"]),
    ("nothing to take", {"percent": D(50)}, ["0"], "0", ["0"]),
    ("money", {"amount": D(5)}, ["10"], "0", ["5"]),
    ("money, shared", {"amount": D(5)}, ["10", "10"], "0", ["2.50", "2.50"]),
    ("money, a cent over", {"amount": D("0.05")}, ["10", "10"], "0", ["0.03", "0.02"]),
    ("money, more than all", {"amount": D(50)}, ["10", "5"], "0", ["10", "5"]),
    ("money, a part is used", {"amount": D(5)}, ["10"], "3", ["2"]),
    ("money, all is used", {"amount": D(5)}, ["10"], "7", ["0"]),
    ("no lines", {"amount": D(5)}, [], "0", []),
]


@pytest.mark.parametrize(("coupon", "lines", "used", "off"), [c[1:] for c in OFF], ids=[c[0] for c in OFF])
def test_discounts(coupon: dict[str, Any] | None, lines: list[str], used: str, off: list[str]) -> None:
    terms = None if coupon is None else CouponTerms(code="X", **coupon)
    found = discounts(terms, [(A, D(line)) for line in lines], "EUR", used=D(used))
    assert found == [D(one) for one in off]


def test_a_coupon_for_some_plans() -> None:
    terms = CouponTerms(code="X", amount=D(5), plan_ids=[B])
    assert discounts(terms, [(A, D(10)), (B, D(3))], "EUR") == [D(0), D(3)]


@given(st.lists(st.decimals(0, 1000, places=4), max_size=8), st.decimals("0.01", 500, places=2))
def test_money_comes_off_once_and_no_line_goes_below_nothing(lines: list[Decimal], off: Decimal) -> None:
    found = discounts(CouponTerms(code="X", amount=off), [(A, line) for line in lines], "EUR")
    cents = [line.quantize(D("0.01"), "ROUND_HALF_UP") for line in lines]
    assert sum(found) == min(off, sum(cents))
    assert all(0 <= one <= line for one, line in zip(found, cents, strict=True))


ON = date(2026, 6, 15)
USABLE: list[tuple[dict[str, Any], str | None]] = [
    ({}, None),
    ({"is_active": False}, "cannot"),
    ({"valid_from": date(2026, 6, 15)}, None),
    ({"valid_from": date(2026, 6, 16)}, "cannot"),
    ({"valid_to": date(2026, 6, 15)}, None),
    ({"valid_to": date(2026, 6, 14)}, "expired"),
    ({"most": 3, "redeemed": 2}, None),
    ({"most": 3, "redeemed": 3}, "as often"),
    ({"most_a_customer": 1, "by_customer": 0}, None),
    ({"most_a_customer": 1, "by_customer": 1}, "this customer"),
    ({"currency": "EUR"}, None),
    ({"currency": "USD"}, "USD"),
]


@pytest.mark.parametrize(("change", "words"), USABLE)
def test_usable(change: dict[str, Any], words: str | None) -> None:
    given_ = {
        "is_active": True, "valid_from": None, "valid_to": None, "redeemed": 0, "most": None, "by_customer": 0,
        "most_a_customer": None, "currency": None,
    }  # fmt: skip
    found = usable(**given_ | change, wanted_currency="EUR", on=ON)
    assert found is None if words is None else found is not None and words in found


@pytest.mark.parametrize(
    ("duration", "periods", "found"), [("once", None, 1), ("repeating", 3, 3), ("forever", None, None)]
)  # fmt: skip
def test_how_long(duration: Any, periods: int | None, found: int | None) -> None:
    assert CouponTerms(code="X", duration=duration, periods=periods).how_long() == found


@pytest.mark.parametrize(
    ("kind", "percent", "sold", "listed", "found"),
    [
        ("wholesale", "30", "15", "10", "7.00"),
        ("wholesale", "0", "15", "10", "10.00"),
        ("wholesale", "100", "15", "10", "0.00"),
        ("wholesale", "30", "15", None, None),
        ("commission", "20", "15", "10", "12.00"),
        ("commission", "20", "15", None, "12.00"),
        ("commission", "33.3333", "10", None, "6.67"),
    ],
)
def test_what_a_reseller_owes(kind: Any, percent: str, sold: str, listed: str | None, found: str | None) -> None:
    of = owed(kind, D(percent), sold=D(sold), listed=None if listed is None else D(listed), currency="EUR")
    assert of == (None if found is None else D(found))
