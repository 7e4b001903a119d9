"""What a customer's subscriptions come to next, and what they have used so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from control.billing.payments.providers.acting import for_seller
from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings
from control.billing.subscriptions import previewing, service
from control.billing.subscriptions.models import Row
from control.billing.subscriptions.renewing import measure
from control.billing.subscriptions.state import State, load
from control.billing.subscriptions.steps import wanted
from control.billing.subscriptions.usage import Reader, reader
from control.billing.today import today
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import DomainError
from control.core.pagination import PageRequest

_RUNNING = ("active", "past_due", "trialing", "scheduled", "paused", "suspended")
_MOST = 20


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """What a metered position has used in this period so far, of what is included, and the part of that in percent."""

    subscription_id: UUID
    name: str
    value: Decimal
    included: Decimal
    unit: str
    percent: int | None


class Upcoming(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription with the total of its next invoice, tax included and usage left out; None where it cannot be said."""

    sub: Row
    next_total: Decimal | None


async def running(ctx: Context) -> tuple[list[Upcoming], list[Used]]:
    """The subscriptions that the caller's organisation has, those that renew first before the others."""
    filters = {"organization_id": None, "customer_id": None, "status": None, "due_until": None}
    rows, _ = await service.page(ctx, PageRequest(1, 100, "s.due_on ASC NULLS LAST, s.id ASC"), filters)
    own = [one for one in rows if one.customer_org_id == ctx.principal.organization_id and one.status in _RUNNING][:_MOST]
    found: dict[UUID, Decimal | None] = {}
    used: list[Used] = []
    async with ctx.transaction("own") as tx:
        for seller_id in dict.fromkeys(one.organization_id for one in own):
            async with for_seller(tx, seller_id):
                ids = [one.id for one in own if one.organization_id == seller_id]
                await _of_seller(tx, seller_id, ids, reader(ctx.runtime.database), found, used)
    return [Upcoming(sub=one, next_total=found.get(one.id)) for one in own], used


async def _of_seller(
    tx: Transaction, seller_id: UUID, ids: Sequence[UUID], read: Reader, found: dict[UUID, Decimal | None], used: list[Used]
) -> None:
    seller = await settings.find(tx, seller_id)
    on = today(seller.timezone)
    for state in await load(tx, ids):
        ends = state.sub.cancels_on is not None
        try:
            found[state.sub.id] = None if ends or state.sub.due_on is None else previewing.next_of(state, seller)[1]
        except DomainError:  # no rate of tax for that day: the invoice says it then
            found[state.sub.id] = None
        used += await _usage(state, seller, on, read)


async def _usage(state: State, seller: BillingSettings, on: date, read: Reader) -> list[Used]:
    asked = wanted(state, on)
    figures = await measure(state, asked, seller, read) if asked else {}
    rows = []
    for one in asked:
        meter, value = state.prices[one.item.price_id].meter, figures[one.item.id, one.days.start]
        if meter is None:
            continue
        percent = min(100, int(value * 100 / meter.included)) if meter.included > 0 else None
        rows.append(
            Used(
                subscription_id=state.sub.id, name=one.item.name, value=value, included=meter.included, unit=meter.unit_name,
                percent=percent,
            )
        )  # fmt: skip
    return rows
