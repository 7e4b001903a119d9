"""Structured invoices: their figures by hand, and each of them by an independent validator of EN 16931."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import etree

from control.billing.documents.paper import Paper
from control.billing.documents.pdf import pdf
from control.billing.documents.structured.cii import cii
from control.billing.documents.structured.mapping import line, missing, structured
from control.billing.documents.structured.ubl import ubl
from control.billing.invoices.models import Item
from tests.billing.papers import SERVER, made
from tests.billing.selling import PARIS, ZURICH

D = Decimal
_VERDICT = re.compile(r"Testing file \d+:\s+(valid|invalid) \((.+)\)")
DOMAIN = {
    "description": "Domain example.com",
    "unit_price": "12.50",
    "period_start": "2026-03-01",
    "period_end": "2027-03-01",
}
FRENCH = {"address": PARIS, "tax_id": "FR40303265045", "tax_id_status": "valid"}
LATE_FEE = {"description": "Late fee for invoice INV-2026-00007", "unit_price": "5", "tax_class": "late_fee"}
BACK = {"description": "Old server given back", "unit_price": "-30", "quantity": "2"}
CASES: dict[str, Callable[[], Paper]] = {
    "domestic": lambda: made(SERVER, DOMAIN),
    "two rates": lambda: made(SERVER, {"description": "Book", "unit_price": "10", "tax_class": "reduced", "tax_rate": "7"}),
    "reverse charge": lambda: made(SERVER, buyer=FRENCH, language="fr"),
    "outside scope": lambda: made(SERVER, buyer={"address": ZURICH}, language="de"),
    "outside scope without registration": lambda: made(SERVER, buyer={"address": ZURICH}, seller={"registration": ""}),
    "exempt": lambda: made(SERVER, buyer={"tax_exempt": True}),
    "small business": lambda: made(SERVER, seller={"small_business": True, "vat_id": ""}),
    "one-stop shop": lambda: made(
        SERVER, seller={"oss_registered": True}, buyer={"address": PARIS, "kind": "private"}, language="es"
    ),
    "prices with tax": lambda: made(
        {"description": "A", "unit_price": "9.99", "quantity": "3"},
        {"description": "B", "unit_price": "0.99", "quantity": "7"},
        {"description": "C", "unit_price": "19.99", "discount_percent": "12.5"},
        prices_include_tax=True,
    ),
    "discounts": lambda: made(
        SERVER | {"discount_percent": "10"},
        SERVER | {"discount_percent": "10", "discount_amount": "5.55"},
        DOMAIN | {"discount_amount": "2.50"},
    ),
    "lines below zero": lambda: made(SERVER, BACK, BACK | {"discount_percent": "50"}),
    "tiny prices": lambda: made({"description": "Traffic", "unit_price": "0.000012", "quantity": "123456", "unit": "4L"}),
    "tax for each line": lambda: made(*[{"description": "x", "unit_price": "0.33"}] * 3, seller={"tax_rounding": "line"}),
    "yen": lambda: made(
        {"description": "Server", "unit_price": "4980"}, currency="JPY", buyer={"currency": "JPY"}, exchange_rate=D("0.0062")
    ),
    "nothing to pay": lambda: made({"description": "Trial", "unit_price": "0"}),
    "a period": lambda: made(SERVER, supplied_from=date(2026, 2, 1), supplied_to=date(2026, 2, 28), notes="Thanks <&>"),
    "credit note": lambda: made(SERVER, DOMAIN, kind="credit_note", number="CN-2026-00001", notes="Returned"),
    "debit note": lambda: made(SERVER, kind="debit_note", number="DN-2026-00001"),
    "late fee": lambda: made(LATE_FEE, kind="debit_note", number="DN-2026-00002"),
    "late fee of a French business": lambda: made(
        LATE_FEE, kind="debit_note", number="DN-2026-00003", buyer=FRENCH, language="fr", seller={"registration": ""}
    ),
    "late fee of a small business": lambda: made(
        LATE_FEE, kind="debit_note", number="DN-2026-00004", seller={"small_business": True, "vat_id": ""}, language="de"
    ),
    "Arabic": lambda: made({"description": "خادم", "unit_price": "100"}, language="ar", buyer={"name": "شركة", **FRENCH}),
}


def draft(**columns: Any) -> dict[str, Any]:
    return {"description": "x"} | columns


LINES: list[tuple[str, dict[str, Any], bool, tuple[str, str, str | None, str | None, bool, str]]] = [
    # What is asked for, whether prices include tax: quantity, price, base quantity, reduction, whether a charge, net.
    ("plain", draft(unit_price="49.90", quantity="3"), False, ("3", "49.90", None, None, False, "149.70")),
    ("ten percent off", draft(unit_price="49.90", quantity="3", discount_percent="10"), False,
     ("3", "49.90", None, "14.97", False, "134.73")),
    ("money off", draft(unit_price="10", discount_amount="2.50"), False, ("1", "10", None, "2.50", False, "7.50")),
    ("below zero", draft(unit_price="-30", quantity="2"), False, ("-2", "30", None, None, False, "-60.00")),
    ("below zero, half of it", draft(unit_price="-30", quantity="2", discount_percent="50"), False,
     ("-2", "30", None, "30.00", True, "-30.00")),
    ("with tax inside", draft(unit_price="11.90"), True, ("1", "10.000000", None, None, False, "10.00")),
    ("with tax inside, uneven", draft(unit_price="0.99", quantity="1000"), True,
     ("1000", "0.831933", None, None, False, "831.93")),
    ("with tax inside, too uneven", draft(unit_price="0.99", quantity="100000"), True,
     ("100000", "83193.28", "100000", None, False, "83193.28")),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "include", "expected"), [case[1:] for case in LINES], ids=[case[0] for case in LINES])
def test_a_line_gives_its_net_amount(
    asked: dict[str, Any], include: bool, expected: tuple[str, str, str | None, str | None, bool, str]
) -> None:
    [item] = made(asked, prices_include_tax=include).invoice.items if D(asked["unit_price"]) > 0 else _second(asked)
    found = line(item, "EUR", prices_include_tax=include)
    quantity, price, base, off, is_charge, net = expected
    assert (found.quantity, found.price, found.net) == (D(quantity), D(price), D(net))
    assert found.base_quantity == (None if base is None else D(base))
    given = None if found.reduction is None else (found.reduction.amount, found.reduction.is_charge)
    assert given == (None if off is None else (D(off), is_charge))
    _sound(found, "EUR")


def _second(asked: dict[str, Any]) -> list[Item]:
    """A position below zero, beside one that keeps the whole above."""
    return made(SERVER, asked).invoice.items[1:]


def _sound(found: Any, currency: str) -> None:
    """The sum of the standard: quantity times price by base quantity, less the reduction."""
    whole = found.quantity * found.price / (found.base_quantity or 1)
    sign = 1 if found.reduction and found.reduction.is_charge else -1
    whole += sign * found.reduction.amount if found.reduction else 0
    assert abs(whole - found.net) < D("0.01"), (found, currency)
    assert found.price >= 0


@pytest.mark.parametrize("case", CASES)
def test_sums(case: str) -> None:
    paper = CASES[case]()
    document = structured(paper)
    for one in document.lines:
        _sound(one, document.currency)
    assert sum((one.net for one in document.lines), D(0)) == document.net == sum((one.taxable for one in document.taxes), D(0))
    assert document.net + document.tax == document.total
    assert missing(paper, "en16931") == []


def test_rest_of_a_credited_line() -> None:
    """What is left of a line after a part was credited need not be a multiple of its price."""
    [item] = made({"description": "x", "unit_price": "33.33", "quantity": "3"}).invoice.items
    left = msgspec.structs.replace(item, quantity=D(2), line_total=D("66.67"))
    found = line(left, "EUR", prices_include_tax=False)
    assert (found.price, found.base_quantity, found.quantity) == (D("66.67"), D(2), D(2))


WORDS = [
    # The case, a path in CII, and what stands there.
    ("reverse charge", "//ram:ApplicableTradeTax/ram:ExemptionReasonCode", ["VATEX-EU-AE"]),
    ("reverse charge", "//ram:BuyerTradeParty//ram:ID[@schemeID='VA']", ["FR40303265045"]),
    ("outside scope", "//ram:ID[@schemeID='VA']", []),
    ("outside scope", "//ram:RateApplicablePercent", []),
    ("outside scope without registration", "//ram:SellerTradeParty/ram:ID", ["DE136695976"]),
    ("small business", "//ram:ApplicableTradeTax/ram:ExemptionReason",
     ["No VAT is charged: exemption for small enterprises (§ 19 UStG)."]),
    ("yen", "//ram:TaxTotalAmount[@currencyID='JPY']", ["946"]),
    ("yen", "//ram:TaxTotalAmount[@currencyID='EUR']", ["5.87"]),
    ("yen", "//ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode", ["30"]),
    ("domestic", "//ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode", ["58"]),
    ("domestic", "//ram:BillingSpecifiedPeriod/ram:EndDateTime/udt:DateTimeString", ["20270228"]),
    ("credit note", "//rsm:ExchangedDocument/ram:TypeCode", ["381"]),
    ("credit note", "//ram:InvoiceReferencedDocument/ram:IssuerAssignedID", ["INV-2026-00007"]),
    ("debit note", "//rsm:ExchangedDocument/ram:TypeCode", ["383"]),
    ("late fee", "//ram:ApplicableTradeTax/ram:CategoryCode", ["O", "O"]),
    ("late fee", "//ram:ApplicableTradeTax/ram:ExemptionReasonCode", ["VATEX-EU-O"]),
    ("late fee", "//ram:ApplicableTradeTax/ram:ExemptionReason",
     ["Compensation for late payment, not a supply: not subject to VAT."]),
    ("late fee", "//ram:RateApplicablePercent", []),
    ("late fee of a French business", "//ram:ID[@schemeID='VA']", []),
    ("late fee of a small business", "//ram:ApplicableTradeTax/ram:ExemptionReason",
     ["Schadensersatz wegen Zahlungsverzugs, kein Leistungsentgelt: nicht steuerbar."]),
    ("nothing to pay", "//ram:DuePayableAmount", ["0.00"]),
    ("Arabic", "//ram:ApplicableTradeTax/ram:ExemptionReason",
     ["احتساب عكسي: ضريبة القيمة المضافة مستحقة على متلقي الخدمة (Reverse charge، المادة 196 من التوجيه 2006/112/EC)."]),
]  # fmt: skip


@pytest.mark.parametrize(("case", "path", "expected"), WORDS)
def test_what_stands_where(case: str, path: str, expected: list[str]) -> None:
    root = etree.fromstring(cii(structured(CASES[case]())))
    found: Any = root.xpath(path, namespaces=root.nsmap)  # type: ignore[arg-type]  # all have a prefix
    assert [one.text for one in found] == expected


MISSING = [
    ({"seller": {"phone": ""}}, "xrechnung", ["the seller's phone number (BT-42)"]),
    ({"seller": {"phone": ""}}, "en16931", []),
    ({"seller": {"vat_id": "", "tax_number": ""}}, "en16931", ["the seller's VAT id or tax number"]),
    ({"currency": "KWD", "buyer": {"currency": "KWD"}, "exchange_rate": D(3)}, "en16931",
     ["amounts in KWD have more than two digits"]),
]  # fmt: skip


@pytest.mark.parametrize(("options", "profile", "expected"), MISSING)
def test_what_is_missing(options: dict[str, Any], profile: Any, expected: list[str]) -> None:
    assert missing(made(SERVER, **options), profile) == expected


WRONG: list[tuple[str, str, bytes, bytes]] = [
    # A file, what is changed in it, and so the validator must refuse it.
    ("ubl.xml", "a sum", b'PayableAmount currencyID="EUR">178.14<', b'PayableAmount currencyID="EUR">178.15<'),
    ("xrechnung.xml", "no phone", b"<cbc:Telephone>+49 40 1234567</cbc:Telephone>", b""),
    (
        "ubl.xml",
        "an element in the wrong place",
        b"<cbc:IssueDate>",
        b"<cbc:BuyerReference>x</cbc:BuyerReference><cbc:IssueDate>",
    ),
]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """What the validator thinks of each file. It is no part of the project; without it these tests are skipped."""
    jar = Path(os.environ.get("HCC_EN16931_VALIDATOR", "../shared/tools/Mustang-CLI.jar"))
    if not jar.is_file() or shutil.which("java") is None:
        pytest.skip("HCC_EN16931_VALIDATOR names no Mustang-CLI jar (org.mustangproject:Mustang-CLI), or there is no Java")
    # Apart: it remembers of a file in UBL that no PDF may follow it.
    documents, data = tmp_path_factory.mktemp("pdf"), tmp_path_factory.mktemp("xml")
    for case, make in CASES.items():
        for name, content in _written(make()).items():
            folder = documents if name.endswith(".pdf") else data
            (folder / f"{case} {name}").write_bytes(content)
    for name, what, right, wrong in WRONG:
        content = _written(made({"description": "x", "unit_price": "149.70"}))[name]
        assert right in content, what
        (data / f"{what} {name}").write_bytes(content.replace(right, wrong, 1))
    found: dict[str, bool] = {}
    for folder in (documents, data):
        found |= _verdicts(jar, folder)
    for file in data.iterdir():
        found[file.name] = found[file.name] and _schema(jar, file.read_bytes(), tmp_path_factory).validate(etree.parse(file))
    return found


def _verdicts(jar: Path, folder: Path) -> dict[str, bool]:
    command = ["java", "-Xmx1G", "-jar", str(jar), "--action", "validateExpectValid", "--disable-file-logging", "-d", str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    said = run.stdout + run.stderr
    verdicts = {Path(path).name: word == "valid" for word, path in _VERDICT.findall(said)}
    for line_ in said.splitlines():
        if "ERROR" in line_:
            print(line_)
    assert set(verdicts) == {file.name for file in folder.iterdir()}, said[-3000:]
    return verdicts


def _schema(jar: Path, content: bytes, tmp_path_factory: pytest.TempPathFactory) -> etree.XMLSchema:
    """The schema of OASIS, which the validator carries."""
    folder = tmp_path_factory.getbasetemp() / "ubl21"
    if not folder.exists():
        with zipfile.ZipFile(jar) as archive:
            for name in archive.namelist():
                if name.startswith("schema/UBL_21/") and name.endswith(".xsd"):
                    target = folder / name.removeprefix("schema/UBL_21/")
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.read(name))
    kind = "CreditNote" if b"<CreditNote" in content else "Invoice"
    return etree.XMLSchema(etree.parse(folder / "maindoc" / f"UBL-{kind}-2.1.xsd"))


def _written(paper: Paper) -> dict[str, bytes]:
    return {
        "factur-x.pdf": pdf(paper, cii(structured(paper))),
        "ubl.xml": ubl(structured(paper)),
        "xrechnung.xml": ubl(structured(paper, "xrechnung"), "xrechnung"),
    }


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["factur-x.pdf", "ubl.xml", "xrechnung.xml"])
@pytest.mark.parametrize("case", CASES)
def test_an_independent_validator_agrees(judged: dict[str, bool], case: str, name: str) -> None:
    assert judged[f"{case} {name}"]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("name", "what"), [case[:2] for case in WRONG])
def test_the_validator_would_say(judged: dict[str, bool], name: str, what: str) -> None:
    assert not judged[f"{what} {name}"]
