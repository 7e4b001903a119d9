"""Which invoices a payment pays, and with how much. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import msgspec

_ZERO = Decimal(0)
_OPEN = frozenset({"sent", "partially_paid", "overdue", "uncollectible"})


class Payable(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice as payments look at it."""

    id: UUID
    organization_id: UUID
    customer_id: UUID
    number: str | None
    kind: str
    status: str
    currency: str
    balance: Decimal
    paid: Decimal
    exchange_rate: Decimal


class Share(msgspec.Struct, frozen=True):
    """What an invoice gets."""

    invoice: Payable
    amount: Decimal


class Sharing(msgspec.Struct, frozen=True):
    """The parts of a payment: to invoices, and what is left for the customer's credit, with words about what is not as asked."""

    shares: list[Share]
    rest: Decimal
    notice: str


def share(amount: Decimal, currency: str, wanted: Sequence[tuple[Payable, Decimal | None]]) -> Sharing:
    """Give each invoice in turn what was asked for it, or what is open of it, as long as there is money."""
    left, shares, notes = amount, [], []
    for invoice, asked in wanted:
        takes = invoice.balance if invoice.status in _OPEN else _ZERO
        given = min(left, takes if asked is None else min(asked, takes))
        if takes == 0:
            notes.append(f"Invoice {invoice.number} is {invoice.status}: nothing of it is open.")
        elif asked is not None and asked > takes:
            notes.append(f"Only {takes} {currency} of invoice {invoice.number} was open.")
        if given > 0:
            shares.append(Share(invoice, given))
            left -= given
    if left > 0:
        notes.append(f"{left} {currency} became the customer's credit.")
    return Sharing(shares, left, " ".join(notes)[:1000])


def back(amount: Decimal, credit: Decimal, parts: Sequence[tuple[UUID | None, Decimal]]) -> list[tuple[UUID | None, Decimal]]:
    """From where an amount is taken back, None being the customer's credit: first from credit as far as `credit` goes, then from
    the invoices of the payment, the latest first, then from credit below zero."""
    taken: list[tuple[UUID | None, Decimal]] = []
    left = amount
    from_credit = min(left, max(credit, _ZERO))
    left -= from_credit
    for invoice_id, part in reversed(parts):
        if invoice_id is not None and left > 0 and part > 0:
            step = min(left, part)
            taken.append((invoice_id, step))
            left -= step
    from_credit += left
    if from_credit > 0:
        taken.insert(0, (None, from_credit))
    return taken
