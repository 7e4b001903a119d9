"""The list of invoices and one invoice: looking, filtering, finalising, sending, crediting."""

from __future__ import annotations

import re

import pytest

from tests.billing.selling import Shop
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import World


@pytest.fixture
async def shop(world: World) -> Shop:
    opened = Shop(world)
    await opened.open()
    return opened


@pytest.fixture
async def nora(log_in: LogIn) -> Browser:
    return await log_in("nora")


def rows(page: str) -> list[str]:
    """The first cell of each row."""
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r'<td[^>]*><a class="font-medium[^>]*>([^<]*)</a>', page)]


async def test_the_list_is_filtered_sorted_and_searched(shop: Shop, nora: Browser) -> None:
    apple, birch = await shop.customer("Apple"), await shop.customer("Birch")
    first, second = await shop.invoice(apple["id"]), await shop.invoice(birch["id"], {"description": "x", "unit_price": "7"})
    await shop.draft(apple["id"])
    one, two = first["invoice_number"], second["invoice_number"]
    await nora.get("/invoices")
    assert rows(nora.page) == ["Draft", two, one]
    for query, expected in (
        ("?status=draft", ["Draft"]),
        ("?status=sent", [two, one]),
        ("?status=sent&sort_by=total&sort_order=asc", [two, one]),
        ("?search=birch", [two]),
        ("?status=sent&sort_by=number&sort_order=asc", [one, two]),
        ("?search=nothing-of-this-name", []),
    ):
        await nora.get(f"/invoices{query}")
        assert rows(nora.page) == expected, query
    assert "Nothing matches." in nora.page


async def test_a_part_alone_is_sent_where_a_script_asks(shop: Shop, nora: Browser) -> None:
    await shop.invoice((await shop.customer())["id"])
    await nora.get("/invoices", HX_Request="true", HX_Target="rows-invoices")
    assert "<html" not in nora.page
    assert len(rows(nora.page)) == 1
    assert "HX-Target" in nora.answer.headers["vary"]


async def test_pages_say_where_one_is(shop: Shop, nora: Browser) -> None:
    customer = await shop.customer()
    for _ in range(3):
        await shop.draft(customer["id"])
    await nora.get("/invoices?limit=2")
    assert "1 to 2 of 3" in nora.page
    assert "/invoices?limit=2&amp;page=2" in nora.page
    await nora.get("/invoices?limit=2&page=2")
    assert "3 to 3 of 3" in nora.page


async def test_chosen_columns_are_kept(nora: Browser) -> None:
    await nora.get("/invoices")
    answer = await nora.client.post(
        "/preferences/columns/invoices",
        data={"_csrf": nora.csrf, "columns": ["total", "created_at"], "back": "/invoices?limit=50"},
    )
    assert answer.headers["location"] == "/invoices?limit=50"
    answer = await nora.client.post("/preferences/columns/invoices", data={"_csrf": nora.csrf, "back": "https://evil.example"})
    assert answer.headers["location"] == "/invoices"
    assert (await nora.client.post("/preferences/columns/bogus", data={"_csrf": nora.csrf})).status_code == 404


async def test_a_draft_is_finalised_and_credited(shop: Shop, nora: Browser) -> None:
    draft = await shop.draft((await shop.customer())["id"])
    path = f"/invoices/{draft['id']}"
    await nora.get(f"{path}/finalise")
    assert "Finalise this draft?" in nora.page
    await nora.submit(f"{path}/finalise")
    assert nora.answer.url.path == path
    number = (await shop.ask("GET", f"/v1/invoices/{draft['id']}"))["invoice_number"]
    assert f"The invoice has the number {number} now." in nora.page
    await nora.get(f"{path}/credit")
    await nora.submit(f"{path}/credit", {"reason": ""})
    assert nora.answer.status_code == 422
    assert "is required" in nora.page
    await nora.submit(f"{path}/credit", {"reason": "Wrong <server>"})
    assert "The credit note was made." in nora.page
    assert "Wrong &lt;server&gt;" in nora.page
    await nora.get(f"{path}/credit")
    await nora.submit(f"{path}/credit", {"reason": "Again"})
    assert nora.answer.status_code == 409
    assert "Again" in nora.page, "what was typed stays"


