"""Cards of the dashboard: what is open, what was earned, what is due."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from litestar import Response

from control.billing.invoices import listing, words
from control.billing.reports import recurring, service
from control.billing.reports.models import RecurringMonth
from control.billing.today import today
from control.core.pagination import PageRequest
from control.core.permissions import UserType, needs
from control.web.language import N_
from control.web.menu import Card
from control.web.routing import show
from control.web.ui import Ui, UiOf

_SELLERS: frozenset[UserType] = frozenset({"admin", "reseller"})
_BUYERS: frozenset[UserType] = frozenset({"customer"})
CARDS = (
    Card(label=N_("Open invoices"), path="/cards/receivables", permission="ledger:read", for_types=_SELLERS, order=40),
    Card(label=N_("Revenue"), path="/cards/revenue", permission="ledger:read", wide=True, for_types=_SELLERS, order=41),
    Card(label=N_("What is due"), path="/cards/due", permission="billing:read", for_types=_BUYERS, order=5),
    Card(label=N_("Newest invoices"), path="/cards/invoices", permission="billing:read", wide=True, order=60),
)
_ZERO = Decimal(0)
_PRESSING = 4
"""Invoices that the card of what is due names."""


async def _receivables(ui: Ui) -> dict[str, Any]:
    return {"found": await service.outline(ui.ctx, None)}


async def _revenue(ui: Ui) -> dict[str, Any]:
    until = today("UTC")
    since = date(until.year - 1, until.month, 1)
    found = await service.revenue(ui.ctx, since, until)
    sums: dict[str, Decimal] = defaultdict(lambda: _ZERO)
    months = [date(since.year + (since.month - 1 + n) // 12, (since.month - 1 + n) % 12 + 1, 1) for n in range(13)]
    for one in found.months:
        sums[one.month[:7]] += one.base_amount
    values = [sums[f"{month:%Y-%m}"] for month in months]
    times = [int(datetime(month.year, month.month, 1, tzinfo=UTC).timestamp()) for month in months]
    data = {
        "times": times,
        "series": [{"label": found.base_currency, "values": [float(value) for value in values]}],
        "unit": found.base_currency,
    }
    recurs = await ui.bounded(_recurs(ui, until))
    return {"found": found, "data": data, "rows": list(zip(months, values, strict=True)), "recurs": recurs}


async def _recurs(ui: Ui, until: date) -> RecurringMonth | None:
    """What recurs each month as it stands now; None where nothing does."""
    found = await recurring.recurring(ui.ctx, f"{until:%Y-%m}", f"{until:%Y-%m}", None)
    return found.months[-1] if found.months else None


async def _due(ui: Ui) -> dict[str, Any]:
    rows, owed = await listing.due(ui.ctx, _PRESSING)
    soon = today("UTC") + timedelta(days=7)
    pressing = [row for row in rows if row.due_date is not None and row.due_date <= soon]
    only = rows[0].id if sum(one.invoices for one in owed) == 1 else None
    return {"owed": owed, "only": only, "pressing": pressing, "words": words, "may_pay": ui.ctx.principal.may("payments:pay")}


async def _newest(ui: Ui) -> dict[str, Any]:
    rows, total = await listing.page(ui.ctx, PageRequest(1, 6, "i.created_at DESC, i.id DESC"), {})
    return {"rows": rows, "total": total, "words": words}


@show("/cards/receivables", needs("ledger:read"))
async def receivables(ui: UiOf) -> Response[str]:
    """What customers owe, and how much of it is late."""
    return await ui.bounded_card(N_("Open invoices"), "billing/cards/receivables.html", _receivables(ui))


@show("/cards/revenue", needs("ledger:read"))
async def revenue(ui: UiOf) -> Response[str]:
    """What was earned in the last twelve months, and what recurs."""
    return await ui.bounded_card(N_("Revenue"), "billing/cards/revenue.html", _revenue(ui))


@show("/cards/due", needs("billing:read"))
async def due(ui: UiOf) -> Response[str]:
    """What a customer has to pay, by currency."""
    return await ui.bounded_card(N_("What is due"), "billing/cards/due.html", _due(ui))


@show("/cards/invoices", needs("billing:read"))
async def newest(ui: UiOf) -> Response[str]:
    """The invoices that were written last."""
    return await ui.bounded_card(N_("Newest invoices"), "billing/cards/invoices.html", _newest(ui))


PAGES = [receivables, revenue, due, newest]
