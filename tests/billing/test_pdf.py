"""What stands in PDFs, read back by another program, and how they are made."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, get_args

import msgspec
import pytest
from pypdf import PdfReader
from segno import helpers
from weasyprint.urls import FatalURLFetchingError

from control.billing.documents.paper import Logo, Look, tax_note
from control.billing.documents.payment_code import payment_code
from control.billing.documents.pdf import pdf, press
from control.billing.documents.view import direction, view
from control.billing.documents.words import words
from control.billing.settings.models import Language
from control.billing.tax.treatment import Treatment
from tests.billing.papers import SERVER, made
from tests.billing.selling import PARIS, ZURICH

FRENCH = {"address": PARIS, "tax_id": "FR40303265045", "tax_id_status": "valid"}
MARKS = dict.fromkeys(map(ord, "\u2066\u2069\u200e\u200f\u202a\u202b\u202c"))


def text_of(content: bytes) -> str:
    """The text as pdftotext lays it out, with plain spaces and without marks of direction."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not here")
    run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return re.sub(r"[^\S\n\f]+", " ", run.stdout.decode().translate(MARKS))


SAID: list[tuple[str, dict[str, Any], list[str]]] = [
    ("English", {}, [
        "Invoice INV-2026-00042", "Date of issue 28 Feb 2026", "Due date 14 Mar 2026", "Date of supply 28 Feb 2026",
        "1 Server M 3 months 49.90 19% 149.70", "Net amount €149.70", "VAT 19% on €149.70 €28.44", "Total €178.14",
        "Please pay €178.14 by 14 Mar 2026, stating INV-2026-00042.", "IBAN DE89 3704 0044 0532 0130 00", "Apple & Söhne <KG>",
        "VAT ID DE136695976",
    ]),
    ("American", {"seller": {"page_size": "Letter"}}, ["Date of issue Feb 28, 2026"]),
    ("German, reverse charge", {"language": "de", "buyer": FRENCH}, [
        "Rechnung INV-2026-00042", "Ausstellungsdatum 28.02.2026", "Steuerschuldnerschaft des Leistungsempfängers", "Artikel 196",
        "Gesamtbetrag 149,70 €", "75001 Paris", "Frankreich", "Ihre USt-IdNr. FR40303265045", "3 Monate",
    ]),
    ("French", {"language": "fr", "buyer": FRENCH}, ["Facture INV-2026-00042", "Autoliquidation", "Total TTC 149,70 €"]),
    ("Spanish", {"language": "es", "buyer": FRENCH}, ["Factura INV-2026-00042", "Inversión del sujeto pasivo", "3 meses"]),
    ("Arabic", {"language": "ar"}, ["INV-2026-00042", "2026/02/28", "المبلغ الصافي"]),
    ("Hebrew", {"language": "he"}, ["INV-2026-00042", "חשבונית", "178.14"]),
    ("outside the Union", {"buyer": {"address": ZURICH}}, ["the place of supply is outside the European Union", "Switzerland"]),
    ("one-stop shop", {"seller": {"oss_registered": True}, "buyer": {"address": PARIS, "kind": "private"}},
     ["VAT of the customer's country, France", "One-Stop Shop", "VAT 20% on €149.70 €29.94"]),
    ("small business", {"seller": {"small_business": True}}, ["exemption for small enterprises (§ 19 UStG)"]),
    ("credit note", {"kind": "credit_note", "number": "CN-1", "notes": "Returned"},
     ["Credit note CN-1", "Refers to invoice INV-2026-00007 of 31 Jan 2026", "Reason: Returned", "Total credited €178.14"]),
    ("debit note", {"kind": "debit_note", "number": "DN-1"}, ["Debit note DN-1", "Refers to invoice INV-2026-00007"]),
    ("yen", {"currency": "JPY", "buyer": {"currency": "JPY"}, "exchange_rate": Decimal("0.0062")},
     ["VAT in EUR at 0.0062", "JP¥179"]),
    ("a period", {"supplied_from": date(2026, 2, 1), "supplied_to": date(2026, 2, 28)},
     ["Period of supply 1 Feb 2026 \u2013 28 Feb 2026"]),
    ("some of a period, some of a day", {"items": [SERVER | {"period_start": "2026-02-01", "period_end": "2026-03-01"}, SERVER]},
     ["1 Feb 2026 \u2013 28 Feb 2026", "Date of supply 28 Feb 2026"]),
    ("due at once", {"payment_terms_days": 0}, ["Please pay €178.14 on receipt"]),
    ("prices with tax", {"prices_include_tax": True}, ["Unit price", "incl. tax", "Net amount €125.80", "Total €149.70"]),
    ("words of one's own", {"notes": "Thank you\n<b>very</b> much", "buyer_reference": "PO-7"},
     ["Thank you", "<b>very</b> much", "Your reference PO-7"]),
]  # fmt: skip


