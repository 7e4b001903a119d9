"""Setting, deleting and importing rates of exchange. What is finalised keeps the rate that it was finalised with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.billing.exchange import ecb
from control.billing.exchange import queries as q
from control.billing.exchange.models import ExchangeRate, Imported, NewExchangeRate
from control.billing.money import currency_error, number_error, present
from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings
from control.billing.texts import line_error
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.pagination import PageRequest
from control.core.words import reason, said

SORTABLE = {"valid_from": "valid_from", "currency": "currency", "created_at": "created_at"}
TIE = "(organization_id, currency, base, valid_from)"
SOURCE = "ECB"
"""What rates of its files say, and only those are changed by another file."""
_EARLIEST = date(1999, 1, 4)
_LEAST, _MOST = Decimal("0.0000000001"), Decimal(1_000_000_000)


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[ExchangeRate], int]:
    """The rates of the organisations in reach."""
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **filters)
        return await tx.all(ExchangeRate, wanted.sorted(q.SQL.page), **filters), total


async def put(ctx: Context, currency: str, valid_from: date, data: NewExchangeRate) -> ExchangeRate:
    """Set the rate of a day. Raises ValidationFailed."""
    async with ctx.transaction() as tx:
        seller = await settings.find(tx, ctx.principal.organization_id)
        errors = present(
            [
                currency_error("currency", currency),
                number_error("/rate", data.rate, 10, least=_LEAST, most=_MOST),
                line_error("/source", data.source),
            ]
        )
        if currency == seller.currency:
            errors.append(FieldError("currency", said("is %(currency)s, in which your books are", currency=seller.currency)))
        if valid_from < _EARLIEST:
            errors.append(FieldError("valid_from", said("must be %(day)s or later", day=_EARLIEST)))
        if errors:
            raise ValidationFailed(errors)
        key = _key(seller, currency, valid_from)
        before = await tx.maybe(ExchangeRate, q.SQL.get, **key)
        await tx.run(q.SQL.set, **key, rate=data.rate, source=data.source)
        after = await tx.one(ExchangeRate, q.SQL.get, **key)
        await _tell(ctx, tx, "set", after, before)
    return after


async def delete(ctx: Context, currency: str, valid_from: date) -> None:
    """Forget the rate of a day. Raises NotFound."""
    async with ctx.transaction() as tx:
        seller = await settings.find(tx, ctx.principal.organization_id)
        key = _key(seller, currency, valid_from)
        before = await tx.maybe(ExchangeRate, q.SQL.get, **key)
        if before is None:
            raise NotFound("exchange rate")
        await tx.run(q.SQL.delete, **key)
        await _tell(ctx, tx, "deleted", before, before)


async def take_file(ctx: Context, tx: Transaction, content: bytes) -> Imported:
    """The rates of a file of the European Central Bank, into the seller's currency. Raises ValidationFailed, Conflict."""
    try:
        days = ecb.read(content)
    except ecb.RatesError as error:
        raise ValidationFailed(FieldError("", reason(error))) from None
    seller = await settings.find(tx, ctx.principal.organization_id)
    made = await take(tx, seller, days)
    if made is None:
        raise Conflict(said("The file has no rate of %(currency)s, in which your books are.", currency=seller.currency))
    await ctx.audit(
        tx, "exchange_rates.imported", "exchange_rates", made.last_day, organization_id=seller.organization_id, after=made
    )  # fmt: skip
    return made


async def take(tx: Transaction, seller: BillingSettings, days: Sequence[ecb.Day]) -> Imported | None:
    """Keep the rates of these days; None when the seller's currency is not among them."""
    found = ecb.into(seller.currency, days)
    if not found:
        return None
    rows = [{"currency": currency, "valid_from": str(on), "rate": str(rate)} for currency, on, rate in found]
    written = await tx.run(
        q.SQL.take, organization_id=seller.organization_id, base=seller.currency, source=SOURCE, rows=Jsonb(rows)
    )  # fmt: skip
    kept = sorted({on for _, on, _ in found})
    made = Imported(
        days=len(kept), first_day=kept[0], last_day=kept[-1], written=written, unchanged=len(found) - written
    )  # fmt: skip
    if written:
        await events.emit(tx, "exchange_rates.imported", seller.organization_id, made)
    return made


def _key(seller: BillingSettings, currency: str, valid_from: date) -> dict[str, UUID | str | date]:
    return {
        "organization_id": seller.organization_id,
        "currency": currency,
        "base": seller.currency,
        "valid_from": valid_from,
    }  # fmt: skip


async def _tell(ctx: Context, tx: Transaction, what: str, rate: ExchangeRate, before: ExchangeRate | None) -> None:
    await ctx.audit(
        tx,
        f"exchange_rate.{what}",
        "exchange_rate",
        f"{rate.currency} {rate.valid_from}",
        organization_id=rate.organization_id,
        before=before,
        after=None if what == "deleted" else rate,
    )
    await events.emit(tx, f"exchange_rate.{what}", rate.organization_id, msgspec.to_builtins(rate))
