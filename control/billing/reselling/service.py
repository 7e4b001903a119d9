"""Settling what resellers sell on: a statement a month, an invoice over it, and the costs in the reseller's own books.

A reseller sells in its own name, also for a commission: it is then supplied by the seller above at its price less what it keeps
(directive 2006/112/EC, article 28). So one invoice over what is owed settles both kinds, with the tax of the sale between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from control.billing.customers import service as customers
from control.billing.customers.models import Customer
from control.billing.invoices import batch
from control.billing.invoices.batch import Bill
from control.billing.invoices.finalising import exchange_rate
from control.billing.invoices.models import NewInvoice, NewItem
from control.billing.ledger.booking import Entry, Posting, book
from control.billing.money import rounded
from control.billing.reselling import queries as q
from control.billing.reselling.models import NewStatements, ResellerStatement, SettledSale, Settlement
from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings
from control.billing.subscriptions.words import say
from control.billing.today import today
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest
from control.core.words import N_, said

SORTABLE = {"created_at": "s.created_at", "month": "s.month"}
SALES_SORTABLE = {"booked_on": "booked_on"}
_ZERO = Decimal(0)


class _Open(msgspec.Struct, frozen=True):
    reseller_org_id: UUID
    currency: str
    first: date


class _Sum(msgspec.Struct, frozen=True):
    plan_id: UUID
    name: str
    tax_class: str
    kind: Literal["wholesale", "commission"]
    sales: int
    sold: Decimal
    owed: Decimal


class _Payable(msgspec.Struct, frozen=True):
    currency: str
    amount: Decimal
    base_amount: Decimal


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[ResellerStatement], int]:
    """The statements in reach: those one makes, and those one gets."""
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **filters)
        return await tx.all(ResellerStatement, wanted.sorted(q.SQL.page), id=None, **filters), total


async def get(ctx: Context, statement_id: UUID) -> ResellerStatement:
    """One statement. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await find(tx, statement_id)
        # Resellers who read what is theirs look into nobody else's organisation.
        if await tx.value(q.SQL.gives, id=found.id):
            await ctx.audit_read(tx, "reseller_statement", found.id, organization_id=found.organization_id)
    return found


async def find(tx: Transaction, statement_id: UUID) -> ResellerStatement:
    """The statement in this transaction. Raises NotFound."""
    found = await tx.maybe(ResellerStatement, q.SQL.page, id=statement_id, organization_id=None, reseller_org_id=None)
    if found is None:
        raise NotFound("statement of a reseller")
    return found


async def sales(ctx: Context, statement_id: UUID, wanted: PageRequest, _: dict[str, Any]) -> tuple[list[SettledSale], int]:
    """What a statement is made of. Raises NotFound."""
    async with ctx.transaction() as tx:
        await find(tx, statement_id)
        total = await tx.value(q.SQL.sales_count, statement_id=statement_id)
        return await tx.all(SettledSale, wanted.sorted(q.SQL.sales), statement_id=statement_id), total


async def all_sales(ctx: Context, statement_id: UUID) -> tuple[ResellerStatement, list[SettledSale]]:
    """A statement with all that it is made of. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await find(tx, statement_id)
        return found, await tx.all(SettledSale, q.SQL.sales + "\nORDER BY booked_on, share_id", statement_id=statement_id)


async def create(ctx: Context, tx: Transaction, data: NewStatements) -> list[ResellerStatement]:
    """Settle months that are over. Raises Conflict when a reseller is no customer, or something about the invoice is missing."""
    made = await settle_up(tx, ctx.principal.organization_id, data.reseller_org_id)
    for one in made:
        await ctx.audit(
            tx, "reseller_statement.created", "reseller_statement", one.id, organization_id=one.organization_id, after=one
        )
    return made


async def settle_up(tx: Transaction, organization_id: UUID, reseller_org_id: UUID | None = None) -> list[ResellerStatement]:
    """A statement for each reseller, currency and month that is over and not settled, the earliest first.

    Where more was credited than sold, nothing is settled: it waits for the month in which something is owed. Raises Conflict,
    ValidationFailed.
    """
    await tx.value(q.SQL.lock, organization_id=organization_id)
    seller = await settings.find(tx, organization_id)
    on = today(seller.timezone)
    found = await tx.all(
        _Open, q.SQL.open, organization_id=organization_id, reseller_org_id=reseller_org_id, before=on.replace(day=1)
    )
    made: list[ResellerStatement] = []
    for one in found:
        month = one.first.replace(day=1)
        while month < on.replace(day=1):
            statement = await _month(tx, seller, one, month, on)
            made += [statement] if statement else []
            month = _next(month)
    return made


async def _month(tx: Transaction, seller: BillingSettings, of: _Open, month: date, on: date) -> ResellerStatement | None:
    whose: dict[str, Any] = {
        "organization_id": seller.organization_id,
        "reseller_org_id": of.reseller_org_id,
        "currency": of.currency,
    }
    # A month has one statement; what came to it later is in the next.
    if await tx.value(q.SQL.is_settled, month=month, **whose):
        return None
    sums = await tx.all(_Sum, q.SQL.sums, before=_next(month), **whose)
    owed = sum((one.owed for one in sums), _ZERO)
    if not sums or owed < 0:
        return None
    customer_id = await tx.value(q.SQL.customer, organization_id=seller.organization_id, reseller_org_id=of.reseller_org_id)
    if customer_id is None:
        raise Conflict(
            "A reseller that owes something is no customer yet; make a customer of its organization first.",
            details={"reseller_org_id": str(of.reseller_org_id)},
        )
    customer = await customers.find(tx, customer_id)
    statement_id, invoice_id, amount = new_id(), None, _ZERO
    if owed:
        rate = await _rate(tx, seller, customer, of.currency, on)
        [issued] = await batch.issue(tx, [_bill(seller, customer, sums, month, rate)], seller, on)
        invoice_id, amount = issued.invoice.id, issued.invoice.amount
    await tx.run(
        q.SQL.insert,
        id=statement_id,
        customer_id=customer.id,
        month=month,
        sales=sum(one.sales for one in sums),
        sold=sum((one.sold for one in sums), _ZERO),
        owed=owed,
        invoice_id=invoice_id,
        amount=amount,
        amount_currency=customer.currency,
        **whose,
    )
    await tx.run(q.SQL.insert_lines, id=statement_id, before=_next(month), **whose)
    made = await find(tx, statement_id)
    await events.emit(tx, "reseller_statement.created", made.organization_id, made)
    return made


def _bill(seller: BillingSettings, customer: Customer, sums: Sequence[_Sum], month: date, rate: Decimal) -> Bill:
    """The invoice: a line for each plan and kind of terms."""
    items = [
        NewItem(
            description=say(customer.language, one.kind, name=one.name, many=one.sales, month=f"{month:%Y-%m}"),
            unit_price=rounded(one.owed * rate, customer.currency, seller.rounding),
            tax_class=one.tax_class,
        )
        for one in sums
        if one.owed
    ]
    return Bill(
        customer=customer,
        asked=NewInvoice(
            customer_id=customer.id,
            items=items,
            prices_include_tax=False,
            supplied_from=month,
            supplied_to=_next(month) - timedelta(days=1),
        ),
    )


async def _rate(tx: Transaction, seller: BillingSettings, customer: Customer, currency: str, on: date) -> Decimal:
    """From the currency of the sales to that of the reseller's invoices. Raises Conflict when it is not known."""
    if currency == customer.currency:
        return Decimal(1)
    if customer.currency != seller.currency:
        words = N_("Sales in %(currency)s cannot be invoiced in %(other)s: no rate between them is kept.")
        raise Conflict(said(words, currency=currency, other=customer.currency))
    return await exchange_rate(tx, seller, currency, on)


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