async def test_a_form_sent_twice_is_done_once(shop: Shop, nora: Browser) -> None:
    invoice = await shop.invoice((await shop.customer())["id"])
    path = f"/invoices/{invoice['id']}/send"
    await nora.get(path)
    asked = nora.page
    await nora.submit(path, {"message": "Hello"})
    nora.page = asked
    await nora.submit(path, {"message": "Hello"})
    mails = await shop.ask("GET", f"/v1/billing/mails?invoice_id={invoice['id']}")
    assert len(mails) == 1
    nora.page = asked
    await nora.submit(path, {"message": "Something else"})
    assert nora.answer.status_code == 422


@pytest.mark.parametrize(
    ("recipients", "status"), [("", 200), ("a@b.example\nc@d.example", 200), ("nonsense", 422), ("a@b.example\nbad@", 422)]
)
async def test_to_whom_an_invoice_is_sent(shop: Shop, nora: Browser, recipients: str, status: int) -> None:
    invoice = await shop.invoice((await shop.customer())["id"])
    path = f"/invoices/{invoice['id']}/send"
    await nora.get(path)
    await nora.submit(path, {"recipients": recipients, "message": "Kind regards"})
    assert nora.answer.status_code == status
    if status == 422:
        assert "Kind regards" in nora.page
        assert "aria-invalid" in nora.page


async def test_many_are_sent_after_a_question(shop: Shop, nora: Browser) -> None:
    customer = await shop.customer()
    ids = [(await shop.draft(customer["id"]))["id"] for _ in range(2)]
    await nora.get("/invoices")
    sent = {"_csrf": nora.csrf, "ids": ids}
    nora.answer = await nora.client.post("/invoices/finalise", data=sent)
    nora.page = nora.answer.text
    assert "2 invoices were chosen." in nora.page
    assert (await shop.ask("GET", f"/v1/invoices/{ids[0]}"))["status"] == "draft", "nothing was done yet"
    key = re.search(r'name="_key" value="([^"]+)"', nora.page)
    assert key is not None
    data = {"_csrf": nora.csrf, "_key": key[1], "confirmed": "yes", "ids": ids}
    answer = await nora.client.post("/invoices/finalise", data=data)
    assert answer.status_code == 303
    again = await nora.client.post("/invoices/finalise", data=data)
    assert again.headers["location"] == answer.headers["location"]
    await nora.get(answer.headers["location"])
    assert "Invoices are finalised" in nora.page
    assert "hx-trigger" in nora.page, "it looks again by itself"


async def test_nothing_chosen_is_said(nora: Browser) -> None:
    await nora.post("/invoices/send")
    assert nora.answer.status_code == 422
    assert "Choose some invoices first." in nora.page


async def test_a_customer_is_added_changed_and_kept_on_error(shop: Shop, nora: Browser) -> None:
    del shop
    await nora.get("/customers/new")
    typed = {
        "name": "Café <Lumière>", "kind": "business", "email": "books@lumiere.example", "address.line1": "Rue 3",
        "address.city": "Paris", "address.country": "FR", "is_active": "true", "payment_terms_days": "zwölf",
    }  # fmt: skip
    await nora.submit("/customers", typed)
    assert nora.answer.status_code == 422
    assert "must be a number" in nora.page
    assert "Café &lt;Lumière&gt;" in nora.page
    await nora.submit("/customers", typed | {"payment_terms_days": "30", "address.country": "XX"})
    assert nora.answer.status_code == 422
    await nora.submit("/customers", typed | {"payment_terms_days": "30"})
    assert "The customer was added." in nora.page
    path = nora.answer.url.path
    await nora.get(f"{path}/edit")
    await nora.submit(f"{path}/edit", typed | {"name": "Lumière", "payment_terms_days": "", "language": "fr", "currency": "EUR"})
    assert "The customer was changed." in nora.page
    assert "Lumière</h1>" in nora.page
