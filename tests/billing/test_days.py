"""Days where the seller is: clocks that are put forward and back, the far ends of the world, leap days over the years."""

from __future__ import annotations

from calendar import isleap
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest

from control.billing.recognition.service import recognise
from control.billing.subscriptions.jobs import renew
from control.billing.today import today
from control.core.db import Scope
from control.core.jobs import Work
from control.core.runtime import Runtime
from control.worker import import_jobs
from tests.billing.moments import Clock
from tests.billing.selling import Shop
from tests.conftest import Urls
from tests.working import work_off
from tests.world import World

pytestmark = pytest.mark.asyncio
# Zone, the last minute of a day and the first of the next one in UTC, that next day.
MIDNIGHTS = [
    ("UTC", "2027-03-27T23:59", "2027-03-28T00:00", "2027-03-28"),
    ("Europe/Berlin", "2027-03-27T22:59", "2027-03-27T23:00", "2027-03-28"),
    ("Europe/Berlin", "2027-03-28T21:59", "2027-03-28T22:00", "2027-03-29"),
    ("Europe/Berlin", "2027-10-30T21:59", "2027-10-30T22:00", "2027-10-31"),
    ("Europe/Berlin", "2027-10-31T22:59", "2027-10-31T23:00", "2027-11-01"),
    ("Pacific/Auckland", "2027-04-03T10:59", "2027-04-03T11:00", "2027-04-04"),
    ("Pacific/Auckland", "2027-04-04T11:59", "2027-04-04T12:00", "2027-04-05"),
    ("Pacific/Auckland", "2027-09-25T11:59", "2027-09-25T12:00", "2027-09-26"),
    ("Pacific/Auckland", "2027-09-26T10:59", "2027-09-26T11:00", "2027-09-27"),
    # There is no midnight on the 14th: after 23:59 it is 1 o'clock.
    ("America/Havana", "2027-03-14T04:59", "2027-03-14T05:00", "2027-03-14"),
    ("America/Havana", "2027-03-15T03:59", "2027-03-15T04:00", "2027-03-15"),
    # The hour before 1 o'clock comes twice on the 7th.
    ("America/Havana", "2027-11-07T03:59", "2027-11-07T04:00", "2027-11-07"),
    ("America/Havana", "2027-11-08T04:59", "2027-11-08T05:00", "2027-11-08"),
    ("Pacific/Kiritimati", "2027-12-31T09:59", "2027-12-31T10:00", "2028-01-01"),
    ("Pacific/Pago_Pago", "2028-01-01T10:59", "2028-01-01T11:00", "2028-01-01"),
    ("Asia/Kathmandu", "2028-02-28T18:14", "2028-02-28T18:15", "2028-02-29"),
    ("Australia/Lord_Howe", "2027-10-02T13:29", "2027-10-02T13:30", "2027-10-03"),
]


@pytest.mark.parametrize(("zone", "before", "after", "day"), MIDNIGHTS)
async def test_a_day_begins(urls: Urls, zone: str, before: str, after: str, day: str) -> None:
    """Here and in the database, which finds who has something due."""
    wanted = date.fromisoformat(day)
    with psycopg.connect(urls["hcc_app"]) as connection:
        for at, expected in ((before, wanted - timedelta(days=1)), (after, wanted)):
            moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
            assert today(zone, moment) == expected
            [found] = connection.execute("SELECT (%s::timestamptz AT TIME ZONE %s)::date", (moment, zone)).fetchone() or [None]
            assert found == expected


class Passing:
    """A seller in a time zone, and the jobs that come by."""

    def __init__(self, shop: Shop, worker: Runtime, clock: Clock) -> None:
        self.shop, self.worker, self.clock = shop, worker, clock

    async def jobs(self, moment: str) -> None:
        """What the job of renewals does at a moment."""
        self.clock.at(moment)
        await renew(Work(self.worker, 0, 0), timestamp=0)
        await work_off(self.worker)

    async def periods(self, subscription: dict[str, Any]) -> list[tuple[str, str]]:
        found = await self.shop.ask("GET", f"/v1/subscriptions/{subscription['id']}/periods")
        return [(one["period_start"], one["period_end"]) for one in reversed(found)]


