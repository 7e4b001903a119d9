"""What sellers do in the browser, by forms alone: from a product to a paid subscription, and all that comes after."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from control.billing.today import today
from tests.billing.bank import camt, entry
from tests.billing.selling import Shop
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import World

TODAY = today("Europe/Berlin")


def _ids(page: str, before: str) -> list[str]:
    return list(dict.fromkeys(re.findall(rf"{before}([0-9a-f-]{{36}})", page)))


async def test_from_a_product_to_a_subscription(log_in: LogIn, world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer(customer_org_id=str(world.organizations["apple"]))
    nora = await log_in("nora")
    await nora.get("/products/new")
    await nora.submit("/products", {"name": "", "tax_class": "standard"})
    assert nora.answer.status_code == 422
    assert 'aria-invalid="true"' in nora.page
    await nora.submit("/products", {"name": "Hosting", "tax_class": "standard", "is_active": "true"})
    product = str(nora.answer.url.path)
    await nora.get(f"{product}/plans/new")
    await nora.submit(f"{product}/plans", {"name": "Small", "trial_days": "0", "is_listed": "true", "is_active": "true"})
    plan = str(nora.answer.url.path)
    await nora.get(f"{plan}/prices/new")
    price: dict[str, Any] = {
        "model": "flat",
        "currency": "EUR",
        "interval": "month",
        "unit": "C62",
        "aggregation": "increase",
        "scale": "1",
    }
    await nora.submit(f"{plan}/prices", {**price, "amount": "ten"})
    assert nora.answer.status_code == 422
    await nora.submit(f"{plan}/prices", {**price, "amount": "10.00", "valid_from": "2025-01-01"})
    assert "€10.00 a month" in nora.page
    await nora.get("/coupons/new")
    await nora.submit(
        "/coupons", {"code": "HALF", "percent": "50", "duration": "once", "is_active": "true", "valid_from": "2025-01-01"}
    )
    assert "HALF" in nora.page

    await nora.get(f"/subscriptions/new?customer_id={customer['id']}")
    chosen = re.findall(r'<option value="([0-9a-f-]{36})"', nora.page)[0]
    action = f"/customers/{customer['id']}/subscriptions"
    wanted = {"price_0": chosen, "quantity_0": "1", "coupon": "HALF", "collection": "invoice"}
    await nora.submit(action, {**wanted, "coupon": "NONE"})
    assert "is not known" in nora.page
    await nora.submit(action, wanted)
    assert "Now to pay" in nora.page
    assert "€5.95" in nora.page, "half of ten, with 19 % tax"
    assert (await shop.ask("GET", "/v1/subscriptions")) == [], "nothing is done yet"
    await nora.submit(action)
    assert "The subscription was started." in nora.page
    [made] = await shop.ask("GET", "/v1/subscriptions")
    [invoice] = await shop.ask("GET", "/v1/invoices")
    assert Decimal(invoice["total"]) == Decimal("5.95"), "what was shown is what was charged"

    anna = await log_in("anna")
    await anna.get("/subscriptions")
    assert made["id"] in anna.page
    await anna.get(f"/subscriptions/{made['id']}")
    assert invoice["id"] in anna.page
    for end in ("change", "cancel", "pause"):
        assert (await anna.post(f"/subscriptions/{made['id']}/{end}", {"when": "now", "confirmed": "yes"})).status_code == 403


async def _running(world: World, **more: Any) -> tuple[Shop, dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A seller with a small and a large plan, and a subscription to the small one."""
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    small, large = await shop.price("30"), await shop.price("60", model="per_unit")
    return shop, await shop.subscribe(customer["id"], small["id"], **more), small, large


async def test_what_a_change_shows_is_what_it_charges(log_in: LogIn, world: World) -> None:
    shop, sub, _, large = await _running(world, start_date=str(TODAY - timedelta(days=10)))
    nora = await log_in("nora")
    path = f"/subscriptions/{sub['id']}"
    await nora.get(f"{path}/change")
    await nora.submit(f"{path}/change", {"price_0": large["id"], "quantity_0": "2", "when": "now", "collection": "invoice"})
    body = {"change": {"items": [{"price_id": large["id"], "quantity": 2, "id": sub["items"][0]["id"]}], "when": "now"}}
    expected = await shop.ask("POST", f"/v1/subscriptions/{sub['id']}/preview", body)
    shown = re.search(r'name="shown" value="([^"]+)"', nora.page)
    assert shown is not None
    assert shown[1].split("/")[:2] == [expected["charge_total"], expected["credit_total"]]
    before = {one["id"] for one in await shop.ask("GET", "/v1/invoices")}
    await nora.submit(f"{path}/change")
    assert "The subscription was changed." in nora.page
    new = [one for one in await shop.ask("GET", "/v1/invoices") if one["id"] not in before]
    charged = {one["kind"]: Decimal(one["total"]) for one in new}
    assert charged == {"invoice": Decimal(expected["charge_total"]), "credit_note": Decimal(expected["credit_total"])}


