"""/v1/billing/reports: what a seller owes, and to whom it must be told."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from litestar import Response, get
from litestar.params import FromQuery

from control.billing.tax.reports import csv, service, thresholds
from control.billing.tax.reports.models import EcSalesList, OssReport, Threshold, VatReport
from control.core.context import Context, Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs

_TAGS = ["billing"]
_READ = needs("ledger:read")
_TABLES = _READ | {"also": ("text/csv",)}
_CONVERTED = _TABLES | {"errors": ("409",)}
Format = Literal["json", "csv"]


def _file(name: str, since: date, until: date, text: str) -> Response[Any]:
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}-{since}-{until}.csv"',
    }
    return Response(text, media_type="text/csv", headers=headers)


def _answer(ctx: Context, report: VatReport | OssReport | EcSalesList, form: Format) -> Response[Any]:
    if form == "json":
        return ctx.answer(report)
    if isinstance(report, VatReport):
        return _file("vat", report.since, report.until, csv.vat(report))
    if isinstance(report, OssReport):
        return _file("oss", report.since, report.until, csv.oss(report))
    return _file("ec-sales", report.since, report.until, csv.ec_sales(report))


@get("/v1/billing/reports/vat", opt=_TABLES, tags=_TAGS, operation_id="get_vat_report")
async def get_vat_report(
    ctx: Ctx, since: FromQuery[date], until: FromQuery[date], format: FromQuery[Format] = "json"  # noqa: A002 - its name in the API
) -> Response[Envelope[VatReport]]:  # fmt: skip
    """Sales between two days, both included, by country, treatment and rate: what a VAT return is filled in from."""
    return _answer(ctx, await service.vat(ctx, since, until), format)


@get("/v1/billing/reports/oss", opt=_CONVERTED, tags=_TAGS, operation_id="get_oss_report")
async def get_oss_report(
    ctx: Ctx, since: FromQuery[date], until: FromQuery[date], format: FromQuery[Format] = "json"  # noqa: A002 - its name in the API
) -> Response[Envelope[OssReport]]:  # fmt: skip
    """Sales under the one-stop shop by member state and rate, and what is corrected of earlier quarters."""
    return _answer(ctx, await service.oss(ctx, since, until), format)


@get("/v1/billing/reports/ec-sales", opt=_TABLES, tags=_TAGS, operation_id="get_ec_sales_list")
async def get_ec_sales_list(
    ctx: Ctx, since: FromQuery[date], until: FromQuery[date], format: FromQuery[Format] = "json"  # noqa: A002 - its name in the API
) -> Response[Envelope[EcSalesList]]:  # fmt: skip
    """Services on which customers in other member states owe the tax, by VAT id: the recapitulative statement."""
    return _answer(ctx, await service.ec_sales(ctx, since, until), format)


@get("/v1/billing/reports/oss-threshold", opt=_READ | {"errors": ("409",)}, tags=_TAGS, operation_id="get_oss_threshold")
async def get_oss_threshold(ctx: Ctx, year: FromQuery[int | None] = None) -> Response[Envelope[Threshold]]:
    """How far private sales into other member states are from the threshold of a calendar year."""
    return ctx.answer(await thresholds.get(ctx, year))


ROUTES = [get_vat_report, get_oss_report, get_ec_sales_list, get_oss_threshold]
