"""What no request may bring: each field of each body that billing takes, with each value that it must not have. The answer is 422
with a pointer to the field, and nothing is written."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
import pytest

from control.billing.today import today
from control.core.runtime import Runtime
from tests.billing.bad_values import Amount, Code, Count, Day, Id, Maybe, Signed, Text, encoded, is_json, leaves, variants
from tests.billing.selling import Shop
from tests.cluster import Server, Urls
from tests.peopling import Application, Keys, Peopled, Peopling, settings_for
from tests.world import World, world_of

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(120)]
TABLES = """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'hcc' AND c.relkind = 'r' AND c.relname NOT IN ('login_throttle', 'sessions') ORDER BY 1"""
_ADDRESS = {
    "line1": Text("Street 1"),
    "line2": Text("b"),
    "postal_code": Text("10115"),
    "city": Text("Berlin"),
    "country": Code("DE"),
}
_ITEM = {
    "description": Text("Server"), "unit_price": Signed("10"), "quantity": Amount("2"), "unit": Code("C62"),
    "discount_percent": Amount("1"), "tax_class": Code("standard"), "period_start": Day("2026-01-01"),
    "period_end": Day("2026-02-01"),
}  # fmt: skip
_METER = {"selector": Text('x{customer="$customer"}'), "unit_name": Text("GB"), "scale": Amount("10"), "included": Amount("5")}


class Selling(msgspec.Struct):
    """A database with a seller who has one of each thing, and the ids of theirs and of another seller's."""

    people: Peopled
    facts: dict[str, str]
    foreign: dict[str, str]


async def _of(shop: Shop) -> dict[str, str]:
    await shop.open()
    customer = await shop.customer()
    invoice = await shop.invoice(customer["id"])
    price, other = await shop.price("10"), await shop.price("20")
    made = await shop.subscribe(customer["id"], price["id"])
    payment = await shop.pay("10", invoice_id=invoice["id"])
    await shop.pay("50", customer_id=customer["id"])
    await shop.ask("POST", f"/v1/customers/{customer['id']}/credit", {"amount": "5", "reason": "Gift"}, 201)
    product = await shop.ask("POST", "/v1/products", {"name": "Another"}, 201)
    return {
        "customer_id": customer["id"], "invoice_id": invoice["id"], "price_id": other["id"], "plan_id": price["plan_id"],
        "subscription_id": made["id"], "payment_id": payment["id"], "product_id": product["id"],
        "item_id": invoice["items"][0]["id"],
        "draft_id": (await shop.draft(customer["id"]))["id"],
    }  # fmt: skip


@pytest.fixture(scope="module")
def selling(server: Server, redis_url: str, keys: Keys, application: Application, peopling: Peopling) -> Iterator[Selling]:
    """Made once; each test has a copy of it."""
    peopled, name = peopling(), f"selling_{secrets.token_hex(6)}"
    server.copy(peopled.database, name)

    async def fill() -> list[dict[str, str]]:
        runtime = Runtime(settings_for(Urls(server, name), redis_url, keys))
        await runtime.start()
        try:
            async with application.client(runtime, "192.0.2.1") as client:
                world = world_of(peopled.people, client)
                return [await _of(Shop(world, who)) for who in ("nora", "saul")]
        finally:
            await runtime.stop()

    yield Selling(msgspec.structs.replace(peopled, database=name), *asyncio.run(fill()))
    server.drop(name)


@pytest.fixture
def people(selling: Selling) -> Peopled:
    """In the place of the people that other tests begin with."""
    return selling.people


