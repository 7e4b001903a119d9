"""Postal addresses, as documents carry them."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

import msgspec
from babel import Locale
from msgspec import Meta

from control.billing.texts import line_error
from control.core.errors import FieldError, below

_Line = Annotated[str, Meta(max_length=200)]
EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 - read as a table
)
"""Members of the European Union. Northern Ireland (XI) is in the VAT area for goods alone; hosting is a service."""


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where somebody is. `country` is a code of ISO 3166-1, `region` a state or province where the country has them."""

    line1: Annotated[str, Meta(min_length=1, max_length=200)]
    line2: _Line = ""
    postal_code: Annotated[str, Meta(max_length=20)] = ""
    city: Annotated[str, Meta(min_length=1, max_length=100)]
    region: Annotated[str, Meta(max_length=100)] = ""
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]


@lru_cache
def countries() -> frozenset[str]:
    """The codes of ISO 3166-1."""
    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - {"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"}


def address_errors(pointer: str, address: Address) -> list[FieldError]:
    """What is wrong with an address that came from outside."""
    found = [
        error
        for name in ("line1", "line2", "postal_code", "city", "region")
        if (error := line_error(below(pointer, name), getattr(address, name)))
    ]
    if address.country not in countries():
        found.append(FieldError(below(pointer, "country"), "is not a country of ISO 3166-1"))
    return found
