"""Languages of the panel: gettext catalogues, and money, numbers and times as a place writes them."""

from __future__ import annotations

import gettext
import math
from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, negotiate_locale, numbers, units
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from control.core.words import N_, Said, Value

__all__ = ["LANGUAGES", "N_", "Tongue", "best", "catalogue", "chosen"]


CATALOGUES = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "ro": "Română", "ar": "العربية"}
"""The languages there are, in their own words."""


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The words of a language; English stands in the code itself."""
    path = CATALOGUES / language / "LC_MESSAGES" / "panel.po"
    if not path.is_file():
        return gettext.NullTranslations()
    packed = BytesIO()
    with path.open("rb") as file:
        write_mo(packed, read_po(file, locale=language))
    packed.seek(0)
    return gettext.GNUTranslations(packed)


@cache
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a zone that this machine no longer knows
        return ZoneInfo("UTC")


_KEPT = 4096
"""Numbers, amounts and days that a process remembers as written: a page has the same ones many times."""


@lru_cache(_KEPT)
def _money(language: str, amount: Decimal, currency: str) -> str:
    return str(numbers.format_currency(amount, currency, locale=Locale(language)))


@lru_cache(_KEPT)
def _number(language: str, value: Decimal | float) -> str:
    return str(numbers.format_decimal(value, locale=Locale(language)))


@lru_cache(_KEPT)
def _day(language: str, value: date) -> str:
    return str(dates.format_date(value, "medium", locale=Locale(language)))


_UNITS = (("duration-day", 86_400), ("duration-hour", 3600), ("duration-minute", 60), ("duration-second", 1))


class Tongue:
    """One person's language and time zone."""

    def __init__(self, language: str = "en", timezone: str = "UTC") -> None:
        self.code = language if language in LANGUAGES else "en"
        self.locale = Locale(self.code)
        self.zone = _zone(timezone)
        self.zone_name = str(self.zone)
        words = catalogue(self.code)
        self._words, self.ngettext = words.gettext, words.ngettext

    def gettext(self, text: str) -> str:
        """A text in this language; one with values has them written as this place writes them."""
        return text.told(self._words, self._written) if isinstance(text, Said) else str(self._words(text))

    def _written(self, value: Value) -> str:
        match value:
            case datetime():
                return self.moment(value)
            case date():
                return self.day(value)
            case Decimal():  # with all its digits: one that may have six must not be told that 0 is the least
                return str(numbers.format_decimal(value, locale=self.locale, decimal_quantization=False))
        return str(value)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return str(self.locale.text_direction)

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency."""
        return _money(self.code, amount, currency)

    def number(self, value: Decimal | float) -> str:
        return _number(self.code, value)

    def percent(self, value: Decimal) -> str:
        """A percentage given as such: 19 is 19 %."""
        return _number(self.code, value.normalize() if value else Decimal(0)) + "\u00a0%"

    def share(self, value: float | None) -> str:
        """A share of 1 as a percentage, never rounded up: what was down for a moment was not there for 100 %."""
        if value is None:
            return str(self.gettext("Not known"))
        return _number(self.code, math.floor(round(value * 100_000, 1)) / 1000) + "\u00a0%"

    def day(self, value: date) -> str:
        """A day, which has no time zone."""
        return _day(self.code, value)

    def moment(self, value: datetime) -> str:
        """A moment, in the person's time zone."""
        day = _day(self.code, value.astimezone(self.zone).date())
        time = dates.format_time(value, "short", tzinfo=self.zone, locale=self.locale)
        joined = str(dates.get_datetime_format("medium", locale=self.locale)).replace("'", "")
        return str(joined.replace("{0}", time).replace("{1}", day))

    def clock(self, value: datetime) -> str:
        """The time of day to the second, in the person's time zone."""
        return str(dates.format_time(value, "medium", tzinfo=self.zone, locale=self.locale))

    def month(self, value: str) -> str:
        """A month as programs write it, `2026-11`."""
        year, _, month = value.partition("-")
        return str(dates.format_skeleton("yMMMM", date(int(year), int(month), 1), locale=self.locale))

    def span(self, seconds: int) -> str:
        """So many seconds in the largest unit that divides them."""
        unit, size = next(one for one in _UNITS if seconds and seconds % one[1] == 0) if seconds else _UNITS[-1]
        said = str(units.format_unit(seconds // size, unit, "long", locale=self.locale))
        # Babel has no form for some numbers of some languages, and gives the name of the unit then.
        return str(dates.format_timedelta(timedelta(seconds=seconds), locale=self.locale)) if unit in said else said

    def place(self, code: str) -> str:
        """The name of a country by its two letters; the letters where there is none."""
        return str(self.locale.territories.get(code, code))

    def exactly(self, value: datetime) -> str:
        """A moment to the second, with the name of the time zone."""
        return str(dates.format_datetime(value, "long", tzinfo=self.zone, locale=self.locale))


def best(accepted: str) -> str:
    """The language that an Accept-Language header likes best of those there are."""
    wanted: list[tuple[float, str]] = []
    for part in accepted.split(",")[:20]:
        name, _, weight = part.partition(";q=")
        try:
            wanted.append((float(weight or 1), name.strip().replace("-", "_")))
        except ValueError:
            continue
    ordered = [name for weight, name in sorted(wanted, key=lambda one: -one[0]) if weight > 0]
    return _negotiated(ordered)


def _negotiated(wanted: Iterable[str]) -> str:
    return negotiate_locale(list(wanted), LANGUAGES) or "en"


def chosen(*wishes: str | None) -> str:
    """The first wish that can be met, region or not: `de-AT` is met by German."""
    for wish in wishes:
        if wish and wish.replace("_", "-").partition("-")[0] in LANGUAGES:
            return wish.replace("_", "-").partition("-")[0]
    return "en"
