"""Cards and payments of customers, by forms alone, with the provider's pages at the simulator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import msgspec
import pytest

import control.billing.payments.providers.jobs  # noqa: F401 - what the worker does
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.stack.stripe_simulator.server import Simulator
from tests.billing.cards import CardShop
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import World


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, simulator: Simulator) -> Settings:
    return msgspec.structs.replace(settings, stripe_api_base=simulator.url)


@pytest.fixture
def shop(world: World, simulator: Simulator, worker_runtime: Runtime) -> CardShop:
    return CardShop(world, simulator, worker_runtime)


async def _outside(browser: Browser, **posted: str) -> str:
    """Follow the page's way to the provider, fill its form in, and come back as far as its way leads: the last page there."""
    link = re.search(r'href="(http://127[^"]+)"', browser.page)
    assert link is not None, browser.page
    assert f"url={unescape(link[1])}" in browser.answer.headers.get("refresh", f"url={unescape(link[1])}")
    async with httpx.AsyncClient() as there:
        at, page = unescape(link[1]), ""
        for name, value in posted.items():
            assert (await there.get(at)).status_code == 200
            answer = await there.post(at, data={name: value})
            page = answer.text
            if answer.status_code != 303:
                return page
            where = answer.headers["location"]
            at = where if where.startswith("http") else f"{at.split('/hosted')[0]}{where}"
    path = "/" + at.split("/", 3)[3]
    await browser.get(path)
    return page


async def test_a_card_is_added_at_the_provider_and_pays_at_once(log_in: LogIn, shop: CardShop) -> None:
    customer = await shop.open_with_cards()
    invoice = await shop.invoice(customer["id"])
    anna = await log_in("anna")
    await anna.get(f"/invoices/{invoice['id']}/pay")
    assert "<svg" in anna.page[anna.page.index("Code for banking apps") :]
    assert "No card is kept yet." in anna.page
    action = f"/payments/methods/new?then={invoice['id']}"
    await anna.get(action)
    await anna.submit(action)
    assert "Your card was declined." in await _outside(anna, card="pm_card_chargeDeclined")
    await _outside(anna, card="pm_card_visa")
    assert "The card was added." in anna.page
    assert "Visa ···· 4242" in anna.page
    back = str(anna.answer.url)
    [kept] = await shop.ask("GET", "/v1/payments/methods")
    await shop.catch_up()
    assert len(await shop.ask("GET", "/v1/payments/methods")) == 1, "the event keeps it no second time"
    await anna.get(back)
    await anna.submit(f"/invoices/{invoice['id']}/pay", {"payment_method_id": kept["id"]})
    assert anna.answer.status_code == 200, anna.page
    assert "Paid. Thank you!" in anna.page
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
    [session] = [key for key in shop.simulator.state.objects if key.startswith("cs_")]
    query = f"customer={customer['id']}&session={session}"
    bert = await log_in("bert")
    await bert.get(f"/payments/methods/added?{query}")
    assert bert.answer.status_code == 422, "no customer of theirs"
    for wrong in ("cs_unknown", "../x", ""):
        await anna.get(f"/payments/methods/added?customer={customer['id']}&session={wrong}")
        assert anna.answer.status_code == (200 if not wrong else 404)


@pytest.mark.parametrize("passed", ["true", "false"])
async def test_the_bank_asks(log_in: LogIn, shop: CardShop, passed: str) -> None:
    customer = await shop.open_with_cards()
    invoice = await shop.invoice(customer["id"])
    card = await shop.card(customer["id"], "pm_card_authenticationRequired")
    anna = await log_in("anna")
    path = f"/invoices/{invoice['id']}/pay"
    await anna.get(path)
    await anna.submit(path, {"payment_method_id": card["id"]})
    assert "Your bank wants you to confirm the payment." in anna.page
    leaving = anna.page
    [payment] = await shop.ask("GET", "/v1/payments")
    await anna.get(f"/payments/{payment['id']}/answer")
    assert "It waits for you" in anna.page
    assert "Look again" in anna.page
    assert "<h1" not in (await anna.get(f"/payments/{payment['id']}/answer", HX_Request="true", HX_Target="payment-answer")).text
    bert = await log_in("bert")
    assert (await bert.get(f"/payments/{payment['id']}/answer")).status_code == 404
    anna.page = leaving
    await _outside(anna, passed=passed)
    expected = {"true": ("paid", "0.000"), "false": ("sent", "119.000")}
    assert await shop.state_of(invoice["id"]) == expected[passed]
    assert ("Paid. Thank you!" if passed == "true" else "The card was not charged: Authentication failed.") in anna.page


async def test_all_that_is_due_is_paid_together(log_in: LogIn, shop: CardShop) -> None:
    customer = await shop.open_with_cards()
    for price in ("10", "20", "30"):
        await shop.invoice(customer["id"], {"description": "x", "unit_price": price})
    anna = await log_in("anna")
    await anna.get("/invoices/pay-all")
    assert "€71.40" in anna.page
    assert "Add a card" in anna.page
    bad = await shop.card(customer["id"], "pm_card_chargeCustomerFail")
    good = await shop.card(customer["id"])
    await anna.get("/invoices/pay-all")
    page = anna.page
    await anna.submit("/invoices/pay-all", {"payment_method_id": bad["id"]})
    assert anna.page.count("Your card was declined.") == 3
    for _ in range(2):
        anna.page = page
        await anna.submit("/invoices/pay-all", {"payment_method_id": good["id"]})
    found: list[dict[str, Any]] = await shop.ask("GET", "/v1/invoices")
    assert {one["status"] for one in found} == {"paid"}
    assert shop.simulator.state.charges_made == 3
    await anna.get("/invoices/pay-all")
    assert "Nothing is open. Thank you!" in anna.page
