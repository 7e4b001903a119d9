"""Direct debits: mandates, files that a bank takes, and what statements say of them."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from lxml import etree

from control.billing.addresses import Address
from control.billing.payments.sepa.days import easter_sunday, is_open, next_open
from control.billing.payments.sepa.eligibility import Candidate, why_not
from control.billing.payments.sepa.letters import sepa_text
from control.billing.payments.sepa.pain008 import NAMESPACE, Creditor, Debit, Sequence_, write
from control.core.runtime import Runtime
from tests.billing.bank import CREDITOR_ID, DEBTOR, BankShop, camt, entry
from tests.world import World

SCHEMA = Path(os.environ.get("HCC_PAIN008_XSD", "../shared/data/pain.008.001.08.xsd"))
SOON = next_open(date.today() + timedelta(days=3))  # noqa: DTZ011 - three days from any zone's today


@pytest.fixture
def shop(world: World, worker_runtime: Runtime) -> BankShop:
    shop = BankShop(world)
    shop.worker = worker_runtime
    return shop


async def _mandate(shop: BankShop, customer_id: str, status: int = 201, **more: Any) -> Any:
    body = {
        "customer_id": customer_id, "iban": "DE02 1203 0000 0000 2020 51", "holder": "Ägidius Müller & Söhne",
        "signed_on": "2026-01-15", "pre_notification_days": 1,
    }  # fmt: skip
    return await shop.ask("POST", "/v1/payments/mandates", body | more, status)


async def _file(shop: BankShop, batch_id: str) -> bytes:
    answer = await shop.world.get("nora", f"/v1/payments/sepa-batches/{batch_id}/file")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml")
    return answer.content


def _found(content: bytes, path: str) -> list[str]:
    """Texts at a path, by another parser than the one that wrote them."""
    steps = "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))
    return [one.text or "" for one in ET.fromstring(content).iterfind(f".//{steps}")]  # noqa: S314 - our own file


async def test_from_mandate_to_return(shop: BankShop) -> None:
    await shop.open(creditor_id=CREDITOR_ID)
    customer = await shop.customer()
    mandate = await _mandate(shop, customer["id"], reference="M-1")
    assert (mandate["iban"], mandate["last4"], mandate["is_default"]) == ("DE02…2051", "2051", True)
    invoice = await shop.invoice(customer["id"])
    body = {"collected_on": str(SOON), "invoice_ids": [invoice["id"]]}
    batch = await shop.ask("POST", "/v1/payments/sepa-batches", body, 201)
    assert (batch["payments"], batch["total"], batch["skipped"]) == (1, "119.000", [])
    content = await _file(shop, batch["id"])
    assert _found(content, "SeqTp") == ["FRST"]
    assert _found(content, "CtrlSum") == ["119.00", "119.00"]
    assert _found(content, "Dbtr/Nm") == ["Aegidius Mueller + Soehne"]
    assert _found(content, "DbtrAcct/Id/IBAN") == [DEBTOR]
    assert _found(content, "MndtRltdInf/MndtId") == ["M-1"]
    [named] = _found(content, "PmtId/EndToEndId")
    error = await shop.ask("POST", "/v1/payments/sepa-batches", body, 409)
    assert error["details"]["skipped"][0]["reason"] == "another payment of it is under way"
    assert await shop.state_of(invoice["id"]) == ("sent", "119.000")
    await shop.ask("POST", f"/v1/payments/sepa-batches/{batch['id']}/submit", {})
    await shop.bring(camt(entry("119.00", "E1", end_to_end=named)))
    assert await shop.state_of(invoice["id"]) == ("paid", "0.000")
    await shop.ask("POST", f"/v1/payments/sepa-batches/{batch['id']}/cancel", {}, 409)
    assert (await shop.books())["bank"] == "119.000"
    await shop.bring(camt(entry("-122.50", "E2", end_to_end=named, returned="AM04")))
    assert await shop.state_of(invoice["id"]) == ("sent", "119.000")
    payment = await shop.ask("GET", f"/v1/payments/{UUID(named)}")
    assert (payment["status"], payment["disputed"], payment["failure_code"]) == ("disputed", "119.000", "AM04")
    assert await shop.books() == {
        "bank": "-3.500", "payment_fees": "3.500", "receivable": "119.000", "revenue": "-100.000", "tax": "-19.000",
    }  # fmt: skip
    second = await shop.ask("POST", "/v1/payments/sepa-batches", body | {"final_mandates": [mandate["id"]]}, 201)
    assert _found(await _file(shop, second["id"]), "SeqTp") == ["FNAL"]
    assert (await shop.ask("GET", f"/v1/payments/methods/{mandate['id']}"))["status"] == "revoked"
    cancelled = await shop.ask("POST", f"/v1/payments/sepa-batches/{second['id']}/cancel", {})
    assert cancelled["status"] == "cancelled"
    [again] = _found(await _file(shop, second["id"]), "PmtId/EndToEndId")
    assert (await shop.ask("GET", f"/v1/payments/{UUID(again)}"))["status"] == "cancelled"


async def test_a_sum_for_a_block(shop: BankShop) -> None:
    """Two mandates, three invoices: the bank books one sum for each sequence type."""
    await shop.open(creditor_id=CREDITOR_ID)
    apple, birch = await shop.customer("Apple"), await shop.customer("Birch")
    for customer in (apple, birch):
        await _mandate(shop, customer["id"])
    invoices = [await shop.invoice(one["id"]) for one in (apple, apple, birch)]
    without = await shop.invoice((await shop.customer("Cherry"))["id"])
    body = {"collected_on": str(SOON), "invoice_ids": [one["id"] for one in [*invoices, without]]}
    batch = await shop.ask("POST", "/v1/payments/sepa-batches", body, 201)
    assert [one["invoice_id"] for one in batch["skipped"]] == [without["id"]]
    content = await _file(shop, batch["id"])
    assert sorted(_found(content, "SeqTp")) == ["FRST", "RCUR"]
    assert _found(content, "PmtInf/CtrlSum") == ["238.00", "119.00"]
    await shop.bring(
        camt(
            entry("238.00", "B1", batch=f"{batch['message_id']}-FRST"), entry("118.00", "B2", batch=f"{batch['message_id']}-RCUR")
        )
    )
    listed = await shop.ask("GET", "/v1/invoices?status=paid&limit=100")
    assert len(listed) == 2
    await shop.bring(camt(entry("119.00", "B3", batch=f"{batch['message_id']}-RCUR")))
    assert {(await shop.state_of(one["id"]))[0] for one in invoices} == {"paid"}
    assert (await shop.books())["bank"] == "357.000"


async def test_bad_batches_and_mandates(shop: BankShop) -> None:
    await shop.open()
    customer = await shop.customer()
    changes: list[tuple[dict[str, Any], str]] = [
        ({"iban": "DE02120300000000202052"}, "/iban"), ({"bic": "X"}, "/bic"), ({"signed_on": "2999-01-01"}, "/signed_on"),
        ({"holder": "a\u0007"}, "/holder"), ({"reference": "ä"}, "/reference"),
        ({"pre_notification_days": 0}, "/pre_notification_days"),
        ({"holder": "4242424242424242"}, "/holder"),
    ]  # fmt: skip
    for change, pointer in changes:
        error = await _mandate(shop, customer["id"], 422, **change)
        assert pointer in [one["pointer"] for one in error["details"]["errors"]], error
    await _mandate(shop, customer["id"], reference="M1")
    await _mandate(shop, customer["id"], 409, reference="M1")
    invoice = await shop.invoice(customer["id"])
    body = {"collected_on": str(SOON), "invoice_ids": [invoice["id"]]}
    assert "creditor_id" in (await shop.ask("POST", "/v1/payments/sepa-batches", body, 409))["message"]
    await shop.open(creditor_id="DE00ZZZ09999999999")
    await shop.ask("POST", "/v1/payments/sepa-batches", body, 409)
    await shop.open(creditor_id=CREDITOR_ID)
    sunday = SOON + timedelta(days=6 - SOON.weekday())
    for day in (sunday, date(2026, 1, 2), SOON + timedelta(days=800)):
        error = await shop.ask("POST", "/v1/payments/sepa-batches", body | {"collected_on": str(day)}, 422)
        assert error["details"]["errors"][0]["pointer"] == "/collected_on"
    for who, status in (("anna", 403), ("saul", 409)):
        answer = await shop.world.send(who, "POST", "/v1/payments/sepa-batches", body)
        assert answer.status_code == status, answer.text


CREDITOR = Creditor(name="North Hosting GmbH", iban="DE89370400440532013000", bic="COBADEFFXXX", creditor_id=CREDITOR_ID)


def _debit(n: int, sequence: Sequence_, amount: str = "1.10", bic: str = "") -> Debit:
    return Debit(
        end_to_end_id=f"{n:032x}",
        amount=Decimal(amount),
        sequence=sequence,
        mandate_reference=f"M{n}",
        mandate_signed_on=date(2026, 1, 1),
        name="Zoë Łukasz <Test>",
        iban=DEBTOR,
        bic=bic,
        remittance="INV-1",
        address=Address(line1="Gasse 4", postal_code="8001", city="Zürich", country="CH") if n % 3 == 0 else None,
    )


@pytest.mark.parametrize("scheme", ["CORE", "B2B"])
def test_the_file_is_as_its_schema_says(scheme: Any) -> None:
    if not SCHEMA.exists():
        pytest.skip(f"{SCHEMA} is not there; HCC_PAIN008_XSD names the schema of ISO 20022")
    kinds: list[Sequence_] = ["FRST", "RCUR", "OOFF", "FNAL", "RCUR"]
    debits = [_debit(n, one, bic="BYLADEM1001" if n % 2 else "") for n, one in enumerate(kinds)]
    content = write("HCC" + "A" * 27, datetime(2026, 11, 25, 12, 0, 1, 5, UTC), CREDITOR, scheme, date(2026, 12, 1), debits)
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    schema.assertValid(etree.fromstring(content))
    with pytest.raises(etree.DocumentInvalid):
        schema.assertValid(etree.fromstring(content.replace(b"FRST", b"FIRST")))


def test_sums_and_counts() -> None:
    debits = [_debit(1, "RCUR", "0.10"), _debit(2, "FRST", "0.20"), _debit(3, "RCUR", "999999999.99")]
    content = write("M", datetime(2026, 1, 1, tzinfo=UTC), CREDITOR, "CORE", date(2026, 1, 2), debits)
    assert _found(content, "GrpHdr/CtrlSum") == ["1000000000.29"]
    assert _found(content, "PmtInf/CtrlSum") == ["0.20", "1000000000.09"]
    assert _found(content, "PmtInf/NbOfTxs") == ["1", "2"]
    assert _found(content, "PmtInf/PmtInfId") == ["M-FRST", "M-RCUR"]
    for bad in ([], [_debit(1, "RCUR", "0")], [_debit(1, "RCUR", "0.001")], [_debit(1, "RCUR", "-1")]):
        with pytest.raises(ValueError, match="whole cents"):
            write("M", datetime(2026, 1, 1, tzinfo=UTC), CREDITOR, "CORE", date(2026, 1, 2), bad)


@pytest.mark.parametrize(
    ("day", "opened", "following"),
    [
        ("2026-04-03", False, "2026-04-07"), ("2026-04-06", False, "2026-04-07"), ("2026-05-01", False, "2026-05-04"),
        ("2026-12-25", False, "2026-12-28"), ("2026-12-24", True, "2026-12-24"), ("2027-01-01", False, "2027-01-04"),
        ("2026-11-28", False, "2026-11-30"), ("2024-02-29", True, "2024-02-29"),
    ],
)  # fmt: skip
def test_days(day: str, opened: bool, following: str) -> None:
    assert is_open(date.fromisoformat(day)) is opened
    assert next_open(date.fromisoformat(day)) == date.fromisoformat(following)


@pytest.mark.parametrize(("year", "day"), [(2000, "04-23"), (2024, "03-31"), (2025, "04-20"), (2026, "04-05"), (2038, "04-25")])
def test_easter(year: int, day: str) -> None:
    assert f"{easter_sunday(year):%m-%d}" == day


@pytest.mark.parametrize(
    ("text", "most", "plain"),
    [
        ("Müller & Söhne", 70, "Mueller + Soehne"), ("Łódź", 70, "Lodz"), ("中文", 70, "."), ("a_b@c", 70, "a-b(at)c"),
        ("abcdef", 3, "abc"), ("", 70, "."), ("<x>", 70, ".x."),
    ],
)  # fmt: skip
def test_letters(text: str, most: int, plain: str) -> None:
    assert sepa_text(text, most) == plain


GOOD: dict[str, Any] = {
    "invoice_id": UUID(int=1), "invoice_number": "I1", "customer_id": UUID(int=2), "currency": "EUR", "balance": Decimal(1),
    "issued_on": date(2026, 1, 1), "due_date": date(2026, 1, 15), "status": "sent", "kind": "invoice", "is_under_way": False,
    "mandate_id": UUID(int=3), "mandate_reference": "M", "mandate_signed_on": date(2025, 6, 1), "mandate_kind": "recurrent",
    "mandate_used_on": None, "pre_notification_days": 14, "iban": DEBTOR, "bic": "", "holder": "H",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None), ({"status": "paid"}, "is paid"), ({"is_under_way": True}, "under way"), ({"currency": "USD"}, "euros"),
        ({"mandate_id": None}, "no mandate"), ({"mandate_kind": "one_off"}, None),
        ({"mandate_kind": "one_off", "mandate_used_on": date(2025, 7, 1)}, "one collection"),
        ({"mandate_signed_on": date(2022, 12, 31)}, "36 months"), ({"mandate_signed_on": date(2023, 1, 1)}, None),
        ({"mandate_signed_on": date(2020, 1, 1), "mandate_used_on": date(2025, 1, 1)}, None),
        ({"issued_on": date(2026, 1, 2)}, "14 days before"), ({"kind": "credit_note"}, "nothing is open"),
    ],
)  # fmt: skip
def test_why_an_invoice_is_not_collected(change: dict[str, Any], reason: str | None) -> None:
    found = why_not(Candidate(**GOOD | change), date(2026, 1, 15))
    assert found is None if reason is None else reason in (found or "")
