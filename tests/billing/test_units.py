"""Units are codes that structured invoices know."""

from __future__ import annotations

import re

import pytest

from control.billing.documents.structured.mapping import line
from control.billing.units import WORDS, code, codes, known
from tests.billing.papers import made
from tests.billing.selling import Shop
from tests.world import World


@pytest.mark.parametrize(
    ("text", "expected"),
    [("C62", "C62"), ("HUR", "HUR"), ("hour", "HUR"), ("Hours", "HUR"), ("GB", "E34"), ("gigabyte", "E34"), (" lump  sum ", "LS"),
     ("XBX", "XBX"), ("E34", "E34"), ("c62", None), ("QQQ", None), ("KB", "2P"), ("stone", None), ("", None), ("HUR ", None)],
)  # fmt: skip
def test_codes_and_words(text: str, expected: str | None) -> None:
    assert code(text) == expected
    assert known(text) == (expected or "C62")


def test_the_list() -> None:
    assert len(codes()) == 2162
    assert all(re.fullmatch("[A-Z0-9]{2,3}", one) for one in codes())
    assert set(WORDS.values()) <= codes()
    assert all(word == word.lower() for word in WORDS)


@pytest.mark.asyncio
async def test_units_of_invoices_and_prices(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    item = {"description": "Work", "unit_price": "80"}
    assert (await shop.draft(customer["id"], item | {"unit": "hour"}))["items"][0]["unit"] == "HUR"
    assert (await shop.price("1", unit="GB"))["unit"] == "E34"
    body = {"customer_id": customer["id"], "items": [item, item | {"unit": "QQQ"}]}
    error = await shop.ask("POST", "/v1/invoices", body, status=422)
    assert [one["pointer"] for one in error["details"]["errors"]] == ["/items/1/unit"]
    plan = await shop.plan()
    error = await shop.ask("POST", "/v1/prices", {
        "plan_id": plan["id"], "currency": "EUR", "interval": "month", "model": "flat", "amount": "1", "unit": "stone",
    }, status=422)  # fmt: skip
    assert [one["pointer"] for one in error["details"]["errors"]] == ["/unit"]


def test_old_units_do_not_break_documents() -> None:
    [item] = made({"description": "Old", "unit_price": "1"}).invoice.items
    item.unit = "ZZ9"
    assert line(item, "EUR", prices_include_tax=False).unit == "C62"
