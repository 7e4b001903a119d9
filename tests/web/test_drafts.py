"""Drafts of invoices written without scripts: lines, what they come to, keeping, and what two people do at once."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from control.web.lines import MOST
from tests.billing.selling import Shop
from tests.web.browser import Browser, attributes
from tests.web.conftest import LogIn
from tests.world import World

LINE = {"quantity": "1", "unit": "C62", "tax_class": "standard"}


@pytest.fixture
async def shop(world: World) -> Shop:
    opened = Shop(world)
    await opened.open()
    return opened


@pytest.fixture
async def nora(log_in: LogIn) -> Browser:
    return await log_in("nora")


def line(n: int, **values: str) -> dict[str, str]:
    return {f"items.{n}.{name}": value for name, value in (LINE | values).items()}


def descriptions(page: str) -> list[str]:
    return re.findall(r'name="items\.\d+\.description"[^>]*>([^<]*)</textarea>', page)


def value(page: str, name: str) -> str:
    tags = [attributes(tag) for tag in re.findall(r"<input\b[^>]*>", page)]
    return next(one.get("value", "") for one in tags if one.get("name") == name)


@pytest.mark.parametrize(
    ("button", "expected"),
    [("add", ["a", "b", "c", ""]), ("remove-1", ["a", "c"]), ("up-2", ["a", "c", "b"]), ("up-0", ["a", "b", "c"]),
     ("down-0", ["b", "a", "c"]), ("down-2", ["a", "b", "c"]), ("remove-99", ["a", "b", "c"]), ("bogus", ["a", "b", "c"])],
)  # fmt: skip
async def test_lines_are_added_moved_and_removed(shop: Shop, nora: Browser, button: str, expected: list[str]) -> None:
    customer = await shop.customer()
    await nora.get(f"/invoices/new?customer_id={customer['id']}")
    sent = {**line(0, description="a"), **line(1, description="b"), **line(7, description="c", unit_price="3,50")}
    await nora.submit(f"/customers/{customer['id']}/invoices", {**sent, "notes": "Thanks", "line": button})
    assert nora.answer.status_code == 200, nora.page
    assert descriptions(nora.page) == expected
    assert ">Thanks</textarea>" in nora.page
    assert value(nora.page, f"items.{expected.index('c')}.unit_price") == "3,50", "what was typed stays as it is"
    assert await shop.ask("GET", "/v1/invoices") == []


async def test_what_is_calculated_is_what_the_draft_has(shop: Shop, nora: Browser) -> None:
    customer = await shop.customer()
    await nora.get("/invoices/new")
    assert f"?customer_id={customer['id']}" in nora.page
    await nora.get(f"/invoices/new?customer_id={customer['id']}")
    action = f"/customers/{customer['id']}/invoices"
    sent = {
        **line(0, description="Server", quantity="2", unit_price="49.50", unit="MON", discount_percent="10"),
        **line(1, description="Book", unit_price="10", tax_class="reduced"),
        **line(2),
        "notes": "Thanks",
        "payment_terms_days": "30",
    }
    await nora.submit(action, {**sent, "do": "calculate"})
    for words in ("What it comes to", "€99.10", "€16.93", "€0.70", "€116.73"):
        assert words in nora.page, words
    assert descriptions(nora.page) == ["Server", "Book"], "a line in which nothing stands is none"
    assert await shop.ask("GET", "/v1/invoices") == [], "nothing is kept by looking"
    asked = nora.page
    await nora.submit(action, {**sent, "do": "save"})
    assert "The draft was kept." in nora.page
    nora.page = asked
    await nora.submit(action, {**sent, "do": "save"})
    [row] = await shop.ask("GET", "/v1/invoices")
    draft = await shop.ask("GET", f"/v1/invoices/{row['id']}")
    assert (Decimal(draft["total"]), draft["payment_terms_days"], draft["notes"]) == (Decimal("116.73"), 30, "Thanks")
    assert [(one["description"], one["unit"]) for one in draft["items"]] == [("Server", "MON"), ("Book", "C62")]


@pytest.mark.parametrize(
    ("sent", "place", "words"),
    [
        (line(0, description="x", unit_price="ten"), "items.0.unit_price", "must be a number"),
        ({**line(0), **line(4, description="x")}, "items.0.unit_price", "is required"),
        ({**line(0, description="a", unit_price="1"), **line(1, description="x", unit_price="1", discount_percent="120")},
         "items.1.discount_percent", "must be"),
        (line(0, description="x", unit_price="1", period_start="2026-01-01"), "items.0.period_end", "must be given with"),
        (line(0, description="x", unit_price="1", unit="nonsense"), "items.0.unit", "UN/ECE"),
        ({**line(0, description="x", unit_price="1"), "supplied_from": "2026-02-01"}, "supplied_to", "must be given with"),
    ],
)  # fmt: skip
async def test_what_is_wrong_stands_beside_its_field(
    shop: Shop, nora: Browser, sent: dict[str, str], place: str, words: str
) -> None:
    customer = await shop.customer()
    await nora.get(f"/invoices/new?customer_id={customer['id']}")
    for button in ("calculate", "save"):
        await nora.submit(f"/customers/{customer['id']}/invoices", {**sent, "do": button})
        assert nora.answer.status_code == 422
        about = re.search(rf'id="f-{place.replace(".", "-")}-about">([^<]*)', nora.page)
        assert about is not None, (place, nora.page)
        assert words in about[1]
    assert await shop.ask("GET", "/v1/invoices") == []


async def _shown(nora: Browser, draft: dict[str, Any]) -> dict[str, str]:
    """What the form of a draft holds, as a browser would send it."""
    await nora.get(f"/invoices/{draft['id']}/edit")
    fields = [attributes(tag) for tag in re.findall(r"<input\b[^>]*>", nora.page)]
    found = {one["name"]: one.get("value", "") for one in fields if "name" in one and one.get("type") in ("text", "date")}
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', nora.page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found | dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', nora.page))


async def test_a_draft_that_is_kept_unchanged_stays_as_it_is(shop: Shop, nora: Browser) -> None:
    item = {"description": "Server", "unit_price": "9.99", "quantity": "1.5", "unit": "MTR", "discount_amount": "1",
            "period_start": "2026-01-01", "period_end": "2026-02-01", "monthly_price": "9.99"}  # fmt: skip
    draft = await shop.draft((await shop.customer())["id"], item)
    sent = await _shown(nora, draft)
    await nora.submit(f"/invoices/{draft['id']}/edit", {**sent, "do": "save"})
    assert "The draft was kept." in nora.page
    after = await shop.ask("GET", f"/v1/invoices/{draft['id']}")
    other = {"id", "version", "updated_at", "items"}
    assert {k: v for k, v in after.items() if k not in other} == {k: v for k, v in draft.items() if k not in other}
    for old, new in zip(draft["items"], after["items"], strict=True):
        numbers = {"quantity", "unit_price", "discount_percent", "discount_amount", "tax_rate", "monthly_price"}
        assert {k: Decimal(new[k]) for k in numbers} == {k: Decimal(old[k]) for k in numbers}
        assert {k: v for k, v in new.items() if k not in numbers | {"id"}} == {
            k: v for k, v in old.items() if k not in numbers | {"id"}
        }


async def test_two_who_change_a_draft_at_once(shop: Shop, nora: Browser, log_in: LogIn) -> None:
    draft = await shop.draft((await shop.customer())["id"])
    path = f"/invoices/{draft['id']}/edit"
    ned = await log_in("ned")
    sent = await _shown(nora, draft)
    await _shown(ned, draft)
    await nora.submit(path, {**sent, "notes": "First", "do": "save"})
    await ned.submit(path, {**sent, "notes": "Second", "do": "calculate"})
    await ned.submit(path, {**sent, "notes": "Second", "do": "save"})
    assert ned.answer.status_code == 412
    assert "Somebody changed this draft meanwhile." in ned.page
    assert ">Second</textarea>" in ned.page
    assert (await shop.ask("GET", f"/v1/invoices/{draft['id']}"))["notes"] == "First"


async def test_a_draft_is_kept_and_finalised(shop: Shop, nora: Browser) -> None:
    customer = await shop.customer()
    await nora.get(f"/invoices/new?customer_id={customer['id']}")
    sent = line(0, description="Server", unit_price="10")
    await nora.submit(f"/customers/{customer['id']}/invoices", {**sent, "do": "finalise"})
    assert "Finalise this draft?" in nora.page
    [row] = await shop.ask("GET", "/v1/invoices")
    assert row["status"] == "draft"
    await nora.submit(f"/invoices/{row['id']}/finalise")
    assert "has the number" in nora.page
    assert (await nora.get(f"/invoices/{row['id']}/edit")).status_code == 404
    await nora.get(f"/invoices/new?customer_id={customer['id']}")
    sent = {**line(0, description="More", unit_price="1"), "corrects_id": row["id"]}
    await nora.submit(f"/customers/{customer['id']}/invoices", {**sent, "do": "save"})
    kinds = {one["kind"]: one["corrects_id"] for one in await shop.ask("GET", "/v1/invoices")}
    assert kinds == {"invoice": None, "debit_note": row["id"]}


async def test_a_draft_is_deleted(shop: Shop, nora: Browser) -> None:
    draft = await shop.draft((await shop.customer())["id"])
    await nora.get(f"/invoices/{draft['id']}/delete")
    await nora.submit(f"/invoices/{draft['id']}/delete")
    assert "The draft was deleted." in nora.page
    assert await shop.ask("GET", "/v1/invoices") == []


async def test_an_invoice_is_cancelled_written_off_or_paid_with_credit(shop: Shop, nora: Browser) -> None:
    customer = await shop.customer()
    first, second, third = [await shop.invoice(customer["id"]) for _ in range(3)]
    await nora.get(f"/invoices/{first['id']}/cancel")
    await nora.submit(f"/invoices/{first['id']}/cancel", {"reason": ""})
    assert nora.answer.status_code == 422
    await nora.submit(f"/invoices/{first['id']}/cancel", {"reason": "Wrong"})
    assert "The invoice was cancelled." in nora.page
    await nora.get(f"/invoices/{second['id']}/write-off")
    await nora.submit(f"/invoices/{second['id']}/write-off", {"reason": "Gone"})
    assert "The invoice was written off." in nora.page
    await shop.ask("POST", f"/v1/customers/{customer['id']}/credit", {"amount": "7", "reason": "A gift"}, 201)
    await nora.get(f"/invoices/{third['id']}/use-credit")
    assert "€7.00 to their credit" in nora.page
    await nora.submit(f"/invoices/{third['id']}/use-credit", {"amount": "5"})
    assert "The credit was used." in nora.page
    found = [await shop.ask("GET", f"/v1/invoices/{one['id']}") for one in (first, second, third)]
    assert [one["status"] for one in found] == ["cancelled", "uncollectible", "partially_paid"]
    assert Decimal(found[2]["paid"]) == 5
    await nora.get(f"/invoices/{third['id']}/cancel")
    await nora.submit(f"/invoices/{third['id']}/cancel", {"reason": "Late"})
    assert "Something was paid of this invoice" in nora.page


async def test_nobody_else_writes_them(shop: Shop, world: World, log_in: LogIn) -> None:
    customer = await shop.customer(customer_org_id=str(world.organizations["apple"]))
    draft, invoice = await shop.draft(customer["id"]), await shop.invoice(customer["id"])
    saul, anna = await log_in("saul"), await log_in("anna")
    paths = [f"/invoices/{draft['id']}/{end}" for end in ("edit", "delete")]
    paths += [f"/invoices/{invoice['id']}/{end}" for end in ("cancel", "write-off", "use-credit")]
    for path in (*paths, f"/customers/{customer['id']}/invoices"):
        for browser, status in ((saul, 404), (anna, 403)):
            if path in paths:
                assert (await browser.get(path)).status_code == status, path
            sent = {**line(0, description="x", unit_price="1"), "do": "save", "reason": "x"}
            assert (await browser.post(path, sent)).status_code == status, path
    assert (await saul.get(f"/invoices/new?customer_id={customer['id']}")).status_code == 404
    assert len(await shop.ask("GET", "/v1/invoices")) == 2


async def test_some_positions_are_credited(shop: Shop, nora: Browser) -> None:
    items = [{"description": "A", "unit_price": "10", "quantity": "3"}, {"description": "B <b>", "unit_price": "7"}]
    invoice = await shop.invoice((await shop.customer())["id"], *items)
    path = f"/invoices/{invoice['id']}/credit"
    await nora.get(path)
    assert "2. B &lt;b&gt;" in nora.page
    for sent, place, words in (
        ({"quantity_0": "4"}, "quantity_0", "must"),
        ({"quantity_1": "some"}, "quantity_1", "must be a number"),
        ({"quantity_0": "1", "reason": ""}, "reason", "is required"),
        ({"quantity_0": "0"}, "quantity_0", "is nothing"),
    ):
        await nora.submit(path, {"reason": "Sorry", **sent})
        about = re.search(rf'id="f-{place}-about">([^<]*)', nora.page)
        assert nora.answer.status_code == 422
        assert about is not None
        assert words in about[1], (sent, about[1])
    await nora.submit(path, {"reason": "Sorry", "quantity_0": "2", "quantity_1": "0"})
    assert "The credit note was made." in nora.page
    await nora.get(path)
    await nora.submit(path, {"reason": "The rest"})
    notes = [one for one in await shop.ask("GET", "/v1/invoices") if one["kind"] == "credit_note"]
    assert sorted(Decimal(one["amount"]) for one in notes) == [17, 20]


async def test_what_a_page_cannot_hold_is_refused_and_not_cut_off(shop: Shop, nora: Browser) -> None:
    customer = await shop.customer()
    await nora.get(f"/invoices/new?customer_id={customer['id']}")
    many: dict[str, str] = {}
    for n in range(MOST + 1):
        many |= line(n, description="x", unit_price="1")
    await nora.submit(f"/customers/{customer['id']}/invoices", {**many, "do": "save"})
    assert nora.answer.status_code == 422
    assert f"must be at most {MOST} lines" in nora.page
    assert len(descriptions(nora.page)) == MOST + 1, "what was typed stays"
    draft = await shop.draft(customer["id"], *({"description": "x", "unit_price": "1"} for _ in range(MOST + 1)))
    assert (await nora.get(f"/invoices/{draft['id']}/edit")).status_code == 409
    assert (await nora.post(f"/invoices/{draft['id']}/edit", {**line(0, description="x"), "do": "save"})).status_code == 409
    assert len((await shop.ask("GET", f"/v1/invoices/{draft['id']}"))["items"]) == MOST + 1
