"""What the books say about a time."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from control.billing.ledger.keeping import until_booked
from control.billing.reports import queries as q
from control.billing.reports.models import BUCKETS, Aged, AgedReceivables, MonthlyRevenue, OpenDocument, Outline, Revenue
from control.billing.settings import service as settings
from control.core.context import Context
from control.core.errors import FieldError, ValidationFailed

_ZERO = Decimal(0)
_LONGEST = 3700
"""Days that a report may cover: ten years, which is how long books are kept."""
_MOST, _OLDEST = 100, 4
"""Customers and documents of an outline."""


class Open(msgspec.Struct, kw_only=True):
    """A row of the receivables."""

    invoice_id: UUID
    invoice_number: str
    customer_id: UUID
    customer_number: str
    customer_name: str
    currency: str
    due_date: date
    open: Decimal
    base_open: Decimal


class JournalLine(msgspec.Struct, kw_only=True):
    """A line of the books as it is exported."""

    booked_on: date
    kind: str
    part: str
    text: str
    currency: str
    entry_id: UUID
    account: str
    account_number: str
    amount: Decimal
    base_amount: Decimal
    document: str
    customer_number: str
    tax_country: str
    tax_category: str
    tax_rate: Decimal | None
    period_start: date | None
    period_end: date | None
    monthly: Decimal | None
    base_monthly: Decimal | None


def bucket(days_late: int) -> str:
    """Which column of an ageing report a document belongs to."""
    return BUCKETS[0 if days_late <= 0 else min((days_late + 29) // 30, 4)]


async def receivables(ctx: Context, on: date | None) -> AgedReceivables:
    """What was open at the end of a day; today when none is given."""
    return await until_booked(ctx, "receivables", AgedReceivables, (on, datetime.now(UTC).date()), lambda: _receivables(ctx, on))


async def outline(ctx: Context, on: date | None) -> Outline:
    """What the panel shows of `receivables`; thousands of documents need not be read for it each time."""
    return await until_booked(ctx, "outline", Outline, (on, datetime.now(UTC).date()), lambda: _outline(ctx, on))


async def _outline(ctx: Context, on: date | None) -> Outline:
    found = await receivables(ctx, on)
    late = [one for one in found.documents if one.days_late > 0]
    return Outline(
        on=found.on,
        base_currency=found.base_currency,
        total=found.total,
        late=sum((one.base_open for one in late), _ZERO),
        sums={name: sum((getattr(one, name) for one in found.customers), _ZERO) for name in BUCKETS},
        customers=len(found.customers),
        documents=len(found.documents),
        most=sorted(found.customers, key=lambda one: one.total, reverse=True)[:_MOST],
        oldest=sorted(late, key=lambda one: -one.days_late)[:_OLDEST],
    )


async def _receivables(ctx: Context, on: date | None) -> AgedReceivables:
    organization_id = ctx.principal.organization_id
    async with ctx.transaction() as tx:
        currency = await settings.currency_of(tx, organization_id)
        today = await settings.today_of(tx, organization_id)
        day = on or today
        if day >= today:
            rows = await tx.all(Open, q.SQL.open_now, organization_id=organization_id)
        else:
            rows = await tx.all(Open, q.SQL.receivables, organization_id=organization_id, on=day)
    documents = [
        OpenDocument(
            **msgspec.structs.asdict(row), days_late=max((day - row.due_date).days, 0), bucket=bucket((day - row.due_date).days)
        )
        for row in rows
    ]
    by_customer: dict[UUID, list[OpenDocument]] = defaultdict(list)
    for document in documents:
        by_customer[document.customer_id].append(document)
    return AgedReceivables(
        on=day,
        base_currency=currency,
        total=sum((one.base_open for one in documents), _ZERO),
        customers=[_aged(theirs) for theirs in by_customer.values()],
        documents=documents,
    )


def _aged(documents: list[OpenDocument]) -> Aged:
    sums = {name: sum((one.base_open for one in documents if one.bucket == name), _ZERO) for name in BUCKETS}
    first = documents[0]
    return Aged(
        customer_id=first.customer_id,
        customer_number=first.customer_number,
        customer_name=first.customer_name,
        total=sum(sums.values(), _ZERO),
        **sums,
    )


async def revenue(ctx: Context, since: date, until: date) -> Revenue:
    """What was earned, month by month."""
    return await until_booked(ctx, "revenue", Revenue, (since, until), lambda: _revenue(ctx, since, until))


async def _revenue(ctx: Context, since: date, until: date) -> Revenue:
    check_span(since, until)
    organization_id = ctx.principal.organization_id
    async with ctx.transaction() as tx:
        currency = await settings.currency_of(tx, organization_id)
        months = await tx.all(MonthlyRevenue, q.SQL.revenue, organization_id=organization_id, since=since, until=until)
    total = sum((one.base_amount for one in months), _ZERO)
    return Revenue(since=since, until=until, base_currency=currency, months=months, total=total)


async def journal(ctx: Context, since: date, until: date) -> list[JournalLine]:
    """All lines of the books from one day to another."""
    check_span(since, until)
    async with ctx.transaction() as tx:
        return await tx.all(JournalLine, q.SQL.journal, organization_id=ctx.principal.organization_id, since=since, until=until)


def check_span(since: date, until: date) -> None:
    """Raises ValidationFailed for a time that ends before it begins, or is too long."""
    if until < since:
        raise ValidationFailed(FieldError("until", "must not be before since"))
    if (until - since).days > _LONGEST:
        raise ValidationFailed(FieldError("until", "must be at most ten years after since"))