@pytest.fixture
async def passing(world: World, worker_runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Passing:
    import_jobs()
    clock = Clock(monkeypatch, date(2027, 1, 1), "control.billing.subscriptions.jobs")
    return Passing(Shop(world), worker_runtime, clock)


@pytest.mark.parametrize(("zone", "before", "after", "day"), MIDNIGHTS)
async def test_a_renewal_waits_for_the_sellers_day(passing: Passing, zone: str, before: str, after: str, day: str) -> None:
    wanted = date.fromisoformat(day)
    passing.clock.set(wanted - timedelta(days=10))
    await passing.shop.open(timezone=zone)
    customer, price = await passing.shop.customer(), await passing.shop.price("10")
    made = await passing.shop.subscribe(customer["id"], price["id"], anchor_day=wanted.day, start_date=str(wanted - timedelta(5)))
    await passing.jobs(f"{wanted - timedelta(days=4)}T12:00")
    assert await passing.periods(made) == [(str(wanted - timedelta(days=5)), day)]
    await passing.jobs(before)
    assert len(await passing.periods(made)) == 1
    await passing.jobs(after)
    assert [start for start, _ in await passing.periods(made)] == [str(wanted - timedelta(days=5)), day]
    invoices = await passing.shop.ask("GET", "/v1/invoices?sort_by=issued_on&sort_order=desc")
    assert invoices[0]["issued_on"] == day


async def test_a_leap_day_comes_round(passing: Passing) -> None:
    """Yearly and monthly from 29 February 2028, over eight years; each period is earned in its own days."""
    passing.clock.set(date(2028, 2, 29))
    shop = passing.shop
    await shop.open()
    customer = await shop.customer()
    yearly = await shop.subscribe(customer["id"], (await shop.price("366", interval="year"))["id"])
    monthly = await shop.subscribe(customer["id"], (await shop.price("10"))["id"])
    for year in range(2029, 2037):
        # Once a year: what was missed is caught up, each month by itself.
        await passing.jobs(f"{year}-02-28T12:00")
        await passing.jobs(f"{year}-03-01T12:00")
    starts = [start for start, _ in await passing.periods(yearly)]
    assert starts == [f"{year}-02-{29 if isleap(year) else 28}" for year in range(2028, 2037)]
    months = await passing.periods(monthly)
    assert len(months) == 8 * 12 + 1
    assert all(end == start for (_, end), (start, _) in pairwise(months))
    assert {start[8:] for start, _ in months if start[5:7] == "02"} == {"28", "29"}
    assert {start[8:] for start, _ in months if start[5:7] != "02"} == {"29"}
    async with passing.worker.database.transaction(Scope(shop.world.organizations["north"])) as tx:
        await recognise(tx, shop.world.organizations["north"], date(2037, 3, 1))
    books = await shop.books()
    assert "deferred_revenue" not in books
    assert float(books["revenue"]) == -(9 * 366 + 97 * 10)


@pytest.mark.parametrize(
    ("zone", "moment", "issued", "due"),
    [
        ("Pacific/Kiritimati", "2028-02-28T10:30", "2028-02-29", "2028-03-14"),
        ("Pacific/Pago_Pago", "2028-03-01T10:30", "2028-02-29", "2028-03-14"),
        ("America/Havana", "2027-03-14T04:30", "2027-03-13", "2027-03-27"),
    ],
)
async def test_documents_have_the_sellers_day(passing: Passing, zone: str, moment: str, issued: str, due: str) -> None:
    passing.clock.at(moment)
    await passing.shop.open(timezone=zone)
    customer = await passing.shop.customer()
    invoice = await passing.shop.invoice(customer["id"])
    assert (invoice["issued_on"], invoice["due_date"]) == (issued, due)
    payment = await passing.shop.pay("119", invoice_id=invoice["id"])
    assert payment["received_on"] == issued
    note = await passing.shop.credit(invoice["id"])
    assert note["issued_on"] == issued
    [entry] = {one["booked_on"] for one in await passing.shop.ask("GET", "/v1/ledger/entries")}
    assert entry == issued