async def book_costs(tx: Transaction, organization_id: UUID, statement_id: UUID) -> bool:
    """What a reseller owes becomes a cost in its own books, once. Raises Conflict when a rate of exchange is missing."""
    statement = await find(tx, statement_id)
    reseller = await settings.find(tx, organization_id)
    on = today(reseller.timezone)
    entry = Entry(
        organization_id=organization_id,
        booked_on=on,
        kind="supplier_statement",
        source=statement.id,
        text=f"Sold on in {statement.month}",
        currency=statement.amount_currency,
        base=reseller.currency,
        exchange_rate=await exchange_rate(tx, reseller, statement.amount_currency, on),
        postings=[
            Posting(account="supplier_costs", amount=statement.amount),
            Posting(account="supplier_payable", amount=-statement.amount),
        ],
    )
    if not await book(tx, entry):
        return False
    await events.emit(tx, "supplier_statement.booked", organization_id, await find(tx, statement_id))
    return True


async def settle(ctx: Context, statement_id: UUID, data: Settlement) -> ResellerStatement:
    """Note that the reseller paid what it owes. Raises Conflict when it is not booked yet, or paid already, ValidationFailed."""
    organization_id = ctx.principal.organization_id
    async with ctx.transaction() as tx:
        statement = await find(tx, statement_id)
        if statement.reseller_org_id != organization_id:
            raise NotFound("statement about what you sell on")
        reseller = await settings.find(tx, organization_id)
        now = today(reseller.timezone)
        on = data.paid_on or now
        payable = await tx.maybe(_Payable, q.SQL.payable, organization_id=organization_id, id=statement_id)
        if payable is None or payable.amount == 0:
            raise Conflict(N_("This statement is paid already.") if payable else N_("This statement is not in your books yet."))
        if on > now or (statement.booked_on and on < statement.booked_on):
            if statement.booked_on is None:
                raise ValidationFailed(FieldError("/paid_on", "is in the future"))
            words = said("must be from %(day)s, when it was booked, to today", day=statement.booked_on)
            raise ValidationFailed(FieldError("/paid_on", words))
        entry = Entry(
            organization_id=organization_id,
            booked_on=on,
            kind="supplier_payment",
            source=statement.id,
            text=f"Paid for {statement.month}",
            currency=payable.currency,
            base=reseller.currency,
            exchange_rate=await exchange_rate(tx, reseller, payable.currency, on),
            postings=[
                Posting(
                    account="supplier_payable",
                    amount=payable.amount,
                    base_amount=payable.base_amount if payable.currency != reseller.currency else None,
                ),
                Posting(account=data.account, amount=-payable.amount),
            ],
        )
        if not await book(tx, entry):
            raise Conflict("This statement is paid already.")
        after = await find(tx, statement_id)
        await ctx.audit(
            tx,
            "supplier_statement.settled",
            "reseller_statement",
            after.id,
            organization_id=organization_id,
            before=statement,
            after=after,
        )
        await events.emit(tx, "supplier_statement.settled", organization_id, after)
    return after
