"""Payments by hand, reading them, moving their money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from control.billing import reach
from control.billing.customers import service as customers
from control.billing.customers.models import Customer
from control.billing.invoices import service as invoices
from control.billing.money import amount_error, present
from control.billing.payments import moving
from control.billing.payments import queries as q
from control.billing.payments.models import CAME_IN, STATES, Dispute, Method, Move, NewPayment, Payment, Row, Target
from control.billing.payments.moving import Fee, find, hold
from control.billing.payments.pan import card_number_error
from control.billing.payments.sharing import Payable
from control.billing.settings import service as settings
from control.billing.texts import line_error
from control.billing.today import today
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest, like
from control.core.words import N_, said

SORTABLE = {
    "created_at": "p.created_at",
    "received_on": "p.received_on",
    "amount": "p.amount",
    "status": "p.status",
}
DISPUTES_SORTABLE = {"created_at": "d.created_at", "amount": "d.amount"}
LEAST_CENT = Decimal("0.001")
EARLIEST = date(2000, 1, 1)


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Row], int]:
    """The payments in reach. The search is for references."""
    async with ctx.transaction() as tx:
        params = {"search": like(wanted.search), **await reach.asked(ctx, tx, filters)}
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(Row, wanted.sorted(q.SQL.page), **params), total


async def of_invoice(ctx: Context, invoice_id: UUID, wanted: PageRequest, _filters: dict[str, Any]) -> tuple[list[Row], int]:
    """The payments that were begun for an invoice, or that paid it. Raises NotFound."""
    async with ctx.transaction() as tx:
        invoice = await invoices.find(tx, invoice_id)
        params = {"organization_id": invoice.organization_id, "invoice_id": invoice_id}
        total = await tx.value(q.SQL.count_of_invoice, **params)
        return await tx.all(Row, wanted.sorted(q.SQL.of_invoice), **params), total


async def disputes(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Dispute], int]:
    """Chargebacks and returned direct debits of one's own payments."""
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count_disputes, **filters)
        return await tx.all(Dispute, wanted.sorted(q.SQL.disputes), **filters), total


async def get(ctx: Context, payment_id: UUID) -> Payment:
    """One payment. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await find(tx, payment_id)
        if found.customer_org_id != ctx.principal.organization_id:
            await ctx.audit_read(tx, "payment", found.id, organization_id=found.organization_id)
    return found


async def hold_own(ctx: Context, tx: Transaction, payment_id: UUID) -> Payment:
    """The payment, its customer locked, for who sells: customers read theirs, and do not write. Raises NotFound."""
    found = await find(tx, payment_id)
    only_seller(ctx, found.organization_id, found.customer_org_id, "payment of yours to change")
    return await hold(tx, payment_id)


def only_seller(ctx: Context, organization_id: UUID, customer_org_id: UUID, what: str) -> None:
    """Raises NotFound for the customer, who may read it."""
    own = ctx.principal.organization_id
    if customer_org_id == own and organization_id != own:
        raise NotFound(what)


async def customer_to_charge(ctx: Context, tx: Transaction, customer_id: UUID, pointer: str = "/customer_id") -> Customer:
    """A customer of one's own. Raises ValidationFailed."""
    try:
        found = await customers.find(tx, customer_id)
        only_seller(ctx, found.organization_id, found.customer_org_id, "customer")
    except NotFound:
        raise ValidationFailed(FieldError(pointer, "is no customer of yours")) from None
    return found


async def create(ctx: Context, tx: Transaction, data: NewPayment) -> Payment:
    """Record money that came in, and pay invoices with it. Raises ValidationFailed, Conflict."""
    targets = _targets(data)
    customer = await _customer(ctx, tx, data, targets)
    await tx.value(q.SQL.lock_customer, id=customer.id)
    locked = await moving.payables(tx, [one.invoice_id for one in targets])
    seller = await settings.find(tx, customer.organization_id)
    payable = [locked[one.invoice_id] for one in targets if one.invoice_id in locked]
    currency = data.currency or (payable[0].currency if payable else customer.currency)
    on = data.received_on or today(seller.timezone)
    errors = present(
        [
            amount_error("/amount", data.amount, currency, least=LEAST_CENT),
            amount_error("/fee", data.fee, currency),
            line_error("/reference", data.reference),
            card_number_error("/reference", data.reference),
            FieldError("/received_on", "is in the future") if on > today(seller.timezone) else None,
            FieldError("/received_on", said("is before %(day)s", day=EARLIEST)) if on < EARLIEST else None,
        ]
    )
    if not errors and data.fee > data.amount:
        errors.append(FieldError("/fee", "is more than the amount"))
    errors += _target_errors(data, targets, locked, customer, currency)
    if errors:
        raise ValidationFailed(errors)
    payment = await begin(
        tx,
        customer,
        method=data.method,
        currency=currency,
        amount=data.amount,
        reference=data.reference,
        invoice_id=targets[0].invoice_id if len(targets) == 1 else None,
    )
    return await moving.come_in(
        tx,
        payment,
        seller,
        on=on,
        wanted=[(one.invoice_id, one.amount) for one in targets] if targets else None,
        fee=Fee(data.fee, currency) if data.fee else None,
        actor=ctx.actor,
    )


