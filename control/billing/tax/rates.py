"""Rates of tax by place, class and day: what the law says, in a file; a seller's own rates stand before it.

Classes: `standard`; `reduced` and `second_reduced`, the higher and the lower of the reduced rates; `intermediate` above them;
`super_reduced` below 5 %; `parking`; `zero`; `hospitality` and `accommodation` where the law has a rate for these; and `saas`,
software and computing over the network, which states of the US tax or do not. Where a place has no rate for `saas`, it is
taxed as anything else.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files

import msgspec

_LIKE_STANDARD = frozenset({"saas"})
"""Classes that fall back to `standard`."""
_BY_THEMSELVES = frozenset(
    {("ES", "CN"), ("ES", "CE"), ("ES", "ML"), ("IT", "CAMPIONE"), ("FR", "GP"), ("FR", "MQ"), ("FR", "RE")}
)
"""Regions whose rates are never the country's: better none than one of another tax."""


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One of the taxes that make up a rate, such as GST and QST; percent."""

    name: str
    percent: Decimal


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """Percent, from one day to another, both included. `components` is empty where the rate is one tax, as VAT is."""

    country: str
    region: str
    tax_class: str
    percent: Decimal
    valid_from: date
    valid_to: date | None
    components: tuple[Component, ...] = ()
    source: str = ""

    def holds(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@lru_cache
def built_in() -> tuple[Rate, ...]:
    """The rates of the file."""
    text = files("control.billing.tax").joinpath("rates.csv").read_text(encoding="utf-8")
    return tuple(
        Rate(
            country=row["country"],
            region=row["region"],
            tax_class=row["class"],
            percent=Decimal(row["rate"]),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            components=_components(row["components"]),
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )


@lru_cache
def _by_place() -> dict[tuple[str, str, str], tuple[Rate, ...]]:
    found: dict[tuple[str, str, str], tuple[Rate, ...]] = {}
    for rate in built_in():
        key = (rate.country, rate.region, rate.tax_class)
        found[key] = (*found.get(key, ()), rate)
    return found


def find(country: str, region: str, tax_class: str, on: date, own: Iterable[Rate] = ()) -> Rate | None:
    """The rate that holds at a place on a day: for the region before the country, the seller's own before the file's."""
    mine = [rate for rate in own if rate.country == country and rate.holds(on)]
    classes = (tax_class, "standard") if tax_class in _LIKE_STANDARD else (tax_class,)
    places = (region,) if (country, region) in _BY_THEMSELVES else tuple(dict.fromkeys((region, "")))
    for wanted in classes:
        for where in places:
            if found := _first((rate for rate in mine if (rate.region, rate.tax_class) == (where, wanted)), on):
                return found
        for where in places:
            if found := _first(_by_place().get((country, where, wanted), ()), on):
                return found
    return None


def _first(rates: Iterable[Rate], on: date) -> Rate | None:
    return next((rate for rate in rates if rate.holds(on)), None)


def _components(text: str) -> tuple[Component, ...]:
    """`GST 5+QST 9.975` in parts."""
    parts = [part.rpartition(" ") for part in text.split("+") if part]
    return tuple(Component(name=name, percent=Decimal(percent)) for name, _, percent in parts)