async def test_what_came_to_something_else_meanwhile_is_shown_again(log_in: LogIn, world: World) -> None:
    shop, sub, _, large = await _running(world, start_date=str(TODAY - timedelta(days=10)))
    nora = await log_in("nora")
    path = f"/subscriptions/{sub['id']}/change"
    await nora.get(path)
    await nora.submit(path, {"price_0": large["id"], "quantity_0": "1", "when": "now", "collection": "invoice"})
    await shop.ask("POST", f"/v1/customers/{sub['customer_id']}/credit", {"amount": "5", "reason": "A gift"}, 201)
    await nora.submit(path)
    assert "It comes to something else than a moment ago." in nora.page
    assert (await shop.ask("GET", f"/v1/subscriptions/{sub['id']}"))["items"][0]["price_id"] != large["id"]
    await nora.submit(path)
    assert "The subscription was changed." in nora.page


async def test_a_confirmation_that_nobody_saw_changes_nothing(log_in: LogIn, world: World) -> None:
    shop, sub, _, large = await _running(world)
    nora = await log_in("nora")
    path = f"/subscriptions/{sub['id']}/change"
    await nora.get(path)
    forged = {"price_0": large["id"], "quantity_0": "1", "when": "now", "collection": "invoice", "confirmed": "yes"}
    for shown in ({}, {"shown": ""}, {"shown": "0/0/0/2020-01-01"}):
        await nora.post(path, forged | shown)
        assert "Now to pay" in nora.page
        assert (await shop.ask("GET", f"/v1/subscriptions/{sub['id']}"))["items"][0]["price_id"] != large["id"]


async def test_pause_resume_cancel_and_take_it_back(log_in: LogIn, world: World) -> None:
    shop, sub, _, _ = await _running(world)
    nora = await log_in("nora")
    path = f"/subscriptions/{sub['id']}"

    async def state() -> str:
        return str((await shop.ask("GET", f"/v1/subscriptions/{sub['id']}"))["status"])

    await nora.get(f"{path}/pause")
    await nora.submit(f"{path}/pause", {"resumes_on": "2020-01-01"})
    assert "must be after today" in nora.page
    await nora.submit(f"{path}/pause", {"resumes_on": ""})
    assert await state() == "paused"
    await nora.get(f"{path}/go-on/resume")
    await nora.submit(f"{path}/go-on/resume")
    assert await state() == "active"
    await nora.get(f"{path}/suspend")
    await nora.submit(f"{path}/suspend", {"reason": "Abuse"})
    assert await state() == "suspended"
    await nora.get(f"{path}/go-on/unsuspend")
    await nora.submit(f"{path}/go-on/unsuspend")
    assert await state() == "active"
    await nora.get(f"{path}/cancel")
    await nora.submit(f"{path}/cancel", {"when": "period_end", "reason": "Bye"})
    assert await state() == "active"
    await nora.submit(f"{path}/cancel")
    assert "Ends with its period" in nora.page
    await nora.get(f"{path}/go-on/reactivate")
    await nora.submit(f"{path}/go-on/reactivate")
    assert "The cancellation was taken back." in nora.page
    await nora.get(f"{path}/cancel")
    for unused, credited in (("false", False), ("true", True)):
        await nora.get(f"{path}/cancel")
        await nora.submit(f"{path}/cancel", {"when": "now", "credit_unused": unused})
        assert ("Credited: " in nora.page) is credited
    await nora.get(f"{path}/cancel")
    await nora.submit(f"{path}/cancel", {"when": "now"})
    assert "Credited" in nora.page
    await nora.submit(f"{path}/cancel")
    assert await state() == "cancelled"
    assert "/change" not in nora.page
    assert (await nora.get(f"{path}/go-on/elsewhere")).status_code == 404


