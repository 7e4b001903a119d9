"""How the platform's mail goes out. Its staff alone see it."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from control.automation.mail import queries as q
from control.core import mailer
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Forbidden


class _Tally(msgspec.Struct):
    status: str
    mails: int
    newest: datetime


class Mail(msgspec.Struct, kw_only=True):
    """The server without its password, who mail comes from, and how the mail of the last seven days went, by status."""

    server: str
    is_encrypted: bool
    sender: str
    bounce_domain: str
    by_status: dict[str, int]
    newest_sent: datetime | None
    last_error: str | None


async def mail(ctx: Context) -> Mail:
    """How mail is set and how it goes. Raises Forbidden."""
    _staff(ctx)
    async with ctx.transaction() as tx:
        tallies = await tx.all(_Tally, q.SQL.lately)
        error = await tx.value(q.SQL.last_error)
    settings = ctx.runtime.settings
    server = urlsplit(settings.smtp_url)
    return Mail(
        server=f"{server.hostname or ''}:{server.port or (465 if server.scheme == 'smtps' else 25)}",
        is_encrypted=server.scheme == "smtps",
        sender=settings.mail_from,
        bounce_domain=settings.mail_bounce_domain,
        by_status={one.status: one.mails for one in tallies},
        newest_sent=next((one.newest for one in tallies if one.status == "sent"), None),
        last_error=error,
    )


async def test(ctx: Context, tx: Transaction, recipient: str, name: str, locale: str) -> UUID:
    """A mail to the caller, through the queue like any other. Raises Forbidden."""
    _staff(ctx)
    return await mailer.send(
        tx,
        ctx.runtime.keyring,
        organization_id=ctx.principal.home_organization_id,
        recipient=recipient,
        template="test",
        locale=locale,
        context={"name": name},
    )


def _staff(ctx: Context) -> None:
    if ctx.principal.user_type != "admin":
        raise Forbidden("This is for the staff of the platform.")
