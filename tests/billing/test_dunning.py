"""Dunning: steps by day, each once, stoppable; what is paid is switched on again."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from control.billing.dunning.working import dun
from control.core.runtime import Runtime
from tests.billing.selling import Shop
from tests.conftest import Urls
from tests.world import World

pytestmark = pytest.mark.asyncio
STEPS = [
    {"days": 3, "action": "remind", "text": "Please."},
    {"days": 7, "action": "late_fee", "fee": "5"},
    {"days": 14, "action": "suspend"},
    {"days": 30, "action": "cancel"},
    {"days": 60, "action": "write_off"},
]


class Owing:
    """A customer who does not pay a subscription's invoice."""

    def __init__(self, shop: Shop, runtime: Runtime, organization_id: UUID) -> None:
        self.shop, self.runtime, self.organization_id = shop, runtime, organization_id

    async def begin(self) -> None:
        await self.shop.open()
        await self.shop.ask("POST", "/v1/dunning-schedules", {"name": "All", "is_default": True, "steps": STEPS}, 201)
        self.customer = await self.shop.customer()
        price = await self.shop.price("31")
        self.subscription = await self.shop.subscribe(self.customer["id"], price["id"])
        [self.invoice] = await self.shop.ask("GET", "/v1/invoices")
        self.due = date.fromisoformat(self.invoice["due_date"])

    async def after(self, days: int) -> int:
        return await dun(self.runtime, self.organization_id, self.due + timedelta(days=days))

    async def status(self) -> tuple[str, str]:
        invoice = await self.shop.ask("GET", f"/v1/invoices/{self.invoice['id']}")
        subscription = await self.shop.ask("GET", f"/v1/subscriptions/{self.subscription['id']}")
        return invoice["status"], subscription["status"]

    async def case(self) -> Any:
        return await self.shop.ask("GET", f"/v1/invoices/{self.invoice['id']}/dunning")


@pytest.fixture
async def owing(world: World, worker_runtime: Runtime) -> Owing:
    made = Owing(Shop(world), worker_runtime, world.organizations["north"])
    await made.begin()
    return made


async def test_the_steps_come_one_after_the_other(owing: Owing, urls: Urls) -> None:
    assert (await owing.after(0), await owing.status()) == (0, ("sent", "active"))
    assert (await owing.after(1), await owing.status()) == (0, ("overdue", "past_due"))
    assert (await owing.after(3), await owing.after(3)) == (1, 0)
    with psycopg.connect(urls["hcc_owner"]) as owner:
        assert owner.execute("SELECT recipients, message FROM hcc.invoice_mails WHERE what = 'reminder'").fetchall() == [
            (["books@customer.example"], "Please.")
        ]
    assert await owing.after(7) == 1
    assert (await owing.shop.books())["late_fees"] == "-5.000"
    assert (await owing.after(14), await owing.status()) == (1, ("overdue", "suspended"))
    assert (await owing.after(30), (await owing.status())[1]) == (1, "cancelled")
    taken = [(one["action"], one["outcome"]) for one in (await owing.case())["taken"]]
    assert taken == [("remind", "done"), ("late_fee", "done"), ("suspend", "done"), ("cancel", "done")]


async def test_a_late_fee_is_no_sale(owing: Owing) -> None:
    """Compensation, outside the scope of VAT: in a document of its own, in the invoice's language."""
    shop = owing.shop
    for days in (3, 7):
        await owing.after(days)
    [listed] = [one for one in await shop.ask("GET", "/v1/invoices") if one["kind"] == "debit_note"]
    note = await shop.ask("GET", f"/v1/invoices/{listed['id']}")
    assert (note["amount"], note["tax"], note["total"], note["corrects_id"]) == ("5.000", "0.000", "5.000", owing.invoice["id"])
    [line] = note["items"]
    assert (line["tax_category"], line["description"]) == ("O", f"Late fee for invoice {owing.invoice['invoice_number']}")
    assert (note["tax_treatment"]["reason"], note["tax_treatment"]["category"]) == ("compensation", "O")
    fee = {"description": "Fee", "unit_price": "5", "tax_class": "late_fee"}
    mixed = {"customer_id": owing.customer["id"], "items": [fee, {"description": "Server", "unit_price": "5"}]}
    error = await shop.ask("POST", "/v1/invoices", mixed, 422)
    assert error["details"]["errors"][0]["pointer"] == "/items"