def cases(f: dict[str, str]) -> dict[str, tuple[str, str, dict[str, Any], int]]:
    """Requests that are right, by name: method, path, body, status."""
    i = {name: Id(value) for name, value in f.items()}
    day = str(today("Europe/Berlin"))
    return {
        "settings": ("PUT", "/v1/billing/settings", {
            "legal_name": Text("North"), "address": _ADDRESS, "email": Code("a@north.example"), "phone": Text("1"),
            "website": Text("w"),
            "registration": Text("HRB 1"), "vat_id": Maybe("DE136695976"), "iban": Maybe("DE89370400440532013000"),
            "bic": Maybe("COBADEFFXXX"),
            "account_holder": Text("North"), "timezone": Code("Europe/Berlin"), "payment_terms_days": Count(7),
            "footer": Text("Bye"),
            "invoice_number": Code("INV-{year}-{number:5}"), "colour": Code("#102030"), "currency": Code("EUR"),
            "language": Code("en"),
        }, 200),
        "customer": ("POST", "/v1/customers", {
            "kind": Code("business"), "name": Text("N"), "email": Code("a@b.example"), "address": _ADDRESS, "contact": Text("c"),
            "copies_to": [Code("c@b.example")], "currency": Code("EUR"), "language": Code("de"), "tax_id": Maybe("DE136695976"),
            "buyer_reference": Text("r"), "payment_terms_days": Count(3), "notes": Text("n"),
        }, 201),
        "invoice": ("POST", "/v1/invoices", {
            "customer_id": i["customer_id"], "items": [_ITEM, _ITEM], "currency": Code("EUR"), "language": Code("de"),
            "payment_terms_days": Count(5), "buyer_reference": Text("r"), "notes": Text("n"), "supplied_from": Day("2026-01-01"),
            "supplied_to": Day("2026-02-01"),
        }, 201),
        "debit note": ("POST", "/v1/invoices", {
            "customer_id": i["customer_id"], "kind": Code("debit_note"), "corrects_id": i["invoice_id"], "items": [_ITEM],
        }, 201),
        "draft": ("PUT", f"/v1/invoices/{f['draft_id']}", {
            "customer_id": i["customer_id"], "items": [_ITEM], "supplied_from": Day("2026-01-01"),
            "supplied_to": Day("2026-02-01"),
        }, 200),
        "credit note": ("POST", f"/v1/invoices/{f['invoice_id']}/credit-notes", {
            "reason": Text("Sorry"), "items": [{"item_id": i["item_id"], "quantity": Amount("0.5")}],
        }, 201),
        "write-off": ("POST", f"/v1/invoices/{f['invoice_id']}/write-off", {"reason": Text("Sorry")}, 200),
        "payment": ("POST", "/v1/payments", {
            "method": Code("bank_transfer"), "amount": Amount("5"), "invoice_id": i["invoice_id"], "reference": Text("r"),
            "received_on": Day(day), "currency": Code("EUR"), "fee": Amount("0.10"),
        }, 201),
        "payment of a customer": ("POST", "/v1/payments", {
            "method": Code("cash"), "amount": Amount("5"), "customer_id": i["customer_id"],
        }, 201),
        "refund": ("POST", f"/v1/payments/{f['payment_id']}/refunds", {
            "amount": Amount("1"), "reason": Text("r"), "reopen_invoices": True,
        }, 201),
        "allocation": ("POST", f"/v1/payments/{f['payment_id']}/allocations", {
            "invoice_id": i["invoice_id"], "amount": Signed("-1"),
        }, 201),
        "credit": ("POST", f"/v1/customers/{f['customer_id']}/credit", {
            "amount": Signed("3"), "reason": Text("r"), "currency": Code("EUR"),
        }, 201),
        "use of credit": ("POST", f"/v1/invoices/{f['invoice_id']}/use-credit", {"amount": Amount("1")}, 201),
        "product": ("POST", "/v1/products", {"name": Text("P"), "description": Text("d"), "tax_class": Code("standard")}, 201),
        "plan": ("POST", "/v1/plans", {
            "product_id": i["product_id"], "name": Text("P"), "description": Text("d"), "is_addon": True,
            "extends": [i["plan_id"]],
            "trial_days": Count(3),
        }, 201),
        "price": ("POST", "/v1/prices", {
            "plan_id": i["plan_id"], "name": Text("n"), "currency": Code("EUR"), "interval": Code("month"),
            "model": Code("metered"),
            "meter": _METER, "setup_fee": Amount("1"), "unit": Code("C62"), "valid_from": Day("2027-01-01"),
            "tiers": [{"up_to": Amount("10"), "unit_price": Amount("1"), "flat_fee": Amount("2")}, {"unit_price": Amount("1")}],
        }, 201),
        "version of a price": ("POST", f"/v1/prices/{f['price_id']}/versions", {
            "amount": Amount("9"), "setup_fee": Amount("1"), "valid_from": Day("2030-01-01"),
        }, 201),
        "coupon": ("POST", "/v1/coupons", {
            "code": Code("SPRING"), "description": Text("d"), "percent": Amount("10"), "duration": Code("repeating"),
            "periods": Count(3),
            "most": Count(5), "most_a_customer": Count(1), "valid_from": Day("2026-01-01"), "valid_to": Day("2030-01-01"),
            "plan_ids": [i["plan_id"]],
        }, 201),
        "coupon of money": ("POST", "/v1/coupons", {"code": Code("FIVE"), "amount": Amount("5"), "currency": Code("EUR")}, 201),
        "preview": ("POST", "/v1/subscriptions/preview", {
            "customer_id": i["customer_id"], "items": [{"price_id": i["price_id"], "quantity": Count(1)}],
        }, 200),
        "subscription": ("POST", "/v1/subscriptions", {
            "customer_id": i["customer_id"], "items": [{"price_id": i["price_id"], "quantity": Count(1)}], "name": Text("n"),
            "start_date": Day(day), "trial_days": Count(3), "anchor_day": Count(5), "ends_on": Day("2029-01-01"),
            "collection": Code("invoice"),
        }, 201),
        "change": ("PUT", f"/v1/subscriptions/{f['subscription_id']}", {
            "items": [{"price_id": i["price_id"], "quantity": Count(1)}], "when": Code("now"), "name": Text("n"),
        }, 200),
        "pause": ("POST", f"/v1/subscriptions/{f['subscription_id']}/pause", {"resumes_on": Day("2028-01-01")}, 200),
        "cancellation": ("POST", f"/v1/subscriptions/{f['subscription_id']}/cancel", {"when": Code("now"),
        "reason": Text("r")}, 200),
        "suspension": ("POST", f"/v1/subscriptions/{f['subscription_id']}/suspend", {"reason": Text("r")}, 200),
        "stop of dunning": ("PUT", f"/v1/customers/{f['customer_id']}/dunning-stop", {"reason": Text("r")}, 204),
        "direct debits": ("POST", "/v1/payments/sepa-batches", {
            "collected_on": Day(str(today("Europe/Berlin") + timedelta(days=30))), "scheme": Code("CORE"),
            "invoice_ids": [f["invoice_id"]],
        }, 409),
        "card": ("POST", "/v1/payments/set-ups", {"customer_id": i["customer_id"]}, 409),
        "charge": ("POST", "/v1/payments/charges", {"invoice_id": i["invoice_id"]}, 409),
        "many mails": ("POST", "/v1/invoices/send", {"ids": [f["invoice_id"]], "message": Text("m")}, 202),
        "move to a price": ("POST", f"/v1/prices/{f['price_id']}/move", {
            "to_price_id": i["price_id"], "effective_from": Day("2030-01-01"),
        }, 422),
        "subscription settings": ("PUT", "/v1/billing/subscription-settings", {
            "combine_invoices": True, "upgrade": Code("now"), "downgrade": Code("now"),
        }, 200),
        "dunning": ("POST", "/v1/dunning-schedules", {
            "name": Text("n"),
            "steps": [{"days": Count(3), "action": Code("remind"), "text": Text("t")},
                      {"days": Count(9), "action": Code("late_fee"), "fee": Amount("5")}],
        }, 201),
        "tax rate": ("POST", "/v1/billing/tax-rates", {
            "country": Code("US"), "region": Maybe("NY"), "tax_class": Code("standard"), "percent": Amount("8"),
            "valid_from": Day("2027-01-01"), "valid_to": Day("2028-01-01"), "note": Text("n"),
        }, 201),
        "evidence": ("POST", f"/v1/customers/{f['customer_id']}/place-evidence", {
            "kind": Code("other"), "country": Code("DE"), "detail": Text("d"), "source": Code("form"),
        }, 201),
        "mandate": ("POST", "/v1/payments/mandates", {
            "customer_id": i["customer_id"], "iban": Code("DE89370400440532013000"), "holder": Text("h"),
            "signed_on": Day("2026-01-01"),
            "scheme": Code("CORE"), "reference": Code("M-1"), "pre_notification_days": Count(5),
        }, 201),
        "mail": ("POST", f"/v1/invoices/{f['invoice_id']}/send", {"recipients": [Code("a@b.example")],
        "message": Text("m")}, 202),
        "layout": ("POST", "/v1/payments/statement-profiles", {
            "name": Text("n"), "layout": {"booked_on": Text("Day"), "amount": Text("Sum"), "remittance": [Text("Words")]},
        }, 201),
    }  # fmt: skip


