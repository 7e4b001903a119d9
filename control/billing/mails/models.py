"""Mails as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.billing.invoices.models import MOST_AT_ONCE

What = Literal["invoice", "reminder", "payment_failed", "payment_confirm", "debit_announced"]
Status = Literal["queued", "retrying", "sent", "failed", "bounced"]
_Email = Annotated[str, Meta(min_length=3, max_length=254)]
_Message = Annotated[str, Meta(max_length=2000)]


class SendInvoice(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """To whom, and words of one's own above the fixed ones; without recipients it goes to the customer's addresses."""

    recipients: Annotated[list[_Email], Meta(min_length=1, max_length=11)] | None = None
    message: _Message = ""


class SendInvoices(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Many invoices, each to its customer; drafts are finalised first."""

    ids: Annotated[list[UUID], Meta(min_length=1, max_length=MOST_AT_ONCE)]
    message: _Message = ""


class InvoiceMail(msgspec.Struct, kw_only=True):
    """A mail and what became of it. `refused` has those who will not get it, and why."""

    id: UUID
    organization_id: UUID
    invoice_id: UUID
    invoice_number: str
    what: What
    status: Status
    recipients: list[str]
    accepted: list[str]
    refused: dict[str, str]
    detail: str
    message: str
    message_id: str | None
    attempts: int
    sent_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Bounced(msgspec.Struct, kw_only=True):
    """What a message that came back was found to be: `noted` counts recipients who did not get their mail."""

    outcome: Literal["noted", "delayed", "unknown_mail", "no_report"]
    noted: int = 0
    mail_ids: list[UUID] = []
