"""Bank statements: read once, matched when it is clear, suggested when it is not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from control.billing.payments.statements import camt053, csv_statement
from control.billing.payments.statements.csv_statement import Layout
from control.billing.payments.statements.lines import StatementError
from control.billing.payments.statements.matching import (
    Candidate,
    certain,
    named_by_reference,
    possible_numbers,
    reference_of,
    suggest,
)
from control.core.runtime import Runtime
from tests.billing.bank import ACCOUNT, DEBTOR, BankShop, camt, entry
from tests.world import World


@pytest.fixture
def shop(world: World, worker_runtime: Runtime) -> BankShop:
    shop = BankShop(world)
    shop.worker = worker_runtime
    return shop


async def test_what_is_clear_is_matched(shop: BankShop) -> None:
    await shop.open()
    customer = await shop.customer()
    one, two, three, four = [await shop.invoice(customer["id"]) for _ in range(4)]
    numbers = [each["invoice_number"] for each in (one, two, three, four)]
    statement = camt(
        entry("119.00", "A1", text=f"Rechnung {numbers[0]} danke"),
        entry("119.00", "A2", creditor_reference=reference_of(numbers[1])),
        entry("238.00", "A3", text=f"{numbers[2].replace('-', ' ')}, {numbers[3]}"),
        entry("50.00", "A4", text="Something else"),
        entry("-9.90", "A5", text="Fee"),
        entry("77.00", "A6", status="PDNG"),
        opening="100.00",
        closing="616.10",
    )
    [imported] = await shop.bring(statement)
    assert (imported["entries"], imported["known"], imported["account"]) == (5, 0, ACCOUNT)
    assert [(await shop.state_of(each["id"]))[0] for each in (one, two, three, four)] == ["paid"] * 4
    assert [each["status"] for each in await shop.entries()] == ["matched", "matched", "matched", "open", "open"]
    [again] = await shop.bring(statement)
    assert (again["entries"], again["known"]) == (5, 5)
    assert len(await shop.entries()) == 5
    assert (await shop.books())["bank"] == "476.000"


async def test_what_is_not_clear_is_suggested(shop: BankShop) -> None:
    await shop.open()
    apple, birch = await shop.customer("Apple GmbH"), await shop.customer("Birch")
    first, second = await shop.invoice(apple["id"]), await shop.invoice(birch["id"])
    await shop.bring(
        camt(
            entry("119.00", "A1", text="Server", name="Apple"),
            entry("100.00", "A2", text=second["invoice_number"]),
            entry("60.00", "A3", text=apple["number"]),
            entry("500.00", "A4", text="STRIPE PAYOUT"),
            entry("7.00", "A5"),
        )
    )
    one, two, three, four, five = await shop.entries()
    assert {each["status"] for each in (one, two, three, four, five)} == {"open"}
    assert [(each["invoices"][0]["invoice_id"], each["score"]) for each in one["suggestions"]] == [
        (first["id"], 45), (second["id"], 30),
    ]  # fmt: skip
    assert two["suggestions"][0]["reasons"] == ["names the invoice"]
    base = "/v1/payments/bank-entries"
    accepted = await shop.ask("POST", f"{base}/{one['id']}/accept", {"suggestion": 0})
    assert (accepted["status"], await shop.state_of(first["id"])) == ("matched", ("paid", "0.000"))
    await shop.ask("POST", f"{base}/{one['id']}/accept", {"suggestion": 0}, 409)
    await shop.ask("POST", f"{base}/{two['id']}/accept", {"suggestion": 0})
    assert await shop.state_of(second["id"]) == ("partially_paid", "19.000")
    for body, pointer in [
        ({}, "/customer_id"), ({"suggestion": 3}, "/suggestion"), ({"suggestion": 0, "customer_id": apple["id"]}, "/suggestion"),
        ({"customer_id": first["id"]}, "/customer_id"),
        ({"customer_id": apple["id"], "invoices": [{"invoice_id": second["id"]}]}, "/invoices/0/invoice_id"),
        ({"customer_id": birch["id"], "invoices": [{"invoice_id": second["id"], "amount": "61"}]}, "/invoices/0/amount"),
        ({"customer_id": birch["id"], "invoices": [{"invoice_id": second["id"], "amount": "NaN"}]}, "/invoices/0/amount"),
    ]:  # fmt: skip
        error = await shop.ask("POST", f"{base}/{three['id']}/accept", body, 422)
        assert error["details"]["errors"][0]["pointer"] == pointer, (body, error)
    paid = await shop.ask("POST", f"{base}/{three['id']}/accept", {"customer_id": birch["id"]})
    assert paid["outcome"] == "41.000 EUR became the customer's credit."
    await shop.ask("POST", f"{base}/{four['id']}/accept", {"payout": True})
    refused = await shop.ask("POST", f"{base}/{five['id']}/reject", {})
    assert (refused["status"], refused["suggestions"]) == ("open", [])
    ignored = await shop.ask("POST", f"{base}/{five['id']}/ignore", {"reason": "A gift"})
    assert (ignored["status"], ignored["outcome"]) == ("ignored", "A gift")
    await shop.ask("POST", f"{base}/{five['id']}/ignore", {"reason": "A gift"}, 409)
    books = await shop.books()
    assert (books["bank"], books["provider_clearing"]) == ("779.000", "-500.000")
    for who in ("anna", "saul", "cleo"):
        answer = await shop.world.send(who, "POST", f"{base}/{five['id']}/ignore", {"reason": "x"})
        assert answer.status_code in (403, 404)
    assert (await shop.world.get("anna", base)).status_code == 403
    assert (await shop.world.get("saul", base)).json()["pagination"]["total"] == 0


CSV = """Kontoauszug;;
Buchungstag;Betrag;Name;IBAN;Zweck;Zweck 2
02.11.2026;"1.119,00";Apple;DE02120300000000202051;INV;{number}
02.11.2026;5,00;Birch;;Gleich;
02.11.2026;5,00;Birch;;Gleich;
03.11.2026;-12,34;Strom;;;
;;;;;
"""
LAYOUT: dict[str, Any] = {
    "booked_on": "Buchungstag", "amount": "Betrag", "counterparty": "Name", "counterparty_iban": "IBAN",
    "remittance": ["Zweck", "Zweck 2"], "skip_lines": 1,
}  # fmt: skip


async def test_csv(shop: BankShop) -> None:
    await shop.open()
    customer = await shop.customer()
    invoice = await shop.invoice(customer["id"], {"description": "Rack", "unit_price": "940.336134"})
    assert invoice["total"] == "1119.000"
    profile = await shop.ask("POST", "/v1/payments/statement-profiles", {"name": "Our bank", "layout": LAYOUT}, 201)
    await shop.ask("POST", "/v1/payments/statement-profiles", {"name": "Our bank", "layout": LAYOUT}, 409)
    query = f"?format=csv&profile_id={profile['id']}&account={ACCOUNT}"
    content = CSV.format(number=invoice["invoice_number"]).encode()
    [imported] = await shop.bring(content, query)
    assert (imported["entries"], imported["known"]) == (4, 0)
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
    [again] = await shop.bring(content, query)
    assert again["known"] == 4
    for wrong, status in [
        ("?format=csv", 422),
        (query.replace("DE89", "DE88"), 422),
        (f"?format=csv&profile_id={invoice['id']}&account={ACCOUNT}", 404),
        ("?format=mt940", 422),
    ]:
        await shop.bring(content, wrong, status)
    error = await shop.bring(content.replace(b"5,00", b"5;00", 1).replace(b"02.11", b"32.11"), query, 422)
    assert "line 3: '32.11.2026' is no day" in error["details"]["errors"][0]["message"]
    await shop.ask("DELETE", f"/v1/payments/statement-profiles/{profile['id']}", None, 204)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is no XML"), (b"<a>", "is no XML"), (b"<Document/>", "is no camt.053"),
        (camt(entry("1.00"), head='<!DOCTYPE d [<!ENTITY e "x">]>'), "document type"),
        (camt(entry("1.00")).replace(b"camt.053.001.08", b"pain.008.001.08"), "is no camt.053"),
        (camt(entry("1,00")), "is no amount"), (camt(entry("1e5")), "is no amount"),
        (camt(entry("1.00", on="2026-13-01")), "is no day"),
        (camt(entry("1.00")).replace(b"CRDT", b"XXXX"), "neither credit nor debit"),
        (camt(entry("1.00")).replace(ACCOUNT.encode(), b""), "names no account"),
    ],
)  # fmt: skip
def test_bad_camt(content: bytes, says: str) -> None:
    with pytest.raises(StatementError, match=says):
        camt053.read(content)


async def test_entries_that_do_not_add_up_are_refused(shop: BankShop) -> None:
    await shop.open()
    error = await shop.bring(camt(entry("1.00"), opening="0.00", closing="2.00"), status=422)
    assert "lead from" in error["details"]["errors"][0]["message"]
    assert await shop.entries() == []


@pytest.mark.parametrize("version", ["02", "04", "08", "13"])
def test_camt_of_several_transactions(version: str) -> None:
    detail = (
        "<TxDtls><Refs><EndToEndId>{0}</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy='EUR'>{1}</Amt></TxAmt></AmtDtls></TxDtls>"
    )
    many = (
        entry("3.00", "S")
        .replace("<TxDtls>", f"{detail.format('a', '1.00')}{detail.format('b', '2.00')}<Rest>", 1)
        .replace("</TxDtls></NtryDtls>", "</Rest></NtryDtls>")
    )
    [statement] = camt053.read(camt(many, entry("1.00"), entry("1.00"), version=version))
    assert [(one.reference, one.amount, one.end_to_end_id) for one in statement.lines[:2]] == [
        ("S/1", Decimal("1.00"), "a"), ("S/2", Decimal("2.00"), "b"),
    ]  # fmt: skip
    assert len({one.reference for one in statement.lines}) == 4


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,56", "1234.56"),
        ("-0,5", "-0.5"),
        ("12,00-", "-12.00"),
        ("+7", "7"),
        ("1 000,00", "1000.00"),
        ("1\u00a0000", "1000"),
    ],
)
def test_amounts_of_csv(text: str, amount: str) -> None:
    layout = Layout(booked_on="d", amount="a", delimiter="|", date_format="%Y-%m-%d")
    [line] = csv_statement.read(f"d|a\n2026-11-02|{text}\n".encode(), layout, ACCOUNT).lines
    assert line.amount == Decimal(amount)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("d;b\n", "there is no column 'a'"), ("d;a\n2026-11-02;x\n", "line 2: 'x' is no amount"),
        ("d;a\n2026-11-02;1e9\n", "is no amount"), ("d;a\nx;1\n", "is no day"), ('d;a\n"x', "line 2"), ("\0", "no CSV"),
        ("d;a\n2026-11-02;99999999999999\n", "is no amount"),
    ],
)  # fmt: skip
def test_bad_csv(content: str, says: str) -> None:
    with pytest.raises(StatementError, match=says):
        csv_statement.read(content.encode(), Layout(booked_on="d", amount="a", date_format="%Y-%m-%d"), ACCOUNT)


def _candidate(
    n: int, number: str, balance: str, customer: int = 1, name: str = "Apple GmbH", *, iban: bool = False
) -> Candidate:
    return Candidate(
        invoice_id=UUID(int=n),
        number=number,
        balance=Decimal(balance),
        currency="EUR",
        customer_id=UUID(int=customer),
        customer_number=f"C00000{customer}",
        customer_name=name,
        has_iban=iban,
    )


ONE = _candidate(1, "INV-2026-00001", "119")
TEN = _candidate(2, "INV-2026-000010", "119")
OTHER = _candidate(3, "INV-2026-00003", "119", 2, "Birch")


@pytest.mark.parametrize(
    ("amount", "text", "reference", "name", "candidates", "scores", "taken"),
    [
        ("119", "INV-2026-00001", "", "", [ONE, OTHER], [90, 30], 1),
        ("119", "inv 2026/00001", "", "Apple", [ONE], [100], 1),
        ("119", "", reference_of("INV-2026-00001"), "", [ONE, OTHER], [90, 30], 1),
        ("119", "", "RF00INV202600001", "", [ONE], [30], None),
        ("100", "INV-2026-00001", "", "", [ONE], [60], None),
        ("119", "INV-2026-000010", "", "", [ONE, TEN], [90, 30], 2),
        ("119", "INV-2026-00001 INV-2026-00003", "", "", [ONE, OTHER], [90, 90], None),
        ("119", "thanks", "", "APPLE", [ONE, OTHER], [45, 30], None),
        ("119", "C000001", "", "", [ONE], [55], None),
        ("119", "", "", "Apple", [_candidate(1, "INV-2026-00001", "119", iban=True)], [70], None),
        ("5", "", "", "Apple", [ONE], [], None),
    ],
)  # fmt: skip
def test_matching(
    amount: str, text: str, reference: str, name: str, candidates: list[Candidate], scores: list[int], taken: int | None
) -> None:
    found = suggest(Decimal(amount), text, reference, name, candidates)
    assert [one.score for one in found] == scores
    best = certain(found)
    assert (None if best is None else best.invoices[0].invoice_id.int) == taken


@pytest.mark.parametrize(
    ("text", "prefixes", "first"),
    [
        ("Rg INV-2026-00042.", ["INV-2026-"], "INV202600042"), ("inv 2026 00042", ["INV-2026-", "DN-2026-"], "INV202600042"),
        ("nothing", ["INV-2026-"], None), ("", [""], None),
    ],
)  # fmt: skip
def test_numbers_in_texts(text: str, prefixes: list[str], first: str | None) -> None:
    found = possible_numbers(text, prefixes)
    assert (found[0] if found else None) == first


def test_creditor_references() -> None:
    made = reference_of("INV-2026-00042")
    assert made[:2] == "RF"
    assert named_by_reference(f"{made[:4]} {made[4:]}") == "INV202600042"
    assert reference_of("539007547034") == "RF18539007547034"
    assert named_by_reference("RF19539007547034") == ""
    assert reference_of("X" * 22) == ""
    assert DEBTOR.startswith("DE")
