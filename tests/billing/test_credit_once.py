"""A customer's credit is spent once: renewals and payments wait for each other, on connections of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from control.billing.customers import service as customers
from control.billing.payments import moving, service
from control.billing.payments import queries as payment_q
from control.billing.settings import service as settings
from control.billing.subscriptions import applying, issuing
from control.billing.subscriptions.renewing import renew_seller
from control.billing.subscriptions.usage import reader
from control.core.db import Scope
from control.core.runtime import Runtime
from tests.billing.collecting import now
from tests.billing.selling import Shop
from tests.conftest import Urls
from tests.working import eventually
from tests.world import World

pytestmark = pytest.mark.asyncio


class Spending:
    """A customer with 50 of credit, an open invoice of 119, and a subscription of 119 that is due."""

    def __init__(self, shop: Shop, worker: Runtime, urls: Urls) -> None:
        self.shop, self.worker, self.urls = shop, worker, urls
        self.seller: UUID = shop.world.organizations["north"]

    async def begin(self) -> None:
        await self.shop.open()
        self.customer = await self.shop.customer()
        price = await self.shop.price("100")
        self.subscription = await self.shop.subscribe(self.customer["id"], price["id"], trial_days=14)
        self.invoice = await self.shop.invoice(self.customer["id"])
        await self.shop.ask("POST", f"/v1/customers/{self.customer['id']}/credit", {"amount": "50", "reason": "Sorry"}, 201)

    async def renew(self) -> None:
        """Bill the subscription; its invoice takes what credit there is."""
        due = (await self.shop.ask("GET", f"/v1/subscriptions/{self.subscription['id']}"))["due_on"]
        database = self.worker.database
        await renew_seller(database, self.seller, now().fromisoformat(due), reader(database))

    async def pay(self) -> int:
        """Pay the open invoice with credit; the status of the answer."""
        return (await self.shop.world.send("nora", "POST", f"/v1/invoices/{self.invoice['id']}/use-credit", {})).status_code

    async def someone_waits(self) -> bool:
        """Whether a connection waits for a lock."""

        def look() -> bool:
            with psycopg.connect(self.urls["hcc_owner"]) as owner:
                row = owner.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
            return row is not None and row[0] > 0

        return await asyncio.to_thread(look)

    async def balances(self) -> dict[str, Decimal]:
        """What is open of each invoice, by number."""
        listed = await self.shop.ask("GET", "/v1/invoices?limit=100&sort_by=number&sort_order=asc")
        return {one["invoice_number"]: Decimal(one["balance"]) for one in listed}


@pytest.fixture
async def spending(world: World, worker_runtime: Runtime, urls: Urls) -> Spending:
    made = Spending(Shop(world), worker_runtime, urls)
    await made.begin()
    return made


def held_up(original: Callable[..., Awaitable[Any]], reached: asyncio.Event, go_on: asyncio.Event) -> Callable[..., Any]:
    """A function that stops after its work, its transaction still open."""

    async def waits(*args: Any, **more: Any) -> Any:
        found = await original(*args, **more)
        reached.set()
        await go_on.wait()
        return found

    return waits


async def test_a_payment_waits_for_a_renewal(spending: Spending, monkeypatch: pytest.MonkeyPatch) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(issuing, "apply_credit", held_up(applying.apply_credit, reached, go_on))
    renewal = asyncio.create_task(spending.renew())
    await asyncio.wait_for(reached.wait(), 20)
    payment = asyncio.create_task(spending.pay())
    await eventually(spending.someone_waits)
    assert not payment.done()
    go_on.set()
    await renewal
    assert await payment == 409, "the renewal has the credit"
    assert sorted((await spending.balances()).values()) == [Decimal(69), Decimal(119)]
    assert await spending.shop.credit_of(spending.customer["id"]) == {}
    assert (await spending.shop.books())["receivable"] == "188.000"


async def test_a_renewal_waits_for_a_payment(spending: Spending) -> None:
    async with spending.worker.database.transaction(Scope(spending.seller)) as tx:
        customer = await customers.find(tx, UUID(spending.customer["id"]))
        await tx.value(payment_q.SQL.lock_customer, id=customer.id)
        seller = await settings.find(tx, spending.seller)
        invoice_id = UUID(spending.invoice["id"])
        paid = await service.begin(tx, customer, method="credit", currency="EUR", amount=Decimal(50), invoice_id=invoice_id)
        await moving.come_in(tx, paid, seller, on=now(), wanted=[(invoice_id, Decimal(50))])
        renewal = asyncio.create_task(spending.renew())
        await eventually(spending.someone_waits)
        assert not renewal.done()
    await renewal
    assert sorted((await spending.balances()).values()) == [Decimal(69), Decimal(119)]
    assert await spending.shop.credit_of(spending.customer["id"]) == {}
    assert (await spending.shop.books())["receivable"] == "188.000"


async def test_many_at_once_spend_it_once(spending: Spending) -> None:
    answers = await asyncio.gather(spending.pay(), spending.renew(), spending.pay(), spending.pay())
    assert sum(status == 201 for status in answers if status) <= 1
    assert sorted((await spending.balances()).values()) == [Decimal(69), Decimal(119)]
    assert await spending.shop.credit_of(spending.customer["id"]) == {}
    assert (await spending.shop.books())["receivable"] == "188.000"


async def test_what_credit_pays_is_told(spending: Spending) -> None:
    await spending.shop.ask("POST", f"/v1/customers/{spending.customer['id']}/credit", {"amount": "100", "reason": "Sorry"}, 201)
    await spending.renew()
    with psycopg.connect(spending.urls["hcc_owner"]) as owner:
        [(payload,)] = owner.execute("SELECT payload FROM hcc.outbox_events WHERE topic = 'invoice.paid'").fetchall()
    assert (payload["status"], payload["balance"]) == ("paid", "0.000")
    assert await spending.shop.credit_of(spending.customer["id"]) == {"EUR": "31.000"}
