"""/v1/billing/settings/accounts and /v1/billing/reports/datev"""

from __future__ import annotations

from datetime import date

from litestar import Response, get, put
from litestar.params import FromQuery, JSONBody

from control.billing.datev import service
from control.billing.datev.models import LedgerAccounts, NewLedgerAccounts
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs

_TAGS = ["billing"]


@get("/v1/billing/settings/accounts", opt=needs("ledger:read"), tags=_TAGS, operation_id="get_ledger_accounts")
async def get_ledger_accounts(ctx: Ctx) -> Response[Envelope[LedgerAccounts]]:
    """The own chart of accounts; 404 before there is one."""
    found = await service.get(ctx)
    return ctx.answer(found, version=found.version)


@put("/v1/billing/settings/accounts", opt=needs("billing-settings:write"), tags=_TAGS, operation_id="set_ledger_accounts")
async def set_ledger_accounts(ctx: Ctx, data: JSONBody[NewLedgerAccounts]) -> Response[Envelope[LedgerAccounts]]:
    """Say which accounts the accountant keeps: a standard chart, and what differs from it."""
    found = await service.save(ctx, data)
    return ctx.answer(found, version=found.version)


@get(
    "/v1/billing/reports/datev",
    media_type="text/csv",
    opt=needs("ledger:read") | {"errors": ("409",)},
    tags=_TAGS,
    operation_id="export_datev",
)
async def export_datev(ctx: Ctx, since: FromQuery[date], until: FromQuery[date]) -> Response[bytes]:
    """The books of some days of a fiscal year as DATEV imports them. 409 names what has no account yet."""
    content = await service.export(ctx, since, until)
    name = f"EXTF_Buchungsstapel_{since:%Y%m%d}_{until:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="text/csv; charset=windows-1252", headers=headers)


ROUTES = [get_ledger_accounts, set_ledger_accounts, export_datev]
