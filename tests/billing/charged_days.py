"""What a subscription was charged for each day, read from the database and compared with what it had on that day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import psycopg

LIVE = {"active", "past_due"}
Prices = dict[str, Callable[[int], Decimal]]
"""By the id of a price: what so many cost for a period."""
_CENT = Decimal("0.01")

_SUBSCRIPTIONS = """
SELECT s.id::text, s.status, s.started_on, s.trial_ends_on, s.billed_until, s.due_on, s.resumes_on, s.cancels_on, s.ends_on,
       s.ended_on, s.coupon, s.coupon_now, s.pending_items IS NOT NULL AS pending,
       coalesce((SELECT json_agg(json_build_array(i.price_id, i.quantity)) FROM hcc.subscription_items i
                  WHERE i.subscription_id = s.id AND (i.ended_on IS NULL OR i.ended_on = s.ended_on)), '[]') AS items,
       EXISTS (SELECT FROM hcc.subscription_charges c JOIN hcc.invoices n ON n.id = c.invoice_id
                WHERE c.subscription_id = s.id AND n.status = 'overdue') AS overdue,
       EXISTS (SELECT FROM hcc.subscription_charges c JOIN hcc.invoices n ON n.id = c.invoice_id
                WHERE c.subscription_id = s.id AND n.status = 'uncollectible') AS given_up
  FROM hcc.subscriptions s"""
_CHARGES = """
SELECT c.subscription_id::text, c.full_start, c.full_end, c.charged_from, c.charged_to, c.full_amount, c.full_discount,
       t.line_total, t.id AS line,
       (SELECT coalesce(sum(r.line_total), 0) FROM hcc.invoice_items r WHERE r.corrects_item_id = t.id) AS returned,
       EXISTS (SELECT FROM hcc.invoices n WHERE n.corrects_id = c.invoice_id AND n.notes = 'by hand') AS by_hand
  FROM hcc.subscription_charges c JOIN hcc.invoice_items t ON t.id = c.invoice_item_id"""

Row = dict[str, Any]


def rows(owner: psycopg.Connection[Any], sql: str, *values: Any) -> list[Row]:
    """Rows by the names of their columns."""
    with owner.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        return cursor.execute(sql, values).fetchall()


class Days:
    """Looks at all subscriptions after each thing that happens, and remembers what days were charged when they were last seen."""

    def __init__(self, owner: psycopg.Connection[Any], prices: Prices) -> None:
        self.owner, self.prices = owner, prices
        self.seen: dict[str, tuple[Row, dict[date, Decimal]]] = {}
        self.kept: set[str] = set()
        """Subscriptions that were cancelled without giving unused days back."""
        self.other_coupon: dict[str, date] = {}
        """Subscriptions with another coupon than before from the period that begins on this day or after it."""

    def look(self, today: date, *, discounts: bool = True) -> None:
        """Raises AssertionError for a day that is charged twice, left out, or changed after it was over."""
        charges: dict[str, list[Row]] = {}
        for one in rows(self.owner, _CHARGES):
            charges.setdefault(one["subscription_id"], []).append(one)
        for sub in rows(self.owner, _SUBSCRIPTIONS):
            mine = charges.get(sub["id"], [])
            self._sub(sub, mine, today, discounts=discounts)
            for one in mine:
                _line(one)

    def worth(self, sub: Row) -> Decimal:
        """What a whole period of the items that it has costs, before discount."""
        return sum((self.prices[price](quantity) for price, quantity in sub["items"]), Decimal(0))

    def _sub(self, sub: Row, charges: list[Row], today: date, *, discounts: bool) -> None:
        now = _by_day(charges)
        before, was = self.seen.get(sub["id"], (None, {}))
        if before is None:
            expected = {day: self._caught_up(None, sub, day) for day in _range(sub["started_on"], today)}
        else:
            settled = before["billed_until"]
            expected = {day: amount for day, amount in was.items() if day < today and day < settled}
            first = max(settled, before["started_on"])
            expected |= {day: self._caught_up(before, sub, day) for day in _range(first, today)}
        expected |= {day: amount for day, amount in was.items() if day < today and day not in expected}
        last = max([sub["billed_until"], *now], default=today)
        expected |= {day: self._ahead(sub, was, day) for day in _range(max(today, sub["started_on"]), last + timedelta(1))}
        for day, amount in expected.items():
            found = now.get(day, Decimal(0))
            assert abs(found - amount) <= _CENT * max(len(charges), 1), (
                f"{day} of {sub['name'] if 'name' in sub else sub['id']} ({sub['status']}) is charged {found}, not {amount}",
                sub,
                charges,
            )
        if sub["status"] in LIVE:
            assert sub["billed_until"] > today, ("a day that is in use is not billed", today, sub)
            if discounts and today >= self.other_coupon.get(sub["id"], today):
                self._discount(sub, charges, today)
        self.seen[sub["id"]] = (sub, now)

    def _caught_up(self, before: Row | None, sub: Row, day: date) -> Decimal:
        """A day that was over when it was billed."""
        free = sub["trial_ends_on"] is not None and day < sub["trial_ends_on"]
        over = sub["ended_on"] is not None and day >= sub["ended_on"]
        paused = (
            before is not None and before["status"] == "paused" and (before["resumes_on"] is None or day < before["resumes_on"])
        )
        off = before is not None and before["status"] in ("suspended", "cancelled", "ended")
        return Decimal(0) if free or over or paused or off else self.worth(sub)

    def _ahead(self, sub: Row, was: dict[date, Decimal], day: date) -> Decimal:
        """A day from today on: as the subscription stands it is charged, or not yet."""
        match sub["status"]:
            case "active" | "past_due" | "suspended":
                return self.worth(sub) if day < sub["billed_until"] else Decimal(0)
            case "cancelled" if sub["id"] in self.kept:
                return was.get(day, Decimal(0))
            case _:
                return Decimal(0)

    def _discount(self, sub: Row, charges: list[Row], today: date) -> None:
        coupon = sub["coupon"]
        wanted = Decimal(0)
        if coupon is not None and sub["coupon_now"]:
            worth = self.worth(sub)
            wanted = worth * Decimal(coupon["percent"]) / 100 if coupon["percent"] else min(Decimal(coupon["amount"]), worth)
        found = sum((one["full_discount"] for one in charges if one["charged_from"] <= today < one["charged_to"]), Decimal(0))
        assert abs(found - wanted) <= _CENT * max(len(charges), 1), ("discount", today, found, wanted, sub, charges)


def _by_day(charges: list[Row]) -> dict[date, Decimal]:
    found: dict[date, Decimal] = {}
    for one in charges:
        for day in _range(one["charged_from"], one["charged_to"]):
            found[day] = found.get(day, Decimal(0)) + one["full_amount"] + one["full_discount"]
    return found


def _line(one: Row) -> None:
    """What is left of a line after credit notes is the part of its period's price for the days that stayed charged."""
    if one["by_hand"]:
        return
    days = (one["full_end"] - one["full_start"]).days

    def until(day: date) -> Decimal:
        share = one["full_amount"] * (day - one["full_start"]).days / days
        return Decimal(share).quantize(_CENT, ROUND_HALF_UP)

    wanted = until(one["charged_to"]) - until(one["charged_from"])
    assert one["line_total"] - one["returned"] == wanted, ("a line and its days", wanted, one)


def _range(first: date, end: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((end - first).days)]
