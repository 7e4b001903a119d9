"""Processes die without warning while payments are made: each key has one effect, and the books balance.

The sizes are small ones, for every day. `HCC_KILLED_KEYS=1000 HCC_KILLED_DUPLICATES=16 HCC_KILLED_KILLS=6 HCC_KILLED_EVENTS=40
HCC_KILLED_INVOICES=40` asks for the full ones, which take minutes.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from control.automation.maintenance.stalled import rescue
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.stack.stripe_simulator.sending import signed
from control.stack.stripe_simulator.server import Simulator
from control.worker import import_jobs
from tests.billing.cards import KEYS, CardShop
from tests.billing.processes import Killable
from tests.billing.selling import Shop
from tests.conftest import Urls, free_port
from tests.peopling import Keys, settings_for
from tests.working import eventually
from tests.world import World

PAYMENTS = int(os.environ.get("HCC_KILLED_KEYS", "40"))
DUPLICATES = int(os.environ.get("HCC_KILLED_DUPLICATES", "8"))
CUSTOMERS = 8
AT_ONCE = 6
"""Keys that are worked on at one time, each with all its duplicates."""
KILLS = int(os.environ.get("HCC_KILLED_KILLS", "1"))
INVOICES = int(os.environ.get("HCC_KILLED_INVOICES", "6"))
EVENTS = int(os.environ.get("HCC_KILLED_EVENTS", "6"))
"""Charges, an even number: half of them are refunded."""
_NOT_ON_INVOICES_OR_CREDIT = """SELECT (SELECT sum(amount) FROM hcc.payments) - (SELECT sum(paid) FROM hcc.invoices)
 - (SELECT coalesce(sum(amount), 0) FROM hcc.customer_credits)"""
LIMIT = 500.0 + 2 * PAYMENTS
_NOT_IN_THE_BANK = """SELECT (SELECT sum(amount) FROM hcc.payments)
 - (SELECT sum(amount) FROM hcc.ledger_lines WHERE account = 'bank')"""

pytestmark = [pytest.mark.alone, pytest.mark.timeout(LIMIT + 60)]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def settings(urls: Urls, redis_url: str, keys: Keys, simulator: Simulator) -> Settings:
    return msgspec.structs.replace(settings_for(urls, redis_url, keys), stripe_api_base=simulator.url)


async def _until_answered(
    client: httpx.AsyncClient, headers: dict[str, str], body: dict[str, Any], deadline: float
) -> str | None:
    """The id of the payment that one of the duplicates was told, or None when a twin was at work."""
    while time.monotonic() < deadline:
        try:
            answer = await client.post("/v1/payments", json=body, headers=headers, timeout=20)
        except httpx.HTTPError:
            await asyncio.sleep(0.2)
            continue
        if answer.status_code == 201:
            return str(answer.json()["data"]["id"])
        if answer.status_code == 409:
            return None
        assert answer.status_code in (429, 500, 502, 503), answer.text
        await asyncio.sleep(0.2)
    raise AssertionError("not answered in time")


async def _reached(told: dict[int, set[str]], wanted: float) -> bool:
    return sum(map(bool, told.values())) >= wanted


async def test_each_key_pays_once(world: World, urls: Urls, settings: Settings, tmp_path: Path) -> None:
    shop = Shop(world)
    await shop.open()
    customers = [(await shop.customer(f"Customer {n}"))["id"] for n in range(CUSTOMERS)]
    for customer in customers:
        await shop.invoice(customer)
    chosen = random.Random(7)
    api = Killable("control", settings, free_port(), tmp_path / "control.log")
    await asyncio.to_thread(api.start)
    told: dict[int, set[str]] = {n: set() for n in range(PAYMENTS)}
    deadline = time.monotonic() + LIMIT
    gate = asyncio.Semaphore(AT_ONCE)
    limits = httpx.Limits(max_connections=AT_ONCE * DUPLICATES)

    async with httpx.AsyncClient(base_url=api.url, limits=limits) as client:

        async def one_key(n: int) -> None:
            headers = world.headers("nora", Idempotency_Key=f"key-{n}")
            body = {"method": "bank_transfer", "amount": f"{10 + n % 7}.{n % 100:02d}", "customer_id": customers[n % CUSTOMERS]}
            async with gate:
                found = await asyncio.gather(*(_until_answered(client, headers, body, deadline) for _ in range(DUPLICATES)))
                told[n].update(one for one in found if one)

        async def killer() -> None:
            for n in range(KILLS):
                wanted = PAYMENTS * (n + chosen.uniform(0.2, 0.8)) / KILLS
                await eventually(partial(_reached, told, wanted), LIMIT)
                await asyncio.to_thread(api.kill)
                await asyncio.to_thread(api.start)

        try:
            await asyncio.gather(killer(), *(one_key(n) for n in range(PAYMENTS)))
            # Once more, one after the other: each key still has its one answer.
            for n in range(0, PAYMENTS, max(1, PAYMENTS // 50)):
                headers = world.headers("nora", Idempotency_Key=f"key-{n}")
                body = {
                    "method": "bank_transfer",
                    "amount": f"{10 + n % 7}.{n % 100:02d}",
                    "customer_id": customers[n % CUSTOMERS],
                }
                again = await _until_answered(client, headers, body, deadline)
                assert again is not None
                told[n].add(again)
        finally:
            await asyncio.to_thread(api.kill)
    assert [n for n, ids in told.items() if len(ids) != 1] == []
    assert len({next(iter(ids)) for ids in told.values()}) == PAYMENTS
    with psycopg.connect(urls["hcc_owner"]) as owner:
        for sql, wanted in [
            ("SELECT count(*) FROM hcc.payments", PAYMENTS),
            ("SELECT count(*) FROM hcc.ledger_entries WHERE kind = 'payment'", PAYMENTS),
            ("SELECT count(*) FROM hcc.idempotency_keys", PAYMENTS),
            ("SELECT sum(amount) + sum(base_amount) FROM hcc.ledger_lines", 0),
            (_NOT_IN_THE_BANK, 0),
            (_NOT_ON_INVOICES_OR_CREDIT, 0),
        ]:
            row = owner.execute(sql).fetchone()
            assert row is not None
            assert row[0] == wanted, sql


async def test_each_event_is_worked_off_once(
    world: World, simulator: Simulator, urls: Urls, settings: Settings, worker_runtime: Runtime, tmp_path: Path
) -> None:
    """Charges come in and a part is refunded, each told twice, while the worker dies again and again."""
    shop = CardShop(world, simulator, worker_runtime)
    customer = await shop.open_with_cards()
    begun = []
    for _ in range(EVENTS):
        invoice = await shop.invoice(customer["id"])
        begun.append(await shop.charge(invoice["id"]))
    for one in begun:
        simulator.state.confirm_intent(one["provider_reference"], {"payment_method": "pm_card_visa"})
    for one in begun[::2]:
        simulator.state.create_refund({"payment_intent": one["provider_reference"], "amount": "1900"})
    worker = Killable("worker", settings, free_port(), tmp_path / "worker.log")
    await asyncio.to_thread(worker.start)
    chosen = random.Random(3)
    events = [event for event in shop.new_events() if event["type"].startswith(("payment_intent.succeeded", "refund."))] * 2
    chosen.shuffle(events)

    def waiting() -> int:
        with psycopg.connect(urls["hcc_owner"]) as owner:
            row = owner.execute("SELECT count(*) FROM hcc.provider_events WHERE status IN ('received', 'failed')").fetchone()
        assert row is not None
        return int(row[0])

    async def worked_off() -> bool:
        return await asyncio.to_thread(waiting) == 0

    kills = 0
    try:
        for n, event in enumerate(events):
            body, header = signed(event, KEYS["webhook_secret"])
            answer = await world.client.post(shop.webhook, content=body, headers={"Stripe-Signature": header})
            assert answer.status_code == 200
            if n % 20 == 13:
                await asyncio.to_thread(worker.kill)
                kills += 1
                # Workers look after the jobs of one that fell silent; the silence is not waited for.
                await rescue(worker_runtime.database, timedelta(0))
                await asyncio.to_thread(worker.start)
        await eventually(worked_off, 120)
    finally:
        await asyncio.to_thread(worker.kill)
    assert kills >= 1
    payments = await shop.ask("GET", "/v1/payments?limit=100")
    assert sorted((one["status"], one["refunded"]) for one in payments) == [
        *[("partially_refunded", "19.000")] * (EVENTS // 2),
        *[("succeeded", "0.000")] * (EVENTS // 2),
    ]
    assert simulator.state.charges_made == EVENTS
    books = await shop.books()
    assert float(books["provider_clearing"]) == pytest.approx(EVENTS * (119 - 2.03) - 19 * EVENTS / 2)
    assert float(books["receivable"]) == 19 * EVENTS / 2


async def test_each_invoice_is_charged_once(
    world: World, simulator: Simulator, urls: Urls, settings: Settings, worker_runtime: Runtime, tmp_path: Path
) -> None:
    """Automatic subscriptions collect while the worker dies whenever it has just asked for a charge."""
    import_jobs()
    shop = CardShop(world, simulator, worker_runtime)
    customer = await shop.open_with_cards()
    await shop.card(customer["id"])
    price = await shop.price("100")
    for _ in range(INVOICES):
        await shop.subscribe(customer["id"], price["id"], collection="automatic")
    worker = Killable("worker", settings, free_port(), tmp_path / "worker.log")
    await asyncio.to_thread(worker.start)

    def asked() -> int:
        return simulator.requests.count(("POST", "/v1/payment_intents"))

    def open_invoices() -> int:
        with psycopg.connect(urls["hcc_owner"]) as owner:
            row = owner.execute("SELECT count(*) FROM hcc.invoices WHERE status <> 'paid'").fetchone()
        assert row is not None
        return int(row[0])

    async def all_paid() -> bool:
        return await asyncio.to_thread(open_invoices) == 0

    kills = 0
    try:
        while kills < max(1, INVOICES // 4):
            before = asked()

            async def has_asked(before: int = before) -> bool:
                return asked() > before or await all_paid()

            await eventually(has_asked, 120)
            await asyncio.to_thread(worker.kill)
            kills += 1
            await rescue(worker_runtime.database, timedelta(0))
            await asyncio.to_thread(worker.start)
        await eventually(all_paid, 120)
    finally:
        await asyncio.to_thread(worker.kill)
    payments = await shop.ask("GET", "/v1/payments?limit=100")
    assert [(one["status"], one["amount"]) for one in payments] == [("succeeded", "119.000")] * INVOICES
    assert simulator.state.charges_made == INVOICES
    assert (await shop.books()).get("receivable") is None
    with psycopg.connect(urls["hcc_owner"]) as owner:
        mails = owner.execute("SELECT what, count(*) FROM hcc.invoice_mails GROUP BY what").fetchall()
    assert mails == [("invoice", INVOICES)]
