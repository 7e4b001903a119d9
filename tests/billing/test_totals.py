"""Totals of invoices: rounding, tax, discounts, prices with tax."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from control.billing.invoices.totals import Line, compute

D = Decimal
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The machine may be busy with other tests."""


def line(quantity: str, price: str, rate: str = "19", category: str = "S", **more: Any) -> Line:
    return Line(quantity=D(quantity), unit_price=D(price), tax_rate=D(rate), tax_category=category, **more)  # type: ignore[arg-type]


EUROS: list[tuple[str, list[Line], dict[str, Any], str, str, list[tuple[str, str, str, str]]]] = [
    ("nothing", [], {}, "0", "0", []),
    ("one line", [line("1", "9.99")], {}, "9.99", "1.90", [("S", "19", "9.99", "1.90")]),
    # 3 x 0.19 x 0.33: 0.0627 a line is 0.06, together 0.1881 is 0.19.
    ("tax once for the invoice", [line("1", "0.33")] * 3, {}, "0.99", "0.19", [("S", "19", "0.99", "0.19")]),
    ("tax for each line", [line("1", "0.33")] * 3, {"tax_rounding": "line"}, "0.99", "0.18", [("S", "19", "0.99", "0.18")]),
    (
        "two rates",
        [line("2", "10"), line("1", "5", "7")],
        {},
        "25.00", "4.15", [("S", "19", "20.00", "3.80"), ("S", "7", "5.00", "0.35")],
    ),
    ("reverse charge", [line("1", "100", "0", "AE")], {}, "100.00", "0.00", [("AE", "0", "100.00", "0.00")]),
    ("19 and 19.0 are one rate", [line("1", "1"), line("1", "1", "19.0")], {}, "2.00", "0.38", [("S", "19", "2.00", "0.38")]),
    ("percent off", [line("3", "19.99", discount_percent=D("12.5"))], {}, "52.47", "9.97", [("S", "19", "52.47", "9.97")]),
    (
        "percent, then money",
        [line("1", "100", discount_percent=D(10), discount_amount=D("5.55"))],
        {},
        "84.45", "16.05", [("S", "19", "84.45", "16.05")],
    ),
    ("tiny prices", [line("123456", "0.000012", "0", "Z")], {}, "1.48", "0.00", [("Z", "0", "1.48", "0.00")]),
    ("half up", [line("1", "0.125", "0", "E")], {}, "0.13", "0.00", [("E", "0", "0.13", "0.00")]),
    ("half even", [line("1", "0.125", "0", "E")], {"rounding": "half_even"}, "0.12", "0.00", [("E", "0", "0.12", "0.00")]),
    ("with tax inside", [line("1", "11.90")], {"prices_include_tax": True}, "10.00", "1.90", [("S", "19", "10.00", "1.90")]),
    # 3 x 9.99 = 29.97 with 19 %: the tax is 4.7851, and the gross amount stays what was agreed.
    (
        "with tax inside, uneven",
        [line("1", "9.99")] * 3,
        {"prices_include_tax": True},
        "25.18", "4.79", [("S", "19", "25.18", "4.79")],
    ),
    ("a negative line", [line("1", "10"), line("-1", "4")], {}, "6.00", "1.14", [("S", "19", "6.00", "1.14")]),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "options", "net", "tax", "subtotals"), [case[1:] for case in EUROS], ids=[c[0] for c in EUROS])
def test_totals(
    lines: list[Line], options: dict[str, Any], net: str, tax: str, subtotals: list[tuple[str, str, str, str]]
) -> None:
    found = compute(lines, "EUR", **options)
    assert (found.net, found.tax, found.total) == (D(net), D(tax), D(net) + D(tax))
    assert [(s.category, str(s.rate), s.taxable, s.tax) for s in found.subtotals] == [
        (category, rate, D(taxable), D(part)) for category, rate, taxable, part in subtotals
    ]


def test_yen_have_no_digits() -> None:
    found = compute([line("3", "333.5", "10")], "JPY")
    assert (str(found.net), str(found.tax)) == ("1001", "100")


LINES = st.lists(
    st.builds(
        lambda quantity, price, percent, rate: Line(quantity=quantity, unit_price=price, discount_percent=percent, tax_rate=rate),
        st.decimals("-50", "1000", places=3),
        st.decimals("0", "500", places=4),
        st.decimals("0", "100", places=1),
        st.sampled_from([D(0), D(7), D(19), D("5.5"), D("8.1")]),
    ),
    max_size=30,
)


@CALM
@given(
    LINES,
    st.sampled_from(["half_up", "half_even"]),
    st.sampled_from(["line", "invoice"]),
    st.booleans(),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_everything_adds_up(lines: list[Line], rounding: Any, tax_rounding: Any, inside: bool, currency: str) -> None:
    found = compute(lines, currency, rounding=rounding, tax_rounding=tax_rounding, prices_include_tax=inside)
    assert found.net == sum(one.net for one in found.lines) == sum(s.taxable for s in found.subtotals)
    assert found.tax == sum(one.tax for one in found.lines) == sum(s.tax for s in found.subtotals)
    step = {"EUR": D("0.01"), "JPY": D(1), "KWD": D("0.001")}[currency]
    for one in found.lines:
        assert one.net % step == one.tax % step == 0
    if tax_rounding == "invoice" and not inside:
        for s in found.subtotals:
            assert abs(s.tax - s.taxable * s.rate / 100) <= step / 2


@CALM
@given(LINES, st.booleans())
def test_a_credit_mirrors_its_invoice(lines: list[Line], inside: bool) -> None:
    """The same lines with the quantities' signs turned come to the same amounts with the signs turned."""
    turned = [
        Line(quantity=-one.quantity, unit_price=one.unit_price, discount_percent=one.discount_percent, tax_rate=one.tax_rate)
        for one in lines
    ]
    there, back = (compute(some, "EUR", prices_include_tax=inside) for some in (lines, turned))
    assert (back.net, back.tax) == (-there.net, -there.tax)
