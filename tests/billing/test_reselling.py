"""What resellers sell on is settled each month, once; and their customers see nobody but them."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from control.billing.reselling.jobs import settle_resellers
from control.core import jobs
from control.core.runtime import Runtime
from tests.billing.clock import Clock
from tests.billing.selling import Shop
from tests.billing.working import settle
from tests.world import World

pytestmark = pytest.mark.asyncio
D = Decimal
STATEMENTS = "/v1/reseller-statements"


class Chain:
    """The platform sells to north, and north sells on to apple."""

    def __init__(self, world: World, clock: Clock, runtime: Runtime) -> None:
        self.world, self.clock, self.runtime = world, clock, runtime
        self.platform, self.north = Shop(world, "root"), Shop(world)
        self.north_id = str(world.organizations["north"])

    async def open(self) -> None:
        """Servers at a list price of 20, 30 % off for north; mail of which north keeps 20 %."""
        await self.platform.open(legal_name="Platform Wholesale AG", email="books@platform.example", phone="")
        await self.north.open()
        for name, kind, percent, listed, sold in (
            ("VPS", "wholesale", "30", "20", "30"),
            ("Mail", "commission", "20", "9", "10"),
        ):
            source = await self.platform.price(listed, (await self.platform.plan(name))["id"])
            terms = {"reseller_org_id": self.north_id, "plan_id": source["plan_id"], "kind": kind, "percent": percent}
            await self.platform.ask("POST", "/v1/reseller-terms", terms, 201)
            mine = await self.north.plan(f"North {name}", supplier_plan_id=source["plan_id"])
            setattr(self, name.lower(), (await self.north.price(sold, mine["id"]))["id"])
        self.customer = await self.north.customer(customer_org_id=str(self.world.organizations["apple"]))

    async def sell(self, *names: str) -> dict[str, Any]:
        return await self.north.subscribe(self.customer["id"], *(getattr(self, name) for name in names))

    async def be_customer(self) -> None:
        await self.platform.customer("North Hosting GmbH", customer_org_id=self.north_id)

    async def night(self) -> None:
        await settle_resellers(jobs.Work(self.runtime, 0, 0), timestamp=0)


@pytest.fixture
async def chain(world: World, worker_runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Chain:
    made = Chain(world, Clock(monkeypatch, "2026-01-10"), worker_runtime)
    await made.open()
    return made


async def test_a_month_is_settled_once(chain: Chain) -> None:
    platform, north = chain.platform, chain.north
    await chain.sell("vps", "mail")
    again = await chain.sell("mail")
    [second] = [one for one in await north.ask("GET", "/v1/invoices") if one["subscription_id"] == again["id"]]
    await north.credit(second["id"])  # taken back by hand: what is owed of it too
    assert await platform.ask("POST", STATEMENTS, {}, 201) == []  # the month is not over
    chain.clock.go("2026-02-01")
    error = await platform.ask("POST", STATEMENTS, {}, 409)
    assert error["details"]["reseller_org_id"] == chain.north_id
    await chain.night()  # tells it in the log, and waits
    await chain.be_customer()
    [made] = await platform.ask("POST", STATEMENTS, {"reseller_org_id": chain.north_id}, 201)
    # A server at 30, of whose list price of 20 north owes 70 %: 14. Mail at 10, of which it owes 80 %: 8. One mail was credited.
    assert (made["month"], made["sales"], made["sold"], made["owed"], made["kept"]) == (
        "2026-01",
        3,
        "40.000",
        "22.000",
        "18.000",
    )
    assert (made["amount"], made["amount_currency"], made["booked_on"]) == ("22.000", "EUR", None)
    invoice = await platform.ask("GET", f"/v1/invoices/{made['invoice_id']}")
    assert (invoice["amount"], invoice["tax"], invoice["supplied_from"], invoice["supplied_to"]) == (
        "22.000", "4.180", "2026-01-01", "2026-01-31",
    )  # fmt: skip
    assert {one["description"]: one["line_total"] for one in invoice["items"]} == {
        "Mail: 2 sales in 2026-01, less commission": "8.000",
        "VPS: 1 sales in 2026-01, wholesale": "14.000",
    }
    assert await platform.ask("POST", STATEMENTS, {}, 201) == []
    await chain.night()
    await chain.night()
    assert (await platform.books())["receivable"] == "26.180"
    assert len(await platform.ask("GET", STATEMENTS)) == 1
    # North's own books have the costs, and its customer's sale as before.
    books = await north.books()
    assert (books["supplier_costs"], books["supplier_payable"]) == ("22.000", "-22.000")
    [seen] = await north.ask("GET", STATEMENTS)
    assert (seen["id"], seen["booked_on"], seen["settled_on"]) == (made["id"], "2026-02-01", None)
    sales = await north.ask("GET", f"{STATEMENTS}/{made['id']}/sales?sort_by=booked_on")
    assert sorted((one["plan_name"], one["kind"], one["sold"], one["owed"]) for one in sales) == [
        ("Mail", "commission", "-10.000", "-8.000"),
        ("Mail", "commission", "10.000", "8.000"),
        ("Mail", "commission", "10.000", "8.000"),
        ("VPS", "wholesale", "30.000", "14.000"),
    ]
    answer = await chain.world.get("nora", f"{STATEMENTS}/{made['id']}/sales.csv")
    assert len(list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))) == 4


async def test_what_is_owed_is_paid_once(chain: Chain) -> None:
    await chain.be_customer()
    await chain.sell("vps")
    chain.clock.go("2026-02-03")
    [made] = await chain.platform.ask("POST", STATEMENTS, {}, 201)
    path = f"{STATEMENTS}/{made['id']}/settle"
    await chain.north.ask("POST", path, {}, 409)  # not in the books yet
    await chain.night()
    for day in ("2026-02-02", "2026-02-04"):
        await chain.north.ask("POST", path, {"paid_on": day}, 422)
    await chain.platform.ask("POST", path, {}, 404)
    paid = await chain.north.ask("POST", path, {"account": "cash"})
    assert paid["settled_on"] == "2026-02-03"
    await chain.north.ask("POST", path, {}, 409)
    books = await chain.north.books()
    assert (books["supplier_costs"], books["cash"]) == ("14.000", "-14.000")
    assert "supplier_payable" not in books
    for who, status in (("anna", 403), ("ned", 403), ("saul", 404), ("cleo", 403)):
        assert (await chain.world.get(who, f"{STATEMENTS}/{made['id']}")).status_code == status, who


async def test_what_was_credited_waits_for_what_is_owed(chain: Chain) -> None:
    await chain.be_customer()
    sold = await chain.sell("vps")
    chain.clock.go("2026-02-05")
    assert len(await chain.platform.ask("POST", STATEMENTS, {}, 201)) == 1
    # Five of 31 days are left: 30 / 31 * 5 = 4.84 is credited, of which north owed 14 / 30.
    await chain.north.ask("DELETE", f"/v1/subscriptions/{sold['id']}?when=now&credit_unused=true")
    chain.clock.go("2026-03-02")
    assert await chain.platform.ask("POST", STATEMENTS, {}, 201) == []
    await chain.sell("vps")
    chain.clock.go("2026-05-01")
    [made] = await chain.platform.ask("POST", STATEMENTS, {}, 201)
    assert (made["month"], made["sold"], made["owed"]) == ("2026-03", "25.160", "11.740")
    lines = await chain.platform.ask("GET", f"{STATEMENTS}/{made['id']}/sales")
    assert sorted(one["owed"] for one in lines) == ["-2.260", "14.000"]


async def test_customers_of_a_reseller_see_the_reseller_alone(chain: Chain) -> None:
    await chain.sell("vps")
    await settle(chain.runtime)
    [listed] = (await chain.world.get("anna", "/v1/invoices")).json()["data"]
    path = f"/v1/invoices/{listed['id']}"
    answer = await chain.world.get("anna", f"{path}/download")
    assert answer.status_code == 200
    reader = PdfReader(BytesIO(answer.content))
    shown = "".join(page.extract_text() for page in reader.pages)
    assert "North Hosting GmbH" in shown
    assert "North VPS" in shown
    [xml] = reader.attachments["factur-x.xml"]
    read = [
        shown,
        xml.decode(),
        str(reader.metadata),
        answer.content.decode("latin-1"),
        (await chain.world.get("anna", path)).text,
    ]
    read += [
        (await chain.world.get("anna", one)).text for one in ("/v1/price-list", "/v1/subscriptions", "/v1/customers", STATEMENTS)
    ]
    for text in read:
        for word in ("Platform Wholesale", "platform.example", str(chain.world.organizations["platform"]), "supplier"):
            assert word not in text, (word, text[:300])
