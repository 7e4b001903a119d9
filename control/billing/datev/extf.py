"""DATEV's file: EXTF 700, category 21 (a batch of records), format version 13. Windows-1252, semicolons, CRLF.

Texts stand in quotation marks, numbers without, with a comma; a day is DDMM and its year follows from the fiscal year.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec

from control.billing.datev.records import Record

MOST_RECORDS = 99_999
"""More than these DATEV does not take in one file."""
LARGEST = Decimal("9999999999.99")
"""Ten digits before the comma."""
ENCODING = "cp1252"
_TEXT, _DOCUMENT = 60, 36
_NOT_IN_DOCUMENT = re.compile(r"[^A-Za-z0-9$&%*+\-/_]")


def _pairs(kind: str, content: str, many: int) -> list[str]:
    return [f"{name} {n}" for n in range(1, many + 1) for name in (kind, content)]


COLUMNS = [
    "Umsatz (ohne Soll/Haben-Kz)",
    "Soll/Haben-Kennzeichen",
    "WKZ Umsatz",
    "Kurs",
    "Basis-Umsatz",
    "WKZ Basis-Umsatz",
    "Konto",
    "Gegenkonto (ohne BU-Schlüssel)",
    "BU-Schlüssel",
    "Belegdatum",
    "Belegfeld 1",
    "Belegfeld 2",
    "Skonto",
    "Buchungstext",
    "Postensperre",
    "Diverse Adressnummer",
    "Geschäftspartnerbank",
    "Sachverhalt",
    "Zinssperre",
    "Beleglink",
    *_pairs("Beleginfo - Art", "Beleginfo - Inhalt", 8),
    "KOST1 - Kostenstelle",
    "KOST2 - Kostenstelle",
    "KOST-Menge",
    "EU-Land u. UStID (Bestimmung)",
    "EU-Steuersatz (Bestimmung)",
    "Abw. Versteuerungsart",
    "Sachverhalt L+L",
    "Funktionsergänzung L+L",
    "BU 49 Hauptfunktionstyp",
    "BU 49 Hauptfunktionsnummer",
    "BU 49 Funktionsergänzung",
    *_pairs("Zusatzinformation - Art", "Zusatzinformation- Inhalt", 20),
    "Stück",
    "Gewicht",
    "Zahlweise",
    "Forderungsart",
    "Veranlagungsjahr",
    "Zugeordnete Fälligkeit",
    "Skontotyp",
    "Auftragsnummer",
    "Buchungstyp",
    "USt-Schlüssel (Anzahlungen)",
    "EU-Land (Anzahlungen)",
    "Sachverhalt L+L (Anzahlungen)",
    "EU-Steuersatz (Anzahlungen)",
    "Erlöskonto (Anzahlungen)",
    "Herkunft-Kz",
    "Buchungs GUID",
    "KOST-Datum",
    "SEPA-Mandatsreferenz",
    "Skontosperre",
    "Gesellschaftername",
    "Beteiligtennummer",
    "Identifikationsnummer",
    "Zeichnernummer",
    "Postensperre bis",
    "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung",
    "Festschreibung",
    "Leistungsdatum",
    "Datum Zuord. Steuerperiode",
    "Fälligkeit",
    "Generalumkehr (GU)",
    "Steuersatz",
    "Land",
    "Abrechnungsreferenz",
    "BVV-Position",
    "EU-Land u. UStID (Ursprung)",
    "EU-Steuersatz (Ursprung)",
    "Abw. Skontokonto",
]
_AT = {name: n for n, name in enumerate(COLUMNS)}


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What the first line of the file says."""

    created_at: datetime
    consultant: int
    client: int
    fiscal_year: date
    account_length: int
    since: date
    until: date
    name: str
    chart: str
    """`03`, `04`, or nothing for a chart of one's own."""


def written(batch: Batch, records: Sequence[Record]) -> bytes:
    """The file."""
    lines = [_header(batch), ";".join(COLUMNS), *map(_row, records)]
    return "".join(f"{line}\r\n" for line in lines).encode(ENCODING, "replace")


def document(number: str) -> str:
    """A document's number with the characters that the field may have."""
    return _NOT_IN_DOCUMENT.sub("-", number)[:_DOCUMENT]


def text(value: str, most: int) -> str:
    """A text in its quotation marks, of one line, with what the encoding has. Others become question marks, so that nothing
    disappears unseen."""
    plain = " ".join(value.split()).encode(ENCODING, "replace").decode(ENCODING)[:most]
    return '"' + plain.replace('"', '""') + '"'


def number(amount: Decimal) -> str:
    """With two digits after the comma."""
    return f"{amount:.2f}".replace(".", ",")


def _header(batch: Batch) -> str:
    created = f"{batch.created_at:%Y%m%d%H%M%S}{batch.created_at.microsecond // 1000:03d}"
    fields = [
        '"EXTF"', "700", "21", '"Buchungsstapel"', "13", created, "", '"RE"', '""', '""',
        str(batch.consultant), str(batch.client), f"{batch.fiscal_year:%Y%m%d}", str(batch.account_length),
        f"{batch.since:%Y%m%d}", f"{batch.until:%Y%m%d}", text(batch.name, 30), '""',
        "1", "0", "0", '"EUR"', "", '""', "", "", f'"{batch.chart}"', "", "", '""', '""',
    ]  # fmt: skip
    return ";".join(fields)


def _row(record: Record) -> str:
    fields = [""] * len(COLUMNS)
    fields[0] = number(record.amount)
    fields[1] = '"H"' if record.is_credit else '"S"'
    fields[2] = '"EUR"'
    fields[6], fields[7] = record.account, record.contra
    fields[8] = f'"{record.bu_key}"'
    fields[9] = f"{record.booked_on:%d%m}"
    fields[10] = f'"{document(record.document)}"'
    fields[13] = text(record.text, _TEXT)
    if record.eu:
        fields[_AT["EU-Land u. UStID (Bestimmung)"]] = f'"{record.eu}"'
    if record.eu_rate is not None:
        fields[_AT["EU-Steuersatz (Bestimmung)"]] = number(record.eu_rate)
    fields[_AT["Festschreibung"]] = "0"
    return ";".join(fields)
