"""/v1/billing/reports"""

from __future__ import annotations

from datetime import date

from litestar import Response, get
from litestar.params import FromQuery

from control.billing.reports import recurring, service
from control.billing.reports.models import AgedReceivables, OpenDocument, RecurringRevenue, RecurringRow, Revenue
from control.billing.reports.service import JournalLine
from control.billing.reports.tables import csv_of
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs

_TAGS, _READ = ["billing"], needs("ledger:read")


@get("/v1/billing/reports/receivables", opt=_READ, tags=_TAGS, operation_id="get_receivables")
async def get_receivables(ctx: Ctx, on: FromQuery[date | None] = None) -> Response[Envelope[AgedReceivables]]:
    """What is open, or was at the end of a day, by customer and by how late it is."""
    return ctx.answer(await service.receivables(ctx, on))


@get("/v1/billing/reports/receivables.csv", media_type="text/csv", opt=_READ, tags=_TAGS, operation_id="export_receivables")
async def export_receivables(ctx: Ctx, on: FromQuery[date | None] = None) -> Response[bytes]:
    """The open documents as CSV."""
    found = await service.receivables(ctx, on)
    return _file(csv_of(found.documents, OpenDocument), f"receivables-{found.on}.csv")


@get("/v1/billing/reports/revenue", opt=_READ, tags=_TAGS, operation_id="get_revenue")
async def get_revenue(ctx: Ctx, since: FromQuery[date], until: FromQuery[date]) -> Response[Envelope[Revenue]]:
    """What was earned, month by month."""
    return ctx.answer(await service.revenue(ctx, since, until))


@get("/v1/billing/reports/journal.csv", media_type="text/csv", opt=_READ, tags=_TAGS, operation_id="export_journal")
async def export_journal(ctx: Ctx, since: FromQuery[date], until: FromQuery[date]) -> Response[bytes]:
    """Every line of the books as CSV, for accountants."""
    return _file(csv_of(await service.journal(ctx, since, until), JournalLine), f"journal-{since}-{until}.csv")


@get("/v1/billing/reports/recurring", opt=_READ, tags=_TAGS, operation_id="get_recurring_revenue")
async def get_recurring_revenue(
    ctx: Ctx, since: FromQuery[str], until: FromQuery[str], known_on: FromQuery[date | None] = None
) -> Response[Envelope[RecurringRevenue]]:
    """Recurring revenue (MRR, ARR), its gains and losses, and churn, by month (`2026-01`); as it was known on a day."""
    return ctx.answer(await recurring.recurring(ctx, since, until, known_on))


@get("/v1/billing/reports/recurring.csv", media_type="text/csv", opt=_READ, tags=_TAGS, operation_id="export_recurring_revenue")
async def export_recurring_revenue(
    ctx: Ctx, since: FromQuery[str], until: FromQuery[str], known_on: FromQuery[date | None] = None
) -> Response[bytes]:
    """Recurring revenue as CSV: a line for each month and currency."""
    found = await recurring.recurring(ctx, since, until, known_on)
    return _file(csv_of(recurring.rows(found), RecurringRow), f"recurring-{since}-{until}.csv")


def _file(content: bytes, name: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="text/csv", headers=headers)


ROUTES = [
    get_receivables,
    export_receivables,
    get_revenue,
    export_journal,
    get_recurring_revenue,
    export_recurring_revenue,
]
