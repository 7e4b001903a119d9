"""The euro's reference rates as the European Central Bank publishes them (eurofxref, one day or many): what one euro is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation

import msgspec
from lxml import etree

from control.billing.money import currencies
from control.core.words import N_, said

EURO = "EUR"
MOST_DAYS = 10_000
_CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
_DIGITS = Decimal(1).scaleb(-10)


class RatesError(ValueError):
    """The file is none of reference rates; the message says why."""


class Day(msgspec.Struct, frozen=True):
    """What one euro was on a day, by currency."""

    on: date
    rates: dict[str, Decimal]


def read(content: bytes) -> list[Day]:
    """The days of a file. Raises RatesError; declarations of entities are refused."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise RatesError(said("the file is no XML: %(reason)s", reason=str(error))) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise RatesError(N_("the file has a document type declaration"))
    found = [_day(cube) for cube in root.iter(_CUBE) if "time" in cube.attrib]
    if not found:
        raise RatesError(N_("the file has no day of reference rates (eurofxref)"))
    if len(found) > MOST_DAYS:
        raise RatesError(said("the file has more than %(most)s days", most=MOST_DAYS))
    return sorted(found, key=lambda day: day.on)


def _day(cube: etree._Element) -> Day:
    try:
        on = date.fromisoformat(str(cube.get("time")))
    except ValueError:
        words = N_("the file line %(line)s: '%(text)s' is no day")
        raise RatesError(said(words, line=str(cube.sourceline), text=str(cube.get("time"))[:38])) from None
    rates: dict[str, Decimal] = {}
    for one in cube.iter(_CUBE):
        code, text = str(one.get("currency", "")), str(one.get("rate", ""))
        if not code:
            continue
        try:
            rate = Decimal(text)
        except InvalidOperation:
            rate = Decimal("NaN")
        if not rate.is_finite() or not Decimal("0.000001") <= rate <= Decimal(10_000_000):
            words = N_("the file line %(line)s: '%(text)s' is no rate of %(currency)s")
            raise RatesError(said(words, line=str(one.sourceline), text=text[:38], currency=code[:10]))
        if code in currencies():
            rates[code] = rate
    return Day(on, rates)


def into(base: str, days: Iterable[Day]) -> list[tuple[str, date, Decimal]]:
    """Currency, day, and what one unit of it is in `base`. Days that do not have the base are left out."""
    found: list[tuple[str, date, Decimal]] = []
    for day in days:
        known = {EURO: Decimal(1), **day.rates}
        if base not in known:
            continue
        found += [
            (currency, day.on, (known[base] / rate).quantize(_DIGITS)) for currency, rate in known.items() if currency != base
        ]
    return [one for one in found if one[2] > 0]
