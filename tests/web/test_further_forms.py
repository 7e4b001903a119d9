"""Forms that have no story of their own: each is filled, sent, and what became of it is asked of the API."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from control.billing.dunning.working import dun
from control.core.ids import new_id
from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.billing.bank import BankShop, camt, entry
from tests.billing.cards import KEYS
from tests.billing.selling import Shop
from tests.billing.test_exchange import TWO_DAYS
from tests.sites.pem import make
from tests.sites.support import PUBLIC, make_site, make_upstream
from tests.web.conftest import LogIn
from tests.web.test_billing_flows import _upload
from tests.world import World


async def _done(browser: Any, action: str, typed: dict[str, str] | None = None, at: str = "") -> None:
    """Open the page of a form and send it."""
    await browser.get(at or action)
    assert browser.answer.status_code == 200, browser.page
    await browser.submit(action, typed or {})
    assert browser.answer.status_code == 200, re.findall(r'<li>.*?href="#.*?</li>|role="alert".*?</', browser.page)


async def test_the_catalogue_is_changed_and_emptied(log_in: LogIn, world: World) -> None:
    shop, nora = Shop(world), await log_in("nora")
    await shop.open()
    price = await shop.price("10")
    plan = await shop.ask("GET", f"/v1/plans/{price['plan_id']}")
    coupon = await shop.ask("POST", "/v1/coupons", {"code": "TEN", "percent": "10"}, 201)
    at = f"/coupons/{coupon['id']}"
    await _done(nora, f"{at}/edit", {"code": "TWENTY", "percent": "20", "duration": "once", "is_active": "true"})
    assert (await shop.ask("GET", f"/v1{at}"))["percent"].startswith("20")
    await _done(nora, f"{at}/retire")
    assert await shop.ask("GET", "/v1/coupons") == []
    for kind, found in (("plans", plan), ("products", {"id": plan["product_id"]})):
        path = f"/{kind}/{found['id']}"
        typed = {"name": "Renamed", "tax_class": "standard", "trial_days": "3", "is_active": "true", "is_listed": "true"}
        await nora.get(f"{path}/edit")
        await nora.submit(f"{path}/edit", typed)
        assert (await shop.ask("GET", f"/v1{path}"))["name"] == "Renamed"
    await _done(nora, f"/prices/{price['id']}/delete")
    await shop.ask("GET", f"/v1/prices/{price['id']}", status=404)
    await _done(nora, f"/plans/{plan['id']}/delete", {"confirmation": "Renamed"})
    await _done(nora, f"/products/{plan['product_id']}/delete", {"confirmation": "Renamed"})
    assert await shop.ask("GET", "/v1/products") == []


async def test_rates_end_and_are_imported_and_keys_are_kept(log_in: LogIn, world: World) -> None:
    shop, nora = Shop(world), await log_in("nora")
    await shop.open()
    body = {"country": "DE", "tax_class": "reduced", "percent": "7", "valid_from": "2026-01-01"}
    rate = await shop.ask("POST", "/v1/billing/tax-rates", body, 201)
    last = str(date.today() + timedelta(days=3))  # noqa: DTZ011 - some days from any zone's today
    await _done(nora, f"/billing/tax-rates/{rate['id']}/end", {"valid_to": last})
    assert (await shop.ask("GET", f"/v1/billing/tax-rates/{rate['id']}"))["valid_to"] == last
    await nora.get("/billing/exchange-rates/import")
    await _upload(nora, "/billing/exchange-rates/import", TWO_DAYS.encode())
    assert {one["currency"] for one in await shop.ask("GET", "/v1/billing/exchange-rates")} == {"USD", "CHF"}
    await _done(nora, "/billing/settings/provider", {**KEYS, "is_active": "true"})
    assert (await shop.ask("GET", "/v1/payments/providers/stripe"))["publishable_key"] == KEYS["publishable_key"]
    await nora.get("/billing/settings/provider")
    assert KEYS["secret_key"] not in nora.page


async def test_reminders_are_stopped_and_go_on(log_in: LogIn, world: World, worker_runtime: Runtime) -> None:
    shop, nora = Shop(world), await log_in("nora")
    await shop.open()
    steps = [{"days": 1, "action": "remind"}, {"days": 30, "action": "suspend"}]
    await shop.ask("POST", "/v1/dunning-schedules", {"name": "All", "is_default": True, "steps": steps}, 201)
    invoice = await shop.invoice((await shop.customer())["id"])
    await dun(worker_runtime, world.organizations["north"], date.fromisoformat(invoice["due_date"]) + timedelta(days=2))
    at = f"/invoices/{invoice['id']}/dunning"
    await _done(nora, f"{at}/stop", {"reason": "They called"})
    assert (await shop.ask("GET", f"/v1{at}"))["stop_reason"] == "They called"
    await _done(nora, f"{at}/continue")
    assert (await shop.ask("GET", f"/v1{at}"))["stopped_at"] is None


async def test_ways_to_pay(log_in: LogIn, world: World) -> None:
    shop, nora = Shop(world), await log_in("nora")
    await shop.open(creditor_id="DE98ZZZ09999999999")
    customer = await shop.customer(customer_org_id=str(world.organizations["apple"]))
    made = []
    for iban in ("DE02 1203 0000 0000 2020 51", "DE75 5121 0800 1245 1261 99"):
        body = {"customer_id": customer["id"], "iban": iban, "holder": "A", "signed_on": "2026-01-15"}
        made.append(await shop.ask("POST", "/v1/payments/mandates", body, 201))
    other = next(one["id"] for one in await shop.ask("GET", "/v1/payments/methods") if not one["is_default"])
    at = f"/payments/methods/{other}"
    await _done(nora, f"{at}/default")
    assert (await shop.ask("GET", f"/v1{at}"))["is_default"]
    await _done(nora, f"{at}/revoke")
    assert (await shop.ask("GET", f"/v1{at}"))["status"] == "revoked"
    invoice = await shop.invoice(customer["id"])
    anna = await log_in("anna")
    await anna.get(f"/invoices/{invoice['id']}/pay")
    await anna.post(f"/invoices/{invoice['id']}/pay")
    assert anna.answer.status_code in (409, 422), "no card is kept"
    assert "Traceback" not in anna.page


async def test_a_suggestion_of_the_bank_is_refused(log_in: LogIn, world: World, worker_runtime: Runtime) -> None:
    shop, nora = BankShop(world), await log_in("nora")
    shop.worker = worker_runtime
    await shop.open()
    customer = await shop.customer("Apple")
    await shop.invoice(customer["id"])
    await shop.bring(camt(entry("118.00", "E1", text="Apple, part", name="Apple")))
    [found] = await shop.entries()
    await nora.get(f"/payments/bank/{found['id']}")
    await nora.post(f"/payments/bank/{found['id']}/refuse")
    assert nora.answer.status_code in (200, 409), nora.page
    [after] = await shop.entries()
    assert after["suggestions"] == []


async def test_certificates_and_upstreams(log_in: LogIn, world: World) -> None:
    browser = await log_in("anna")
    pair, newer = make(["shop.example"]), make(["shop.example"])
    await browser.get("/certificates/new")
    await browser.submit("/certificates", {"chain_pem": pair.pem, "private_key_pem": pair.key_pem})
    [found] = (await world.get("anna", "/v1/certificates")).json()["data"]
    at = f"/certificates/{found['id']}"
    await _done(browser, f"{at}/renew", {"chain_pem": newer.pem, "private_key_pem": newer.key_pem})
    renewed = (await world.get("anna", f"/v1{at}")).json()["data"]
    assert renewed["fingerprint"] != found["fingerprint"]
    await _done(browser, f"{at}/delete", {"confirmation": "shop.example"})
    assert (await world.get("anna", "/v1/certificates")).json()["data"] == []
    site = await make_site(world)
    upstream = await make_upstream(world, site)
    at = f"/sites/{site['id']}/upstreams/{upstream['id']}"
    typed = {"name": "renamed", "targets": f"{PUBLIC} 3", "policy": "least_request"}
    await _done(browser, f"{at}/edit", typed)
    assert (await world.get("anna", f"/v1{at}")).json()["data"]["name"] == "renamed"
    await _done(browser, f"{at}/delete")
    assert (await world.get("anna", f"/v1{at}")).status_code == 404


async def test_an_alert_that_somebody_looks_after(log_in: LogIn, world: World, settings: Settings) -> None:
    found, browser = new_id(), await log_in("anna")
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute(
            "INSERT INTO hcc.alerts (id, organization_id, source, source_id, fingerprint, name, severity, series, labels, phase,"
            " since, fired_at, known_at)"
            " VALUES (%s, %s, 'rule', %s, %s, 'Down', 'critical', %s, %s, 'firing', now(), now(), now())",
            (found, world.organizations["apple"], new_id(), found.bytes, Jsonb({}), Jsonb({"alertname": "Down"})),
        )
    at = f"/monitoring/alerts/{found}"
    await _done(browser, f"{at}/acknowledge", {"note": "I look"}, at)
    assert (await world.get("anna", f"/v1{at}")).json()["data"]["acknowledged_note"] == "I look"
    await _done(browser, f"{at}/unacknowledge", at=at)
    assert (await world.get("anna", f"/v1{at}")).json()["data"]["acknowledged_at"] is None


async def test_somebodys_data_are_gathered_and_erased(log_in: LogIn, world: World) -> None:
    browser = await log_in("anna")
    at = f"/users/{world.users['alex']}"
    await browser.get(at)
    await browser.submit(f"{at}/export")
    assert "/operations/" in str(browser.answer.url), browser.page
    await browser.get(f"{at}/erase")
    email = world.email("alex")
    await browser.submit(f"{at}/erase", {"typed": "alex@wrong.example"})
    assert browser.answer.status_code == 422
    assert email in browser.page


async def test_a_forgotten_password_says_nothing_about_who_is_there(log_in: LogIn, world: World) -> None:
    browser = await log_in("anna")
    said = []
    for email in (world.email("anna"), "nobody@example.com"):
        await browser.get("/forgot-password")
        await browser.submit("/forgot-password", {"email": email})
        assert browser.answer.status_code == 200
        said.append(browser.page.partition("<main")[2].replace(email, ""))
    assert "mail" in said[0]
    assert said[0] == said[1]
