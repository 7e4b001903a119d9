"""VAT ids from the customer's record to the register and back: evidence, troubles, second looks, invoices in doubt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import psycopg
import pytest
from procrastinate import PsycopgConnector
from psycopg.errors import InsufficientPrivilege
from psycopg.rows import dict_row

from control.billing.tax.vat_checks.jobs import check_due_vat_ids
from control.core import jobs
from control.core.outbox import relay
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.worker import import_jobs
from tests.billing.selling import PARIS, ZURICH, Shop
from tests.billing.vies import MICROSOFT, Vies, vies
from tests.conftest import Urls
from tests.working import work_off
from tests.world import World

pytestmark = pytest.mark.asyncio
FR = "FR40303265045"
COPENHAGEN = {"line1": "Gade 5", "postal_code": "1050", "city": "København", "country": "DK"}
BELFAST = {"line1": "Street 6", "postal_code": "BT1 1AA", "city": "Belfast", "country": "GB"}


class Checking:
    """The shop, the register and the worker between them."""

    def __init__(self, shop: Shop, register: Vies, worker: Runtime, urls: Urls) -> None:
        self.shop, self.register, self.worker, self.urls = shop, register, worker, urls

    async def settle(self) -> None:
        """Hand on what happened, and do the work that it causes, until nothing is left."""
        while await relay(self.worker.database):
            pass
        await work_off(self.worker)
        while await relay(self.worker.database):
            pass
        assert self.sql("SELECT topic FROM hcc.outbox_events WHERE relayed_at IS NULL") == []

    async def buyer(self, name: str = "Apple", **more: Any) -> dict[str, Any]:
        made = await self.shop.customer(name, **{"address": PARIS, "tax_id": FR, **more})
        await self.settle()
        return made

    async def status(self, customer: dict[str, Any]) -> str:
        return str((await self.shop.ask("GET", f"/v1/customers/{customer['id']}"))["tax_id_status"])

    async def checks(self, customer: dict[str, Any]) -> list[dict[str, Any]]:
        return list(await self.shop.ask("GET", f"/v1/customers/{customer['id']}/vat-checks"))

    def sql(self, statement: str, *params: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.urls["hcc_owner"], row_factory=dict_row) as owner:
            cursor = owner.execute(statement, params)
            return cursor.fetchall() if cursor.description else []

    async def later(self) -> None:
        """The time of the next look has come."""
        self.sql("UPDATE hcc.vat_watches SET next_check_at = now() - interval '1 second', queued_until = '-infinity'")
        connector = PsycopgConnector()
        await connector.open_async(self.worker.database.pool)
        with jobs.app.replace_connector(connector):
            await check_due_vat_ids(jobs.Work(self.worker, 0, 0), timestamp=0)
        await self.settle()


@pytest.fixture
async def checking(world: World, settings: Settings, urls: Urls) -> AsyncIterator[Checking]:
    import_jobs()
    async with vies() as register:
        register.known[FR] = {"name": "SA SODIMAS", "address": "RUE 1\n26240 ST VALLIER"}
        register.known["DK13612870"] = MICROSOFT
        worker = Runtime(msgspec.structs.replace(settings, vies_url=register.url), settings.worker_database_url)
        await worker.start()
        await worker.database.pool.wait()
        shop = Shop(world)
        await shop.open()
        try:
            yield Checking(shop, register, worker, urls)
        finally:
            await worker.stop()


async def test_a_valid_id_with_its_evidence(checking: Checking) -> None:
    customer = await checking.buyer()
    assert customer["tax_id_status"] == "pending_verification"
    assert await checking.status(customer) == "valid"
    [check] = await checking.checks(customer)
    assert check["consultation_number"].startswith("WAPI")
    assert (check["outcome"], check["requester"], check["register"]) == ("valid", "DE136695976", "VIES")
    assert (check["name"], check["address"]) == ("SA SODIMAS", "RUE 1\n26240 ST VALLIER")
    told = checking.sql("SELECT payload FROM hcc.outbox_events WHERE topic = 'customer.tax_id_valid'")
    assert [one["payload"]["tax_id"] for one in told] == [FR]


async def test_what_is_asked_and_what_is_not(checking: Checking) -> None:
    kept = [
        await checking.buyer("private", kind="private", tax_id=""),
        await checking.buyer("Swiss", address=ZURICH, tax_id="CHE-107.787.577 MWST"),
        await checking.buyer("British", address=BELFAST, tax_id="GB980780684"),
    ]
    assert [one["tax_id_status"] for one in kept] == ["none", "unchecked", "unchecked"]
    assert checking.register.asked == []
    northern = await checking.buyer("Northern Irish", address=BELFAST, tax_id="XI980780684")
    assert await checking.status(northern) == "invalid"
    public = await checking.buyer("Mairie", kind="public")
    assert await checking.status(public) == "valid"
    assert [one["countryCode"] for one in checking.register.asked] == ["XI", "FR"]


@pytest.mark.parametrize(
    ("address", "tax_id"),
    [
        (ZURICH, "CHE-107.787.578 MWST"),
        (BELFAST, "GB980780685"),
        (BELFAST, "XI980780685"),
        ({**ZURICH, "country": "NO"}, "NO995525829MVA"),
        (PARIS, "FR00000000000"),
        (PARIS, "not an id"),
        (PARIS, "FR4030326\u00005045"),
    ],
)
async def test_forms_that_no_id_has(checking: Checking, address: dict[str, Any], tax_id: str) -> None:
    body = {"kind": "business", "name": "A", "email": "a@customer.example", "address": address, "tax_id": tax_id}
    error = await checking.shop.ask("POST", "/v1/customers", body, 422)
    assert "/tax_id" in str(error["details"])


async def test_an_id_is_asked_for_once_and_again_when_it_is_another(checking: Checking) -> None:
    customer = await checking.buyer()
    path = f"/v1/customers/{customer['id']}"
    body = {"kind": "business", "name": "Pear", "email": "a@customer.example", "address": PARIS, "tax_id": FR}
    await checking.shop.ask("PUT", path, body)
    await checking.settle()
    assert len(checking.register.asked) == 1
    # Another country under the same id: what was known is dropped, and asked for again.
    monaco = PARIS | {"country": "MC", "postal_code": "98000"}
    assert (await checking.shop.ask("PUT", path, body | {"address": monaco}))["tax_id_status"] == "pending_verification"
    await checking.settle()
    assert (len(checking.register.asked), await checking.status(customer)) == (2, "valid")
    moved = await checking.shop.ask("PUT", path, body | {"address": COPENHAGEN, "tax_id": "DK13612870"})
    assert moved["tax_id_status"] == "pending_verification"
    await checking.settle()
    assert await checking.status(customer) == "valid"
    assert [one["tax_id"] for one in await checking.checks(customer)] == ["DK13612870", FR, FR]
    await checking.shop.ask("PUT", path, body | {"tax_id": ""})
    await checking.settle()
    assert checking.sql("SELECT 1 FROM hcc.vat_watches") == []


@pytest.mark.parametrize(
    "mood", ["MS_UNAVAILABLE", "TIMEOUT", "MS_MAX_CONCURRENT_REQ", "garbage", "close", "SERVICE_UNAVAILABLE"]
)
async def test_a_register_that_is_away_is_asked_again(checking: Checking, mood: str) -> None:
    checking.register.mood = mood
    customer = await checking.buyer()
    assert await checking.status(customer) == "pending_verification"
    waits = []
    for _ in range(8):
        [watch] = checking.sql("SELECT attempts, extract(epoch FROM next_check_at - now())::float AS wait FROM hcc.vat_watches")
        waits.append((watch["attempts"], watch["wait"]))
        await checking.later()
    assert [attempts for attempts, _ in waits] == [1, 2, 3, 4, 5, 6, 7, 8]
    for (_, wait), seconds in zip(waits, (60, 300, 1800, 7200, 21600, 43200, 86400, 86400), strict=True):
        assert seconds * 0.75 < wait < seconds * 1.25
    assert await checking.status(customer) == "pending_verification"
    assert {one["outcome"] for one in await checking.checks(customer)} == {"unavailable"}
    checking.register.mood = ""
    await checking.later()
    assert await checking.status(customer) == "valid"
    [watch] = checking.sql(
        "SELECT attempts, extract(epoch FROM next_check_at - now())::float / 86400 AS days FROM hcc.vat_watches"
    )
    assert watch["attempts"] == 0
    assert 89 < watch["days"] < 91


async def test_trouble_takes_nothing_away(checking: Checking) -> None:
    customer = await checking.buyer()
    checking.register.moods["FR"] = "MS_UNAVAILABLE"
    await checking.later()
    assert await checking.status(customer) == "valid"
    assert [one["outcome"] for one in await checking.checks(customer)] == ["unavailable", "valid"]


async def test_invoices_on_an_id_that_turns_out_invalid(checking: Checking) -> None:
    customer = await checking.buyer()
    before = await checking.shop.invoice(customer["id"])
    await checking.later()
    after = await checking.shop.invoice(customer["id"])
    assert after["tax_treatment"]["reason"] == "reverse_charge"
    del checking.register.known[FR]
    await checking.later()
    assert await checking.status(customer) == "invalid"
    [flag] = await checking.shop.ask("GET", "/v1/billing/tax-flags?resolved=false")
    # The first one was issued while the id was known to be valid, as the second check says.
    assert (flag["invoice_id"], flag["reason"], flag["detail"]) == (after["id"], "tax_id_invalid", FR)
    assert flag["invoice_number"] == after["invoice_number"]
    for one in (before, after):
        assert await checking.shop.ask("GET", f"/v1/invoices/{one['id']}") == one
    [told] = checking.sql("SELECT payload FROM hcc.outbox_events WHERE topic = 'customer.tax_id_invalid'")
    assert (told["payload"]["invoices"], told["payload"]["invoices_in_doubt"]) == ([after["id"]], 1)
    # The next invoice carries tax.
    assert (await checking.shop.invoice(customer["id"]))["tax_treatment"]["reason"] == "below_threshold"
    # Told once: another look finds the same.
    await checking.later()
    assert len(checking.sql("SELECT 1 FROM hcc.outbox_events WHERE topic = 'customer.tax_id_invalid'")) == 1
    path = f"/v1/billing/tax-flags/{flag['id']}"
    settled = await checking.shop.ask("POST", f"{path}/resolve", {"resolution": "CN-2026-00001, new invoice"})
    assert settled["resolved_at"]
    await checking.shop.ask("POST", f"{path}/resolve", {"resolution": "again"}, 409)
    await checking.shop.ask("POST", f"{path}/resolve", {"resolution": " "}, 422)
    assert await checking.shop.ask("GET", "/v1/billing/tax-flags?resolved=false") == []
    assert await Shop(checking.shop.world, "saul").ask("GET", "/v1/billing/tax-flags") == []
    await Shop(checking.shop.world, "saul").ask("GET", path, status=404)


@pytest.mark.parametrize(("policy", "reason"), [("as_valid", "reverse_charge"), ("as_invalid", "below_threshold")])
async def test_how_a_pending_id_counts(checking: Checking, policy: str, reason: str) -> None:
    await checking.shop.open(pending_tax_id=policy)
    checking.register.mood = "MS_UNAVAILABLE"
    customer = await checking.buyer()
    draft = await checking.shop.draft(customer["id"])
    checking.register.mood = ""
    final = await checking.shop.ask("POST", f"/v1/invoices/{draft['id']}/finalise", {})
    assert final["tax_treatment"]["reason"] == reason
    await checking.later()
    assert (await checking.shop.invoice(customer["id"]))["tax_treatment"]["reason"] == "reverse_charge"


async def test_asking_by_hand(checking: Checking) -> None:
    customer = await checking.buyer()
    path = f"/v1/customers/{customer['id']}/check-tax-id"
    await checking.shop.ask("POST", path, {})
    await checking.shop.ask("POST", path, {})
    await checking.settle()
    assert len(await checking.checks(customer)) == 2
    plain = await checking.buyer("Swiss", address=ZURICH, tax_id="")
    await checking.shop.ask("POST", f"/v1/customers/{plain['id']}/check-tax-id", {}, 409)
    world = checking.shop.world
    for who in ("saul", "cleo"):
        assert (await world.send(who, "POST", path, {})).status_code in (403, 404)
        assert (await world.get(who, f"/v1/customers/{customer['id']}/vat-checks")).status_code == 404


async def test_the_customer_does_not_see_the_sellers_evidence(checking: Checking) -> None:
    world = checking.shop.world
    customer = await checking.buyer(customer_org_id=str(world.organizations["apple"]))
    assert (await world.get("anna", f"/v1/customers/{customer['id']}")).status_code == 200
    for below in ("vat-checks", "place-evidence", "place-of-supply"):
        assert (await world.get("anna", f"/v1/customers/{customer['id']}/{below}")).status_code == 404


async def test_one_question_at_a_time_for_each_state(checking: Checking) -> None:
    ids = ["FR40303265045", "FR23334175221", "FR83404833048", "DK13612870"]
    for n, one in enumerate(ids):
        await checking.shop.customer(f"C{n}", address=COPENHAGEN if one.startswith("DK") else PARIS, tax_id=one)
    # A worker that does not wait ends when all that is left is held up by another job.
    for _ in ids:
        await checking.settle()
    assert len(checking.register.asked) == 4
    assert max(checking.register.most_open.values()) == 1


async def test_evidence_is_only_added_to(checking: Checking) -> None:
    await checking.buyer()
    for statement in ("UPDATE hcc.vat_checks SET outcome = 'invalid'", "DELETE FROM hcc.vat_checks"):
        for role in ("hcc_app", "hcc_worker"):
            with psycopg.connect(checking.urls[role]) as connection, pytest.raises(InsufficientPrivilege):
                connection.execute(statement)


async def test_a_lost_answer_is_asked_for_again(checking: Checking) -> None:
    customer = await checking.shop.customer(address=PARIS, tax_id=FR)
    while await relay(checking.worker.database):
        pass
    # Taken by a worker that was killed before it had the answer: due again ten minutes later.
    checking.sql("UPDATE hcc.vat_watches SET next_check_at = now() + interval '10 minutes', queued_until = '-infinity'")
    await work_off(checking.worker)
    assert checking.register.asked == []
    await checking.later()
    assert await checking.status(customer) == "valid"


async def test_an_answer_about_an_id_that_was_replaced_meanwhile(checking: Checking) -> None:
    customer = await checking.buyer()
    checking.sql("UPDATE hcc.customers SET tax_id = 'DK13612870', tax_id_status = 'pending_verification'")
    del checking.register.known[FR]
    await checking.later()
    assert await checking.status(customer) == "pending_verification"


async def test_deleting_a_customer_takes_the_evidence_along(checking: Checking) -> None:
    customer = await checking.buyer()
    await checking.shop.ask("DELETE", f"/v1/customers/{customer['id']}", status=204)
    await checking.settle()
    assert checking.sql("SELECT 1 FROM hcc.vat_checks") == checking.sql("SELECT 1 FROM hcc.vat_watches") == []


async def test_nobody_is_asked_where_that_is_off(checking: Checking, settings: Settings) -> None:
    quiet = Runtime(settings, settings.worker_database_url)
    await quiet.start()
    try:
        customer = await checking.shop.customer(address=PARIS, tax_id=FR)
        while await relay(quiet.database):
            pass
        await work_off(quiet)
    finally:
        await quiet.stop()
    assert await checking.status(customer) == "pending_verification"
    assert checking.register.asked == []
