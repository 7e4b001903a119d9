"""A customer in a real browser: an order, a new card on the provider's page, the bank's question, an upgrade to the cent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from control.stack.stripe_simulator.server import Simulator
from tests.browser.conftest import Visitor
from tests.integration.platform import Platform

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]
KEYS = {"secret_key": "sk_test_simulator", "webhook_secret": "whsec_simulator", "publishable_key": "pk_test_simulator"}


class Seller:
    """What the seller does beside the browser."""

    def __init__(self, platform: Platform) -> None:
        headers = {"Authorization": f"Bearer {platform.log_in('reseller')}"}
        at = f"http://127.0.0.1:{platform.stack.ports.control}"
        self.client = httpx.Client(base_url=at, headers=headers, timeout=20)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self.client.request(method, path, json=body)
        assert answer.status_code < 300, (path, answer.text)
        return answer.json()["data"]


@pytest.fixture
def seller(platform: Platform) -> Iterator[Seller]:
    """With keys at the simulator, and a small and a large plan."""
    with Simulator(platform.stack.ports.cards):
        found = Seller(platform)
        found.ask("PUT", "/v1/payments/providers/stripe", KEYS)
        product = found.ask("POST", "/v1/products", {"name": "Web hosting"})
        for name, amount in (("Small", "9.90"), ("Large", "24.90")):
            plan = found.ask("POST", "/v1/plans", {"product_id": product["id"], "name": name})
            price = {"plan_id": plan["id"], "currency": "EUR", "interval": "month", "model": "flat", "amount": amount}
            found.ask("POST", "/v1/prices", price)
        yield found
        found.client.close()


def test_from_an_order_to_an_upgrade(chromium: Browser, platform: Platform, seller: Seller) -> None:
    visitor = Visitor(chromium, platform, viewport={"width": 1280, "height": 900})
    page = visitor.page
    visitor.log_in("customer")
    visitor.go("/order")
    page.get_by_role("link", name="Order: Small").click()
    page.get_by_role("button", name="Show what it costs").click()
    expect(page.get_by_text("€11.78").first).to_be_visible()
    page.get_by_role("button", name="Order with costs").click()
    expect(page.get_by_text("Thank you for your order.")).to_be_visible()
    expect(page.get_by_role("img", name="Code for banking apps")).to_be_visible()
    invoice = page.url.split("/")[-2]

    page.get_by_role("link", name="Add a card").click()
    page.get_by_role("button", name="Go on to the provider").click()
    page.wait_for_url("**/hosted/cards/**")
    page.get_by_label("Your card was declined.").first.check()
    page.get_by_role("button", name="Save this card").click()
    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    page.get_by_label(re.compile("3220")).check()
    page.get_by_role("button", name="Save this card").click()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("The card was added.")).to_be_visible()
    page.get_by_role("button", name="Pay €11.78").click()
    page.wait_for_url("**/hosted/bank/**")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Paid. Thank you!")).to_be_visible()
    [found] = [one for one in seller.ask("GET", "/v1/subscriptions") if one["name"].startswith("Small")]
    assert found["status"] == "active"
    assert seller.ask("GET", f"/v1/invoices/{invoice}")["status"] == "paid"
    expect(page.get_by_role("link", name="PDF", exact=True)).to_have_attribute("href", f"/invoices/{invoice}/document")

    visitor.go(f"/subscriptions/{found['id']}")
    page.locator("#main").get_by_role("link", name="Change", exact=True).click()
    page.get_by_label("Position").select_option(label="Large · €24.90 a month")
    page.get_by_role("button", name="Show what it costs").click()
    due = page.locator("dt", has_text="Now to pay").last.locator("xpath=following-sibling::dd[1]").inner_text()
    before = {one["id"] for one in seller.ask("GET", "/v1/invoices?limit=100")}
    page.get_by_role("button", name="Change with costs").click()
    expect(page.get_by_text("The subscription was changed.")).to_be_visible()
    new = [one for one in seller.ask("GET", "/v1/invoices?limit=100") if one["id"] not in before]
    [charged] = [one for one in new if one["kind"] == "invoice"]
    assert Decimal(charged["balance"]) == Decimal(due.replace("€", "")), "what was shown is what is to be paid, to the cent"
    assert visitor.complaints == []
    visitor.context.close()
