"""The books as DATEV takes them: the form of the file, and that it says what the trial balance says."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import psycopg
import pytest

from control.billing.datev.charts import accounts_of
from control.billing.datev.extf import COLUMNS, Batch, document, text, written
from control.billing.datev.models import NewLedgerAccounts
from control.billing.datev.records import Record
from control.billing.datev.service import fiscal_year
from control.billing.recognition.service import recognise
from control.core.db import Scope
from control.core.runtime import Runtime
from tests.billing.clock import Clock
from tests.billing.selling import BERLIN, PARIS, ZURICH, Shop
from tests.conftest import Urls
from tests.world import World

D = Decimal
CHART = {"chart": "skr03", "consultant_number": 29098, "client_number": 55003}
SPAN = "since=2026-01-01&until=2026-12-31"
AUTOMATIC = {"8400": D(19), "8300": D(7), "8336": D(0), "8338": D(0)}


@pytest.mark.parametrize(
    ("number", "expected"),
    [("INV-2026-00001", "INV-2026-00001"), ("R 2026.7", "R-2026-7"), ("Ä/1_2", "-/1_2"), ("x" * 40, "x" * 36)],
)
def test_numbers_of_documents(number: str, expected: str) -> None:
    assert document(number) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [('Müller "Söhne"', '"Müller ""Söhne"""'), ("a;b\r\nc", '"a;b c"'), ("€ 日本", '"€ ??"'), ("x" * 70, '"' + "x" * 60 + '"')],
)
def test_texts(value: str, expected: str) -> None:
    assert text(value, 60) == expected


@pytest.mark.parametrize(
    ("day", "month", "expected"),
    [("2026-03-31", 1, "2026-01-01"), ("2026-03-31", 4, "2025-04-01"), ("2026-04-01", 4, "2026-04-01")],
)
def test_fiscal_years(day: str, month: int, expected: str) -> None:
    assert str(fiscal_year(date.fromisoformat(day), month)) == expected


def test_the_file() -> None:
    batch = Batch(
        created_at=datetime(2026, 2, 3, 4, 5, 6, 78_900, tzinfo=UTC), consultant=29098, client=55003, account_length=4,
        fiscal_year=date(2026, 1, 1), since=date(2026, 1, 1), until=date(2026, 1, 31), chart="03",
        name="Nord Hosting für alle und noch mehr GmbH",
    )  # fmt: skip
    record = Record(
        amount=D("1190"), is_credit=False, account="10000", contra="8400", booked_on=date(2026, 1, 9), document="INV-1", text="A"
    )
    content = written(batch, [record])
    head, columns, row, end = content.decode("cp1252").split("\r\n")
    assert head == (
        '"EXTF";700;21;"Buchungsstapel";13;20260203040506078;;"RE";"";"";29098;55003;20260101;4;20260101;20260131;'
        '"Nord Hosting für alle und noch";"";1;0;0;"EUR";;"";;;"03";;;"";""'
    )
    assert len(head.split(";")) == 31
    assert columns.split(";") == COLUMNS
    assert (len(COLUMNS), COLUMNS[39], COLUMNS[113]) == (125, "EU-Land u. UStID (Bestimmung)", "Festschreibung")
    assert row.split(";")[:14] == ["1190,00", '"S"', '"EUR"', "", "", "", "10000", "8400", '""', "0901", '"INV-1"', "", "", '"A"']
    assert len(row.split(";")) == 125
    assert end == ""


@pytest.mark.parametrize(
    ("chart", "length", "reason", "rate", "country", "expected"),
    [
        ("skr03", 4, "domestic", "19", "DE", "8400"),
        ("skr04", 4, "domestic", "19", "DE", "4400"),
        ("skr04", 6, "domestic", "7", "DE", "430000"),
        ("skr03", 4, "below_threshold", "19", "DE", "8400"),
        ("skr03", 4, "reverse_charge", "0", "FR", "8336"),
        ("skr04", 4, "outside_scope", "0", "CH", "4338"),
        ("skr04", 4, "oss", "20", "FR", "4339"),
        ("skr03", 4, "small_business", "0", "DE", "8195"),
        # What an accountant must say: why somebody is exempt, and where else the seller is registered.
        ("skr03", 4, "exempt", "0", "DE", None),
        ("skr03", 4, "domestic", "20", "GB", None),
        ("skr03", 4, "domestic", "16", "DE", None),
        ("custom", 4, "domestic", "19", "DE", None),
    ],
)
def test_accounts_of_revenue(chart: Any, length: int, reason: str, rate: str, country: str, expected: str | None) -> None:
    made = accounts_of(NewLedgerAccounts(chart=chart, consultant_number=1001, client_number=1, account_length=length))
    found = made.rule(reason, D(rate), country)
    assert (found.account if found else None) == expected


