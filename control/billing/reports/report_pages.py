"""Reports: what is open, what was earned, what recurs, what is owed to tax offices, and files for accountants."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from litestar import Response

from control.billing.datev import service as datev
from control.billing.ledger.pages import ACCOUNTS
from control.billing.parts import SELLERS, days, file
from control.billing.reports import recurring, service
from control.billing.reports.models import BUCKETS, OpenDocument, RecurringRow
from control.billing.reports.service import JournalLine
from control.billing.reports.tables import csv_of
from control.billing.tax.reports import csv, thresholds
from control.billing.tax.reports import service as tax
from control.billing.today import today
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.permissions import needs
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import show
from control.web.ui import Ui, UiOf

_READ = needs("ledger:read")
_BACK = ("/reports", N_("Reports"))
MENU = (
    Entry(label=N_("Reports"), path="/reports", icon="chart", permission="ledger:read", group=N_("Billing"), for_types=SELLERS),
)  # fmt: skip
LATE = dict(
    zip(
        BUCKETS,
        (N_("Not due"), N_("1 to 30 days"), N_("31 to 60 days"), N_("61 to 90 days"), N_("Over 90 days")),
        strict=True,
    )
)
REASONS = {
    "domestic": N_("At home"),
    "oss": N_("One-stop shop"),
    "below_threshold": N_("Below the threshold"),
    "reverse_charge": N_("The customer owes the tax"),
    "outside_scope": N_("Outside the union"),
    "exempt": N_("Exempt"),
    "small_business": N_("Small business"),
    "no_rate": N_("No rate"),
    "compensation": N_("Compensation"),
}
_ZERO = Decimal(0)
_SHOWN = 100
"""Businesses on the page of taxes; the file has all."""


def _when(month: str) -> int:
    return int(datetime(int(month[:4]), int(month[5:7]), 1, tzinfo=UTC).timestamp())


@show("/reports", _READ)
async def reports(ui: UiOf) -> Response[Any]:
    """What reports there are."""
    since, until = days(ui)
    return ui.page("billing/reports.html", since=since, until=until)


def _day(ui: Ui) -> date | None:
    text = ui.request.query_params.get("on")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValidationFailed(FieldError("on", N_("is no day"))) from None


@show("/reports/receivables", _READ)
async def receivables(ui: UiOf) -> Response[Any]:
    """What is open, or was at the end of a day, by customer and by how late it is."""
    return ui.page("billing/report_receivables.html", found=await service.outline(ui.ctx, _day(ui)), late=LATE)


@show("/reports/receivables.csv", _READ)
async def receivables_file(ui: UiOf) -> Response[Any]:
    """The open documents."""
    found = await service.receivables(ui.ctx, _day(ui))
    return file(csv_of(found.documents, OpenDocument), f"receivables-{found.on}.csv")


@show("/reports/revenue", _READ)
async def revenue(ui: UiOf) -> Response[Any]:
    """What was earned, month by month and by account."""
    since, until = days(ui)
    found = await service.revenue(ui.ctx, since, until)
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: _ZERO))
    for one in found.months:
        sums[one.month[:7]][one.account] += one.base_amount
    months = _between(since, until)
    accounts = sorted({one.account for one in found.months})
    totals = [sum(sums[month].values(), _ZERO) for month in months]
    series = [{"label": found.base_currency, "values": [float(value) for value in totals]}]
    return ui.page(
        "billing/report_revenue.html",
        found=found,
        accounts=accounts,
        names=ACCOUNTS,
        has_any=bool(found.months),
        rows=[(date.fromisoformat(f"{month}-01"), sums[month], total) for month, total in zip(months, totals, strict=True)],
        data={"times": [_when(month) for month in months], "series": series, "unit": found.base_currency},
    )


def _between(since: date, until: date) -> list[str]:
    """All months of some days, those in which nothing happened too."""
    first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(first, last + 1)]


def _months(ui: Ui) -> tuple[str, str]:
    """The months of a report: those of the address, or the last twelve."""
    now, query = today("UTC"), ui.request.query_params
    first = f"{now.year - 1}-{now.month:02}"
    return query.get("since") or first, query.get("until") or f"{now:%Y-%m}"


@show("/reports/recurring", _READ)
async def recurring_revenue(ui: UiOf) -> Response[Any]:
    """What recurs at each month's end, and what made it so."""
    since, until = _months(ui)
    found = await recurring.recurring(ui.ctx, since, until, None)
    values = [float(one.mrr) for one in found.months]
    data = {
        "times": [_when(one.month) for one in found.months],
        "series": [{"label": found.base_currency, "values": values}],
        "unit": found.base_currency,
    }
    last = found.months[-1] if found.months else None
    return ui.page("billing/report_recurring.html", found=found, data=data, last=last, since=since, until=until)


