"""Export and erasure of a person's data (GDPR articles 15, 17 and 20): asked for here, done by jobs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from control.accounts.users import queries as q
from control.accounts.users import roles, service
from control.core import operations
from control.core.context import Context
from control.core.crypto import place
from control.core.errors import FieldError, Forbidden, NotFound, ValidationFailed
from control.core.operations import Operation


async def start_export(ctx: Context, tx: Any, user_id: UUID) -> Operation:
    """Queue the export. The finished operation's `result.download` says where it is."""
    found = await service.locked(ctx, tx, user_id)
    await ctx.audit(tx, "user.export_started", "user", user_id, organization_id=found.organization_id)
    return await operations.start(
        tx,
        ctx.principal,
        organization_id=found.organization_id,
        kind="user.export",
        subject_type="user",
        subject_id=user_id,
        task="accounts.export_user",
        user_id=str(user_id),
    )


class _Export(msgspec.Struct):
    id: UUID
    organization_id: UUID
    document: bytes


async def fetch_export(ctx: Context, user_id: UUID, export_id: UUID) -> bytes:
    """The finished export as JSON. Raises NotFound when it has expired, or is another person's."""
    async with ctx.transaction() as tx:
        found = await tx.maybe(_Export, q.SQL.get_export, id=export_id, user_id=user_id)
        if found is None:
            raise NotFound("export; it may have expired")
        await roles.must_outrank(ctx, tx, user_id)
        await ctx.audit(tx, "user.export_fetched", "user", user_id, organization_id=found.organization_id)
    return ctx.runtime.keyring.open(found.document, place("user_exports", "document", found.id))


async def start_erasure(ctx: Context, tx: Any, user_id: UUID, confirm_email: str) -> Operation:
    """Queue the erasure, after the address was typed once more. Raises Forbidden for oneself, Conflict for the last owner."""
    found = await service.locked(ctx, tx, user_id)
    if user_id == ctx.principal.user_id:
        raise Forbidden("You cannot erase your own account.")
    if confirm_email.strip().lower() != found.email:
        raise ValidationFailed(FieldError("/confirm_email", "is not the address of this person"))
    await roles.must_not_be_last(tx, found.organization_id, user_id, found.roles)
    await ctx.audit(tx, "user.erasure_started", "user", user_id, organization_id=found.organization_id)
    return await operations.start(
        tx,
        ctx.principal,
        organization_id=found.organization_id,
        kind="user.erasure",
        subject_type="user",
        subject_id=user_id,
        task="accounts.erase_user",
        user_id=str(user_id),
    )
