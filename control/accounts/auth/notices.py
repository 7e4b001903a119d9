"""Mails that something about the safety of an account has changed."""

from __future__ import annotations

from uuid import UUID

from control.accounts.auth.models import Credentials
from control.core import mailer
from control.core.context import Context
from control.core.db import Scope, Transaction
from control.core.envelope import now


async def tell(tx: Transaction, ctx: Context, known: Credentials, template: str, organization_id: UUID, **more: str) -> None:
    """Tell the person, in the transaction of the change. The transaction's scope is left as it was."""
    before = tx.scope
    await tx.switch(Scope(organization_id, known.user_id))
    await mailer.send(
        tx,
        ctx.runtime.keyring,
        organization_id=organization_id,
        recipient=known.email,
        template=template,
        locale=known.locale,
        context={
            "name": known.full_name or known.username,
            "at": now().strftime("%Y-%m-%d %H:%M UTC"),
            "address": "unknown" if ctx.address is None else str(ctx.address),
            **more,
        },
    )
    await tx.switch(before)
