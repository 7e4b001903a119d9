"""Payments as the API shows and takes them. Amounts are strings in JSON."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.billing.money import Currency
from control.core.words import N_

Method = Literal["card", "sepa_debit", "bank_transfer", "cash", "credit", "other"]
ByHand = Literal["bank_transfer", "cash", "other"]
Status = Literal["pending", "succeeded", "failed", "cancelled", "partially_refunded", "refunded", "disputed"]
STATES: dict[Status, str] = {
    "pending": N_("pending"),
    "succeeded": N_("succeeded"),
    "failed": N_("failed"),
    "cancelled": N_("cancelled"),
    "partially_refunded": N_("partly refunded"),
    "refunded": N_("refunded"),
    "disputed": N_("disputed"),
}
"""The states in the midst of a sentence."""
CAME_IN: frozenset[Status] = frozenset({"succeeded", "partially_refunded", "refunded", "disputed"})
"""Payments whose money arrived, whatever became of it."""
MOST_TARGETS = 500
_Reason = Annotated[str, Meta(min_length=1, max_length=300)]


class Target(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An invoice that a payment is for, with how much of it: all that is open when left out."""

    invoice_id: UUID
    amount: Decimal | None = None


class NewPayment(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Money that came in. For the invoices of `invoices` in their order, for that of `invoice_id`, or, without either, for the
    customer's open invoices, the oldest first. What is left becomes the customer's credit."""

    method: ByHand
    amount: Decimal
    customer_id: UUID | None = None
    """May be left out where an invoice is named."""
    invoice_id: UUID | None = None
    invoices: Annotated[list[Target], Meta(min_length=1, max_length=MOST_TARGETS)] | None = None
    currency: Currency | None = None
    received_on: date | None = None
    reference: Annotated[str, Meta(max_length=140)] = ""
    fee: Decimal = Decimal(0)


class Allocation(msgspec.Struct, kw_only=True):
    """A part of a payment and the invoice that it paid; without one, what became the customer's credit."""

    invoice_id: UUID | None
    invoice_number: str | None
    amount: Decimal


class Refund(msgspec.Struct, kw_only=True):
    """Money that went back to the customer."""

    id: UUID
    payment_id: UUID
    amount: Decimal
    reason: str
    status: Literal["pending", "succeeded", "failed"]
    provider: str
    provider_reference: str | None
    refunded_on: date
    failure_code: str
    created_at: datetime


class Dispute(msgspec.Struct, kw_only=True):
    """A chargeback of a card, or a returned direct debit."""

    id: UUID
    payment_id: UUID
    kind: Literal["chargeback", "return"]
    provider: str
    provider_reference: str
    amount: Decimal
    fee: Decimal
    reason: str
    status: Literal["warning", "open", "won", "lost"]
    is_withdrawn: bool
    evidence_due_at: datetime | None
    created_at: datetime


class Row(msgspec.Struct, kw_only=True):
    """A payment as lists show it. `invoice_id` is the invoice for which it was begun; `fee` is shown to the seller alone."""

    id: UUID
    organization_id: UUID
    customer_id: UUID
    customer_org_id: UUID
    invoice_id: UUID | None
    method: Method
    provider: str
    provider_reference: str | None
    payment_method_id: UUID | None
    currency: str
    amount: Decimal
    fee: Decimal
    fee_currency: str | None
    refunded: Decimal
    disputed: Decimal
    exchange_rate: Decimal
    status: Status
    received_on: date | None
    reference: str
    notice: str
    requires_action: bool
    failure_code: str
    failure_message: str
    failure_is_final: bool
    sepa_batch_id: UUID | None
    sequence_type: str | None
    bank_entry_id: UUID | None
    version: int
    succeeded_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Payment(Row, kw_only=True):
    """A payment with where its money is. `client_secret` is there once, for a payer who must confirm a charge, and
    `action_url`, the page on which they do, where the provider has one."""

    allocations: list[Allocation] = []
    refunds: list[Refund] = []
    client_secret: str | None = None
    action_url: str | None = None


class NewRefund(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Send money back: all that is left, or an amount. It is taken from the customer's credit, which a credit note gives; with
    `reopen_invoices`, what credit does not cover becomes open again on the invoices that the payment paid."""

    amount: Decimal | None = None
    reason: Annotated[str, Meta(max_length=300)] = ""
    reopen_invoices: bool = False


class Move(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Money of a payment goes from the customer's credit to an invoice; an amount below zero brings it back."""

    invoice_id: UUID
    amount: Decimal | None = None


class Credit(msgspec.Struct, kw_only=True):
    """What a customer has to their credit in one currency; below zero, what they owe after a chargeback."""

    customer_id: UUID
    currency: str
    amount: Decimal


class Adjustment(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Give a customer credit, or take it (an amount below zero), with the reason."""

    amount: Decimal
    reason: _Reason
    currency: Currency | None = None


class UseCredit(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Pay an invoice with credit: as much as there is and is open, or an amount."""

    amount: Decimal | None = None
