"""Numbers, days and money as a language writes them (CLDR, by Babel)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

import msgspec
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from control.billing.documents.words import Words, words
from control.billing.money import PRICE_DIGITS, digits
from control.billing.settings.models import Language

DASH = "\u2013"
_ENGLISH = {"A4": "en_GB", "Letter": "en_US"}


class Formats(msgspec.Struct, frozen=True):
    """How one document writes its figures."""

    locale: str
    currency: str
    words: Words

    def amount(self, amount: Decimal) -> str:
        """An amount without its currency, for columns."""
        return self._decimal(amount, digits(self.currency), digits(self.currency))

    def price(self, price: Decimal) -> str:
        """A unit price: the digits of the currency, more where it has more."""
        return self._decimal(price, digits(self.currency), PRICE_DIGITS)

    def money(self, amount: Decimal, currency: str | None = None) -> str:
        """An amount with its currency."""
        return str(format_currency(amount, currency or self.currency, locale=self.locale))

    def exact(self, price: Decimal) -> str:
        """A price with its currency and all its digits."""
        return str(format_currency(price.normalize(), self.currency, locale=self.locale, decimal_quantization=False))

    def number(self, number: Decimal) -> str:
        """A number with the digits that it has."""
        return self._decimal(number, 0, 10)

    def percent(self, percent: Decimal) -> str:
        """19 as 19 %."""
        return str(format_percent(percent.normalize() / 100, locale=self.locale, decimal_quantization=False))

    def day(self, day: date) -> str:
        return str(format_date(day, "medium", locale=self.locale))

    def days(self, first: date, last: date) -> str:
        return self.day(first) if first == last else f"{self.day(first)} {DASH} {self.day(last)}"

    def country(self, code: str) -> str:
        return str(Locale.parse(self.locale).territories.get(code, code))

    def quantity(self, quantity: Decimal, unit: str) -> str:
        """A quantity with its unit; a unit without a name is its code."""
        one, several = self.words.units.get(unit, (unit, unit))
        return f"{self.number(quantity)} {one if quantity == 1 else several}".strip()

    def _decimal(self, number: Decimal, least: int, most: int) -> str:
        pattern = "#,##0" + ("." + "0" * least + "#" * (most - least) if most else "")
        return str(format_decimal(number, format=pattern, locale=self.locale))


@lru_cache(maxsize=256)
def formats(language: Language, currency: str, page_size: str) -> Formats:
    """Those of a document. Whoever prints on Letter reads English as Americans write it."""
    return Formats(_ENGLISH[page_size] if language == "en" else language, currency, words(language))