@pytest.mark.parametrize(("options", "expected"), [case[1:] for case in SAID], ids=[case[0] for case in SAID])
def test_what_is_said(options: dict[str, Any], expected: list[str]) -> None:
    item = SERVER if options.get("currency") != "JPY" else SERVER | {"unit_price": "50"}
    options = dict(options)
    found = text_of(pdf(made(*options.pop("items", [item]), **options)))
    assert [one for one in expected if one not in found] == [], found


def test_many_lines_are_split_well() -> None:
    content = pdf(made(*[{"description": f"Server {n}", "unit_price": "1"} for n in range(1, 121)]))
    pages = text_of(content).split("\f")[:-1]
    assert len(pages) >= 4
    for n, page in enumerate(pages):
        assert re.search(rf"\b{n + 1} ?/ ?{len(pages)}\b", page)
    # Each page with lines has the head of the table; later ones say whose page it is.
    lines = [int(one) for page in pages for one in re.findall(r"Server (\d+) 1 1\.00", page)]
    assert lines == list(range(1, 121))
    assert all("Description" in page for page in pages if "Server" in page)
    assert all("Invoice INV-2026-00042" in page for page in pages)
    assert "Total" in pages[-1]


SIZES = [("A4", 595.28, 841.89), ("Letter", 612.0, 792.0)]


@pytest.mark.parametrize("many", [13, 15, 17, 19, 21])
def test_totals_never_stand_alone(many: int) -> None:
    """With this many lines they come near the end of a page, or just over it."""
    pages = PdfReader(BytesIO(pdf(made(*[SERVER | {"description": f"Server {n}"} for n in range(1, many + 1)])))).pages
    last = pages[-1].extract_text()
    assert "Total" in last
    assert f"Server {many}" in last


@pytest.mark.parametrize(("size", "width", "height"), SIZES)
def test_sizes_and_metadata(size: Any, width: float, height: float) -> None:
    reader = PdfReader(BytesIO(pdf(made(look=Look(page_size=size)))))
    box = reader.pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx((width, height), abs=0.1)
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Invoice INV-2026-00042", "North Hosting GmbH")


def test_glyphs_of_many_scripts_are_there() -> None:
    """A letter without a glyph is shown as a box, and has the number 0 in its font."""
    text = "日本語 简体 한국어 Ελληνικά Кириллица עברית العربية हिन्दी Łódź"
    content = pdf(made({"description": text, "unit_price": "1"}))
    found = text_of(content)
    for word in ("日本語", "简体", "한국어", "Ελληνικά", "Кириллица", "Łódź"):
        assert word in found
    fonts = subprocess.run(["pdffonts", "-"], input=content, capture_output=True, check=True).stdout.decode()
    for script in ("CJK", "Arabic", "Hebrew", "Devanagari"):
        assert script in fonts, fonts
    assert all(line.split()[-5] == "yes" for line in fonts.splitlines()[2:]), "each font is embedded"


LOADS = [
    "https://example.com/x.png",
    "file:///etc/passwd",
    "ftp://example.com/x",
    "data:text/html,<b>",
]


@pytest.mark.parametrize("address", LOADS)
def test_nothing_is_loaded(address: str) -> None:
    with pytest.raises(FatalURLFetchingError):
        press().print(msgspec.structs.replace(view(made()), logo=address), None)


def test_a_drawing_that_loads_is_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    """Should one ever get past the check: nothing is fetched for it, and the document is made without it."""
    image = '<image href="file:///etc/hostname" width="9" height="9"/>'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{image}</svg>'.encode()
    content = pdf(made(look=Look(logo=Logo(content=drawing, media_type="image/svg+xml"))))
    assert content.startswith(b"%PDF")
    assert "Failed to render SVG" in caplog.text