class File:
    """A file, read back."""

    def __init__(self, content: bytes) -> None:
        lines = list(csv.reader(io.StringIO(content.decode("cp1252"), newline=""), delimiter=";"))
        self.head, self.columns, rows = lines[0], lines[1], lines[2:]
        assert content.endswith(b"\r\n")
        assert (len(self.head), self.columns) == (31, COLUMNS)
        assert all(len(row) == len(COLUMNS) for row in rows)
        self.rows = [dict(zip(COLUMNS, row, strict=True)) for row in rows]

    def sums(self, *, split: bool) -> dict[str, Decimal]:
        """What is on each account; with `split`, automatic accounts compute their tax as DATEV does."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.rows:
            amount = D(row["Umsatz (ohne Soll/Haben-Kz)"].replace(",", "."))
            assert amount > 0
            signed = amount if row["Soll/Haben-Kennzeichen"] == "S" else -amount
            found[row["Konto"]] += signed
            contra = row["Gegenkonto (ohne BU-Schlüssel)"]
            rate = AUTOMATIC.get(contra, D(0)) if split else D(0)
            net = (amount * 100 / (100 + rate)).quantize(D("0.01"), ROUND_HALF_UP)
            found[contra] -= net if signed > 0 else -net
            found["automatic tax"] -= (amount - net) if signed > 0 else net - amount
        return {account: amount for account, amount in found.items() if amount}


async def _export(shop: Shop, span: str = SPAN) -> File:
    answer = await shop.world.get(shop.who, f"/v1/billing/reports/datev?{span}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith('attachment; filename="EXTF_Buchungsstapel_')
    return File(answer.content)


async def _sell(shop: Shop, clock: Clock, urls: Urls, runtime: Runtime) -> None:
    """A year with one of each: kinds of tax, deferred and not, credited, paid in foreign money, written off, given away."""
    organization_id = shop.world.organizations["north"]
    with psycopg.connect(urls["hcc_owner"]) as owner:
        for day, rate in (("2026-01-01", "0.9"), ("2026-03-01", "0.8")):
            owner.execute(
                "INSERT INTO hcc.exchange_rates (organization_id, currency, base, valid_from, rate)"
                " VALUES (%s, 'USD', 'EUR', %s, %s)",
                (organization_id, day, rate),
            )
    setup = {"description": "Set-up", "unit_price": "40.01"}
    book = {"description": "Book", "unit_price": "10.05", "tax_class": "reduced"}
    year = {"description": "Year", "unit_price": "120", "period_start": "2026-01-01", "period_end": "2027-01-01"}
    buyers: dict[str, dict[str, Any]] = {
        "Müller": {"address": BERLIN},
        "Paris": {"address": PARIS, "kind": "private"},
        "Firma": {"address": PARIS, "tax_id": "FR40303265045"},
        "Schweiz": {"address": ZURICH},
    }
    sold = {}
    for name, more in buyers.items():
        customer = await shop.customer(name, **more)
        sold[name] = await shop.invoice(customer["id"], setup, year, *([book] if name == "Müller" else []))
    dollar = await shop.customer("Dollar", currency="USD")
    foreign = await shop.invoice(dollar["id"], {"description": "Server", "unit_price": "100"})
    home = sold["Müller"]
    clock.go("2026-02-10")
    await shop.pay(str(D(home["total"]) / 2), invoice_id=home["id"])
    # More is credited than is open: the receivable and the customer's credit share one credit note.
    await shop.credit(home["id"])
    await shop.pay(str(D(sold["Paris"]["total"]) + 7), invoice_id=sold["Paris"]["id"])
    await shop.credit(sold["Paris"]["id"], items=[{"item_id": sold["Paris"]["items"][0]["id"]}])
    clock.go("2026-03-10")
    await shop.pay(foreign["total"], invoice_id=foreign["id"], currency="USD")
    await shop.ask("POST", f"/v1/invoices/{sold['Schweiz']['id']}/write-off", {"reason": "Gone"})
    await shop.ask("POST", f"/v1/customers/{home['customer_id']}/credit", {"amount": "3", "reason": "Sorry"}, 201)
    async with runtime.database.transaction(Scope(organization_id=organization_id)) as tx:
        await recognise(tx, organization_id, date(2026, 4, 1))


@pytest.fixture
async def sold(world: World, worker_runtime: Runtime, urls: Urls, monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop, clock = Shop(world), Clock(monkeypatch, "2026-01-15")
    await shop.open(oss_registered=True)
    await _sell(shop, clock, urls, worker_runtime)
    return shop


@pytest.mark.asyncio
async def test_the_file_says_what_the_books_say(sold: Shop) -> None:
    error = await sold.ask("GET", f"/v1/billing/reports/datev?{SPAN}", status=409)
    assert "in the billing settings" in error["message"]
    await sold.ask("PUT", "/v1/billing/settings/accounts", CHART)
    file = await _export(sold)
    assert file.head[10:16] == ["29098", "55003", "20260101", "4", "20260101", "20261231"]
    balance = await sold.ask("GET", "/v1/ledger/trial-balance?since=2026-01-01&until=2026-12-31")
    books: dict[str, Decimal] = defaultdict(Decimal)
    for one in balance["accounts"]:
        books[one["account"]] += D(one["base_balance"])
    sums = file.sums(split=False)
    assert sum(sums.values()) == 0
    debtors = {account: amount for account, amount in sums.items() if len(account) == 5}
    assert sum(debtors.values()) == books["receivable"]
    for account, number in (("bank", "1200"), ("customer_credit", "1700"), ("deferred_revenue", "0990"), ("bad_debt", "2400"),
                            ("credit_adjustments", "4900"), ("exchange_difference", "2150")):  # fmt: skip
        assert books[account], f"{account} is not tried"
        assert sums.pop(number) == books[account], account
    # Automatic accounts have their tax within: revenue and tax together are theirs.
    rest = {account: amount for account, amount in sums.items() if account not in debtors}
    assert set(rest) <= {"8400", "8300", "8336", "8338", "8339", "8200", "1768"}
    assert sum(rest.values()) == books["revenue"] + books["tax"]
    # Each treatment as the return says it; 8200 is what moves between what was sold and what was earned.
    vat = {(one["reason"], D(one["rate"])): D(one["taxable"]) + D(one["tax"])
           for one in (await sold.ask("GET", f"/v1/billing/reports/vat?{SPAN}"))["rows"]}  # fmt: skip
    wanted = {"8400": vat["domestic", D(19)], "8300": vat["domestic", D(7)], "8336": vat["reverse_charge", D(0)],
              "8338": vat["outside_scope", D(0)]}  # fmt: skip
    assert {account: -rest.get(account, D(0)) for account in wanted} == wanted
    assert rest["8200"] == -books["deferred_revenue"]
    assert -rest["8339"] - rest["1768"] == vat["oss", D(20)]
    # DATEV's own arithmetic comes to the same tax.
    computed = file.sums(split=True)
    assert computed["automatic tax"] + computed["1768"] == books["tax"]


@pytest.mark.asyncio
async def test_records_are_what_an_accountant_expects(sold: Shop) -> None:
    await sold.ask("PUT", "/v1/billing/settings/accounts", CHART)
    file = await _export(sold)
    records = {
        (row["Belegdatum"], row["Konto"], row["Gegenkonto (ohne BU-Schlüssel)"], row["Soll/Haben-Kennzeichen"],
         row["Umsatz (ohne Soll/Haben-Kz)"], row["Belegfeld 1"])
        for row in file.rows
    }  # fmt: skip
    # 160.01 with 19 % is 190.41; 10.05 with 7 % is 10.75; 120 of it is deferred.
    assert {
        ("1501", "10000", "8400", "S", "190,41", "INV-2026-00001"),
        ("1501", "10000", "8300", "S", "10,75", "INV-2026-00001"),
        ("1501", "8200", "0990", "S", "120,00", "INV-2026-00001"),
        ("1501", "10001", "8339", "S", "160,01", "INV-2026-00002"),
        ("1501", "10001", "1768", "S", "32,00", "INV-2026-00002"),
        ("1501", "10002", "8336", "S", "160,01", "INV-2026-00003"),
        ("1501", "10003", "8338", "S", "160,01", "INV-2026-00004"),
        ("1002", "1200", "10000", "S", "100,58", "INV-2026-00001"),
        # The credit note takes all of it back; what was paid is the customer's credit.
        ("1002", "10000", "8400", "H", "190,41", "INV-2026-00001"),
        ("1002", "10000", "8300", "H", "10,75", "INV-2026-00001"),
        ("1002", "10000", "1700", "S", "100,58", "INV-2026-00001"),
        # 119 dollars were 107.10 euros and came in as 95.20.
        ("1501", "10004", "8400", "S", "107,10", "INV-2026-00005"),
        ("1003", "10004", "2150", "H", "11,90", "INV-2026-00005"),
    } <= records | {
        (day, contra, account, "S" if side == "H" else "H", amount, number)
        for day, account, contra, side, amount, number in records
    }
    by_contra = {row["Gegenkonto (ohne BU-Schlüssel)"]: row for row in file.rows}
    assert all(row["BU-Schlüssel"] == "" for row in file.rows)
    assert by_contra["8336"]["EU-Land u. UStID (Bestimmung)"] == "FR40303265045"
    assert (by_contra["8339"]["EU-Land u. UStID (Bestimmung)"], by_contra["8339"]["EU-Steuersatz (Bestimmung)"]) == (
        "FR",
        "20,00",
    )
    assert by_contra["8300"]["Buchungstext"].endswith("Müller")
    # Numbers of customers are kept, and the next customer gets the next one.
    first = await _export(sold, "since=2026-01-01&until=2026-01-31")
    assert {row["Konto"] for row in first.rows if len(row["Konto"]) == 5} == {str(10000 + n) for n in range(5)}
    journal = await sold.world.get("nora", f"/v1/billing/reports/journal.csv?{SPAN}")
    numbers = {
        (row["account"], row["account_number"]) for row in csv.DictReader(io.StringIO(journal.content.decode("utf-8-sig")))
    }
    assert ("bank", "1200") in numbers


@pytest.mark.asyncio
async def test_what_has_no_account_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(world)
    Clock(monkeypatch, "2026-05-05")
    await shop.open()
    exempt = await shop.customer(tax_exempt=True)
    await shop.invoice(exempt["id"])
    await shop.ask("PUT", "/v1/billing/settings/accounts", CHART | {"chart": "skr04", "account_length": 5})
    error = await shop.ask("GET", f"/v1/billing/reports/datev?{SPAN}", status=409)
    assert error["details"]["missing"] == ["revenue: reason exempt, country DE, rate 0"]
    rule = {"reason": "exempt", "account": "4150", "automatic": True}
    await shop.ask("PUT", "/v1/billing/settings/accounts", CHART | {"chart": "skr04", "account_length": 5, "revenue": [rule]})
    [row] = (await _export(shop)).rows
    assert (row["Konto"], row["Gegenkonto (ohne BU-Schlüssel)"]) == ("100000", "41500")
    error = await shop.ask("PUT", "/v1/billing/settings/accounts", CHART, status=409)
    assert error["details"]["field"] == "/account_length"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"consultant_number": 1000}, "consultant_number"),
        ({"chart": "skr07"}, "chart"),
        ({"accounts": {"banks": "1200"}}, "accounts"),
        ({"accounts": {"bank": "12"}}, "accounts"),
        ({"accounts": {"bank": "120000"}}, "/accounts/bank"),
        ({"revenue": [{"reason": "domestic", "account": "840000"}]}, "/revenue/0/account"),
        ({"revenue": [{"reason": "domestic", "account": "8400", "rate": "NaN"}]}, "/revenue/0/rate"),
        ({"revenue": [{"reason": "domestic", "account": "8400", "rate": "101"}]}, "/revenue/0/rate"),
        ({"revenue": [{"reason": "domestic", "account": "8400", "bu_key": "3"}]}, "/revenue/0/bu_key"),
        ({"revenue": [{"reason": "domestic", "account": "8400", "tax_account": "1776"}]}, "/revenue/0/tax_account"),
        ({"revenue": [{"reason": "oss", "account": "8339", "automatic": False, "bu_key": "240", "tax_account": "1768"}]},
         "/revenue/0/bu_key"),
    ],
)  # fmt: skip
async def test_bad_charts(world: World, more: dict[str, Any], pointer: str) -> None:
    shop = Shop(world)
    await shop.open()
    error = await shop.ask("PUT", "/v1/billing/settings/accounts", CHART | more, status=422)
    assert pointer in str(error)


@pytest.mark.asyncio
async def test_spans_and_sellers(world: World) -> None:
    shop = Shop(world)
    await shop.open()
    await shop.ask("GET", "/v1/billing/settings/accounts", status=404)
    await shop.ask("PUT", "/v1/billing/settings/accounts", CHART | {"fiscal_year_month": 4})
    assert (await shop.ask("GET", "/v1/billing/settings/accounts"))["fiscal_year_month"] == 4
    for span in ("since=2026-01-01&until=2026-04-01", "since=2026-02-01&until=2026-01-01"):
        assert "until" in str(await shop.ask("GET", f"/v1/billing/reports/datev?{span}", status=422))
    file = await _export(shop, "since=2026-01-01&until=2026-03-31")
    assert (file.head[12], file.rows) == ("20250401", [])
    south = Shop(world, "saul")
    await south.open(currency="CHF", address=ZURICH, vat_id="")
    await south.ask("PUT", "/v1/billing/settings/accounts", CHART)
    assert "EUR" in (await south.ask("GET", f"/v1/billing/reports/datev?{SPAN}", status=409))["message"]
    assert (await world.get("anna", f"/v1/billing/reports/datev?{SPAN}")).status_code == 403
