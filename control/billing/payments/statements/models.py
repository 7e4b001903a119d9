"""Statements, their entries and layouts as the API shows and takes them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.billing.payments.models import MOST_TARGETS, Target
from control.billing.payments.statements.csv_statement import Layout
from control.billing.payments.statements.lines import Format
from control.billing.payments.statements.matching import Suggestion

EntryStatus = Literal["open", "matched", "ignored"]


class NewProfile(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How a bank's CSV is read."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    layout: Layout


class Profile(msgspec.Struct, kw_only=True):
    """As it is kept."""

    id: UUID
    organization_id: UUID
    name: str
    layout: Layout
    version: int
    created_at: datetime
    updated_at: datetime


class BankStatement(msgspec.Struct, kw_only=True):
    """A statement that was imported. `known` of its entries had come before. With an opening and a closing balance it adds up,
    or it was refused."""

    id: UUID
    organization_id: UUID
    format: Format
    account: str
    statement_id: str
    opening: Decimal | None
    closing: Decimal | None
    currency: str
    entries: int
    known: int
    created_at: datetime


class BankEntry(msgspec.Struct, kw_only=True):
    """An entry. It stays `open`, and visible, until it is matched or set aside."""

    id: UUID
    organization_id: UUID
    statement_id: UUID
    account: str
    entry_reference: str
    booked_on: date
    amount: Decimal
    currency: str
    counterparty: str
    counterparty_iban: str
    remittance: str
    creditor_reference: str
    end_to_end_id: str
    batch_reference: str
    return_code: str
    status: EntryStatus
    outcome: str
    suggestions: list[Suggestion]
    payment_id: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime


class Acceptance(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What an entry is: its suggestion number `suggestion` (from 0), a payment of `customer_id` for `invoices` or the oldest
    ones, or with `payout` the money that a payment provider pays out."""

    suggestion: Annotated[int, Meta(ge=0, le=9)] | None = None
    customer_id: UUID | None = None
    invoices: Annotated[list[Target], Meta(min_length=1, max_length=MOST_TARGETS)] | None = None
    payout: bool = False


class SetAside(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why an entry is no customer's payment."""

    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class Nothing(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An action that needs no more words: `{}`."""