CODES: list[tuple[str, dict[str, Any], bool]] = [
    ("euros to an IBAN", {}, True),
    ("no IBAN", {"seller": {"iban": ""}}, False),
    ("dollars", {"currency": "USD", "buyer": {"currency": "USD"}}, False),
    ("a credit note", {"kind": "credit_note"}, False),
    ("a name beyond Latin", {"seller": {"account_holder": "شركة النور"}}, True),
    ("a long name", {"seller": {"legal_name": "North " * 30}}, True),
]


@pytest.mark.parametrize(("options", "has_code"), [case[1:] for case in CODES], ids=[case[0] for case in CODES])
def test_payment_code(options: dict[str, Any], has_code: bool) -> None:
    assert (payment_code(made(**options)) is not None) == has_code


def test_what_the_payment_code_says(monkeypatch: pytest.MonkeyPatch) -> None:
    said: dict[str, Any] = {}
    whole = helpers.make_epc_qr

    def noted(**given: Any) -> Any:
        said.update(given)
        return whole(**given)

    monkeypatch.setattr(helpers, "make_epc_qr", noted)
    payment_code(made())
    assert said == {
        "name": "North Hosting GmbH",
        "iban": "DE89370400440532013000",
        "amount": Decimal("178.14"),
        "text": "INV-2026-00042",
        "bic": "COBADEFFXXX",
        "encoding": "utf-8",
    }


NOTES: list[tuple[str, str, str, str | None, str]] = [
    ("reverse_charge", "AE", "DE", "reverse_charge", ""),
    ("outside_scope", "O", "DE", "outside_scope_eu", ""),
    ("outside_scope", "O", "CH", "outside_scope", ""),
    ("exempt", "E", "DE", "exempt", ""),
    ("small_business", "E", "AT", "small_business_law", "§ 6 Abs. 1 Z 27 UStG"),
    ("small_business", "E", "NL", "small_business_law", "2006/112, art. 284"),
    ("small_business", "E", "CH", "small_business", ""),
    ("oss", "S", "DE", "oss", ""),
    ("domestic", "S", "DE", None, ""),
    ("below_threshold", "S", "DE", None, ""),
    ("domestic", "Z", "GB", "zero", ""),
]


@pytest.mark.parametrize(("reason", "category", "country", "key", "law"), NOTES)
def test_tax_notes(reason: Any, category: Any, country: str, key: str | None, law: str) -> None:
    treatment = Treatment(reason=reason, country=country, region="", category=category)
    assert tax_note(treatment, category, country) == (None if key is None else (key, law))


@pytest.mark.parametrize("language", get_args(Language))
def test_every_language_has_every_word(language: Language) -> None:
    here, english = words(language), words("en")
    assert set(here.notes) == set(english.notes)
    assert set(here.units) == set(english.units)
    assert set(here.number) == set(here.mail.subject) == set(here.mail.intro) == {"invoice", "credit_note", "debit_note"}
    for name in here.__struct_fields__:
        mine, theirs = getattr(here, name), getattr(english, name)
        if isinstance(mine, str) and name != "direction":
            assert mine.strip()
            assert set(re.findall(r"\{\w+\}", mine)) == set(re.findall(r"\{\w+\}", theirs)), name
    for key, sentence in here.notes.items():
        assert set(re.findall(r"\{\w+\}", sentence)) == set(re.findall(r"\{\w+\}", english.notes[key])), key


@pytest.mark.parametrize(
    ("text", "expected"),
    [("20457 Hamburg", "ltr"), ("+49 40", "ltr"), ("שלום 5", "rtl"), ("5 شارع", "rtl"), ("", "ltr"), ("VPS خادم", "ltr")],
)
def test_direction(text: str, expected: str) -> None:
    assert direction(text) == expected


@pytest.mark.alone
def test_an_ordinary_one_takes_less_than_300_ms() -> None:
    """Of processor time, so that what else runs here does not count; fonts and style are ready then."""
    paper = made(*[SERVER] * 5)
    pdf(paper)
    times = []
    for _ in range(5):
        begun = time.process_time()
        pdf(paper)
        times.append(time.process_time() - begun)
    assert sorted(times)[2] < 0.3, times
