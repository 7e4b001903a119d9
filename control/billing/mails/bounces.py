"""Messages that came back: reports of delivery (RFC 3464) read, and noted on the mail that they are about.

A mail is found by the address that the bounce was sent to (VERP), or by the Message-ID of the original in the report. Both
hold the mail's random id, which nobody but its recipients and their servers know.
"""

from __future__ import annotations

import re
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from typing import Literal
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.billing.invoices import service as invoices
from control.billing.mails import queries as q
from control.billing.mails.delivering import told
from control.billing.mails.models import Bounced, InvoiceMail
from control.core import events
from control.core.db import Transaction

MOST_BYTES = 10 * 1024 * 1024
"""Of one bounce: the original with its document may be inside."""
_MOST_REPORTS = 100
_MOST_PARTS = 200
_VERP = re.compile(r"bounce\+([0-9a-f]{32})@", re.IGNORECASE)
_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.IGNORECASE)
_SENT_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
_ORIGINALS = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
_REPORTS = ("message/delivery-status", "message/global-delivery-status")


class Report(msgspec.Struct, frozen=True):
    """What became of one recipient; `words` are status and diagnosis."""

    recipient: str
    action: Literal["failed", "delayed"]
    words: str


class Parsed(msgspec.Struct, frozen=True):
    """A bounce: the mails that it may be about, the likeliest first, and what it says."""

    mail_ids: list[UUID]
    reports: list[Report]


def parse(raw: bytes) -> Parsed:
    """Read a message. What is no report has no reports; nothing that a stranger sends raises."""
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(raw[:MOST_BYTES])
        parts = _parts(message)
        reports = [one for part in parts if part.get_content_type() in _REPORTS for one in _reports(part)]
        return Parsed(_mail_ids(message, parts), reports[:_MOST_REPORTS])
    except (MessageError, ValueError, LookupError, RecursionError, TypeError, AttributeError):
        return Parsed([], [])


def _parts(message: Message) -> list[Message]:
    """All parts; what is inside of a returned original is not looked at."""
    found: list[Message] = []
    waiting = [message]
    while waiting and len(found) < _MOST_PARTS:
        part = waiting.pop(0)
        found.append(part)
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_maintype() == "multipart":
            waiting += [one for one in payload if isinstance(one, Message)]
    return found


def _mail_ids(message: Message, parts: list[Message]) -> list[UUID]:
    sent_to = " ".join(str(value) for name in _SENT_TO for value in message.get_all(name, []))
    found = [UUID(hex=one) for one in _VERP.findall(sent_to)]
    for part in parts:
        if part.get_content_type() in _ORIGINALS:
            found += _original(part)
    for name in ("In-Reply-To", "References"):
        found += [UUID(one) for one in _OURS.findall(str(message.get(name, "")))]
    return list(dict.fromkeys(found))[:10]


def _original(part: Message) -> list[UUID]:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        named = str(payload[0].get("Message-ID", ""))
    else:
        raw = part.get_payload(decode=True)
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
        named = " ".join(line for line in text.splitlines()[:500] if line.lower().startswith("message-id:"))
    return [UUID(one) for one in _OURS.findall(named)]


def _reports(part: Message) -> list[Report]:
    """RFC 3464 section 2.3: the first block is about the message, each later one about a recipient."""
    blocks = part.get_payload()
    found: list[Report] = []
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        recipient = _address(block.get("Original-Recipient")) or _address(block.get("Final-Recipient"))
        action = str(block.get("Action", "")).strip().lower()
        if recipient and action in ("failed", "delayed"):
            words = " ".join(f"{block.get('Status', '')} {_after(block.get('Diagnostic-Code'))}".split())
            found.append(Report(recipient, "failed" if action == "failed" else "delayed", words[:300]))
    return found


def _address(value: object) -> str:
    return _after(value).strip("<> ").lower()


def _after(value: object) -> str:
    """What follows the type in a field such as `rfc822; a@b.example`."""
    text = "" if value is None else str(value)
    kind, semicolon, rest = text.partition(";")
    return (rest if semicolon else kind).strip()


async def note(tx: Transaction, mail_id: UUID, reports: list[Report]) -> Bounced:
    """Write down on a mail what came back; the transaction works for its seller. The same bounce twice is one."""
    await tx.value(q.SQL.lock, id=mail_id)
    mail = await tx.maybe(InvoiceMail, q.SQL.get, id=mail_id)
    if mail is None:
        return Bounced(outcome="unknown_mail")
    if not reports:
        return Bounced(outcome="no_report", mail_ids=[mail_id])
    failed = {_whom(mail, one): one.words for one in reports if one.action == "failed"}
    new = {who: why for who, why in failed.items() if who not in mail.refused}
    if not failed:
        await tx.run(q.SQL.delayed, id=mail_id, detail="; ".join(f"{one.recipient}: {one.words}" for one in reports)[:500])
        return Bounced(outcome="delayed", mail_ids=[mail_id])
    if new:
        accepted = [one for one in mail.accepted if one not in new]
        refused = mail.refused | new
        await tx.run(
            q.SQL.bounced,
            id=mail_id,
            status=mail.status if accepted else "bounced",
            accepted=accepted,
            refused=Jsonb(refused),
            detail="; ".join(f"{who}: {why}" for who, why in refused.items())[:500],
        )
        invoice = await invoices.find(tx, mail.invoice_id)
        await events.emit(tx, "invoice.mail_failed", mail.organization_id, told(invoice, mail_id, refused=refused))
    return Bounced(outcome="noted", noted=len(new), mail_ids=[mail_id])


def _whom(mail: InvoiceMail, report: Report) -> str:
    """Which recipient a report is about: one who forwards is named by another address, where there is only one."""
    for one in mail.recipients:
        if one.lower() == report.recipient:
            return one
    return mail.recipients[0] if len(mail.recipients) == 1 else report.recipient