CASES = cases(dict.fromkeys(
    ("customer_id", "invoice_id", "price_id", "plan_id", "subscription_id", "payment_id", "product_id", "item_id", "draft_id"), ""
))  # fmt: skip
WITH_DAYS = sorted(name for name, (_, _, body, _) in CASES.items() if any(isinstance(one, Day) for _, one in leaves("", body)))


class Rows:
    """What is written to a database. Who writes takes a number for the transaction, so that most often nothing is counted."""

    def __init__(self, owner: psycopg.Connection[Any]) -> None:
        names = [name for (name,) in owner.execute(TABLES).fetchall()]
        self._count = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM hcc.{name}" for name in names)
        self._owner = owner
        self._next, self._rows = self._number(), self._counted()

    def _number(self) -> str:
        [(number,)] = self._owner.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").fetchall()
        return str(number)

    def _counted(self) -> dict[str, int]:
        return dict(self._owner.execute(self._count).fetchall())

    def changed(self) -> dict[str, tuple[int, int]]:
        """Tables with another number of rows than when this was asked before."""
        if (number := self._number()) == self._next:
            return {}
        before, self._next, self._rows = self._rows, number, self._counted()
        return {name: (before[name], now) for name, now in self._rows.items() if before[name] != now}


@pytest.mark.parametrize("name", WITH_DAYS)
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2024-02-29"])
async def test_the_ends_of_time(world: World, selling: Selling, name: str, day: str) -> None:
    """A day that there is may be refused, and never breaks anything."""
    method, path, body, _ = cases(selling.facts)[name]
    for pointer, value in leaves("", body):
        if isinstance(value, Day):
            headers = world.headers("nora", Content_Type="application/json")
            answer = await world.client.request(method, path, content=encoded(body, pointer, day), headers=headers)
            assert answer.status_code in (200, 201, 202, 409, 422), (pointer, answer.text)