async def begin(
    tx: Transaction,
    customer: Customer,
    *,
    payment_id: UUID | None = None,
    method: Method,
    currency: str,
    amount: Decimal,
    provider: str = "",
    reference: str = "",
    invoice_id: UUID | None = None,
    payment_method_id: UUID | None = None,
    sepa_batch_id: UUID | None = None,
    sequence_type: str | None = None,
    off_session: bool = False,
    keep_method: bool = False,
) -> Payment:
    """A pending payment."""
    payment_id = payment_id or new_id()
    await tx.run(
        q.SQL.insert,
        id=payment_id,
        organization_id=customer.organization_id,
        customer_id=customer.id,
        customer_org_id=customer.customer_org_id,
        invoice_id=invoice_id,
        method=method,
        provider=provider,
        payment_method_id=payment_method_id,
        currency=currency,
        amount=amount,
        reference=reference,
        sepa_batch_id=sepa_batch_id,
        sequence_type=sequence_type,
        off_session=off_session,
        keep_method=keep_method,
    )
    return await find(tx, payment_id)


async def allocate(ctx: Context, tx: Transaction, payment_id: UUID, data: Move) -> Payment:
    """Move money of a payment from the customer's credit to an invoice, or back. Raises Conflict, ValidationFailed."""
    payment = await hold_own(ctx, tx, payment_id)
    if payment.status not in CAME_IN:
        words = N_("The payment is %(status)s; its money is not there.")
        raise Conflict(said(words, status=said(STATES[payment.status])), details={"status": payment.status})
    invoice = (await moving.payables(tx, [data.invoice_id])).get(data.invoice_id)
    if invoice is None or invoice.customer_id != payment.customer_id or not is_payable(invoice):
        raise ValidationFailed(FieldError("/invoice_id", "is no finalised invoice of this payment's customer"))
    if invoice.currency != payment.currency:
        words = said("is in %(currency)s, the payment in %(other)s", currency=invoice.currency, other=payment.currency)
        raise ValidationFailed(FieldError("/invoice_id", words))
    in_credit = sum((one.amount for one in payment.allocations if one.invoice_id is None), Decimal(0))
    on_invoice = sum((one.amount for one in payment.allocations if one.invoice_id == invoice.id), Decimal(0))
    available = min(in_credit, await moving.credit_of(tx, payment))
    amount = min(available, invoice.balance) if data.amount is None else data.amount
    if data.amount is not None and (error := amount_error("/amount", amount, payment.currency, least=None)):
        raise ValidationFailed(error)
    if amount == 0 or (amount > 0 and (amount > available or amount > invoice.balance)):
        words = N_("%(credit)s of this payment is credit, and %(balance)s of the invoice is open.")
        raise Conflict(
            said(words, credit=max(available, Decimal(0)), balance=invoice.balance),
            details={"credit": str(available), "balance": str(invoice.balance)},
        )
    if amount < 0 and -amount > on_invoice:
        words = said("%(amount)s of this payment is on that invoice.", amount=on_invoice)
        raise Conflict(words, details={"allocated": str(on_invoice)})
    seller = await settings.find(tx, payment.organization_id)
    await moving.move(tx, payment, seller, invoice, amount, today(seller.timezone))
    return await moving.told(tx, payment, "payment.allocated", ctx.actor)


def _targets(data: NewPayment) -> list[Target]:
    if data.invoices is not None and data.invoice_id is not None:
        raise ValidationFailed(FieldError("/invoice_id", "is beside invoices; send one of them"))
    if data.invoices is None:
        return [] if data.invoice_id is None else [Target(invoice_id=data.invoice_id)]
    seen = [one.invoice_id for one in data.invoices]
    twice = [n for n, one in enumerate(seen) if one in seen[:n]]
    if twice:
        raise ValidationFailed([FieldError(f"/invoices/{n}/invoice_id", "stands twice") for n in twice])
    return data.invoices


async def _customer(ctx: Context, tx: Transaction, data: NewPayment, targets: Sequence[Target]) -> Customer:
    customer_id = data.customer_id
    if customer_id is None:
        if not targets:
            raise ValidationFailed(FieldError("/customer_id", "is needed where no invoice is named"))
        try:
            customer_id = (await invoices.find(tx, targets[0].invoice_id)).customer_id
        except NotFound:
            raise ValidationFailed(FieldError(_pointer(data, 0), "is no invoice of yours")) from None
        return await customer_to_charge(ctx, tx, customer_id, _pointer(data, 0))
    return await customer_to_charge(ctx, tx, customer_id)


def _target_errors(
    data: NewPayment, targets: Sequence[Target], locked: dict[UUID, Payable], customer: Customer, currency: str
) -> list[FieldError]:
    errors: list[FieldError] = []
    asked = Decimal(0)
    for n, one in enumerate(targets):
        invoice = locked.get(one.invoice_id)
        if invoice is None or invoice.customer_id != customer.id or invoice.organization_id != customer.organization_id:
            errors.append(FieldError(_pointer(data, n), "is no invoice of this customer"))
        elif not is_payable(invoice):
            errors.append(FieldError(_pointer(data, n), "is a draft or a credit note; nothing is paid on it"))
        elif invoice.currency != currency:
            errors.append(
                FieldError(_pointer(data, n), said("is in %(currency)s; pay it in that currency", currency=invoice.currency))
            )
        if one.amount is not None:
            errors += present([amount_error(f"/invoices/{n}/amount", one.amount, currency, least=LEAST_CENT)])
            asked += one.amount if one.amount.is_finite() else Decimal(0)
    if data.amount.is_finite() and asked > data.amount:
        errors.append(FieldError("/invoices", said("come to %(amount)s, which is more than the payment", amount=asked)))
    return errors


def is_payable(invoice: Payable) -> bool:
    """Whether payments are put on it: not on a draft, not on a credit note."""
    return invoice.status != "draft" and invoice.kind != "credit_note"


def _pointer(data: NewPayment, n: int) -> str:
    return "/invoice_id" if data.invoices is None else f"/invoices/{n}/invoice_id"
