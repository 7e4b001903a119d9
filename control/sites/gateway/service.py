"""What every gateway does alike, and what the gateways made of a site."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.core.context import Context
from control.core.errors import Forbidden, ValidationFailed
from control.sites.checks import headers, networks
from control.sites.gateway import queries as q
from control.sites.gateway.models import GatewaySettings, GatewaySettingsPut, SiteCertificate, SiteReport, SiteStatus
from control.sites.sites import service as sites
from control.sites.sites.models import Site

ALIVE_SECONDS = 300
"""A gateway reports every 30 seconds at least; after ten missed ones it no longer counts."""


class _Report(msgspec.Struct):
    gateway: str
    revision: int | None
    error: str | None
    reported_at: datetime | None
    seen_at: datetime


async def settings(ctx: Context) -> GatewaySettings:
    """The settings of all gateways. Raises Forbidden for everybody but the platform's people."""
    _only_platform(ctx)
    async with ctx.transaction() as tx:
        return await tx.one(GatewaySettings, q.SQL.settings)


async def update_settings(ctx: Context, changes: dict[str, Any]) -> GatewaySettings:
    """Change the settings of all gateways. Raises ValidationFailed, Forbidden."""
    _only_platform(ctx)
    async with ctx.transaction() as tx:
        before = await tx.one(GatewaySettings, q.SQL.settings_lock)
        ctx.if_match(before.version)
        names = GatewaySettingsPut.__struct_fields__
        data = GatewaySettingsPut(**{name: changes.get(name, getattr(before, name)) for name in names})
        proxies, errors = networks.check("/trusted_proxies", data.trusted_proxies)
        errors += headers.values("/response_headers", data.response_headers, "response")
        if errors:
            raise ValidationFailed(errors)
        await tx.run(
            q.SQL.settings_update,
            trusted_proxies=proxies,
            defaults=Jsonb(msgspec.to_builtins(data.defaults)),
            response_headers=Jsonb(data.response_headers),
        )
        after = await tx.one(GatewaySettings, q.SQL.settings)
        organization_id = ctx.principal.organization_id
        await ctx.audit(
            tx, "gateway_settings.updated", "gateway_settings", "all", organization_id=organization_id, before=before, after=after
        )
    return after


def _only_platform(ctx: Context) -> None:
    principal = ctx.principal
    if principal.user_type != "admin" or principal.organization_id != principal.home_organization_id:
        raise Forbidden("The settings of all gateways are the platform's.")


async def status(ctx: Context, site_id: UUID) -> SiteStatus:
    """What each gateway that was heard of lately made of a site, and which certificates it is served with."""
    async with ctx.transaction() as tx:
        site = await sites.find(tx, site_id)
        await ctx.audit_read(tx, "site", site.id, organization_id=site.organization_id)
        reports = await tx.all(_Report, q.SQL.site_reports, site_id=site_id, alive=ALIVE_SECONDS)
        certificates = await tx.all(SiteCertificate, q.SQL.site_certificates, site_id=site_id, alive=ALIVE_SECONDS)
    gateways = [_report(site, report) for report in reports]
    return SiteStatus(
        site_id=site_id, state=_worst(site, gateways), revision=site.revision, gateways=gateways, certificates=certificates
    )


def _report(site: Site, report: _Report) -> SiteReport:
    state: Literal["applied", "refused", "pending"] = "applied"
    if report.revision is None or report.revision < site.revision:
        state = "pending"
    elif report.error is not None:
        state = "refused"
    return SiteReport(state=state, **msgspec.structs.asdict(report))


def _worst(site: Site, gateways: list[SiteReport]) -> Literal["applied", "refused", "pending", "off", "unknown"]:
    if not site.is_active:
        return "off"
    worst = ("refused", "pending", "applied")
    return min((report.state for report in gateways), key=worst.index, default="unknown")
