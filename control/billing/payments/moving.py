"""Where money goes: to invoices, to a customer's credit, and back. The one place that books payments.

Whoever calls holds the customer (`hold`), so that what moves the money of one customer happens one after the other. Invoices are
locked after that, in the order of their ids. Each function does what it does once: the books refuse a second time, and so do
the allocations.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from control.billing.invoices.finalising import exchange_rate, settle
from control.billing.invoices.service import find as find_invoice
from control.billing.invoices.service import summary as invoice_summary
from control.billing.ledger.booking import Account, Entry, Posting, book
from control.billing.money import rounded
from control.billing.payments import queries as q
from control.billing.payments.models import CAME_IN, MOST_TARGETS, Allocation, Method, Payment, Refund, Row
from control.billing.payments.sharing import Payable, share
from control.billing.settings.models import BillingSettings
from control.core import audit, events
from control.core.db import Transaction
from control.core.errors import Conflict, NotFound
from control.core.ids import new_id
from control.core.words import N_, said

_ZERO = Decimal(0)
_MONEY: dict[Method, Account] = {
    "card": "provider_clearing",
    "sepa_debit": "bank",
    "bank_transfer": "bank",
    "cash": "cash",
    "credit": "customer_credit",
    "other": "bank",
}
AllocationKind = Literal["payment", "moved", "refund", "refund_failed", "dispute", "dispute_won"]
_BOOKED: dict[AllocationKind, str] = {
    "payment": N_("payment %(source)s is booked already."),
    "moved": N_("moved %(source)s is booked already."),
    "refund": N_("refund %(source)s is booked already."),
    "refund_failed": N_("refund_failed %(source)s is booked already."),
    "dispute": N_("dispute %(source)s is booked already."),
    "dispute_won": N_("dispute_won %(source)s is booked already."),
}
Parts = Sequence[tuple[UUID | None, Decimal]]
"""Invoices with amounts; None is the customer's credit. Above zero pays, below takes back."""


class Carried(msgspec.Struct, frozen=True):
    """What an account holds, in its own currency and in the seller's."""

    amount: Decimal = _ZERO
    base_amount: Decimal = _ZERO


class Fee(msgspec.Struct, frozen=True):
    """What a provider or a bank keeps."""

    amount: Decimal
    currency: str


class _Id(msgspec.Struct, frozen=True):
    id: UUID


async def find(tx: Transaction, payment_id: UUID) -> Payment:
    """The payment in this transaction, with where its money is. Raises NotFound."""
    found = await tx.maybe(Payment, q.SQL.get, id=payment_id)
    if found is None:
        raise NotFound("payment")
    return msgspec.structs.replace(
        found,
        allocations=await tx.all(Allocation, q.SQL.allocations, id=payment_id),
        refunds=await tx.all(Refund, q.SQL.refunds, id=payment_id),
    )


async def hold(tx: Transaction, payment_id: UUID) -> Payment:
    """The payment, its customer locked. Raises NotFound."""
    customer_id = await tx.value(q.SQL.customer_of, id=payment_id)
    if customer_id is None:
        raise NotFound("payment")
    await tx.value(q.SQL.lock_customer, id=customer_id)
    return await find(tx, payment_id)


async def payables(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, Payable]:
    """Invoices by id, locked."""
    return {one.id: one for one in await tx.all(Payable, q.SQL.lock_invoices, ids=list(ids))}


async def credit_of(tx: Transaction, payment: Row) -> Decimal:
    """What the customer has to their credit in the payment's currency."""
    return -(await _carried_credit(tx, payment)).amount


async def come_in(
    tx: Transaction,
    payment: Payment,
    seller: BillingSettings,
    *,
    on: date,
    wanted: Sequence[tuple[UUID, Decimal | None]] | None = None,
    fee: Fee | None = None,
    bank_entry_id: UUID | None = None,
    actor: audit.Actor = audit.SYSTEM,
) -> Payment:
    """A payment's money is there: pay the invoices wanted with it, or that for which it was begun, or else the customer's open
    ones, the oldest first; what is left becomes credit. A payment that came in before stays as it is.

    Raises Conflict when no exchange rate is known.
    """
    if payment.status in CAME_IN:
        return payment
    if wanted is None:
        ids = [payment.invoice_id] if payment.invoice_id else await _oldest(tx, payment)
        wanted = [(invoice_id, None) for invoice_id in ids]
    locked = await payables(tx, [invoice_id for invoice_id, _ in wanted])
    sharing = share(payment.amount, payment.currency, [(locked[invoice_id], asked) for invoice_id, asked in wanted])
    parts: list[tuple[UUID | None, Decimal]] = [(one.invoice.id, one.amount) for one in sharing.shares]
    if sharing.rest:
        parts.append((None, sharing.rest))
    rate = await exchange_rate(tx, seller, payment.currency, on)
    await tx.run(
        q.SQL.succeed,
        id=payment.id,
        received_on=on,
        exchange_rate=rate,
        fee=_ZERO if fee is None else fee.amount,
        fee_currency=None if fee is None else fee.currency,
        notice=sharing.notice,
        bank_entry_id=bank_entry_id,
    )
    text = f"{payment.method} {payment.reference or payment.provider_reference or payment.id}"
    await _move(tx, payment, seller, parts, money=payment.amount, on=on, kind="payment", source=payment.id, text=text, rate=rate)
    if fee is not None:
        await book_fee(tx, payment, seller, fee, on=on, kind="payment_fee", source=payment.id)
    return await told(tx, payment, "payment.succeeded", actor)


