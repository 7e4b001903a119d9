"""A real browser before the real stack: Debian's Chromium, the gateway, control, PostgreSQL and Redis."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.billing.selling import BERLIN, PARIS, SELLER
from tests.browser import stock
from tests.browser.pages import everything, more_of
from tests.browser.stocked import Stocked
from tests.integration.platform import Platform, running_platform

RESELLER = "reseller@nordwind.demo.example"


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[ThreadPoolExecutor]:
    """A thread for what runs a loop of its own: Playwright's is in this one. It lives on, since processes end with theirs."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


@contextmanager
def _running(elsewhere: ThreadPoolExecutor) -> Iterator[Platform]:
    with tempfile.TemporaryDirectory(prefix="hcc-browser-") as folder:
        started = running_platform(Path(folder))
        running = elsewhere.submit(started.__enter__).result()
        running.people["reseller"] = {"email": RESELLER, "password": running.people["customer"]["password"]}
        try:
            yield running
        finally:
            elsewhere.submit(started.__exit__, None, None, None).result()


@contextmanager
def selling(elsewhere: ThreadPoolExecutor) -> Iterator[Platform]:
    """The platform with a seller, two customers and some invoices."""
    with _running(elsewhere) as running:
        _sell(running)
        yield running


@pytest.fixture(scope="session")
def platform(elsewhere: ThreadPoolExecutor) -> Iterator[Platform]:
    """One for all tests that do not count what is there."""
    with selling(elsewhere) as running:
        yield running


@pytest.fixture(scope="session")
def stocked(elsewhere: ThreadPoolExecutor) -> Iterator[Stocked]:
    """The platform after a year of work. It takes a while to make: tests that need no more than an invoice do without."""
    with _running(elsewhere) as running:
        desk = elsewhere.submit(stock.fill, running).result()
        at = f"http://127.0.0.1:{running.stack.ports.control}"
        people = {who: running.people[who] for who in ("admin", "reseller", "customer")}
        yield Stocked(running, desk, everything(at, desk.settings, people, more_of(desk)))


def _sell(platform: Platform) -> None:
    at = f"http://127.0.0.1:{platform.stack.ports.control}"  # past the demo's limit of requests
    with httpx.Client(base_url=at, headers={"Authorization": f"Bearer {platform.log_in('reseller')}"}, timeout=20) as client:

        def ask(method: str, path: str, body: object = None) -> Any:
            answer = client.request(method, path, json=body)
            assert answer.status_code < 300, (path, answer.text)
            return answer.json()["data"]

        ask("PUT", "/v1/billing/settings", SELLER)
        shop = next(one for one in ask("GET", "/v1/organizations?limit=100") if one["slug"] == "shop")
        people = [("Olivia's Shop", BERLIN, {"customer_org_id": shop["id"]}), ("Café Lumière", PARIS, {})]
        for name, address, more in people:
            body = {"kind": "business", "name": name, "email": "books@customer.example", "address": address} | more
            customer = ask("POST", "/v1/customers", body)
            for n in range(12):
                items = [{"description": "Server M", "unit_price": f"{n + 1}.50"}]
                made = ask("POST", "/v1/invoices", {"customer_id": customer["id"], "items": items})
                if n % 3:
                    ask("POST", f"/v1/invoices/{made['id']}/finalise", {})


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = shutil.which("chromium")
    assert path is not None, "needs Debian's chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visitor:
    """One person before their browser. What the console says against a page is kept."""

    def __init__(self, browser: Browser, platform: Platform, **how: Any) -> None:
        self.context = browser.new_context(locale="en", reduced_motion="reduce", **how)
        self.page: Page = self.context.new_page()
        self.url = platform.url.replace("127.0.0.1", "localhost")
        self.platform = platform
        self.complaints: list[str] = []
        self.page.on("console", self._noted)
        self.page.on("pageerror", self._failed)

    def _failed(self, error: Any) -> None:
        # The browser tells so when it leaves out the move from one page to the next since the next is there already.
        if not str(error).startswith("Transition was aborted because of invalid state"):
            self.complaints.append(str(error))

    def _noted(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)
        if path != "/styleguide":  # which shows what waiting looks like
            # Not by a function of the page: asking for it again would need `eval`, which the policy forbids.
            expect(self.page.locator("[hx-trigger=load] .skeleton")).to_have_count(0, timeout=15_000)

    def log_in(self, who: str) -> None:
        person = self.platform.people[who]
        self.go("/")
        self.page.get_by_label("E-mail").fill(person["email"])
        self.page.get_by_label("Password").fill(person["password"])
        self.page.get_by_role("button", name="Log in", exact=True).click()
        self.page.wait_for_url("**/dashboard")
