"""Which invoice may be collected from which mandate, and as what. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from control.billing.addresses import Address
from control.billing.payments.sepa.pain008 import Sequence_

UNUSED_MONTHS = 36
"""A mandate that was not used for so long has lapsed (EPC016-06, section 4.1)."""
_OPEN = ("sent", "partially_paid", "overdue")


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice with its customer's mandate."""

    invoice_id: UUID
    invoice_number: str | None
    customer_id: UUID
    currency: str
    balance: Decimal
    issued_on: date | None
    due_date: date | None
    status: str
    kind: str
    is_under_way: bool
    mandate_id: UUID | None
    mandate_reference: str | None
    mandate_signed_on: date | None
    mandate_kind: Literal["recurrent", "one_off"] | None
    mandate_used_on: date | None
    pre_notification_days: int | None
    iban: str | None
    bic: str | None
    holder: str | None
    address: Address | None = None


def why_not(one: Candidate, collected_on: date) -> str | None:
    """Why an invoice cannot be collected on a day; None when it can."""
    if one.status not in _OPEN or one.kind == "credit_note" or one.balance <= 0:
        return f"is {one.status}: nothing is open"
    if one.is_under_way:
        return "another payment of it is under way"
    if one.currency != "EUR":
        return f"is in {one.currency}; direct debits are in euros"
    if one.mandate_id is None or one.mandate_signed_on is None or one.pre_notification_days is None:
        return "its customer has no mandate of this scheme"
    if one.mandate_kind == "one_off" and one.mandate_used_on is not None:
        return "its customer's mandate was for one collection"
    last = one.mandate_used_on or one.mandate_signed_on
    if (collected_on.year - last.year) * 12 + collected_on.month - last.month > UNUSED_MONTHS:
        return f"its customer's mandate was not used for {UNUSED_MONTHS} months"
    announced = one.issued_on or collected_on
    if announced + timedelta(days=one.pre_notification_days) > collected_on:
        return f"its customer must hear of it {one.pre_notification_days} days before"
    return None


def sequence_of(one: Candidate, *, first: bool, final: bool) -> Sequence_:
    """As what it is collected. `first` is the first one from its mandate in this file."""
    if one.mandate_kind == "one_off":
        return "OOFF"
    if final:
        return "FNAL"
    return "FRST" if one.mandate_used_on is None and first else "RCUR"
