"""Selling on in the panel: terms, statements of a month, and noting that one was paid."""

from __future__ import annotations

import pytest

from control.billing.reselling.jobs import settle_resellers
from control.core import jobs
from control.core.runtime import Runtime
from tests.billing.clock import Clock
from tests.billing.selling import Shop
from tests.web.conftest import LogIn
from tests.world import World

TERMS, STATEMENTS = "/reselling/terms", "/reselling/statements"


async def test_terms_are_given_changed_and_ended(world: World, log_in: LogIn) -> None:
    platform, north = Shop(world, "root"), str(world.organizations["north"])
    await platform.open()
    plan = await platform.plan("VPS <1>")
    root, nora, anna = await log_in("root"), await log_in("nora"), await log_in("anna")
    await root.get(f"{TERMS}/new")
    for words in (north, "VPS &lt;1&gt;"):
        assert words in root.page
    sent = {"reseller_org_id": north, "plan_id": plan["id"], "kind": "wholesale", "percent": "30"}
    for wrong in ({"percent": "120"}, {"percent": ""}, {"reseller_org_id": ""}):
        await root.submit(TERMS, sent | wrong)
        assert root.answer.status_code == 422, wrong
    await root.submit(TERMS, sent)
    assert "The terms were added." in root.page
    [made] = await platform.ask("GET", "/v1/reseller-terms")
    path = f"{TERMS}/{made['id']}"
    await root.get(TERMS)
    assert "VPS &lt;1&gt;" in root.page
    await root.get(path)
    assert f"{path}/edit" in root.page
    await nora.get(TERMS)
    assert path in nora.page, "north sees what it owes"
    await nora.get(path)
    assert f"{path}/edit" not in nora.page
    for end in ("/edit", "/delete"):
        assert (await nora.get(path + end)).status_code == 404
        assert (await nora.post(path + end, sent)).status_code == 404
    assert (await anna.get(path)).status_code == 403
    await root.get(f"{path}/edit")
    await root.submit(f"{path}/edit", sent | {"percent": "25", "plan_id": ""})
    assert "The terms were changed." in root.page
    kept = await platform.ask("GET", f"/v1/reseller-terms/{made['id']}")
    assert (float(kept["percent"]), kept["plan_id"]) == (25, None)
    await root.get(TERMS)
    assert "All others" in root.page
    await root.get(f"{path}/delete")
    await root.submit(f"{path}/delete")
    assert await platform.ask("GET", "/v1/reseller-terms") == []


async def test_a_month_is_settled_and_paid(
    world: World, log_in: LogIn, worker_runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, platform, north = Clock(monkeypatch, "2026-01-10"), Shop(world, "root"), Shop(world)
    await platform.open()
    await north.open()
    source = await platform.price("20", (await platform.plan("VPS"))["id"])
    terms = {"reseller_org_id": str(world.organizations["north"]), "kind": "wholesale", "percent": "30"}
    await platform.ask("POST", "/v1/reseller-terms", terms, 201)
    mine = await north.plan("Mine", supplier_plan_id=source["plan_id"])
    price = await north.price("30", mine["id"])
    await north.subscribe((await north.customer(customer_org_id=str(world.organizations["apple"])))["id"], price["id"])
    clock.go("2026-02-03")
    root, nora, anna = await log_in("root"), await log_in("nora"), await log_in("anna")
    await root.get(f"{STATEMENTS}/new")
    await root.submit(STATEMENTS)
    assert root.answer.status_code in (409, 422), "north is no customer yet"
    await platform.customer("North", customer_org_id=str(world.organizations["north"]))
    await root.get(f"{STATEMENTS}/new")
    asked = root.page
    for _ in range(2):
        root.page = asked
        await root.submit(STATEMENTS)
        assert "Statements that were made: 1" in root.page
    assert "2026-01" in root.page
    [made] = await platform.ask("GET", "/v1/reseller-statements")
    path = f"{STATEMENTS}/{made['id']}"
    await root.get(path)
    for words in ("€30.00", "€14.00", "€16.00", f"/invoices/{made['invoice_id']}", "Not booked yet"):
        assert words in root.page, words
    assert (await root.get(f"{path}/settle")).status_code == 404
    assert (await anna.get(path)).status_code == 403
    await nora.get(f"{path}/settle")
    await nora.submit(f"{path}/settle", {"account": "bank"})
    assert "is not in your books yet" in nora.page
    await settle_resellers(jobs.Work(worker_runtime, 0, 0), timestamp=0)
    await nora.get(path)
    assert f"{path}/settle" in nora.page
    await nora.get(f"{path}/settle")
    await nora.submit(f"{path}/settle", {"account": "bank", "paid_on": "2026-02-09"})
    assert "must be from" in nora.page
    await nora.submit(f"{path}/settle", {"account": "bank", "paid_on": ""})
    assert "It is booked as paid." in nora.page
    assert f"{path}/settle" not in nora.page
    await nora.get(f"{path}/sales.csv")
    assert "Mine" in nora.page or "VPS" in nora.page
    await nora.get(STATEMENTS)
    assert "Paid" in nora.page
