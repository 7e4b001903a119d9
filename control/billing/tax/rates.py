"""Rates of tax by place, class and day: what the law says, in a file; a seller's own rates stand before it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files

import msgspec


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """Percent, from one day to another, both included."""

    country: str
    region: str
    tax_class: str
    percent: Decimal
    valid_from: date
    valid_to: date | None


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
        )
        for row in csv.DictReader(text.splitlines())
    )


def find(country: str, region: str, tax_class: str, on: date, own: Iterable[Rate] = ()) -> Decimal | None:
    """The percent that holds at a place on a day: for the region before the country, the seller's own before the file's."""
    for rates in (own, built_in()):
        for where in dict.fromkeys((region, "")):
            for rate in rates:
                if (rate.country, rate.region, rate.tax_class) == (country, where, tax_class) and (
                    rate.valid_from <= on and (rate.valid_to is None or on <= rate.valid_to)
                ):
                    return rate.percent
    return None
