"""Taking a bounce: from the API for one's own mails, from the mail server's pipe for anybody's."""

from __future__ import annotations

from uuid import UUID

from control.billing.mails import queries as q
from control.billing.mails.bounces import Parsed, note, parse
from control.billing.mails.models import Bounced, InvoiceMail
from control.core import mailer
from control.core.context import Context
from control.core.db import NOBODY, Database, Scope
from control.core.errors import FieldError, ValidationFailed


async def take(ctx: Context, raw: bytes) -> Bounced:
    """Note a bounce of a mail in the caller's reach. Raises ValidationFailed for an empty message."""
    if not raw.strip():
        raise ValidationFailed(FieldError("", "must be the message that came back, as it was received"))
    found = parse(raw)
    async with ctx.transaction() as tx:
        for mail_id in found.mail_ids:
            if (mail := await tx.maybe(InvoiceMail, q.SQL.get, id=mail_id)) is not None:
                await tx.switch(Scope(mail.organization_id))
                return await note(tx, mail_id, found.reports)
    return _stranger(found)


async def take_any(database: Database, raw: bytes) -> Bounced:
    """Note a bounce of any mail, as the worker's role: of an invoice, or of the platform itself."""
    found = parse(raw)
    for mail_id in found.mail_ids:
        async with database.transaction(NOBODY) as tx:
            owner: UUID | None = await tx.value(q.SQL.owner, id=mail_id)
            if owner is not None:
                await tx.switch(Scope(owner))
                return await note(tx, mail_id, found.reports)
            for report in found.reports:
                if report.action == "failed" and await mailer.note_bounce(tx, f"bounce+{mail_id.hex}@", report.words):
                    return Bounced(outcome="noted", noted=1, mail_ids=[mail_id])
    return _stranger(found)


def _stranger(found: Parsed) -> Bounced:
    return Bounced(outcome="unknown_mail" if found.reports else "no_report")
