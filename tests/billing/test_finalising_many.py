"""Many drafts finalised in one operation: in order, without a gap, each once; what cannot be says why and stops no other."""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pytest

from control.core.runtime import Runtime
from tests.billing.selling import Shop
from tests.billing.working import settle
from tests.conftest import Urls
from tests.world import World

pytestmark = pytest.mark.asyncio
UNKNOWN = "01990000-0000-7000-8000-000000000000"


async def test_in_order_and_once(world: World, worker_runtime: Runtime, urls: Urls) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    drafts = [await shop.draft(customer["id"], {"description": f"Server {n}", "unit_price": f"{n}.10"}) for n in range(1, 6)]
    final = await shop.invoice(customer["id"])
    empty = await shop.ask("POST", "/v1/invoices", {"customer_id": customer["id"]}, 201)
    less = await shop.draft(customer["id"], {"description": "Less", "unit_price": "-1"})
    ids = [drafts[2]["id"], empty["id"], drafts[0]["id"], UNKNOWN, final["id"], less["id"], drafts[1]["id"], drafts[2]["id"]]
    operation = await shop.ask("POST", "/v1/invoices/finalise", {"ids": ids}, 202)
    await settle(worker_runtime)
    done = await shop.ask("GET", f"/v1/operations/{operation['id']}")
    assert (done["status"], done["result"]["finalised"], done["result"]["failed"]) == ("succeeded", 4, 3)
    year = final["issued_on"][:4]
    numbers = {one["invoice_id"]: one.get("invoice_number") for one in done["result"]["results"]}
    assert numbers == {
        final["id"]: f"INV-{year}-00001",
        drafts[2]["id"]: f"INV-{year}-00002",
        drafts[0]["id"]: f"INV-{year}-00003",
        drafts[1]["id"]: f"INV-{year}-00004",
        empty["id"]: None,
        less["id"]: None,
        UNKNOWN: None,
    }
    errors = {one["invoice_id"]: one["error"] for one in done["result"]["results"] if one["status"] == "failed"}
    assert errors[UNKNOWN]["code"] == "NOT_FOUND"
    assert errors[empty["id"]]["details"]["errors"] == [{"pointer": "/items", "message": "an invoice needs at least one"}]
    assert "credit note" in errors[less["id"]]["details"]["errors"][0]["message"]
    assert Decimal((await shop.books())["revenue"]) == -(Decimal(final["amount"]) + Decimal("6.30"))
    # As after a crash: the job runs once more, and nothing is finalised, told or booked again.
    with psycopg.connect(urls["hcc_owner"]) as owner:
        before = owner.execute("SELECT count(*) FROM hcc.outbox_events WHERE topic = 'invoice.finalised'").fetchone()
        owner.execute("UPDATE hcc.operations SET status = 'running', finished_at = NULL")
    with psycopg.connect(urls["hcc_worker"]) as worker:
        worker.execute("UPDATE jobs.procrastinate_jobs SET status = 'todo' WHERE task_name = 'billing.finalise_invoices'")
    await settle(worker_runtime)
    again = await shop.ask("GET", f"/v1/operations/{operation['id']}")
    assert again["result"] == done["result"]
    with psycopg.connect(urls["hcc_owner"]) as owner:
        assert owner.execute("SELECT count(*) FROM hcc.outbox_events WHERE topic = 'invoice.finalised'").fetchone() == before


async def test_one_that_the_database_refuses_stops_no_other(world: World, worker_runtime: Runtime, urls: Urls) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer()
    drafts = [await shop.draft(customer["id"]) for _ in range(3)]
    with psycopg.connect(urls["hcc_owner"]) as owner:
        owner.execute(
            "CREATE FUNCTION hcc.test_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NEW.id = '{drafts[1]['id']}' AND NEW.number IS NOT NULL THEN RAISE check_violation; END IF; RETURN NEW; END $$"
        )
        owner.execute("CREATE TRIGGER refuse BEFORE UPDATE ON hcc.invoices FOR EACH ROW EXECUTE FUNCTION hcc.test_refuse()")
    operation = await shop.ask("POST", "/v1/invoices/finalise", {"ids": [one["id"] for one in drafts]}, 202)
    await settle(worker_runtime)
    results = (await shop.ask("GET", f"/v1/operations/{operation['id']}"))["result"]["results"]
    assert [one["status"] for one in results] == ["finalised", "failed", "finalised"]
    assert [one.get("invoice_number", "")[-5:] for one in results] == ["00001", "", "00002"], "no gap"


async def test_who_may(world: World, worker_runtime: Runtime) -> None:
    shop = Shop(world)
    await shop.open()
    customer = await shop.customer(customer_org_id=str(world.organizations["apple"]))
    draft = await shop.draft(customer["id"])
    for who, status in [("anna", 403), ("bert", 403), (None, 401)]:
        assert (await world.send(who, "POST", "/v1/invoices/finalise", {"ids": [draft["id"]]})).status_code == status, who
    operation = (await world.send("saul", "POST", "/v1/invoices/finalise", {"ids": [draft["id"]]})).json()["data"]
    await settle(worker_runtime)
    done = (await world.get("saul", f"/v1/operations/{operation['id']}")).json()["data"]
    assert done["result"]["results"][0]["error"]["code"] == "NOT_FOUND"
    assert (await shop.ask("GET", f"/v1/invoices/{draft['id']}"))["status"] == "draft"