async def fail(
    tx: Transaction,
    payment: Payment,
    *,
    status: Literal["failed", "cancelled"] = "failed",
    code: str = "",
    message: str = "",
    is_final: bool = False,
    actor: audit.Actor = audit.SYSTEM,
) -> Payment:
    """A pending payment will not come in. One that came in or ended before stays as it is: what was declined is cancelled at the
    provider too, and the news of that does not wipe out why."""
    if payment.status != "pending":
        return payment
    await tx.run(q.SQL.fail, id=payment.id, status=status, code=code[:60], message=message[:300], is_final=is_final)
    return await told(tx, payment, f"payment.{status}", actor)


async def take_back(
    tx: Transaction,
    payment: Payment,
    seller: BillingSettings,
    parts: Parts,
    *,
    on: date,
    kind: Literal["refund", "dispute"],
    source: UUID,
    text: str,
) -> None:
    """Money of a payment goes back: `parts` (above zero) say from where. The caller counts it on the payment."""
    negative = [(invoice_id, -amount) for invoice_id, amount in parts]
    total = sum((amount for _, amount in negative), _ZERO)
    rate = await exchange_rate(tx, seller, payment.currency, on)
    await _move(tx, payment, seller, negative, money=total, on=on, kind=kind, source=source, text=text, rate=rate)


async def give_back(
    tx: Transaction,
    payment: Payment,
    seller: BillingSettings,
    *,
    on: date,
    kind: Literal["refund_failed", "dispute_won"],
    source: UUID,
    text: str,
) -> None:
    """What a refund or a dispute took is there again: it pays the same invoices as far as they are open; the rest is credit."""
    before = "refund" if kind == "refund_failed" else "dispute"
    taken = await tx.all(Allocation, q.SQL.allocated_by, id=payment.id, kind=before, source=source)
    locked = await payables(tx, [one.invoice_id for one in taken if one.invoice_id])
    total = -sum((one.amount for one in taken), _ZERO)
    sharing = share(total, payment.currency, [(locked[one.invoice_id], -one.amount) for one in taken if one.invoice_id])
    parts: list[tuple[UUID | None, Decimal]] = [(one.invoice.id, one.amount) for one in sharing.shares]
    if sharing.rest:
        parts.append((None, sharing.rest))
    rate = await exchange_rate(tx, seller, payment.currency, on)
    await _move(tx, payment, seller, parts, money=total, on=on, kind=kind, source=source, text=text, rate=rate)


async def move(tx: Transaction, payment: Payment, seller: BillingSettings, invoice: Payable, amount: Decimal, on: date) -> None:
    """Money of a payment goes from credit to an invoice, or back with an amount below zero."""
    parts: Parts = [(None, -amount), (invoice.id, amount)]
    rate = await exchange_rate(tx, seller, payment.currency, on) if amount > 0 else invoice.exchange_rate
    text = f"{invoice.number} {payment.method} {payment.reference}"
    await _move(tx, payment, seller, parts, money=_ZERO, on=on, kind="moved", source=new_id(), text=text, rate=rate)


async def book_fee(
    tx: Transaction, payment: Payment, seller: BillingSettings, fee: Fee, *, on: date, kind: str, source: UUID
) -> None:
    """What was kept of the money that came in."""
    postings = [
        Posting(account="payment_fees", amount=fee.amount),
        Posting(account=_MONEY[payment.method], amount=-fee.amount),
    ]
    await book(
        tx,
        Entry(
            organization_id=payment.organization_id,
            booked_on=on,
            kind=kind,
            source=source,
            text=f"Fee of {payment.provider or payment.method} {payment.provider_reference or payment.id}"[:300],
            currency=fee.currency,
            base=seller.currency,
            exchange_rate=await exchange_rate(tx, seller, fee.currency, on),
            postings=postings,
        ),
    )


async def told(tx: Transaction, before: Payment, topic: str, actor: audit.Actor, payload: Any = None) -> Payment:
    """The payment as it is now, after the audit log and the outbox were told."""
    after = await find(tx, before.id)
    await audit.record(
        tx,
        actor,
        topic,
        "payment",
        after.id,
        organization_id=after.organization_id,
        before=summary(before),
        after=summary(after),
    )
    await events.emit(tx, topic, after.organization_id, summary(after) if payload is None else payload)
    return after


