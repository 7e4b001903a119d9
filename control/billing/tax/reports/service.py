"""Returns, made of the books alone."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from control.billing.ledger.keeping import until_booked
from control.billing.money import rounded
from control.billing.settings import service as settings
from control.billing.tax.reports import queries as q
from control.billing.tax.reports.models import (
    EcSale,
    EcSalesList,
    OssCorrection,
    OssReport,
    OssRow,
    TaxPartSum,
    VatReport,
    VatRow,
)
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, ValidationFailed
from control.core.words import N_, said

_ZERO = Decimal(0)
_LONGEST = 5 * 366
"""Days of a report: a tax audit looks at some years, and one query should not look at all."""


class _Part(msgspec.Struct, frozen=True):
    country: str
    region: str
    reason: str
    category: str
    rate: Decimal
    name: str
    tax: Decimal


class _Oss(msgspec.Struct, frozen=True):
    country: str
    rate: Decimal
    currency: str
    is_correction: bool
    quarter: date | None
    taxable: Decimal
    tax: Decimal


async def vat(ctx: Context, since: date, until: date) -> VatReport:
    """Sales by country, treatment and rate. Raises ValidationFailed."""
    return await until_booked(ctx, "vat", VatReport, (since, until), lambda: _vat(ctx, since, until))


async def _vat(ctx: Context, since: date, until: date) -> VatReport:
    _check(since, until)
    times = {"organization_id": ctx.principal.organization_id, "since": since, "until": until}
    async with ctx.transaction() as tx:
        currency = await settings.currency_of(tx, ctx.principal.organization_id)
        rows = await tx.all(VatRow, q.SQL.vat, **times)
        parts: dict[tuple[str, str, str, str, Decimal], list[TaxPartSum]] = {}
        for one in await tx.all(_Part, q.SQL.vat_parts, **times):
            key = (one.country, one.region, one.reason, one.category, one.rate)
            parts.setdefault(key, []).append(TaxPartSum(name=one.name, tax=one.tax))
        account = await tx.value(q.SQL.tax_account, **times)
    for row in rows:
        row.parts = parts.get((row.country, row.region, row.reason, row.category, row.rate), [])
    return VatReport(
        since=since,
        until=until,
        currency=currency,
        rows=rows,
        taxable=_sum(row.taxable for row in rows),
        tax=_sum(row.tax for row in rows),
        tax_account=account,
    )


class _OssSales(msgspec.Struct, frozen=True):
    rows: list[_Oss]


async def _oss_sales(ctx: Context, since: date, until: date) -> _OssSales:
    async with ctx.transaction() as tx:
        rows = await tx.all(_Oss, q.SQL.oss, organization_id=ctx.principal.organization_id, since=since, until=until)
    return _OssSales(rows)


async def oss(ctx: Context, since: date, until: date) -> OssReport:
    """The return for the one-stop shop. Raises ValidationFailed, and Conflict when an exchange rate is missing."""
    _check(since, until)
    organization_id = ctx.principal.organization_id
    # Kept before it is converted: a rate may be added after the sale was booked.
    sold = await until_booked(ctx, "oss", _OssSales, (since, until), lambda: _oss_sales(ctx, since, until))
    sales: dict[tuple[str, Decimal], tuple[Decimal, Decimal]] = {}
    corrections: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    async with ctx.transaction() as tx:
        currency = await settings.currency_of(tx, organization_id)
        rates: dict[tuple[str, date], Decimal] = {}
        for one in sold.rows:
            # A correction is converted as the sale was: at the end of the quarter that it belongs to.
            last = until if one.quarter is None else _last_day(one.quarter)
            if (one.currency, last) not in rates:
                rates[one.currency, last] = await _rate(tx, organization_id, one.currency, currency, last)
            rate = rates[one.currency, last]
            taxable, tax = (rounded(amount * rate, currency) for amount in (one.taxable, one.tax))
            if one.quarter is None:
                before = sales.get((one.country, one.rate), (_ZERO, _ZERO))
                sales[one.country, one.rate] = before[0] + taxable, before[1] + tax
            else:
                quarter = f"{one.quarter.year}-Q{(one.quarter.month + 2) // 3}"
                before = corrections.get((one.country, quarter), (_ZERO, _ZERO))
                corrections[one.country, quarter] = before[0] + taxable, before[1] + tax
    found = [OssRow(country=c, rate=r, taxable=taxable, tax=tax) for (c, r), (taxable, tax) in sales.items()]
    back = [OssCorrection(country=c, quarter=p, taxable=taxable, tax=tax) for (c, p), (taxable, tax) in corrections.items()]
    return OssReport(
        since=since,
        until=until,
        currency=currency,
        rows=found,
        corrections=sorted(back, key=lambda one: (one.country, one.quarter)),
        tax=_sum(one.tax for one in found) + _sum(one.tax for one in back),
    )


async def ec_sales(ctx: Context, since: date, until: date) -> EcSalesList:
    """Services by VAT id of customers who owe the tax. Raises ValidationFailed."""
    return await until_booked(ctx, "ec_sales", EcSalesList, (since, until), lambda: _ec_sales(ctx, since, until))


async def _ec_sales(ctx: Context, since: date, until: date) -> EcSalesList:
    _check(since, until)
    organization_id = ctx.principal.organization_id
    async with ctx.transaction() as tx:
        currency = await settings.currency_of(tx, organization_id)
        rows = await tx.all(EcSale, q.SQL.ec_sales, organization_id=organization_id, since=since, until=until)
    return EcSalesList(since=since, until=until, currency=currency, rows=rows, amount=_sum(one.amount for one in rows))


async def _rate(tx: Transaction, organization_id: UUID, currency: str, base: str, on: date) -> Decimal:
    if currency == base:
        return Decimal(1)
    found = await tx.value(q.SQL.rate_on, organization_id=organization_id, currency=currency, base=base, on=on)
    if found is None:
        words = N_("No exchange rate from %(currency)s to %(base)s is known for %(day)s; add one first.")
        raise Conflict(said(words, currency=currency, base=base, day=on))
    return Decimal(found)


async def euros(tx: Transaction, organization_id: UUID, currency: str, on: date) -> Decimal | None:
    """What one euro is in a currency, by the seller's exchange rates; nothing when none is known."""
    found = await tx.value(q.SQL.rate_on, organization_id=organization_id, currency="EUR", base=currency, on=on)
    return None if found is None else Decimal(found)


def _last_day(quarter: date) -> date:
    month = quarter.month + 2
    return date(quarter.year, month, monthrange(quarter.year, month)[1])


def _check(since: date, until: date) -> None:
    if until < since:
        raise ValidationFailed(FieldError("until", "must not be before since"))
    if (until - since).days > _LONGEST:
        raise ValidationFailed(FieldError("until", "must be at most five years after since"))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, _ZERO)
