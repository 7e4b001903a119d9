"""Reports say what the books say."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest

from control.billing.reports.service import bucket
from control.billing.reports.tables import cell, csv_of
from tests.billing.selling import Shop
from tests.world import World


@pytest.mark.parametrize(
    ("days", "name"),
    [(-5, "not_due"), (0, "not_due"), (1, "days_1_30"), (30, "days_1_30"), (31, "days_31_60"), (60, "days_31_60"),
     (61, "days_61_90"), (90, "days_61_90"), (91, "over_90"), (4000, "over_90")],
)  # fmt: skip
def test_ageing(days: int, name: str) -> None:
    assert bucket(days) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [("=1+1", "'=1+1"), ("-x", "'-x"), ("@a", "'@a"), ("plain", "plain"), (Decimal("-1.50"), "-1.50"), (Decimal("1E+3"), "1000"),
     (None, ""), (date(2026, 1, 2), "2026-01-02"), (7, "7")],
)  # fmt: skip
def test_cells(value: object, text: str) -> None:
    assert cell(value) == text


def test_quotes_and_lines_survive() -> None:
    class Note(msgspec.Struct):
        text: str

    text = 'one, "two"\nthree ü'
    rows = list(csv.reader(io.StringIO(csv_of([Note(text)], Note).decode("utf-8-sig"))))
    assert rows == [["text"], [text]]


@pytest.mark.asyncio
async def test_receivables_and_revenue(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    apple, birch = await shop.customer("Apple"), await shop.customer("=Birch")
    first = await shop.invoice(apple["id"])
    await shop.invoice(birch["id"], payment_terms_days=0)
    gone = await shop.invoice(birch["id"])
    await shop.credit(gone["id"])
    found = await shop.ask("GET", "/v1/billing/reports/receivables")
    assert Decimal(found["total"]) == Decimal((await shop.books())["receivable"]) == Decimal("238.00")
    assert {one["customer_name"]: one["not_due"] for one in found["customers"]} == {"Apple": "119.000", "=Birch": "119.000"}
    later = date.fromisoformat(first["due_date"]) + timedelta(days=31)
    aged = await shop.ask("GET", f"/v1/billing/reports/receivables?on={later}")
    assert sorted(one["bucket"] for one in aged["documents"]) == ["days_31_60", "days_31_60"]
    assert (await shop.ask("GET", "/v1/billing/reports/receivables?on=2020-01-01"))["documents"] == []
    day = first["issued_on"]
    earned = await shop.ask("GET", f"/v1/billing/reports/revenue?since={day}&until={day}")
    assert (earned["total"], [one["month"] for one in earned["months"]]) == ("200.000", [day[:7]])
    await shop.ask("GET", f"/v1/billing/reports/revenue?since={day}&until=2020-01-01", status=422)
    answer = await world.get("nora", "/v1/billing/reports/receivables.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert sorted(row["customer_name"] for row in rows) == ["'=Birch", "Apple"]
    journal = await world.get("nora", f"/v1/billing/reports/journal.csv?since={day}&until={day}")
    lines = list(csv.DictReader(io.StringIO(journal.content.decode("utf-8-sig"))))
    assert sum(Decimal(line["amount"]) for line in lines) == 0
    assert len({line["entry_id"] for line in lines}) == 4
    assert (await world.get("anna", "/v1/billing/reports/receivables")).status_code == 403