@show("/reports/recurring.csv", _READ)
async def recurring_file(ui: UiOf) -> Response[Any]:
    """A line for each month and currency."""
    since, until = _months(ui)
    found = await recurring.recurring(ui.ctx, since, until, None)
    return file(csv_of(recurring.rows(found), RecurringRow), f"recurring-{since}-{until}.csv")


@show("/reports/tax", _READ)
async def taxes(ui: UiOf) -> Response[Any]:
    """What a VAT return, the one-stop shop and the recapitulative statement are filled in from."""
    since, until = days(ui)
    ec = await tax.ec_sales(ui.ctx, since, until)
    problem, shop, threshold = "", None, None
    try:
        shop = await tax.oss(ui.ctx, since, until)
        threshold = await thresholds.get(ui.ctx, until.year)
    except Conflict as error:
        problem = error.message
    return ui.page(
        "billing/report_tax.html",
        vat=await tax.vat(ui.ctx, since, until),
        oss=shop,
        ec=ec,
        largest=ec.rows if len(ec.rows) <= _SHOWN else sorted(ec.rows, key=lambda one: -one.amount)[:_SHOWN],
        threshold=threshold,
        problem=problem,
        reasons=REASONS,
        since=since,
        until=until,
    )


@show("/reports/vat.csv", _READ)
async def vat_file(ui: UiOf) -> Response[Any]:
    """Sales by place, treatment and rate."""
    since, until = days(ui)
    return file(csv.vat(await tax.vat(ui.ctx, since, until)), f"vat-{since}-{until}.csv")


@show("/reports/oss.csv", _READ)
async def oss_file(ui: UiOf) -> Response[Any]:
    """Sales under the one-stop shop."""
    since, until = days(ui)
    return file(csv.oss(await tax.oss(ui.ctx, since, until)), f"oss-{since}-{until}.csv")


@show("/reports/ec-sales.csv", _READ)
async def ec_sales_file(ui: UiOf) -> Response[Any]:
    """The recapitulative statement."""
    since, until = days(ui)
    return file(csv.ec_sales(await tax.ec_sales(ui.ctx, since, until)), f"ec-sales-{since}-{until}.csv")


@show("/reports/journal.csv", _READ)
async def journal_file(ui: UiOf) -> Response[Any]:
    """Every line of the books."""
    since, until = days(ui)
    return file(csv_of(await service.journal(ui.ctx, since, until), JournalLine), f"journal-{since}-{until}.csv")


@show("/reports/datev.csv", _READ)
async def datev_file(ui: UiOf) -> Response[Any]:
    """The books as DATEV imports them. What has no account yet is named."""
    since, until = days(ui)
    try:
        content = await datev.export(ui.ctx, since, until)
    except NotFound:
        raise Conflict(N_("Say first which accounts there are, in the billing settings.")) from None
    return file(content, f"EXTF_Buchungsstapel_{since:%Y%m%d}_{until:%Y%m%d}.csv", "text/csv; charset=windows-1252")


PAGES = [
    reports, receivables, receivables_file, revenue, recurring_revenue, recurring_file, taxes, vat_file, oss_file,
    ec_sales_file, journal_file, datev_file,
]  # fmt: skip
