"""Amounts as Stripe writes them: whole numbers of a currency's smallest unit, with Stripe's own exceptions from ISO 4217."""

from __future__ import annotations

from decimal import Decimal

_NONE = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())  # noqa: SIM905 - read as a table
_THREE = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def places(currency: str) -> int:
    """Digits after the point in Stripe's numbers. ISK and UGX have two there, though their amounts are whole."""
    return 0 if currency in _NONE else 3 if currency in _THREE else 2


def to_units(amount: Decimal, currency: str) -> int:
    """19.90 EUR as 1990. Raises ValueError for an amount that Stripe cannot take: three digits must end with 0."""
    units = amount.scaleb(places(currency))
    if units != units.to_integral_value() or (currency in _THREE and units % 10 != 0):
        raise ValueError(f"Stripe takes no {amount} {currency}")
    return int(units)


def from_units(units: int, currency: str) -> Decimal:
    """1990 as 19.90 EUR."""
    return Decimal(units).scaleb(-places(currency))
