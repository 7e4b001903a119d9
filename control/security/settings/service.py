"""What is alike for the security of all sites: the platform's own people alone see and change it."""

from __future__ import annotations

import msgspec

from control.core.context import Context
from control.core.errors import Forbidden, ValidationFailed
from control.security.settings import queries as q
from control.security.settings.models import SecuritySettings, SecuritySettingsPut
from control.sites.checks import networks


async def get(ctx: Context) -> SecuritySettings:
    """The settings. Raises Forbidden for everybody but the platform's people."""
    only_platform(ctx)
    async with ctx.transaction() as tx:
        return await tx.one(SecuritySettings, q.SQL.get)


async def replace(ctx: Context, data: SecuritySettingsPut) -> SecuritySettings:
    """Set all of them. Raises Forbidden, ValidationFailed."""
    only_platform(ctx)
    never_ban, errors = networks.check("/never_ban", data.never_ban)
    if errors:
        raise ValidationFailed(errors)
    data = msgspec.structs.replace(data, never_ban=never_ban)
    async with ctx.transaction() as tx:
        await tx.value(q.SQL.lock)
        before = await tx.one(SecuritySettings, q.SQL.get)
        ctx.if_match(before.version)
        await tx.run(q.SQL.update, **msgspec.structs.asdict(data))
        after = await tx.one(SecuritySettings, q.SQL.get)
        organization_id = ctx.principal.organization_id
        await ctx.audit(
            tx,
            "security_settings.updated",
            "security_settings",
            "all",
            organization_id=organization_id,
            before=before,
            after=after,
        )
    return after


def only_platform(ctx: Context) -> None:
    """Raises Forbidden unless the caller works for the platform itself."""
    principal = ctx.principal
    if principal.user_type != "admin" or principal.organization_id != principal.home_organization_id:
        raise Forbidden("These settings are the platform's.")
