"""What the lines of an invoice add up to. Pure: the same code makes drafts, previews, renewals and credit notes.

A line's net amount is quantity x unit price, less its discount, rounded once. Tax is rounded once for each rate (EN 16931
rule BR-CO-17), or once for each line where the seller chose that. Where prices include the tax, the gross amounts are what was
agreed: they stay as they are, and net is what remains of them without the tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from control.billing.money import Rounding, rounded, split, truncated

TaxCategory = Literal["S", "Z", "E", "AE", "K", "G", "O"]
"""UNTDID 5305: standard, zero rated, exempt, reverse charge, intra-community supply, export, outside the scope."""
TaxRounding = Literal["invoice", "line"]
_ZERO = Decimal(0)
_HUNDRED = Decimal(100)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One position. The discount in percent comes off first, then that in money."""

    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = _ZERO
    discount_amount: Decimal = _ZERO
    tax_category: TaxCategory = "S"
    tax_rate: Decimal = _ZERO
    """Percent."""


class LineTotal(msgspec.Struct, frozen=True, kw_only=True):
    """What a line comes to. `discount` is what was taken off quantity x unit price."""

    net: Decimal
    tax: Decimal
    discount: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


class TaxPart(msgspec.Struct, frozen=True, kw_only=True):
    """One of several taxes in a rate, such as QST beside GST. The parts add up to the subtotal's tax."""

    name: str
    rate: Decimal
    tax: Decimal


class TaxSubtotal(msgspec.Struct, frozen=True, kw_only=True):
    """All lines of one category and rate."""

    category: TaxCategory
    rate: Decimal
    taxable: Decimal
    tax: Decimal
    parts: list[TaxPart] = []
    """The taxes that the rate is made of, where they are several or have a name of their own."""


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """All of an invoice; the lines' taxes add up to the subtotals', and these to `tax`."""

    lines: list[LineTotal]
    subtotals: list[TaxSubtotal]
    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


def compute(
    lines: Sequence[Line],
    currency: str,
    *,
    rounding: Rounding = "half_up",
    tax_rounding: TaxRounding = "invoice",
    prices_include_tax: bool = False,
) -> Totals:
    """The totals of these lines, which need not be any."""

    def cents(amount: Decimal) -> Decimal:
        return rounded(amount, currency, rounding)

    agreed: list[Decimal] = []
    discounts: list[Decimal] = []
    for line in lines:
        full = line.quantity * line.unit_price
        kept = cents(full - full * line.discount_percent / _HUNDRED - line.discount_amount)
        agreed.append(kept)
        discounts.append(cents(full) - kept)
    groups: dict[tuple[TaxCategory, Decimal], list[int]] = {}
    for n, line in enumerate(lines):
        groups.setdefault((line.tax_category, line.tax_rate.normalize()), []).append(n)
    nets, taxes = [_ZERO] * len(lines), [_ZERO] * len(lines)
    subtotals = []
    for (category, rate), members in sorted(groups.items(), key=lambda group: (group[0][0], -group[0][1])):
        share = rate / (_HUNDRED + rate) if prices_include_tax else rate / _HUNDRED
        amounts = [agreed[n] for n in members]
        if tax_rounding == "line":
            found = [cents(amount * share) for amount in amounts]
        else:
            found = _spread(cents(sum(amounts, _ZERO) * share), [amount * share for amount in amounts], currency)
        for n, tax in zip(members, found, strict=True):
            taxes[n] = tax
            nets[n] = agreed[n] - tax if prices_include_tax else agreed[n]
        subtotals.append(
            TaxSubtotal(category=category, rate=rate, taxable=sum((nets[n] for n in members), _ZERO), tax=sum(found, _ZERO))
        )
    return Totals(
        lines=[LineTotal(net=nets[n], tax=taxes[n], discount=discounts[n]) for n in range(len(lines))],
        subtotals=subtotals,
        net=sum(nets, _ZERO),
        tax=sum(taxes, _ZERO),
    )


def with_parts(subtotal: TaxSubtotal, parts: Sequence[tuple[str, Decimal]], currency: str) -> TaxSubtotal:
    """A subtotal with its tax divided among the taxes of its rate, as (name, percent); without any it stays as it is."""
    if not parts:
        return subtotal
    taxes = split(subtotal.tax, [rate for _, rate in parts], currency)
    found = [TaxPart(name=name, rate=rate, tax=tax) for (name, rate), tax in zip(parts, taxes, strict=True)]
    return msgspec.structs.replace(subtotal, parts=found)


def _spread(total: Decimal, exact: Sequence[Decimal], currency: str) -> list[Decimal]:
    """A tax on its lines: each gets its own, rounded down towards zero, and the cents that are left go by remainder."""
    floors = [truncated(tax, currency) for tax in exact]
    left = total - sum(floors, _ZERO)
    if left == 0:
        return floors
    sign = 1 if left > 0 else -1
    weights = [max((tax - floor) * sign, _ZERO) for tax, floor in zip(exact, floors, strict=True)]
    return [floor + part for floor, part in zip(floors, split(left, weights, currency), strict=True)]
