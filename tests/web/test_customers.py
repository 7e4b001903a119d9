"""All about one customer, and what is done with the record; invoices whose tax is in doubt."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from control.billing.dunning.working import dun
from control.core.ids import new_id
from control.core.runtime import Runtime
from tests.billing.selling import PARIS, Shop
from tests.conftest import Urls
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import World

PARTS = ("", "/subscriptions", "/payments", "/methods", "/tax", "/mails", "/history")
ASKING = ("/credit", "/evidence", "/reminders/stop", "/delete", "/edit")


@pytest.fixture
async def shop(world: World) -> Shop:
    opened = Shop(world)
    await opened.open()
    return opened


@pytest.fixture
async def nora(log_in: LogIn) -> Browser:
    return await log_in("nora")


def sql(urls: Urls, statement: str, *params: Any) -> list[Any]:
    with psycopg.connect(urls["hcc_owner"]) as owner:
        cursor = owner.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


async def test_who_sees_which_part(shop: Shop, world: World, log_in: LogIn, nora: Browser) -> None:
    customer = await shop.customer(customer_org_id=str(world.organizations["apple"]))
    path = f"/customers/{customer['id']}"
    saul, anna = await log_in("saul"), await log_in("anna")
    await anna.get(path)
    for part in PARTS:
        await nora.get(path)
        assert f'href="{path}{part}"' in nora.page, part
        assert (await nora.get(path + part)).status_code == 200, (part, nora.page)
        assert 'aria-current="page"' in nora.page
        assert (await saul.get(path + part)).status_code == 404, part
        theirs = part in ("", "/subscriptions", "/payments", "/methods")
        assert (await anna.get(path + part)).status_code in ((200,) if theirs else (403, 404)), part
    for part in ASKING:
        assert (await nora.get(path + part)).status_code == 200, (part, nora.page)
        assert (await saul.get(path + part)).status_code == 404, part
        assert (await anna.get(path + part)).status_code in (403, 404), part
        sent = {"amount": "1", "reason": "x", "kind": "bank", "country": "DE"}
        assert (await saul.post(path + part, sent)).status_code == 404, part
        assert (await anna.post(path + part, sent)).status_code in (403, 404), part
    for part in ("/check-tax-id", "/reminders/continue"):
        assert (await saul.post(path + part)).status_code == 404, part
        assert (await anna.post(path + part)).status_code in (403, 404), part
    await nora.get(path)
    for there in ("organizations/", "users?organization_id=", "sites?organization_id="):
        assert f'href="/{there}{world.organizations["apple"]}"' in nora.page, there
    await anna.get(path)
    for words in ("Write an invoice", "/tax", "/history", "Stop the reminders", "Give or take credit"):
        assert words not in anna.page, words


async def test_parts_have_what_is_the_customers_alone(shop: Shop, nora: Browser) -> None:
    apple, birch = await shop.customer("Apple"), await shop.customer("Birch")
    price = await shop.price("10")
    ids: dict[str, dict[str, str]] = {}
    for one in (apple, birch):
        sub = await shop.subscribe(one["id"], price["id"])
        invoice = await shop.invoice(one["id"])
        payment = await shop.pay("5", invoice_id=invoice["id"])
        await shop.ask("POST", f"/v1/invoices/{invoice['id']}/send", {}, 202)
        ids[one["id"]] = {"": invoice["id"], "/subscriptions": sub["id"], "/payments": payment["id"], "/mails": invoice["id"]}
    for part, own in ids[apple["id"]].items():
        await nora.get(f"/customers/{apple['id']}{part}")
        assert own in nora.page, part
        assert ids[birch["id"]][part] not in nora.page, part
    await nora.get(f"/customers/{apple['id']}/mails?status=failed")
    assert "Nothing matches." in nora.page
    await nora.get(f"/customers/{apple['id']}/history")
    assert "customer.created" in nora.page


async def test_credit_is_given_and_taken(shop: Shop, nora: Browser) -> None:
    customer = await shop.customer()
    path = f"/customers/{customer['id']}"
    await shop.invoice(customer["id"])
    for amount, status, words in (
        ("25,50", 200, "The credit was changed."),
        ("-100", 409, "The customer&#39;s credit is 25.5"),
        ("-5.50", 200, "The credit was changed."),
        ("0", 422, "is nothing"),
        ("much", 422, "must be a number"),
    ):
        await nora.get(f"{path}/credit", Accept_Language="de")
        await nora.submit(f"{path}/credit", {"amount": amount.replace(",", "."), "reason": "A gift"})
        assert (nora.answer.status_code if status != 409 else 409, words in nora.page) == (status, True), (amount, nora.page)
    assert {k: Decimal(v) for k, v in (await shop.credit_of(customer["id"])).items()} == {"EUR": 20}
    await nora.get(path)
    assert "€20.00" in nora.page
    assert "€119.00" in nora.page, "what is open"


async def test_reminders_are_stopped_and_go_on(shop: Shop, nora: Browser, world: World, worker_runtime: Runtime) -> None:
    steps = [{"days": 3, "action": "remind"}, {"days": 9, "action": "remind"}]
    await shop.ask("POST", "/v1/dunning-schedules", {"name": "All", "is_default": True, "steps": steps}, 201)
    customer = await shop.customer()
    invoice = await shop.invoice(customer["id"])
    path = f"/customers/{customer['id']}"
    await nora.get(path)
    assert "Nothing is overdue." in nora.page
    await dun(worker_runtime, world.organizations["north"], date.fromisoformat(invoice["due_date"]) + timedelta(days=4))
    await nora.get(path)
    for words in ("1 of 2 steps", f"/invoices/{invoice['id']}/dunning", "€119.00 of it are overdue"):
        assert words in nora.page, words
    await nora.get(f"{path}/reminders/stop")
    await nora.submit(f"{path}/reminders/stop", {"reason": ""})
    assert nora.answer.status_code == 422
    await nora.submit(f"{path}/reminders/stop", {"reason": "They called <us>"})
    for words in ("The reminders are stopped.", "They called &lt;us&gt;", "Go on with the reminders"):
        assert words in nora.page, words
    await nora.submit(f"{path}/reminders/continue")
    assert "The reminders go on." in nora.page
    assert "They called" not in nora.page


async def test_the_register_is_asked_and_said_so(shop: Shop, nora: Browser, urls: Urls, world: World) -> None:
    plain, customer = await shop.customer("None"), await shop.customer(address=PARIS, tax_id="FR40303265045")
    path = f"/customers/{customer['id']}/tax"
    await nora.get(path)
    assert "Is being checked" in nora.page
    assert "No register was asked yet." in nora.page
    sql(
        urls,
        "INSERT INTO hcc.vat_watches (organization_id, customer_id, tax_id, next_check_at)"
        " VALUES (%s, %s, %s, now() + interval '1 day')"
        " ON CONFLICT (organization_id, customer_id) DO UPDATE SET next_check_at = excluded.next_check_at",
        world.organizations["north"],
        customer["id"],
        "FR40303265045",
    )
    await nora.submit(f"/customers/{customer['id']}/check-tax-id")
    assert "The register is being asked." in nora.page
    assert sql(urls, "SELECT next_check_at <= now() FROM hcc.vat_watches WHERE customer_id = %s", customer["id"]) == [(True,)]
    sql(
        urls,
        "INSERT INTO hcc.vat_checks (id, organization_id, customer_id, tax_id, outcome, consultation_number, name, address)"
        " VALUES (%s, %s, %s, 'FR40303265045', 'valid', 'WAPI1', 'SA <SODIMAS>', 'RUE 1')",
        new_id(),
        world.organizations["north"],
        customer["id"],
    )
    await nora.get(path)
    for words in ("SA &lt;SODIMAS&gt;", "WAPI1", "RUE 1"):
        assert words in nora.page, words
    await nora.post(f"/customers/{plain['id']}/check-tax-id")
    assert "This customer has no VAT id of a member state." in nora.page


async def test_evidence_of_the_country(shop: Shop, nora: Browser) -> None:
    customer = await shop.customer(kind="private")
    path = f"/customers/{customer['id']}/evidence"
    await nora.get(path)
    await nora.submit(path, {"kind": "bank", "country": "", "detail": "A bank"})
    assert nora.answer.status_code == 422
    await nora.submit(path, {"kind": "ip_address", "country": "AT", "detail": "203.0.113.77"})
    assert "203.0.113.0/24" in nora.page
    assert "203.0.113.77" not in nora.page
    await nora.get(path)
    await nora.submit(path, {"kind": "bank", "country": "AT", "detail": "Erste"})
    place = await shop.ask("GET", f"/v1/customers/{customer['id']}/place-of-supply")
    assert place["verdict"] in ("elsewhere", "settled")
    assert "The pieces speak for " in nora.page


async def test_a_customer_without_invoices_is_deleted(shop: Shop, nora: Browser) -> None:
    free, bound = await shop.customer("Free"), await shop.customer("Bound")
    await shop.invoice(bound["id"])
    await nora.get(f"/customers/{bound['id']}/delete")
    assert "It cannot be deleted while these are there:" in nora.page
    assert (await nora.post(f"/customers/{bound['id']}/delete")).status_code == 409
    await nora.get(f"/customers/{free['id']}/delete")
    await nora.submit(f"/customers/{free['id']}/delete")
    assert "The customer was deleted." in nora.page
    assert [one["name"] for one in await shop.ask("GET", "/v1/customers")] == ["Bound"]


async def test_an_invoice_in_doubt_is_settled(shop: Shop, nora: Browser, urls: Urls, world: World, log_in: LogIn) -> None:
    customer = await shop.customer()
    invoice, flag = await shop.invoice(customer["id"]), new_id()
    sql(
        urls,
        "INSERT INTO hcc.tax_flags (id, organization_id, invoice_id, customer_id, reason, detail)"
        " VALUES (%s, %s, %s, %s, 'tax_id_invalid', 'FR123')",
        flag,
        world.organizations["north"],
        invoice["id"],
        customer["id"],
    )
    await nora.get(f"/customers/{customer['id']}/tax")
    assert f"/billing/tax-flags/{flag}" in nora.page
    await nora.get("/billing/tax-flags?resolved=false")
    assert invoice["invoice_number"] in nora.page
    path = f"/billing/tax-flags/{flag}"
    await nora.get(path)
    assert "make a credit note over the invoice" in nora.page
    saul, anna = await log_in("saul"), await log_in("anna")
    for end in ("", "/resolve"):
        assert (await saul.get(path + end)).status_code == 404
        assert (await anna.get(path + end)).status_code == 403
    assert (await saul.post(f"{path}/resolve", {"resolution": "mine"})).status_code == 404
    await nora.get(f"{path}/resolve")
    await nora.submit(f"{path}/resolve", {"resolution": ""})
    assert nora.answer.status_code == 422
    await nora.submit(f"{path}/resolve", {"resolution": "CN-1 <new>"})
    assert "It is settled." in nora.page
    assert f'href="{path}"' not in nora.page, "it is no more among those to be settled"
    await nora.get(path)
    assert "CN-1 &lt;new&gt;" in nora.page
    assert (await shop.ask("GET", f"/v1/billing/tax-flags/{flag}"))["resolution"] == "CN-1 <new>"
