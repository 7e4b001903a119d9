"""A customer's credit: how much it is, changing it by hand, paying with it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from control.billing.customers import service as customers
from control.billing.customers.models import Customer
from control.billing.invoices import service as invoices
from control.billing.invoices.finalising import exchange_rate
from control.billing.ledger.booking import Entry, Posting, book
from control.billing.money import amount_error, present
from control.billing.payments import moving
from control.billing.payments import queries as q
from control.billing.payments.models import Adjustment, Credit, Payment, UseCredit
from control.billing.payments.pan import card_number_error
from control.billing.payments.service import LEAST_CENT, begin, customer_to_charge, only_seller
from control.billing.settings import service as settings
from control.billing.texts import line_error
from control.billing.today import today
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.words import N_, said

_ZERO = Decimal(0)


async def of_customer(ctx: Context, customer_id: UUID) -> list[Credit]:
    """What a customer has to their credit, by currency. Raises NotFound."""
    async with ctx.transaction() as tx:
        await customers.find(tx, customer_id)
        return await tx.all(Credit, q.SQL.credits, customer_id=customer_id)


async def balance(tx: Transaction, customer: Customer, currency: str) -> Decimal:
    """What a customer has to their credit in one currency."""
    found = await tx.maybe(
        moving.Carried,
        q.SQL.credit,
        organization_id=customer.organization_id,
        customer_id=customer.id,
        currency=currency,
    )
    return _ZERO if found is None else -found.amount


async def adjust(ctx: Context, tx: Transaction, customer_id: UUID, data: Adjustment) -> Credit:
    """Give or take credit by hand; an expense or its reversal. Raises Conflict when more is taken than there is."""
    customer = await customers.find(tx, customer_id)
    only_seller(ctx, customer.organization_id, customer.customer_org_id, "customer of yours")
    await tx.value(q.SQL.lock_customer, id=customer_id)
    seller = await settings.find(tx, customer.organization_id)
    currency = data.currency or customer.currency
    errors = present(
        [
            amount_error("/amount", data.amount, currency, least=None),
            line_error("/reason", data.reason),
            card_number_error("/reason", data.reason),
        ]
    )
    if not errors and data.amount == 0:
        errors.append(FieldError("/amount", "is nothing"))
    if errors:
        raise ValidationFailed(errors)
    before = await balance(tx, customer, currency)
    if data.amount < 0 and -data.amount > before:
        raise Conflict(
            said("The customer's credit is %(amount)s %(currency)s.", amount=before, currency=currency),
            details={"credit": str(before)},
        )
    adjustment_id, on = new_id(), today(seller.timezone)
    await tx.run(
        q.SQL.insert_adjustment,
        id=adjustment_id,
        organization_id=customer.organization_id,
        customer_id=customer.id,
        currency=currency,
        amount=data.amount,
        reason=data.reason,
        created_by=ctx.principal.user_id,
    )
    await book(
        tx,
        Entry(
            organization_id=customer.organization_id,
            booked_on=on,
            kind="credit_adjustment",
            source=adjustment_id,
            text=data.reason,
            currency=currency,
            base=seller.currency,
            exchange_rate=await exchange_rate(tx, seller, currency, on),
            postings=[
                Posting(account="credit_adjustments", amount=data.amount, customer_id=customer.id),
                Posting(account="customer_credit", amount=-data.amount, customer_id=customer.id),
            ],
        ),
    )
    after = Credit(customer_id=customer.id, currency=currency, amount=await balance(tx, customer, currency))
    await ctx.audit(
        tx,
        "customer_credit.adjusted",
        "customer",
        customer.id,
        organization_id=customer.organization_id,
        before={"currency": currency, "amount": str(before)},
        after={"currency": currency, "amount": str(after.amount), "reason": data.reason},
    )
    await events.emit(tx, "customer_credit.adjusted", customer.organization_id, after)
    return after


async def use(ctx: Context, tx: Transaction, invoice_id: UUID, data: UseCredit) -> Payment:
    """Pay an invoice with the customer's credit. Raises Conflict when there is none, or nothing is open."""
    invoice = await invoices.find(tx, invoice_id)
    if invoice.status == "draft" or invoice.kind == "credit_note":
        raise NotFound("finalised invoice")
    only_seller(ctx, invoice.organization_id, invoice.customer_org_id, "invoice of yours to change")
    customer = await customer_to_charge(ctx, tx, invoice.customer_id)
    await tx.value(q.SQL.lock_customer, id=customer.id)
    payable = (await moving.payables(tx, [invoice_id]))[invoice_id]
    credit = await balance(tx, customer, invoice.currency)
    amount = min(credit, payable.balance) if data.amount is None else data.amount
    if data.amount is not None and (error := amount_error("/amount", amount, invoice.currency, least=LEAST_CENT)):
        raise ValidationFailed(error)
    if amount <= 0 or amount > credit or amount > payable.balance:
        words = N_("The customer's credit is %(credit)s %(currency)s, and %(balance)s of the invoice is open.")
        raise Conflict(
            said(words, credit=credit, currency=invoice.currency, balance=payable.balance),
            details={"credit": str(credit), "balance": str(payable.balance)},
        )
    seller = await settings.find(tx, invoice.organization_id)
    payment = await begin(
        tx, customer, method="credit", currency=invoice.currency, amount=amount, invoice_id=invoice_id, reference="Credit"
    )
    return await moving.come_in(tx, payment, seller, on=today(seller.timezone), wanted=[(invoice_id, amount)], actor=ctx.actor)
