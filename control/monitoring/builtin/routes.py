"""/v1/monitoring/packs and /v1/metrics/dashboards"""

from __future__ import annotations

from litestar import Response, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs
from control.monitoring.builtin import service
from control.monitoring.builtin.models import (
    BuiltinDashboard,
    BuiltinPack,
    ChosenDashboard,
    InstallationOutcome,
    PackInstallation,
)

_READ, _WRITE, _ASK = needs("monitoring:read"), needs("monitoring:write"), needs("metrics:read")


@get("/v1/monitoring/packs", opt=_READ, tags=["alerts"], operation_id="list_builtin_packs")
async def list_builtin_packs(ctx: Ctx) -> Response[Envelope[list[BuiltinPack]]]:
    """The packs of alert rules that come with the platform, what each watches, and what one's organisation has of them."""
    return ctx.answer(await service.every_pack(ctx))


@get("/v1/monitoring/packs/{pack_id:str}", opt=_READ, tags=["alerts"], operation_id="get_builtin_pack")
async def get_builtin_pack(ctx: Ctx, pack_id: FromPath[str]) -> Response[Envelope[BuiltinPack]]:
    """One pack."""
    return ctx.answer(await service.one_pack(ctx, pack_id))


@post("/v1/monitoring/packs/install", opt=_WRITE, tags=["alerts"], operation_id="install_builtin_packs", status_code=200)
async def install_builtin_packs(ctx: Ctx, data: JSONBody[PackInstallation]) -> Response[Envelope[InstallationOutcome]]:
    """Install packs, or bring them to the newest version. What the organisation changed of its rules stays, and is told."""
    return await ctx.once(lambda tx: service.install_packs(ctx, tx, data), status=200)


@delete("/v1/monitoring/packs/{pack_id:str}", opt=_WRITE, tags=["alerts"], operation_id="remove_builtin_pack")
async def remove_builtin_pack(ctx: Ctx, pack_id: FromPath[str]) -> None:
    """Delete the rules of a pack, those that were changed too, and their alerts."""
    await service.remove_pack(ctx, pack_id)


@get("/v1/metrics/dashboards", opt=_ASK, tags=["metrics"], operation_id="list_dashboards")
async def list_dashboards(ctx: Ctx) -> Response[Envelope[list[BuiltinDashboard]]]:
    """The dashboards that come with the platform."""
    return ctx.answer(service.every_dashboard())


@get("/v1/metrics/dashboards/{dashboard_id:str}", opt=_ASK, tags=["metrics"], operation_id="get_dashboard")
async def get_dashboard(
    ctx: Ctx, dashboard_id: FromPath[str], value: FromQuery[str | None] = None
) -> Response[Envelope[ChosenDashboard]]:
    """One dashboard, with the hosts, sites or gateways to choose from; with `value` its queries are for that one."""
    return ctx.answer(await service.dashboard(ctx, dashboard_id, value))


ROUTES = [
    list_builtin_packs, get_builtin_pack, install_builtin_packs, remove_builtin_pack, list_dashboards, get_dashboard,
]  # fmt: skip