async def test_money_comes_moves_and_goes_back(log_in: LogIn, world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    invoice = await shop.invoice(customer["id"])
    nora = await log_in("nora")
    await nora.get(f"/invoices/{invoice['id']}/payments/new")
    action = f"/invoices/{invoice['id']}/payments"
    await nora.submit(action, {"method": "bank_transfer", "amount": "19.00", "reference": "4111 1111 1111 1111", "fee": "0"})
    assert nora.answer.status_code == 422, "no numbers of cards"
    await nora.submit(action, {"method": "bank_transfer", "amount": "19.00", "reference": "part", "fee": "0"})
    assert (await shop.ask("GET", f"/v1/invoices/{invoice['id']}"))["balance"] == "100.000"

    await nora.get(f"/payments/new?customer_id={customer['id']}")
    action = f"/customers/{customer['id']}/payments"
    key = {"method": "cash", "amount": "150.00", "fee": "0"}
    await nora.submit(action, key)
    payment = nora.answer.url.path
    assert (await shop.credit_of(customer["id"])) == {"EUR": "50.000"}
    other = await shop.invoice(customer["id"])
    await nora.get(f"{payment}/move")
    assert other["invoice_number"] in nora.page
    await nora.submit(f"{payment}/move", {"invoice_id": other["id"], "amount": "20"})
    assert (await shop.ask("GET", f"/v1/invoices/{other['id']}"))["balance"] == "99.000"
    await nora.get(f"{payment}/refund")
    await nora.submit(f"{payment}/refund", {"amount": "500"})
    assert nora.answer.status_code == 409
    await nora.submit(f"{payment}/refund", {"amount": "30", "reason": "Too much"})
    assert (await shop.credit_of(customer["id"])) == {}
    assert "Too much" in nora.page


async def test_a_form_that_is_sent_twice_records_one_payment(log_in: LogIn, world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    nora = await log_in("nora")
    path = f"/payments/new?customer_id={customer['id']}"
    await nora.get(path)
    page, action = nora.page, f"/customers/{customer['id']}/payments"
    for _ in range(2):
        nora.page = page
        await nora.submit(action, {"method": "cash", "amount": "5", "fee": "0"})
    assert len(await shop.ask("GET", "/v1/payments")) == 1


async def _upload(browser: Browser, path: str, content: bytes, **fields: str) -> httpx.Response:
    """Send a file, as the form of the page at hand does."""
    answer = await browser.client.post(
        path,
        data={"_csrf": browser.csrf, **fields},
        files={"file": ("file.xml", content, "application/xml")},
        headers={"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:8000"},
    )
    browser.answer = await browser._follow(answer)
    browser.page = browser.answer.text
    return browser.answer


async def test_a_bank_statement_is_imported_and_its_entries_matched(log_in: LogIn, world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    invoice = await shop.invoice(customer["id"])
    nora = await log_in("nora")
    await nora.get("/payments/bank/import")
    await _upload(nora, "/payments/bank/import", b"<html>", format="camt.053")
    assert nora.answer.status_code == 422
    statement = camt(entry("119.00", invoice["invoice_number"]), entry("7.00", "somebody"))
    await _upload(nora, "/payments/bank/import", statement, format="camt.053")
    assert "Imported: 2 new entries, 0 known before." in nora.page
    await nora.get("/payments/bank/import")
    await _upload(nora, "/payments/bank/import", statement, format="camt.053")
    assert "0 new entries, 2 known before" in nora.page
    first, second = _ids(nora.page, "/payments/bank/")[:2]
    await nora.get(f"/payments/bank/{first}/aside")
    await nora.submit(f"/payments/bank/{first}/aside", {"reason": "A gift"})
    assert "The entry is set aside." in nora.page
    await nora.get(f"/payments/bank/{second}/customer?customer_id={customer['id']}")
    await nora.submit(f"/payments/bank/{second}/customer")
    assert "The entry is matched." in nora.page
    await nora.post(f"/payments/bank/{second}/accept", {"suggestion": "0"})
    assert nora.answer.status_code == 409
    await nora.post(f"/payments/bank/{second}/accept", {"suggestion": "none"})
    assert nora.answer.status_code == 422
    assert len(await shop.ask("GET", "/v1/payments")) == 1


async def test_direct_debits(log_in: LogIn, world: World) -> None:
    shop = Shop(world)
    await shop.open(creditor_id="DE98ZZZ09999999999")
    customer = await shop.customer()
    await shop.invoice(customer["id"], payment_terms_days=0)
    nora = await log_in("nora")
    await nora.get(f"/payments/direct-debits/mandates/new?customer_id={customer['id']}")
    action = f"/customers/{customer['id']}/mandates"
    mandate = {"holder": "Apple", "signed_on": "2026-01-02", "scheme": "CORE", "kind": "recurrent", "pre_notification_days": "5"}
    await nora.submit(action, {**mandate, "iban": "DE00"})
    assert nora.answer.status_code == 422
    await nora.submit(action, {**mandate, "iban": "DE75512108001245126199"})
    assert "The mandate was added." in nora.page
    await nora.get("/payments/direct-debits/new")
    for days in range(8, 20):  # the first on which banks are open
        await nora.submit("/payments/direct-debits", {"collected_on": str(TODAY + timedelta(days=days)), "scheme": "CORE"})
        if nora.answer.status_code == 200:
            break
    assert "The file was made." in nora.page
    batch = nora.answer.url.path
    answer = await nora.get(f"{batch}/file")
    assert answer.headers["content-type"].startswith("application/xml")
    assert b"pain.008" in answer.content
    await nora.get(f"{batch}/submit")
    await nora.submit(f"{batch}/submit")
    assert "At the bank" in nora.page
    assert (await nora.get(f"{batch}/elsewhere")).status_code == 404
    await nora.get(f"{batch}/cancel")
    assert "Payments in it" in nora.page
    await nora.submit(f"{batch}/cancel")
    [found] = await shop.ask("GET", "/v1/payments/sepa-batches")
    assert (nora.answer.status_code, found["status"]) == (200, "cancelled")


async def test_schedules_of_reminders(log_in: LogIn, world: World) -> None:
    shop = Shop(world)
    await shop.open()
    nora = await log_in("nora")
    await nora.get("/dunning/new")
    for steps in ("7; shout", "soon; remind", "7; late_fee; much", "7; late_fee"):
        await nora.submit("/dunning", {"name": "Usual", "steps": steps})
        assert nora.answer.status_code == 422, steps
    await nora.submit("/dunning", {"name": "Usual", "steps": "7; remind; ; Please; pay\n14; late_fee; 5,50"})
    [made] = await shop.ask("GET", "/v1/dunning-schedules")
    assert [(one["days"], one["action"], one["fee"], one["text"]) for one in made["steps"]] == [
        (7, "remind", None, "Please; pay"),
        (14, "late_fee", "5.50", ""),
    ]
    await nora.get(f"/dunning/{made['id']}/edit")
    assert "14; late_fee; 5.50" in nora.page
    await nora.submit(f"/dunning/{made['id']}/edit", {"name": "Other", "steps": "3; remind"})
    assert "Other" in nora.page
    await nora.get(f"/dunning/{made['id']}/delete")
    await nora.submit(f"/dunning/{made['id']}/delete")
    assert await shop.ask("GET", "/v1/dunning-schedules") == []


async def test_settings_rates_and_the_logo(log_in: LogIn, world: World) -> None:
    shop = Shop(world)
    nora = await log_in("nora")
    await nora.get("/billing/settings")
    assert "Nothing can be sold before you say who sells." in nora.page
    await nora.get("/billing/settings/edit")
    filled = {
        "legal_name": "North GmbH", "address.line1": "Way 1", "address.postal_code": "20457", "address.city": "Hamburg",
        "address.country": "DE", "email": "billing@north.example", "pending_tax_id": "as_valid", "currency": "EUR",
        "timezone": "Europe/Berlin", "language": "de", "page_size": "A4", "rounding": "half_up", "tax_rounding": "invoice",
        "payment_terms_days": "14", "colour": "#1f2937", "invoice_number": "INV-{year}-{number:5}",
        "credit_note_number": "CN-{year}-{number:5}", "debit_note_number": "DN-{year}-{number:5}",
        "customer_number": "C{number:6}",
    }  # fmt: skip
    await nora.submit("/billing/settings/edit", {**filled, "timezone": "Mars"})
    assert nora.answer.status_code == 422
    await nora.submit("/billing/settings/edit", filled)
    assert (await shop.ask("GET", "/v1/billing/settings"))["legal_name"] == "North GmbH"
    await _upload(nora, "/billing/settings/logo", b"no picture")
    assert nora.answer.status_code == 422
    picture = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>'
    await _upload(nora, "/billing/settings/logo", picture)
    assert "The logo was saved." in nora.page
    await nora.get("/billing/settings/logo/remove")
    await nora.submit("/billing/settings/logo/remove")
    assert not (await shop.ask("GET", "/v1/billing/settings"))["has_logo"]

    await nora.get("/billing/exchange-rates/new")
    await nora.submit("/billing/exchange-rates", {"currency": "EUR", "valid_from": "2026-01-02", "rate": "1"})
    assert nora.answer.status_code == 422
    await nora.submit("/billing/exchange-rates", {"currency": "USD", "valid_from": "2026-01-02", "rate": "0.91"})
    assert "0.91 EUR" in nora.page
    await nora.get("/billing/exchange-rates/USD/2026-01-02/delete")
    await nora.submit("/billing/exchange-rates/USD/2026-01-02/delete")
    assert "The rate is forgotten." in nora.page

    await nora.get("/billing/tax-rates/new")
    rate = {"country": "DE", "tax_class": "reduced", "percent": "7", "valid_from": "2099-01-01"}
    await nora.submit("/billing/tax-rates", rate)
    [made] = await shop.ask("GET", "/v1/billing/tax-rates")
    await nora.get(f"/billing/tax-rates/{made['id']}/delete")
    await nora.submit(f"/billing/tax-rates/{made['id']}/delete")
    assert await shop.ask("GET", "/v1/billing/tax-rates") == []
    await nora.get("/billing/settings/subscriptions")
    await nora.submit(
        "/billing/settings/subscriptions", {"upgrade": "period_end", "downgrade": "now", "combine_invoices": "true"}
    )
    assert (await shop.ask("GET", "/v1/billing/subscription-settings"))["upgrade"] == "period_end"


async def test_versions_of_prices(log_in: LogIn, world: World) -> None:
    shop = Shop(world)
    await shop.open()
    customer, price = await shop.customer(), await shop.price("10")
    sub = await shop.subscribe(customer["id"], price["id"])
    nora = await log_in("nora")
    plan = f"/plans/{price['plan_id']}"
    await nora.get(f"/prices/{price['id']}/versions/new")
    version = {"amount": "12", "setup_fee": "0", "aggregation": "increase", "scale": "1", "included": "0"}
    await nora.submit(f"/prices/{price['id']}/versions", {**version, "valid_from": "2019-01-01"})
    assert "must be after Jan 1, 2020" in nora.page
    await nora.submit(f"/prices/{price['id']}/versions", {**version, "valid_from": str(TODAY + timedelta(days=1))})
    assert nora.answer.url.path == plan
    assert "€12.00 a month" in nora.page
    [new] = [one for one in await shop.ask("GET", "/v1/prices") if one["id"] != price["id"]]
    await nora.get(f"/prices/{price['id']}/move")
    move = {"to_price_id": new["id"], "effective_from": str(TODAY + timedelta(days=20))}
    await nora.submit(f"/prices/{price['id']}/move", move)
    assert "will get the price: 1." in nora.page
    await nora.get(f"/subscriptions/{sub['id']}")
    assert "Another price from" in nora.page
    bands = {
        **version,
        "amount": "0",
        "model": "graduated",
        "currency": "EUR",
        "interval": "month",
        "unit": "C62",
        "name": "Bands",
    }
    await nora.get(f"{plan}/prices/new")
    for tiers in ("10; a; b", "1;2;3;4"):
        await nora.submit(f"{plan}/prices", {**bands, "tiers": tiers})
        assert nora.answer.status_code == 422, tiers
    await nora.submit(f"{plan}/prices", {**bands, "tiers": "10; 1,50; 0\n*; 1; 5"})
    assert "up to 10" in nora.page
    await nora.get(f"/prices/{new['id']}/archive")
    await nora.submit(f"/prices/{new['id']}/archive")
    assert "The price is sold no more." in nora.page


@pytest.mark.parametrize("path", ["/reports/revenue", "/reports/recurring", "/reports/tax", "/reports/receivables", "/ledger"])
async def test_reports_have_the_figures_of_the_books(log_in: LogIn, world: World, path: str) -> None:
    shop = Shop(world)
    await shop.open()
    customer, price = await shop.customer(), await shop.price("1234")
    await shop.subscribe(customer["id"], price["id"])
    await shop.invoice(customer["id"], {"description": "Moving", "unit_price": "1000"})
    expected = {
        "/reports/revenue": "€1,0",  # the thousand, and what is earned today of the month
        "/reports/recurring": "€1,234.00",
        "/reports/tax": "€424.46",
        "/reports/receivables": "€2,658.46",
        "/ledger": "€2,658.46",
    }
    nora = await log_in("nora")
    await nora.get(path)
    assert expected[path] in nora.page