async def test_writing_off_is_the_end(owing: Owing) -> None:
    for days in (3, 7, 14):
        await owing.after(days)
    # Cancelling credits nothing once the period is over: the whole invoice is a loss.
    assert await owing.after(45) == 1
    assert await owing.after(60) == 1
    assert await owing.status() == ("uncollectible", "cancelled")
    assert (await owing.shop.books())["bad_debt"] == "36.890"
    assert await owing.after(90) == 0
    assert (await owing.case())["closed_at"] is not None


async def test_days_away_take_one_step_a_run(owing: Owing) -> None:
    assert [await owing.after(20) for _ in range(4)] == [1, 1, 1, 0]


async def test_what_is_settled_is_switched_on_again(owing: Owing) -> None:
    for days in (3, 7, 14):
        await owing.after(days)
    assert await owing.status() == ("overdue", "suspended")
    await owing.shop.ask("POST", f"/v1/invoices/{owing.invoice['id']}/cancel", {"reason": "our fault"})
    assert (await owing.after(15), await owing.status()) == (0, ("cancelled", "active"))
    assert await owing.after(30) == 0
    kinds = [one["kind"] for one in await owing.shop.ask("GET", f"/v1/subscriptions/{owing.subscription['id']}/changes")]
    assert kinds[:3] == ["unsuspended", "suspended", "past_due"]


async def test_stopping(owing: Owing) -> None:
    path, customer = f"/v1/invoices/{owing.invoice['id']}/dunning", f"/v1/customers/{owing.customer['id']}/dunning-stop"
    await owing.shop.ask("GET", path, status=404)
    await owing.after(1)
    stopped = await owing.shop.ask("POST", f"{path}/stop", {"reason": "they called"})
    assert stopped["stop_reason"] == "they called"
    await owing.shop.ask("POST", f"{path}/stop", {"reason": "again"}, 409)
    assert await owing.after(3) == 0
    await owing.shop.ask("POST", f"{path}/continue", {})
    await owing.shop.ask("PUT", customer, {"reason": "insolvent"}, 204)
    assert await owing.after(3) == 0
    await owing.shop.ask("DELETE", customer, None, 204)
    assert await owing.after(3) == 1


@pytest.mark.parametrize(
    ("steps", "pointer"),
    [
        ([], "/steps"),
        ([{"days": 5, "action": "remind"}, {"days": 4, "action": "remind"}], "/steps/1/days"),
        ([{"days": 5, "action": "late_fee"}], "/steps/0/fee"),
        ([{"days": 5, "action": "remind", "fee": "1"}], "/steps/0/fee"),
        ([{"days": 5, "action": "late_fee", "fee": "-1"}], "/steps/0/fee"),
        ([{"days": 5, "action": "write_off"}, {"days": 6, "action": "remind"}], "/steps"),
        ([{"days": 0, "action": "remind"}], "/steps/0/days"),
        ([{"days": 1, "action": "shout"}], "/steps/0/action"),
    ],
)
async def test_bad_schedules(world: World, steps: list[dict[str, Any]], pointer: str) -> None:
    shop = Shop(world)
    error = await shop.ask("POST", "/v1/dunning-schedules", {"name": "x", "steps": steps}, 422)
    assert pointer in [one["pointer"] for one in error["details"]["errors"]], error


async def test_customers_see_none_of_it(world: World, owing: Owing) -> None:
    await owing.after(1)
    for who in ("anna", "saul"):
        for method, path in [("GET", "dunning"), ("POST", "dunning/stop")]:
            answer = await world.send(
                who, method, f"/v1/invoices/{owing.invoice['id']}/{path}", {"reason": "x"} if method == "POST" else None
            )
            assert answer.status_code in (403, 404), (who, answer.text)
    assert Decimal((await owing.shop.books())["receivable"]) == Decimal("36.89")
