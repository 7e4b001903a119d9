"""What changes credit and charge, and what usage comes to."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control.billing.catalogue.discounts import CouponTerms
from control.billing.catalogue.metering import selector_error
from control.billing.catalogue.pricing import Meter, Terms, Tier
from control.billing.subscriptions.charging import Line, Money, Sold, measured, once, recurring, usage
from control.billing.subscriptions.periods import Period
from control.billing.subscriptions.planning import Charge, change, is_downgrade
from control.billing.subscriptions.usage import moments, read
from control.monitoring.query.store import MemoryStore, named, series

D = Decimal
EUR = Money(currency="EUR")
JAN = Period(date(2026, 1, 1), date(2026, 2, 1))
TIERS = [Tier(up_to=D(5), unit_price=D("3.33")), Tier(unit_price=D("2.5"), flat_fee=D("1.01"))]


def sold(n: int, amount: str = "10", quantity: int = 1, model: Any = "flat", **more: Any) -> Sold:
    tiers = TIERS if model in ("volume", "graduated") else []
    terms = Terms(model=model, amount=D(0) if tiers else D(amount), tiers=tiers)
    own: dict[str, Any] = {"item_id": UUID(int=n), "plan_id": UUID(int=100 + n), "name": f"Plan {n}", "interval": "month"}
    return Sold(
        **own
        | {"price_id": UUID(int=int.from_bytes(f"{amount}{model}".encode()[:16])), "quantity": quantity, "terms": terms}
        | more
    )


def charges(lines: list[Line], start: int = 0) -> list[Charge]:
    """As they are kept once the lines are invoiced."""
    return [
        Charge(
            id=UUID(int=start + n), item_id=line.item_id, invoice_id=UUID(int=1), invoice_item_id=UUID(int=start + n),
            full_start=line.full.start, full_end=line.full.end, charged_from=line.days.start, charged_to=line.days.end,
            full_amount=line.full_amount, full_discount=line.full_discount,
        )
        for n, line in enumerate(lines) if line.full and line.days
    ]  # fmt: skip


def day(n: int) -> date:
    return JAN.start + timedelta(days=n - 1)


CHANGES: list[tuple[str, list[Sold], list[Sold], int, str, str]] = [
    # before, after, day of January, credited, charged
    ("up", [sold(1, "10")], [sold(1, "31")], 11, "6.77", "21.00"),
    ("down", [sold(1, "31")], [sold(1, "10")], 11, "21.00", "6.77"),
    ("on the first day", [sold(1, "31")], [sold(1, "10")], 1, "31.00", "10.00"),
    ("on the last day", [sold(1, "31")], [sold(1, "62")], 31, "1.00", "2.00"),
    ("nothing", [sold(1, "31")], [sold(1, "31")], 11, "0", "0"),
    ("an add-on more", [sold(1, "31")], [sold(1, "31"), sold(2, "6.20")], 11, "0", "4.20"),
    ("an add-on less", [sold(1, "31"), sold(2, "6.20")], [sold(1, "31")], 11, "4.20", "0"),
    ("more of it", [sold(1, "31", 2, "per_unit")], [sold(1, "31", 3, "per_unit")], 11, "0", "21.00"),
    ("less of it", [sold(1, "31", 3, "per_unit")], [sold(1, "31", 2, "per_unit")], 11, "63.00", "42.00"),
    ("more in a volume", [sold(1, quantity=5, model="volume")], [sold(1, quantity=6, model="volume")], 1, "16.65", "16.01"),
    ("more in bands", [sold(1, quantity=5, model="graduated")], [sold(1, quantity=6, model="graduated")], 1, "16.65", "20.16"),
    ("a single charge more", [sold(1, "31")], [sold(1, "31"), sold(2, "9", interval="once")], 11, "0", "9.00"),
    ("set-up once", [sold(1, "31")], [sold(1, "31"), sold(2, "0", setup_fee=D(7))], 11, "0", "7"),
    ("usage is not charged ahead", [sold(1, "31")], [sold(1, "31"), sold(2, "5", model="metered")], 11, "0", "0"),
    ("to what is free", [sold(1, "31")], [sold(1, "0")], 11, "21.00", "0.00"),
]


@pytest.mark.parametrize(("before", "after", "on", "credited", "charged"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_changes(before: list[Sold], after: list[Sold], on: int, credited: str, charged: str) -> None:
    had = charges(recurring(before, JAN, JAN.start, JAN.end, EUR))
    found = change(before, after, had, JAN, day(on), JAN.end, EUR)
    assert (found.credited, found.charged) == (D(credited), D(charged))


amounts = st.decimals("0.01", 500, places=2).map(str)
models = st.sampled_from(["flat", "per_unit", "volume", "graduated"])
coupons = st.none() | st.builds(
    CouponTerms, code=st.just("X"), percent=st.decimals("0.1", 100, places=2)
) | st.builds(CouponTerms, code=st.just("X"), amount=st.decimals("0.01", 80, places=2))  # fmt: skip


@st.composite
def subscriptions(draw: st.DrawFn) -> list[Sold]:
    found = []
    for n in draw(st.lists(st.integers(1, 4), min_size=1, max_size=4, unique=True)):
        model = draw(models)
        found.append(sold(n, draw(amounts), 1 if model == "flat" else draw(st.integers(1, 12)), model))
    return found


@given(subscriptions(), subscriptions(), st.integers(1, 31), coupons)
def test_there_and_back_on_one_day_costs_nothing(a: list[Sold], b: list[Sold], on: int, coupon: CouponTerms | None) -> None:
    had = charges(recurring(a, JAN, JAN.start, JAN.end, EUR, coupon))
    there = change(a, b, had, JAN, day(on), JAN.end, EUR, coupon)
    gone = {one.charge.id for one in there.credits}
    back = change(
        b, a, [one for one in had if one.id not in gone] + charges(there.lines, 1000), JAN, day(on), JAN.end, EUR, coupon
    )
    net = there.charged - there.credited + back.charged - back.credited
    if coupon is not None and coupon.amount is not None:
        # Which line bears a coupon's money may differ; what a month costs in all does not by more than a cent a line.
        assert abs(net) <= D("0.01") * (len(a) + len(b)) * 2
    else:
        assert net == 0


@given(subscriptions(), st.integers(1, 31), coupons)
def test_leaving_gives_back_what_is_left(a: list[Sold], on: int, coupon: CouponTerms | None) -> None:
    lines = recurring(a, JAN, JAN.start, JAN.end, EUR, coupon)
    left = change(a, [], charges(lines), JAN, day(on), JAN.end, EUR)
    same = recurring(a, JAN, day(on), JAN.end, EUR, coupon)
    assert left.credited == sum((line.amount for line in same), D(0))
    assert left.credited <= sum((line.amount for line in lines), D(0))


@given(subscriptions(), coupons, st.sampled_from(["half_up", "half_even"]), st.integers(1, 31))
def test_a_line_is_what_an_invoice_makes_of_it(a: list[Sold], coupon: CouponTerms | None, rounding: Any, on: int) -> None:
    from control.billing.invoices.totals import Line as InvoiceLine
    from control.billing.invoices.totals import compute

    money = Money(currency="EUR", rounding=rounding)
    lines = recurring(a, JAN, day(on), JAN.end, money, coupon)
    asked = [
        InvoiceLine(quantity=one.quantity, unit_price=one.unit_price, discount_amount=one.discount_amount)
        for one in (line.asked() for line in lines)
    ]
    assert [one.net for one in compute(asked, "EUR", rounding=rounding).lines] == [line.amount for line in lines]


def test_setup_and_single_charges_come_once() -> None:
    items = [sold(1, setup_fee=D(5)), sold(2, "9", interval="once"), sold(3, setup_fee=D(4), setup_charged=True)]
    assert [(one.kind, one.amount) for one in once(items, EUR)] == [("setup", D(5)), ("once", D("9.00"))]


@pytest.mark.parametrize(
    ("before", "after", "down"),
    [
        ([sold(1, "10")], [sold(1, "9")], True),
        ([sold(1, "10")], [sold(1, "10")], False),
        ([sold(1, "10")], [sold(1, "11")], False),
        ([sold(1, "10", 3, "per_unit")], [sold(1, "10", 2, "per_unit")], True),
        ([sold(1, "10")], [sold(1, "5"), sold(2, "6")], False),
        ([sold(1, "10"), sold(2, "100", interval="once")], [sold(1, "10")], False),
    ],
)
def test_downgrades(before: list[Sold], after: list[Sold], *, down: bool) -> None:
    assert is_downgrade(before, after) is down


METER = Meter(selector='sent{customer="$customer"}', unit_name="GB", scale=D(1000), included=D(5))


@pytest.mark.parametrize(
    ("value", "before", "lines"),
    [
        ("3", None, []),
        ("5", None, []),
        ("8", None, ["6.00"]),
        ("8", "8", []),
        ("9", "8", ["2.00"]),
        ("6", "3", ["2.00"]),
        ("4", "3", []),
        ("7", "8", []),
    ],
)
def test_usage(value: str, before: str | None, lines: list[str]) -> None:
    item = sold(1, model="metered", meter=METER)
    item = Sold(**{name: getattr(item, name) for name in item.__struct_fields__} | {
        "terms": Terms(model="metered", amount=D(2), included=D(5)),
    })  # fmt: skip
    found = usage(item, D(value), JAN, EUR, before=None if before is None else D(before))
    assert [one.amount for one in found] == [D(one) for one in lines]


@pytest.mark.parametrize(("value", "found"), [("0", "0"), ("-5", "0"), ("1234567", "1234.567"), ("1", "0.001")])
def test_measured(value: str, found: str) -> None:
    assert measured(D(value), METER) == D(found)


CUSTOMER, SUBSCRIPTION = UUID(int=7), UUID(int=8)
START, END = (one / 1_000_000 for one in moments(JAN, "Europe/Berlin"))
FIGURES: list[tuple[str, Any, list[tuple[float, float]], str]] = [
    ("a counter's rise", "increase", [(START, 100), (START + 60, 150), (END, 300)], "0.2"),
    ("a counter that was reset", "increase", [(START, 100), (START + 60, 150), (START + 120, 30), (END, 40)], "0.09"),
    ("a counter from before", "increase", [(START - 60, 100), (START + 60, 150)], "0.05"),
    ("a counter after the end", "increase", [(START, 100), (END, 200), (END + 60, 999)], "0.1"),
    ("nothing", "increase", [], "0"),
    ("the highest", "max", [(START + 1, 3000), (START + 2, 7000), (START + 3, 1000)], "7"),
    ("the mean", "average", [(START + 1, 1000), (START + 2, 2000)], "1.5"),
    ("the last", "last", [(START + 1, 1000), (START + 2, 2000)], "2"),
    ("the sum", "sum", [(START + 1, 1000), (START + 2, 2000)], "3"),
    ("95 percent", "p95", [(START + n, n * 10) for n in range(1, 102)], "0.96"),
    ("what begins with the next period", "sum", [(START, 5000), (START + 1, 1000)], "1"),
]


@pytest.mark.parametrize(("aggregation", "points", "found"), [c[1:] for c in FIGURES], ids=[c[0] for c in FIGURES])
async def test_figures(aggregation: Any, points: list[tuple[float, float]], found: str) -> None:
    mine = series(named("sent", customer=str(CUSTOMER)), points)
    other = series(named("sent", customer="another"), [(START + 1, 1e9), (END, 2e9)])
    meter = Meter(selector=METER.selector, unit_name="GB", scale=D(1000), aggregation=aggregation)
    value = await read(MemoryStore([mine, other]), meter, CUSTOMER, SUBSCRIPTION, JAN, "Europe/Berlin")
    assert value == D(found)


@pytest.mark.parametrize(
    ("first", "last", "hours"),
    [
        (date(2026, 3, 28), date(2026, 3, 29), 24),
        (date(2026, 3, 29), date(2026, 3, 30), 23),
        (date(2026, 10, 25), date(2026, 10, 26), 25),
    ],
)
def test_days_of_clock_changes(first: date, last: date, hours: int) -> None:
    start, end = moments(Period(first, last), "Europe/Berlin")
    assert (end - start) == hours * 3_600_000_000


@pytest.mark.parametrize(
    ("selector", "fine"),
    [
        ('sent{customer="$customer"}', True),
        ('{__name__="sent", customer="$customer"}', True),
        ('sent{subscription="$subscription", direction=~"out|in"}', True),
        ("sent", False),
        ('sent{customer="$customer"', False),
        ('rate(sent{customer="$customer"}[5m])', False),
        ('sent{customer="$customer"}[5m]', False),
        ('sent{customer="$customer"} offset 1h', False),
        ('sent{customer="$customer"} + 1', False),
    ],
)
def test_selectors(selector: str, *, fine: bool) -> None:
    assert (selector_error("/meter/selector", selector) is None) is fine
