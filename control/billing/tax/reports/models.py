"""Returns as the API shows them. Amounts are in the seller's currency; sales are above zero, what takes them back below."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec


class TaxPartSum(msgspec.Struct, frozen=True, kw_only=True):
    """One of the taxes that a rate is made of."""

    name: str
    tax: Decimal


class VatRow(msgspec.Struct, kw_only=True):
    """Sales of one place, treatment and rate."""

    country: str
    region: str
    reason: str
    category: str
    rate: Decimal
    taxable: Decimal
    tax: Decimal
    parts: list[TaxPartSum] = []


class VatReport(msgspec.Struct, kw_only=True):
    """Sales by how they were taxed. `tax_account` is what the books' tax account moved by; it is `tax`, or something is wrong."""

    since: date
    until: date
    currency: str
    rows: list[VatRow]
    taxable: Decimal
    tax: Decimal
    tax_account: Decimal


class OssRow(msgspec.Struct, frozen=True, kw_only=True):
    """Sales into one member state at one rate."""

    country: str
    rate: Decimal
    taxable: Decimal
    tax: Decimal


class OssCorrection(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken back of an earlier quarter's sales: its tax alone is stated, by quarter and member state."""

    country: str
    quarter: str
    taxable: Decimal
    tax: Decimal


class OssReport(msgspec.Struct, kw_only=True):
    """A return for the one-stop shop. Foreign currencies are converted at the rate of the last day (article 369h)."""

    since: date
    until: date
    currency: str
    rows: list[OssRow]
    corrections: list[OssCorrection]
    tax: Decimal


class EcSale(msgspec.Struct, frozen=True, kw_only=True):
    """Services to one customer on which that customer owes the tax."""

    country: str
    tax_id: str
    amount: Decimal


class EcSalesList(msgspec.Struct, kw_only=True):
    """A recapitulative statement (article 262): services by VAT id."""

    since: date
    until: date
    currency: str
    rows: list[EcSale]
    amount: Decimal


class Threshold(msgspec.Struct, kw_only=True):
    """Private sales into other member states in a calendar year against the threshold of article 59c.

    `threshold` is nothing where the seller's currency has no known equivalent. `applies` is false for a seller in the
    one-stop shop or outside the union.
    """

    year: int
    currency: str
    threshold: Decimal | None
    amount: Decimal
    amount_of_year_before: Decimal
    percent: Decimal | None
    exceeded: bool
    applies: bool
