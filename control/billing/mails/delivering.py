"""One mail on its way: the document, the message, the mail server's answer, and what is written down of it.

A mail is sent at least once: only a crash between the server's 250 and our commit sends it again, under the same Message-ID.
"""

from __future__ import annotations

from datetime import datetime
from email.errors import MessageError
from email.utils import parseaddr
from typing import Any
from uuid import UUID

import msgspec
import structlog
from psycopg.types.json import Jsonb

from control.billing.documents import service as documents
from control.billing.invoices import service as invoices
from control.billing.invoices.models import Invoice
from control.billing.mails import queries as q
from control.billing.mails.composing import Envelope, composed, written
from control.billing.mails.models import Status, What
from control.billing.mails.notices import Facts
from control.billing.mails.transmitting import Outcome, transmit
from control.core import events, jobs, mailer, metrics
from control.core.db import Scope, Transaction
from control.core.errors import DomainError
from control.core.jobs import Work
from control.core.runtime import Runtime
from control.core.settings import Settings

log = structlog.get_logger("hcc.billing.mail")


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that is not out yet."""

    id: UUID
    organization_id: UUID
    invoice_id: UUID
    what: What
    recipients: list[str]
    message: str
    facts: Facts
    accepted: list[str]
    refused: dict[str, str]
    attempts: int
    created_at: datetime


async def deliver(work: Work, mail_id: UUID, organization_id: UUID) -> None:
    """Send one mail to those who have not got it. Raises MailDeferredError for the queue to try again, Skip when it is done."""
    runtime, scope = work.runtime, Scope(organization_id)
    async with runtime.database.transaction(scope) as tx:
        waiting = await tx.maybe(Waiting, q.SQL.waiting, id=mail_id)
    if waiting is None:
        raise jobs.Skip(f"mail {mail_id} is sent or given up")
    try:
        await documents.keep(runtime, organization_id, waiting.invoice_id, "pdf")
    except Exception:
        if work.last_attempt:
            await _give_up(runtime, scope, mail_id, "the document could not be made")
        raise
    async with runtime.database.transaction(scope) as tx:
        mail = await tx.maybe(Waiting, q.SQL.take, id=mail_id)
        if mail is None:
            raise jobs.Skip(f"mail {mail_id} is sent or being sent")
        invoice = await invoices.find(tx, mail.invoice_id)
        outcome = await _attempt(tx, runtime, mail, invoice)
        status = await _settle(tx, runtime.settings, mail, invoice, outcome, is_last=work.last_attempt)
    metrics.MAIL.labels(status).inc()
    log.info("invoice mail", mail_id=str(mail_id), status=status, accepted=len(outcome.accepted), refused=outcome.refused)
    if status == "retrying":
        raise mailer.MailDeferredError("; ".join(sorted(set(outcome.deferred.values()))))


async def _attempt(tx: Transaction, runtime: Runtime, mail: Waiting, invoice: Invoice) -> Outcome:
    missing = [one for one in mail.recipients if one not in mail.accepted and one not in mail.refused]
    paper = await documents.paper_of(tx, invoice)
    document = await documents.find(tx, mail.organization_id, mail.invoice_id, "pdf")
    if document is None:
        raise LookupError("the document was made a moment ago")
    settings = runtime.settings
    envelope = Envelope(
        sender=settings.mail_from,
        message_id=message_id(settings, mail.id),
        recipients=mail.recipients,
        file_name=documents.file_name(paper.number, "pdf"),
    )
    try:
        said = written(paper, mail.message, is_hybrid=document.is_hybrid, what=mail.what, facts=mail.facts)
        message = composed(paper, said, envelope, document.content)
    except (ValueError, IndexError, MessageError) as error:
        return Outcome([], dict.fromkeys(missing, f"the mail cannot be written: {type(error).__name__}"), {})
    return await transmit(settings.smtp_url, message, mailer.envelope_sender(settings, mail.id), missing)


async def _settle(
    tx: Transaction, settings: Settings, mail: Waiting, invoice: Invoice, outcome: Outcome, *, is_last: bool
) -> Status:
    accepted = [*mail.accepted, *outcome.accepted]
    refused = mail.refused | outcome.refused
    status: Status
    if outcome.deferred and not is_last:
        status = "retrying"
    else:
        refused |= outcome.deferred
        status = "sent" if accepted else "failed"
    words = outcome.deferred if status == "retrying" else refused
    await tx.run(
        q.SQL.settle,
        id=mail.id,
        status=status,
        accepted=accepted,
        refused=Jsonb(refused),
        detail="; ".join(f"{who}: {why}" for who, why in words.items())[:500],
        message_id=message_id(settings, mail.id),
    )
    if outcome.accepted and mail.what == "invoice":
        await tx.run(q.SQL.invoice_sent, id=invoice.id)
    if status == "sent" and mail.what == "invoice":
        await events.emit(tx, "invoice.sent", mail.organization_id, told(invoice, mail.id, accepted=accepted))
    if status != "retrying" and refused:
        failed = told(invoice, mail.id, refused=refused, what=mail.what)
        await events.emit(tx, "invoice.mail_failed", mail.organization_id, failed)
    return status


async def _give_up(runtime: Runtime, scope: Scope, mail_id: UUID, why: str) -> None:
    async with runtime.database.transaction(scope) as tx:
        mail = await tx.maybe(Waiting, q.SQL.take, id=mail_id)
        if mail is None:
            return
        try:
            invoice = await invoices.find(tx, mail.invoice_id)
        except DomainError:
            return
        refused = Outcome([], dict.fromkeys(mail.recipients, why), {})
        await _settle(tx, runtime.settings, mail, invoice, refused, is_last=True)


def told(invoice: Invoice, mail_id: UUID, **more: Any) -> dict[str, Any]:
    """What events say of a mail."""
    return invoices.summary(invoice) | {"mail_id": mail_id, **more}


def message_id(settings: Settings, mail_id: UUID) -> str:
    """The Message-ID, by which answers and bounces name the mail."""
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2] or "localhost"
    return f"<{mail_id}@{domain}>"