def summary(payment: Payment) -> dict[str, Any]:
    """A payment as the audit log and events carry it."""
    found = {name: getattr(payment, name) for name in Row.__struct_fields__}
    plain: dict[str, Any] = msgspec.to_builtins(found)
    plain["allocations"] = msgspec.to_builtins(payment.allocations[:100])
    return plain


async def _oldest(tx: Transaction, payment: Payment) -> list[UUID]:
    rows = await tx.all(
        _Id,
        q.SQL.open_invoices,
        organization_id=payment.organization_id,
        customer_id=payment.customer_id,
        currency=payment.currency,
        most=MOST_TARGETS,
    )
    return [one.id for one in rows]


async def _move(
    tx: Transaction,
    payment: Payment,
    seller: BillingSettings,
    parts: Parts,
    *,
    money: Decimal,
    on: date,
    kind: AllocationKind,
    source: UUID,
    text: str,
    rate: Decimal,
) -> None:
    """Book it, count it on the invoices, and write down where the money is. `money` is what comes into the seller's account."""
    foreign = payment.currency != seller.currency
    locked = await payables(tx, [invoice_id for invoice_id, _ in parts if invoice_id])
    account = _MONEY[payment.method]
    postings = []
    if money:
        released = await _released(tx, payment, seller, money) if foreign and account == "customer_credit" else None
        customer_id = payment.customer_id if account == "customer_credit" else None
        postings.append(Posting(account=account, amount=money, customer_id=customer_id, base_amount=released))
    for invoice_id, amount in parts:
        if invoice_id is None:
            base = await _released(tx, payment, seller, -amount) if foreign and amount < 0 else None
            postings.append(Posting(account="customer_credit", amount=-amount, customer_id=payment.customer_id, base_amount=base))
        else:
            postings.append(await _invoice_posting(tx, seller, locked[invoice_id], amount, foreign=foreign))
    entry = Entry(
        organization_id=payment.organization_id,
        booked_on=on,
        kind=kind,
        source=source,
        text=text[:300],
        currency=payment.currency,
        base=seller.currency,
        exchange_rate=rate,
        postings=postings,
    )
    if not await book(tx, entry):
        raise Conflict(said(_BOOKED[kind], source=str(source)))
    for invoice_id, amount in parts:
        await tx.run(
            q.SQL.allocate,
            id=new_id(),
            organization_id=payment.organization_id,
            customer_org_id=payment.customer_org_id,
            payment_id=payment.id,
            invoice_id=invoice_id,
            amount=amount,
            kind=kind,
            source=source,
        )
        if invoice_id is not None:
            await _count(tx, seller, locked[invoice_id], amount)


async def _count(tx: Transaction, seller: BillingSettings, invoice: Payable, amount: Decimal) -> None:
    status = await settle(tx, invoice.id, seller, paid=amount, credited=_ZERO)
    topic = "invoice.reopened" if amount < 0 else "invoice.paid" if status == "paid" else "invoice.partially_paid"
    await events.emit(tx, topic, invoice.organization_id, invoice_summary(await find_invoice(tx, invoice.id)))


async def _invoice_posting(
    tx: Transaction, seller: BillingSettings, invoice: Payable, amount: Decimal, *, foreign: bool
) -> Posting:
    """A written-off invoice is no receivable any more: what is paid of it was no loss after all."""
    account: Account = "bad_debt" if invoice.status == "uncollectible" else "receivable"
    base = None
    if foreign and amount < 0:
        base = rounded(-amount * invoice.exchange_rate, seller.currency)
    elif foreign:
        carried = await tx.one(
            Carried, q.SQL.carried, organization_id=invoice.organization_id, invoice_id=invoice.id, account=account
        )
        base = -_share_of(carried, amount, seller, invoice.exchange_rate)
    return Posting(account=account, amount=-amount, customer_id=invoice.customer_id, invoice_id=invoice.id, base_amount=base)


async def _carried_credit(tx: Transaction, payment: Row) -> Carried:
    found = await tx.maybe(
        Carried,
        q.SQL.credit,
        organization_id=payment.organization_id,
        customer_id=payment.customer_id,
        currency=payment.currency,
    )
    return found or Carried()


async def _released(tx: Transaction, payment: Payment, seller: BillingSettings, amount: Decimal) -> Decimal:
    """What an amount of the customer's credit was in the seller's currency when it became credit."""
    carried = await _carried_credit(tx, payment)
    return _share_of(Carried(-carried.amount, -carried.base_amount), amount, seller, payment.exchange_rate)


def _share_of(carried: Carried, amount: Decimal, seller: BillingSettings, rate: Decimal) -> Decimal:
    """The part of what is carried that an amount of it is: all of it, to the cent, when it is all."""
    if carried.amount == amount:
        return carried.base_amount
    if carried.amount <= 0 or amount > carried.amount:
        return rounded(amount * rate, seller.currency)
    return rounded(carried.base_amount * amount / carried.amount, seller.currency)