@pytest.mark.parametrize("name", sorted(CASES))
async def test_each_field(world: World, urls: Urls, selling: Selling, name: str) -> None:
    method, path, body, status = cases(selling.facts)[name]
    wrong: list[str] = []
    with psycopg.connect(urls["postgres"], autocommit=True) as owner:
        rows, headers = Rows(owner), world.headers("nora", Content_Type="application/json")
        for pointer, value, content in variants(body, selling.foreign):
            answer = await world.client.request(method, path, content=content, headers=headers)
            told = f"{pointer} = {str(value)[:50]!r}: {answer.status_code} {answer.text[:400]}"
            if difference := rows.changed():
                wrong.append(f"rows were written {difference}: {told}")
            if answer.status_code == 400 and not is_json(content):
                continue
            if answer.status_code != 422:
                wrong.append(told)
                continue
            pointers = [one["pointer"] for one in answer.json()["error"]["details"]["errors"]]
            # A list of ids is named as a whole.
            if not any(
                one == pointer or one.startswith(f"{pointer}/") or (one and pointer.startswith(f"{one}/")) for one in pointers
            ):
                wrong.append(f"another place is named: {told}")
        assert wrong == [], "\n".join(wrong)
        answer = await world.send("nora", method, path, body)
        assert answer.status_code == status, f"the request that is right: {answer.text}"
        assert status != 201 or rows.changed(), "what is written is seen"
