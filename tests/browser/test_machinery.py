"""What all pages share, in a real browser: the palette, news as they happen, two browsers at once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visitor
from tests.integration.platform import Platform

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]


@pytest.fixture
def visitor(chromium: Browser, platform: Platform) -> Iterator[Visitor]:
    opened = Visitor(chromium, platform, viewport={"width": 1280, "height": 800})
    yield opened
    assert opened.complaints == []
    opened.context.close()


def test_the_palette_by_keyboard(visitor: Visitor) -> None:
    page = visitor.page
    visitor.log_in("reseller")
    assert not any("palette" in one for one in page.evaluate("performance.getEntriesByType('resource').map(r => r.name)"))
    page.get_by_role("link", name="Dashboard").focus()
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search pages and things")
    expect(box).to_be_focused()
    page.keyboard.type("café")
    option = page.get_by_role("option", name="Café Lumière").first
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "-")
    expect(page.locator("#palette-said")).to_contain_text("entries")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "false")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    expect(box).not_to_be_visible()
    expect(page.get_by_role("link", name="Dashboard")).to_be_focused()
    page.get_by_role("link", name="Search").click()
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/(customers|organizations)/[0-9a-f-]{36}$"))


def _new_invoice(platform: Platform) -> None:
    at = f"http://127.0.0.1:{platform.stack.ports.control}"
    with httpx.Client(base_url=at, headers={"Authorization": f"Bearer {platform.log_in('reseller')}"}, timeout=20) as client:
        customer = client.get("/v1/customers").json()["data"][0]
        body = {"customer_id": customer["id"], "items": [{"description": "News", "unit_price": "1.00"}]}
        assert client.post("/v1/invoices", json=body).status_code == 201


def _streaming(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-stream", "open", timeout=15_000)


def test_a_list_follows_what_happens_and_says_so(visitor: Visitor, platform: Platform) -> None:
    """Through the gateway, which neither holds nor packs the stream."""
    page = visitor.page
    visitor.log_in("reseller")
    visitor.go("/invoices")
    _streaming(page)
    total = page.locator("[data-summary]").inner_text()
    _new_invoice(platform)
    expect(page.locator("[data-summary]")).not_to_have_text(total, timeout=10_000)
    expect(page.locator("#said-invoices")).to_have_text(page.locator("[data-summary]").inner_text())


def test_tabs_share_one_stream_and_hand_it_on(visitor: Visitor, platform: Platform) -> None:
    first = visitor.page
    visitor.log_in("reseller")
    visitor.go("/invoices")
    _streaming(first)
    second = visitor.context.new_page()
    asked: list[str] = []
    second.on("request", lambda request: asked.append(request.url))
    second.goto(visitor.url + "/invoices")
    total = second.locator("[data-summary]").inner_text()
    _new_invoice(platform)
    expect(second.locator("[data-summary]")).not_to_have_text(total, timeout=10_000)
    assert not [one for one in asked if one.endswith("/live")]
    first.close()
    expect(second.locator("html")).to_have_attribute("data-stream", "open", timeout=15_000)
    total = second.locator("[data-summary]").inner_text()
    _new_invoice(platform)
    expect(second.locator("[data-summary]")).not_to_have_text(total, timeout=10_000)


def test_control_restarts_under_an_open_page(visitor: Visitor, platform: Platform) -> None:
    page = visitor.page
    visitor.log_in("reseller")
    visitor.go("/invoices")
    _streaming(page)
    total = page.locator("[data-summary]").inner_text()
    control = platform.processes["control"]
    began = time.monotonic()
    control.stop()
    took = time.monotonic() - began
    assert took < 5, f"an open stream held the end up for {took:.1f} s"
    control.start(f"http://127.0.0.1:{platform.stack.ports.control}/livez")
    _new_invoice(platform)
    expect(page.locator("[data-summary]")).not_to_have_text(total, timeout=20_000)
    expect(page).to_have_url(re.compile("/invoices$"))


def test_two_browsers_at_one_form(chromium: Browser, platform: Platform) -> None:
    first, second = Visitor(chromium, platform), Visitor(chromium, platform)
    for visitor in (first, second):
        visitor.log_in("reseller")
        visitor.go("/customers?search=lumi")
        visitor.page.locator("#rows-customers tbody a").first.click()
        visitor.page.get_by_role("main").get_by_role("link", name="Edit", exact=True).click()
        expect(visitor.page.get_by_label("Name", exact=True)).to_be_visible()
    here, there = first.page, second.page
    there.get_by_label("Name", exact=True).fill("Café Lumière of the other")
    there.get_by_label("E-mail").fill("other@customer.example")
    there.get_by_role("button", name="Save").click()
    expect(there.get_by_text("The customer was changed.")).to_be_visible()
    here.get_by_label("Name", exact=True).fill("Café Lumière of mine")
    here.get_by_role("button", name="Save").click()
    expect(here.get_by_text("Somebody else changed this in the meantime.")).to_be_visible()
    expect(here.get_by_label("Name", exact=True)).to_have_value("Café Lumière of mine")
    expect(here.get_by_text("Somebody else made this of it: Café Lumière of the other")).to_be_visible()
    expect(here.get_by_label("E-mail")).to_have_value("other@customer.example")
    here.get_by_role("button", name="Save over it").click()
    expect(here.get_by_text("The customer was changed.")).to_be_visible()
    expect(here.get_by_role("heading", name="Café Lumière of mine")).to_be_visible()
    for visitor in (first, second):
        assert visitor.complaints == []
        visitor.context.close()


def test_a_view_is_saved_from_the_menu_and_the_focus_comes_back(visitor: Visitor) -> None:
    page = visitor.page
    visitor.log_in("reseller")
    visitor.go("/invoices?status=draft")
    page.locator("summary", has_text="View:").click()
    page.get_by_role("link", name="Save this view").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("summary", has_text="View:")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Save this view").click()
    dialog.get_by_label("Name").fill("All drafts")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("summary", has_text="View: All drafts")).to_be_visible()
    header = page.get_by_role("columnheader", name="Due")
    header.get_by_role("link").press("Enter")
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(header.get_by_role("link")).to_be_focused()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "invoices.csv"


@pytest.mark.parametrize("scripts", [True, False])
def test_the_side_bar_of_a_phone(chromium: Browser, platform: Platform, scripts: bool) -> None:
    visitor = Visitor(chromium, platform, viewport={"width": 320, "height": 600}, java_script_enabled=scripts)
    page = visitor.page
    visitor.log_in("reseller")
    menu = page.get_by_role("navigation", name="Main")
    expect(menu).not_to_be_visible()
    page.get_by_label("Menu").first.focus()
    page.keyboard.press("Space")
    expect(menu.get_by_role("link", name="Invoices")).to_be_visible()
    menu.locator("summary", has_text="Billing").click()
    expect(menu.get_by_role("link", name="Invoices")).not_to_be_visible()
    menu.locator("summary", has_text="Billing").click()
    menu.get_by_role("link", name="Invoices").click()
    expect(page).to_have_url(re.compile("/invoices$"))
    visitor.context.close()


def test_groups_and_scroll_position_of_the_side_bar_are_kept(chromium: Browser, platform: Platform) -> None:
    visitor = Visitor(chromium, platform, viewport={"width": 1280, "height": 500})
    page = visitor.page
    visitor.log_in("reseller")
    menu = page.get_by_role("navigation", name="Main")
    menu.locator("summary", has_text="Accounts").click()
    menu.get_by_role("link", name="Status pages").click()
    expect(menu.get_by_role("link", name="Status pages")).to_be_in_viewport()
    expect(menu.get_by_role("link", name="Organizations")).not_to_be_visible()
    assert page.evaluate("document.getElementById('side-menu').scrollTop") > 0
    visitor.go("/organizations")
    expect(menu.get_by_role("link", name="Organizations")).to_be_visible()
    visitor.context.close()
