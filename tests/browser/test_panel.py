"""The main flow in a real browser, through the gateway; what each page looks like to machines that check accessibility."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visitor, selling
from tests.browser.looking import begin, both_looks, needs_axe, walk
from tests.integration.platform import Platform

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]
PAGES = [
    "/dashboard",
    "/invoices",
    "/customers",
    "/customers/new",
    "/invoices/new",
    "/billing/tax-flags",
    "/billing/settings/accounts",
    "/payments/bank/layouts/new",
    "/reselling/statements",
    "/reselling/terms",
    "/profile",
    "/profile/sessions",
    "/styleguide",
    "/invoices?status=bogus",
    "/search?q=caf",
    "/views/invoices",
    "/views/invoices/new?query=status%3Ddraft",
]


@pytest.fixture(scope="module")
def platform(elsewhere: ThreadPoolExecutor) -> Iterator[Platform]:
    """One in which nobody else did anything: rows are counted here."""
    with selling(elsewhere) as running:
        yield running


@pytest.fixture
def visitor(chromium: Browser, platform: Platform) -> Iterator[Visitor]:
    opened = Visitor(chromium, platform, viewport={"width": 1280, "height": 800})
    yield opened
    assert opened.complaints == []
    opened.context.close()


def test_from_the_login_to_a_sent_invoice_and_out_again(visitor: Visitor) -> None:
    page = visitor.page
    visitor.log_in("reseller")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    expect(page.get_by_text("All 24 invoices")).to_be_visible()
    expect(page.locator(".uplot canvas").first).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Invoices").click()
    expect(page.locator("#rows-invoices tbody tr")).to_have_count(20)

    page.get_by_role("searchbox").fill("café")
    expect(page.locator("#rows-invoices tbody tr")).to_have_count(12)
    expect(page).to_have_url(re.compile("search=caf"))
    page.get_by_role("combobox", name="Status").select_option("draft")
    expect(page.locator("#rows-invoices tbody tr")).to_have_count(4)
    page.reload()
    expect(page.locator("#rows-invoices tbody tr")).to_have_count(4)

    page.locator("#rows-invoices tbody a").first.click()
    page.get_by_role("link", name="Finalise").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Finalise this draft?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    page.get_by_role("link", name="Finalise").click()
    dialog.get_by_role("button", name="Finalise").click()
    expect(page.get_by_text("The invoice has the number")).to_be_visible()

    page.get_by_role("link", name="Send").click()
    dialog.get_by_label("Message").fill("Best wishes <b>")
    dialog.get_by_role("button", name="Send").click()
    expect(page.get_by_text("The mail is on its way.")).to_be_visible()
    expect(page.get_by_text("Queued")).to_be_visible()

    page.get_by_role("link", name="Credit note").click()
    dialog.get_by_role("button", name="Make a credit note").click()
    expect(page.get_by_text("Please correct what is marked.")).to_be_visible()
    page.get_by_label("Reason").fill("A mistake of ours")
    page.get_by_role("button", name="Make a credit note").click()
    expect(page.get_by_text("The credit note was made.")).to_be_visible()

    page.locator("summary", has_text="Nina").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()
    visitor.go("/invoices")
    expect(page).to_have_url(re.compile("/login"))


def test_many_are_chosen_and_the_question_names_their_number(visitor: Visitor) -> None:
    visitor.log_in("reseller")
    visitor.go("/invoices?status=draft")
    page = visitor.page
    send = page.get_by_role("button", name="Send")
    expect(send).to_be_disabled()
    page.get_by_label("Choose all").check()
    expect(send).to_be_enabled()
    count = page.locator("#rows-invoices tbody tr").count()
    send.click()
    expect(page.get_by_text(f"{count} invoices were chosen.")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(re.compile("/invoices$"))


def test_a_customer_sees_their_own(visitor: Visitor) -> None:
    visitor.log_in("customer")
    page = visitor.page
    expect(page.get_by_text("To pay", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Customers")).to_have_count(0)
    visitor.go("/invoices")
    expect(page.locator("#rows-invoices tbody tr")).to_have_count(8)
    expect(page.get_by_text("Café Lumière")).to_have_count(0)


def test_without_scripts_the_list_still_works(chromium: Browser, platform: Platform) -> None:
    visitor = Visitor(chromium, platform, java_script_enabled=False)
    page = visitor.page
    visitor.log_in("reseller")
    page.locator('#main a[href="/cards/receivables"]').click()
    expect(page.get_by_text("Overdue")).to_be_visible()
    visitor.go("/invoices")
    page.get_by_role("combobox", name="Status").select_option("draft")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile("status=draft"))
    page.get_by_role("link", name="Due").click()
    expect(page).to_have_url(re.compile("sort_by=due_date"))
    page.locator("#rows-invoices tbody input").first.check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("1 invoice was chosen.")).to_be_visible()
    visitor.context.close()


def test_a_keyboard_is_enough(visitor: Visitor) -> None:
    page, person = visitor.page, visitor.platform.people["reseller"]
    visitor.go("/login")
    page.keyboard.type(person["email"])
    page.keyboard.press("Tab")
    page.keyboard.type(person["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/dashboard")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_an_invoice_is_found_sorted_and_sent_by_keys_alone(visitor: Visitor) -> None:
    visitor.log_in("reseller")
    page = visitor.page

    def tab_to(text: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent.trim() || document.activeElement.placeholder || ''").startswith(
                text
            ):
                return
        raise AssertionError(f"no way to {text}")

    visitor.go("/invoices?status=sent")
    tab_to("Number or customer")
    page.keyboard.type("Café")
    expect(page).to_have_url(re.compile("search=Caf"))
    tab_to("Due")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("sort_by=due_date"))
    expect(page.locator("th[aria-sort=ascending], th[aria-sort=descending]")).to_have_count(1)
    tab_to("INV-")
    page.keyboard.press("Enter")
    page.wait_for_url("**/invoices/*-*")
    tab_to("Send")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.activeElement.closest('dialog') !== null"), "the focus is in the dialog"
    tab_to("Send")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The mail is on its way.")).to_be_visible()


def test_the_menu_of_a_phone_opens_by_keys(chromium: Browser, platform: Platform) -> None:
    visitor = Visitor(chromium, platform, viewport={"width": 390, "height": 844})
    visitor.log_in("reseller")
    page = visitor.page
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name="Invoices")
    expect(link).not_to_be_visible()
    page.get_by_role("checkbox", name="Menu").focus()
    page.keyboard.press("Space")
    expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/invoices")
    visitor.context.close()


@needs_axe
@both_looks
def test_pages_are_accessible_and_fit(chromium: Browser, platform: Platform, look: dict[str, Any]) -> None:
    walk(begin(chromium, platform, look), look, ["/login"])
    visitor = begin(chromium, platform, look, "reseller")
    first = []
    for name in ("invoices", "customers"):
        visitor.go(f"/{name}")
        first.append(visitor.page.locator(f"#rows-{name} tbody a").first.get_attribute("href") or "")
    walk(visitor, look, [*PAGES, *first, f"{first[0]}/send"])
