"""Looking for anything."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import msgspec
import pytest

from control.core.pagination import PageRequest
from control.web import searching
from tests.billing.selling import Shop
from tests.peopling import Application
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import World


def options(page: str) -> list[tuple[str, str]]:
    """Addresses and names of what the palette shows."""
    found = re.findall(r'<a role="option"[^>]* href="([^"]+)">.*?<span class="min-w-0[^>]*>([^<]*)</span>', page, re.DOTALL)
    return [(href, name.strip()) for href, name in found]


async def look(browser: Browser, text: str) -> list[tuple[str, str]]:
    await browser.get(f"/search?q={text}", HX_Request="true", HX_Target="palette-results")
    assert "<html" not in browser.page
    return options(browser.page)


@pytest.fixture
async def shop(world: World) -> Shop:
    opened = Shop(world)
    await opened.open()
    return opened


async def test_pages_of_the_menu(log_in: LogIn) -> None:
    nora = await log_in("nora")
    everything = await look(nora, "")
    assert ("/invoices", "Invoices") in everything
    assert ("/invoices", "Invoices") in await look(nora, "INVO")
    assert ("/invoices", "Invoices") in await look(nora, "bill+inv")
    assert ("/jobs", "Jobs") not in everything, "she has no such page"


async def test_things_by_name_and_number(log_in: LogIn, world: World, shop: Shop) -> None:
    apple = await shop.customer("Applejack <b>")
    invoice = await shop.invoice(apple["id"])
    answer = await world.send("nora", "POST", "/v1/sites", {"name": "Orchard", "hosts": ["orchard.example"]})
    assert answer.status_code == 201, answer.text
    site = answer.json()["data"]
    nora = await log_in("nora")
    for text, href in (
        ("applejack", f"/customers/{apple['id']}"),
        (invoice["invoice_number"], f"/invoices/{invoice['id']}"),
        ("orchard.ex", f"/sites/{site['id']}"),
        ("ned@example", f"/users/{world.users['ned']}"),
        ("birch", f"/organizations/{world.organizations['birch']}"),
    ):
        assert href in [one[0] for one in await look(nora, text)], text
    await nora.get("/search?q=applejack")
    assert "Applejack &lt;b&gt;" in nora.page
    assert "<html" in nora.page


async def test_nothing_of_others(log_in: LogIn, shop: Shop) -> None:
    await shop.customer("Applejack")
    for who in ("saul", "anna", "alex"):
        browser = await log_in(who)
        assert not [one for one in await look(browser, "applejack") if "/customers" in one[0]], who


async def test_at_most_five_and_a_way_to_all(log_in: LogIn, shop: Shop) -> None:
    for n in range(6):
        await shop.customer(f"Pear {n}")
    nora = await log_in("nora")
    found = [href for href, _ in await look(nora, "pear")]
    assert len([href for href in found if href.startswith("/customers/")]) == 5
    assert "/customers?search=pear" in found


async def test_one_character_looks_for_pages_alone(log_in: LogIn, shop: Shop) -> None:
    await shop.customer("Xenia")
    nora = await log_in("nora")
    assert await look(nora, "x") == [one for one in await look(nora, "x") if not one[0].startswith("/customers/")]


async def test_what_takes_too_long_is_said(
    log_in: LogIn, application: Application, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []

    async def slow(_ctx: Any, _wanted: PageRequest, _filters: dict[str, Any]) -> tuple[list[Any], int]:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("slow")
        return [], 0

    async def broken(_ctx: Any, _wanted: PageRequest, _filters: dict[str, Any]) -> tuple[list[Any], int]:
        raise RuntimeError("no")

    nora = await log_in("nora")
    await shop.customer("Applejack")
    app: Any = application._made
    offer = app.state.offer
    sources = {one.table.name: one for one in offer.sources}
    for name, service in (("sites", slow), ("users", broken)):
        table = msgspec.structs.replace(sources[name].table, service=service)
        sources[name] = msgspec.structs.replace(sources[name], table=table)
    monkeypatch.setattr(app.state, "offer", msgspec.structs.replace(offer, sources=tuple(sources.values())))
    monkeypatch.setattr(searching, "LIMIT", 0.3)
    found = await look(nora, "applejack")
    assert any(href.startswith("/customers/") for href, _ in found), "the others are shown"
    assert "Some areas took too long" in nora.page
    assert ended == ["slow"], "it does not go on behind the page's back"


@pytest.mark.parametrize("text", ["%25", "_", "%00", "'%22%3Cscript%3E", "x" * 5000])
async def test_odd_searches_do_no_harm(log_in: LogIn, text: str) -> None:
    nora = await log_in("nora")
    assert (await nora.get(f"/search?q={text}")).status_code == 200
    assert "<script>" not in nora.page
