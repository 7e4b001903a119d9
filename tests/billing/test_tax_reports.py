"""Returns: what is sold, taken back and moved, and what the reports say of it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from control.billing.tax.reports.jobs import watch_thresholds
from control.billing.tax.reports.thresholds import warn
from control.billing.today import today
from control.core import jobs
from control.core.db import Scope
from control.core.runtime import Runtime
from tests.billing.selling import BERLIN, PARIS, ZURICH, Shop
from tests.conftest import Urls
from tests.world import World

pytestmark = pytest.mark.asyncio
TODAY = today("Europe/Berlin")
YEAR = f"since={TODAY.year}-01-01&until={TODAY.year}-12-31"
MADEIRA = {"line1": "Rua 1", "postal_code": "9000-001", "city": "Funchal", "country": "PT"}
VIENNA = {"line1": "Gasse 2", "postal_code": "1010", "city": "Wien", "country": "AT"}
MONTREAL = {"line1": "Rue 7", "postal_code": "H2X 1Y4", "city": "Montréal", "region": "QC", "country": "CA"}


def D(text: str) -> Any:  # noqa: N802 - a number, to be compared with any other
    """An amount."""
    return Decimal(text)


async def _report(shop: Shop, name: str, times: str = YEAR) -> dict[str, Any]:
    return dict(await shop.ask("GET", f"/v1/billing/reports/{name}?{times}"))


async def _table(shop: Shop, name: str, times: str = YEAR) -> list[list[str]]:
    answer = await shop.world.get(shop.who, f"/v1/billing/reports/{name}?{times}&format=csv")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{name}-')
    return list(csv.reader(io.StringIO(answer.text)))


async def _all_kinds(shop: Shop) -> dict[str, dict[str, Any]]:
    """One sale of each kind: 100 to each, and what is deferred beside what is not."""
    buyers: dict[str, dict[str, Any]] = {
        "home": {"address": BERLIN},
        "france": {"address": PARIS, "kind": "private"},
        "madeira": {"address": MADEIRA, "kind": "private"},
        "business": {"address": PARIS, "tax_id": "FR40303265045"},
        "austria": {"address": VIENNA, "tax_id": "ATU13585627"},
        "swiss": {"address": ZURICH},
        "exempt": {"address": BERLIN, "tax_exempt": True},
    }
    month = {"period_start": "2026-01-01", "period_end": "2026-02-01"}
    sold = {}
    for name, more in buyers.items():
        customer = await shop.customer(name, **more)
        items = ({"description": "Set-up", "unit_price": "40"}, {"description": "Month", "unit_price": "60"} | month)
        sold[name] = await shop.invoice(customer["id"], *items)
    return sold


async def test_vat_return(world: World) -> None:
    shop = Shop(world)
    await shop.open(oss_registered=True)
    sold = await _all_kinds(shop)
    await shop.credit(sold["home"]["id"], items=[{"item_id": sold["home"]["items"][0]["id"]}])
    found = await _report(shop, "vat")
    rows = {
        (one["country"], one["region"], one["reason"], one["category"]): (D(one["rate"]), D(one["taxable"]), D(one["tax"]))
        for one in found["rows"]
    }
    assert rows == {
        ("AT", "", "reverse_charge", "AE"): (0, 100, 0),
        ("CH", "", "outside_scope", "O"): (0, 100, 0),
        ("DE", "", "domestic", "S"): (19, 60, D("11.40")),
        ("DE", "", "exempt", "E"): (0, 100, 0),
        ("FR", "", "oss", "S"): (20, 100, 20),
        ("FR", "", "reverse_charge", "AE"): (0, 100, 0),
        ("PT", "30", "oss", "S"): (22, 100, 22),
    }
    assert (D(found["taxable"]), D(found["tax"])) == (660, D("53.40"))
    books = await shop.books()
    assert D(found["tax"]) == D(found["tax_account"]) == -D(books["tax"])
    assert D(found["taxable"]) == -D(books["revenue"]) - D(books["deferred_revenue"])
    table = await _table(shop, "vat")
    assert table[0] == ["country", "region", "reason", "category", "rate", "part", "taxable", "tax"]
    assert ["PT", "30", "oss", "S", "22.0000", "", "100.000", "22.000"] in table
    assert len(table) == 8


async def test_one_stop_shop_return(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(world)
    await shop.open(oss_registered=True)
    sold = await _all_kinds(shop)
    found = await _report(shop, "oss")
    assert [(one["country"], D(one["rate"]), D(one["taxable"]), D(one["tax"])) for one in found["rows"]] == [
        ("FR", 20, 100, 20),
        ("PT", 22, 100, 22),
    ]
    assert (found["corrections"], D(found["tax"])) == ([], 42)
    # What is taken back in the same quarter makes its sales less; of an earlier quarter it is told apart.
    await shop.credit(sold["madeira"]["id"])
    earlier = TODAY.replace(month=1, day=15) - timedelta(days=30)
    with monkeypatch.context() as past:
        past.setattr("control.billing.invoices.finalising.today", lambda _: earlier)
        old = await shop.invoice(sold["france"]["customer_id"], {"description": "Old", "unit_price": "500"})
    await shop.credit(old["id"], items=[{"item_id": old["items"][0]["id"], "quantity": "0.12"}])
    found = await _report(shop, "oss", f"since={TODAY.replace(day=1)}&until={TODAY}")
    assert [(one["country"], D(one["taxable"]), D(one["tax"])) for one in found["rows"]] == [
        ("FR", 100, 20),
        ("PT", 0, 0),
    ]
    assert found["corrections"] == [{"country": "FR", "quarter": f"{earlier.year}-Q4", "taxable": "-60.00", "tax": "-12.00"}]
    assert D(found["tax"]) == 8
    past_return = await _report(shop, "oss", f"since={earlier.replace(day=1)}&until={earlier}")
    assert [(one["country"], D(one["taxable"])) for one in past_return["rows"]] == [("FR", 500)]
    assert past_return["corrections"] == []
    assert await _table(shop, "oss", f"since={TODAY.replace(day=1)}&until={TODAY}") == [
        ["kind", "country", "quarter", "rate", "taxable", "tax"],
        ["sales", "FR", "", "20.0000", "100.00", "20.00"],
        ["sales", "PT", "", "22.0000", "0.00", "0.00"],
        ["correction", "FR", f"{earlier.year}-Q4", "", "-60.00", "-12.00"],
    ]


async def test_one_stop_shop_in_foreign_money(world: World, urls: Urls) -> None:
    shop = Shop(world)
    await shop.open(oss_registered=True)
    with psycopg.connect(urls["hcc_owner"]) as owner:
        owner.execute(
            "INSERT INTO hcc.exchange_rates (organization_id, currency, base, valid_from, rate)"
            " VALUES (%s, 'USD', 'EUR', '2020-01-01', 0.9)",
            (world.organizations["north"],),
        )
    customer = await shop.customer(kind="private", address=PARIS, currency="USD")
    await shop.invoice(customer["id"])
    last = f"since={TODAY}&until={TODAY + timedelta(days=1)}"
    assert [(D(one["taxable"]), D(one["tax"])) for one in (await _report(shop, "oss", last))["rows"]] == [(90, 18)]
    with psycopg.connect(urls["hcc_owner"]) as owner:
        owner.execute(
            "INSERT INTO hcc.exchange_rates (organization_id, currency, base, valid_from, rate)"
            " VALUES (%s, 'USD', 'EUR', %s, 0.8)",
            (world.organizations["north"], TODAY + timedelta(days=1)),
        )
    # The last day's rate counts here; the VAT return keeps that of the sale.
    assert [(D(one["taxable"]), D(one["tax"])) for one in (await _report(shop, "oss", last))["rows"]] == [(80, 16)]
    assert [(D(one["taxable"]), D(one["tax"])) for one in (await _report(shop, "vat", last))["rows"]] == [(90, 18)]


async def test_ec_sales_list(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    sold = await _all_kinds(shop)
    again = await shop.invoice(sold["business"]["customer_id"], {"description": "More", "unit_price": "11.11"})
    await shop.credit(sold["austria"]["id"], items=[{"item_id": sold["austria"]["items"][0]["id"]}])
    # The customer has another id by now; what was sold under the old one stays with it, and its credit too.
    await shop.ask("PUT", f"/v1/customers/{sold['business']['customer_id']}", {
        "kind": "business", "name": "business", "email": "a@customer.example", "address": PARIS, "tax_id": "FR23334175221",
    })  # fmt: skip
    await shop.credit(again["id"])
    await shop.invoice(sold["business"]["customer_id"], {"description": "New", "unit_price": "5"})
    found = await _report(shop, "ec-sales")
    assert [(one["country"], one["tax_id"], D(one["amount"])) for one in found["rows"]] == [
        ("AT", "ATU13585627", 60),
        ("FR", "FR23334175221", 5),
        ("FR", "FR40303265045", 100),
    ]
    assert D(found["amount"]) == 165
    assert await _table(shop, "ec-sales") == [
        ["country", "number", "kind", "amount"],
        ["AT", "U13585627", "S", "60.000"],
        ["FR", "23334175221", "S", "5.000"],
        ["FR", "40303265045", "S", "100.000"],
    ]


async def test_two_taxes_in_a_return(world: World) -> None:
    shop = Shop(world)
    await shop.open(address=MONTREAL, vat_id="", currency="CAD")
    customer = await shop.customer(address=MONTREAL, currency="CAD")
    await shop.invoice(customer["id"])
    [row] = (await _report(shop, "vat"))["rows"]
    assert (row["country"], row["region"], D(row["taxable"]), D(row["tax"])) == ("CA", "QC", 100, D("14.98"))
    assert [(one["name"], D(one["tax"])) for one in row["parts"]] == [("GST", 5), ("QST", D("9.98"))]
    assert (await _table(shop, "vat"))[2:] == [
        ["CA", "QC", "domestic", "S", "14.9750", "GST", "", "5.000"],
        ["CA", "QC", "domestic", "S", "14.9750", "QST", "", "9.980"],
    ]


async def test_the_name_of_a_tax_is_no_formula(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    parts = [{"name": "=cmd|' /C calc'!A1", "percent": "3"}, {"name": "City", "percent": "2"}]
    rate = {"country": "DE", "tax_class": "books", "percent": "5", "components": parts, "valid_from": "2020-01-01"}
    await shop.ask("POST", "/v1/billing/tax-rates", rate, 201)
    await shop.invoice((await shop.customer())["id"], {"description": "Manual", "unit_price": "100", "tax_class": "books"})
    assert sorted(one[5] for one in (await _table(shop, "vat"))[2:]) == ["'=cmd|' /C calc'!A1", "City"]


@pytest.mark.parametrize("name", ["vat", "oss", "ec-sales"])
async def test_whose_reports_they_are(world: World, name: str) -> None:
    shop = Shop(world)
    await shop.open(oss_registered=True)
    await _all_kinds(shop)
    await Shop(world, "saul").open(legal_name="South")
    path = f"/v1/billing/reports/{name}?{YEAR}"
    assert (await world.get("saul", path)).json()["data"]["rows"] == []
    for who in ("ned", "anna", "cleo"):
        assert (await world.get(who, path)).status_code == 403, who
    assert (await world.get("agent", path)).status_code in (403, 409)


@pytest.mark.parametrize(
    ("times", "pointer"),
    [
        ("since=2026-02-01&until=2026-01-31", "until"),
        ("since=2000-01-01&until=2026-01-31", "until"),
        ("since=2026-02-30&until=2026-03-31", "since"),
        ("until=2026-03-31", "since"),
        ("since=2026-01-01&until=2026-03-31&format=pdf", "format"),
    ],
)
@pytest.mark.parametrize("name", ["vat", "oss", "ec-sales"])
async def test_bad_times(world: World, name: str, times: str, pointer: str) -> None:
    shop = Shop(world)
    await shop.open()
    answer = await world.get("nora", f"/v1/billing/reports/{name}?{times}")
    assert answer.status_code in (400, 422), answer.text
    assert pointer in answer.text


async def test_threshold(world: World, urls: Urls, worker_runtime: Runtime) -> None:
    shop = Shop(world)
    await shop.open()
    organization = UUID(str(world.organizations["north"]))

    async def told() -> list[str]:
        await watch_thresholds(jobs.Work(worker_runtime, 0, 0), timestamp=0)
        with psycopg.connect(urls["hcc_owner"]) as owner:
            rows = owner.execute("SELECT topic FROM hcc.outbox_events WHERE topic LIKE 'oss_threshold.%' ORDER BY id").fetchall()
        return [row[0] for row in rows]

    private = await shop.customer(kind="private", address=PARIS)
    await shop.invoice(private["id"], {"description": "Server", "unit_price": "7999.99"})
    business = await shop.customer("Pear", address=PARIS, tax_id="FR40303265045")
    for each in (business, await shop.customer("Home"), await shop.customer("Swiss", kind="private", address=ZURICH)):
        await shop.invoice(each["id"], {"description": "Server", "unit_price": "50000"})
    found = dict(await shop.ask("GET", "/v1/billing/reports/oss-threshold"))
    assert (D(found["amount"]), found["threshold"], found["percent"]) == (D("7999.99"), "10000", "79.99")
    assert (found["exceeded"], found["applies"], found["year"]) == (False, True, TODAY.year)
    assert await told() == []
    await shop.invoice(private["id"], {"description": "Cent", "unit_price": "0.01"})
    assert await told() == ["oss_threshold.warned"]
    assert await told() == ["oss_threshold.warned"]
    last = await shop.invoice(private["id"], {"description": "Server", "unit_price": "2000.01"})
    assert await told() == ["oss_threshold.warned", "oss_threshold.reached"]
    assert (await shop.ask("GET", "/v1/billing/reports/oss-threshold"))["exceeded"] is True
    assert (await shop.ask("GET", f"/v1/billing/reports/oss-threshold?year={TODAY.year + 1}"))["exceeded"] is True
    await shop.credit(last["id"])
    assert (await shop.ask("GET", "/v1/billing/reports/oss-threshold"))["exceeded"] is False
    assert len(await told()) == 2
    async with worker_runtime.database.transaction(Scope(organization)) as tx:
        assert await warn(tx, organization) == []


@pytest.mark.parametrize(
    ("more", "threshold", "applies"),
    [
        ({"currency": "SEK"}, "99680", True),
        ({"currency": "GBP"}, None, True),
        ({"oss_registered": True}, "10000", False),
        ({"address": ZURICH, "vat_id": "", "currency": "CHF"}, None, False),
    ],
)
async def test_thresholds_elsewhere(world: World, more: dict[str, Any], threshold: str | None, applies: bool) -> None:
    shop = Shop(world)
    await shop.open(**more)
    found = await shop.ask("GET", "/v1/billing/reports/oss-threshold")
    assert (found["threshold"], found["applies"], found["exceeded"]) == (threshold, applies, False)


@pytest.mark.parametrize("year", ["1999", "0", "-5", "9999", "99999999999999999999", "x"])
async def test_years_that_are_none(world: World, year: str) -> None:
    shop = Shop(world)
    await shop.open()
    assert (await world.get("nora", f"/v1/billing/reports/oss-threshold?year={year}")).status_code in (400, 422)


async def test_lines_know_their_day(world: World, urls: Urls) -> None:
    shop = Shop(world)
    await shop.open()
    await shop.invoice((await shop.customer())["id"])
    wrong = (
        "SELECT count(*) FROM hcc.ledger_lines l JOIN hcc.ledger_entries e ON e.id = l.entry_id"
        " WHERE l.booked_on IS DISTINCT FROM e.booked_on"
    )
    with psycopg.connect(urls["hcc_owner"]) as owner:
        assert owner.execute(wrong).fetchone() == (0,)
        # As those book who do not say it.
        row = {"org": world.organizations["north"], "id": UUID(int=7)}
        owner.execute(
            "INSERT INTO hcc.ledger_entries (id, organization_id, booked_on, kind, source, currency)"
            " VALUES (%(id)s, %(org)s, '2026-02-03', 'test', %(id)s, 'EUR')",
            row,
        )
        owner.execute(
            "INSERT INTO hcc.ledger_lines (organization_id, entry_id, account, amount, base_amount)"
            " SELECT %(org)s, %(id)s, 'tax', n, n FROM unnest(ARRAY[1, -1]) AS n",
            row,
        )
        assert owner.execute(wrong).fetchone() == (0,)
