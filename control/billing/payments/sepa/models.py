"""Mandates and files of direct debits as the API shows and takes them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.billing.addresses import Address
from control.billing.settings.models import Language

MOST_DEBITS = 5_000


class NewMandate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A mandate that a customer signed. Without `reference` one is made. `pre_notification_days`: how long before the day of
    collection the customer hears of it; 14 unless less was agreed."""

    customer_id: UUID
    iban: Annotated[str, Meta(min_length=5, max_length=42)]
    holder: Annotated[str, Meta(min_length=1, max_length=70)]
    signed_on: date
    bic: Annotated[str, Meta(max_length=11)] = ""
    scheme: Literal["CORE", "B2B"] = "CORE"
    kind: Literal["recurrent", "one_off"] = "recurrent"
    reference: Annotated[str, Meta(pattern="^[A-Za-z0-9+?/:().,'-]{1,35}$")] | None = None
    pre_notification_days: Annotated[int, Meta(ge=1, le=30)] = 14


class OwnMandate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A mandate of the scheme CORE that the caller gives for their own organisation. `agrees_to` is that of the offer whose
    words they read, in its `language`. `address` is the account holder's; the customer's when left out. Accounts outside of the
    European Economic Area need the `bic`."""

    iban: Annotated[str, Meta(min_length=5, max_length=42)]
    holder: Annotated[str, Meta(min_length=1, max_length=70)]
    agrees_to: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    language: Language | None = None
    kind: Literal["recurrent", "one_off"] = "recurrent"
    bic: Annotated[str, Meta(max_length=11)] = ""
    address: Address | None = None
    is_default: bool = True
    customer_id: UUID | None = None


class MandateOffer(msgspec.Struct, kw_only=True):
    """What a customer agrees to who gives a mandate: these words, to this creditor."""

    customer_id: UUID
    creditor_name: str
    creditor_id: str
    creditor_address: Address
    pre_notification_days: int
    language: Language
    words: list[str]
    agrees_to: str


class Consent(msgspec.Struct, kw_only=True):
    """The proof that a mandate was given online."""

    payment_method_id: UUID
    given_at: datetime
    given_by: UUID
    given_with: Literal["user", "api_key"]
    address: str
    user_agent: str
    language: Language
    creditor_name: str
    creditor_id: str
    creditor_address: Address
    words: list[str]


class NewBatch(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Collect open invoices by direct debit on a day: those named, or all that are due by then and have a mandate of the scheme.
    `final_mandates` are collected from for the last time."""

    collected_on: date
    scheme: Literal["CORE", "B2B"] = "CORE"
    invoice_ids: Annotated[list[UUID], Meta(min_length=1, max_length=MOST_DEBITS)] | None = None
    final_mandates: Annotated[list[UUID], Meta(max_length=MOST_DEBITS)] = []


class Batch(msgspec.Struct, kw_only=True):
    """A file of direct debits. `document` is at `/file` below it."""

    id: UUID
    organization_id: UUID
    message_id: str
    scheme: Literal["CORE", "B2B"]
    status: Literal["created", "submitted", "cancelled"]
    collected_on: date
    payments: int
    total: Decimal
    sha256: str
    version: int
    created_at: datetime
    updated_at: datetime


class Skipped(msgspec.Struct, kw_only=True):
    """An invoice that was not collected, and why."""

    invoice_id: UUID
    invoice_number: str | None
    reason: str


class MadeBatch(Batch, kw_only=True):
    """A new file, with what is not in it."""

    skipped: list[Skipped]


class Nothing(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An action that needs no more words: `{}`."""
