"""Making invoices final: their numbers, what they say for ever, their place in the books."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.billing import numbers
from control.billing.customers import service as customers
from control.billing.customers.models import Customer
from control.billing.invoices import drafting
from control.billing.invoices import queries as q
from control.billing.invoices.models import BuyerOnPaper, Invoice, Item, SellerOnPaper
from control.billing.invoices.service import summary
from control.billing.invoices.totals import TaxCategory, TaxSubtotal
from control.billing.ledger.booking import Account, Entry, Posting, book_many
from control.billing.money import MONTHLY_STEP
from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings
from control.billing.tax.treatment import Treatment
from control.billing.today import today
from control.core import events
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, ValidationFailed
from control.core.words import N_, said

MANY = q.SQL.get.replace("i.id = %(id)s", "i.id = ANY (%(ids)s)")
"""Several invoices, without their positions."""
_NO_ID = UUID(int=0)
_ZERO, _HUNDRED = Decimal(0), Decimal(100)


class _Sold(msgspec.Struct, frozen=True, kw_only=True):
    """What lines of a document have in common that are one line of the books."""

    account: Account
    tax_category: TaxCategory
    tax_rate: Decimal
    period_start: date | None
    period_end: date | None
    recurs: bool


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A draft that can be finalised, and what it comes to on that day."""

    invoice: Invoice
    customer: Customer
    made: drafting.Draft


def ready(invoice: Invoice, seller: BillingSettings, customer: Customer, on: date) -> Ready:
    """Check a locked draft with its positions. Raises Conflict, ValidationFailed."""
    if invoice.status != "draft":
        raise Conflict(
            said("Invoice %(number)s is finalised already.", number=str(invoice.invoice_number)),
            details={"status": invoice.status},
        )
    if not invoice.items:
        raise ValidationFailed(FieldError("/items", "an invoice needs at least one"))
    made = drafting.again(invoice, seller, customer, on)
    if made.totals.total < 0:
        raise ValidationFailed(FieldError("/items", "come to less than nothing; make a credit note"))
    return Ready(invoice=invoice, customer=customer, made=made)


async def finalise(tx: Transaction, invoice: Invoice) -> Invoice:
    """Finalise a locked draft: tax as of today, the next number, the books. Raises Conflict, ValidationFailed."""
    seller = await settings.find(tx, invoice.organization_id)
    customer = await customers.find(tx, invoice.customer_id)
    on = today(seller.timezone)
    [final] = await finalise_many(tx, [ready(invoice, seller, customer, on)], seller, on)
    return final


async def finalise_many(tx: Transaction, wanted: Sequence[Ready], seller: BillingSettings, on: date) -> list[Invoice]:
    """Finalise drafts of one seller, in this order. Raises Conflict when a rate of exchange is missing.

    The numbers are taken last, so that others wait for them as shortly as can be.
    """
    rates = {code: await exchange_rate(tx, seller, code, on) for code in sorted({one.invoice.currency for one in wanted})}
    changed = [one for one in wanted if not _is_as_written(one)]
    await tx.run_many(q.SQL.rewrite, [{"id": one.invoice.id, **one.made.columns} for one in changed])
    await tx.run_many(q.SQL.delete_items, [{"id": one.invoice.id} for one in changed])
    await tx.run_many(
        q.SQL.insert_items,
        [
            {
                "organization_id": one.invoice.organization_id,
                "customer_org_id": one.invoice.customer_org_id,
                "invoice_id": one.invoice.id,
                "items": drafting.rows(one.made.items),
            }
            for one in changed
        ],
    )
    numbered = await _numbers(tx, wanted, seller, on)
    await tx.run_many(
        q.SQL.finalise,
        [
            final_columns(
                one.invoice.id, number, seller, one.customer, one.made.treatment, on=on, rate=rates[one.invoice.currency],
                terms=one.invoice.payment_terms_days, paid=one.made.totals.total == 0,
            )
            for one, number in zip(wanted, numbered, strict=True)
        ],
    )  # fmt: skip
    found = {one.id: one for one in await tx.all(Invoice, MANY, ids=[one.invoice.id for one in wanted])}
    anew = {one.invoice.id for one in changed}
    finals = [
        msgspec.structs.replace(
            found[one.invoice.id], items=one.made.items if one.invoice.id in anew else one.invoice.items
        )
        for one in wanted
    ]  # fmt: skip
    await book_many(tx, [entry_of(one, seller, one.items, sign=1) for one in finals])
    await events.emit_many(tx, [("invoice.finalised", one.organization_id, summary(one)) for one in finals])
    return finals


def _is_as_written(one: Ready) -> bool:
    """Whether a draft is already what it comes to."""
    invoice, made = one.invoice, one.made
    same = all(getattr(invoice, name) == value for name, value in made.columns.items() if name != "tax_subtotals")
    nameless = [msgspec.structs.replace(item, id=_NO_ID) for item in invoice.items]
    return (
        same
        and invoice.tax_subtotals == list(made.totals.subtotals)
        and nameless == [msgspec.structs.replace(item, id=_NO_ID) for item in made.items]
    )


async def _numbers(
    tx: Transaction, wanted: Sequence[Ready], seller: BillingSettings, on: date
) -> list[numbers.Number]:  # fmt: skip
    """The next numbers, in order; debit notes have a series of their own."""
    patterns: dict[numbers.Series, str] = {"invoice": seller.invoice_number, "debit_note": seller.debit_note_number}
    taken: dict[str, Iterator[numbers.Number]] = {}
    for kind, pattern in patterns.items():
        if many := sum(one.invoice.kind == kind for one in wanted):
            taken[kind] = iter(await numbers.take(tx, seller.organization_id, kind, pattern, on, many))
    return [next(taken[one.invoice.kind]) for one in wanted]


def final_columns(
    invoice_id: UUID,
    number: numbers.Number,
    seller: BillingSettings,
    customer: Customer,
    treatment: Treatment,
    *,
    on: date,
    rate: Decimal,
    terms: int,
    paid: bool,
) -> dict[str, Any]:
    """What a document says for ever, as the statement `finalise` takes it. `terms` are days."""
    return {
        "id": invoice_id,
        "status": "paid" if paid else "sent",
        "number": number.text,
        "number_prefix": number.prefix,
        "number_sequence": number.sequence,
        "customer_name": customer.name,
        "exchange_rate": rate,
        "tax_treatment": Jsonb(msgspec.to_builtins(treatment)),
        "seller": Jsonb(msgspec.to_builtins(_seller(seller))),
        "buyer": Jsonb(msgspec.to_builtins(_buyer(customer))),
        "issued_on": on,
        "due_date": on + timedelta(days=terms),
    }


def entry_of(invoice: Invoice, seller: BillingSettings, items: list[Item], *, sign: int, of: Invoice | None = None) -> Entry:
    """How a document is booked: receivable against revenue, at once or over its period, and tax.

    A credit note has sign -1 and is `of` an invoice, whose day and VAT id stand in returns.
    """
    assert invoice.tax_treatment is not None
    assert invoice.issued_on is not None
    party: dict[str, Any] = {"customer_id": invoice.customer_id, "invoice_id": invoice.id}
    taxed = _taxed(of or invoice)
    nets: dict[_Sold, tuple[Decimal, Decimal]] = {}
    taxes: list[tuple[TaxSubtotal, str | None, Decimal]] = []
    for one in invoice.tax_subtotals:
        taxes += [(one, part.name, part.tax) for part in one.parts] or [(one, None, one.tax)]
    for item in items:
        # What is sold for a time is earned as the time passes.
        key = _Sold(
            account="deferred_revenue" if item.period_end else "revenue",
            tax_category=item.tax_category,
            tax_rate=item.tax_rate.normalize(),
            period_start=item.period_start,
            period_end=item.period_end,
            recurs=item.monthly_price is not None,
        )
        net, monthly = nets.get(key, (_ZERO, _ZERO))
        nets[key] = net + item.line_total, monthly + _monthly(item, invoice)
    # At the rate of the sale, so that what takes it back takes away what it was.
    rate = (of or invoice).exchange_rate
    postings = [
        Posting(account="receivable", amount=sign * invoice.total, **party),
        *(
            Posting(
                account=key.account,
                amount=-sign * net,
                tax_category=key.tax_category,
                tax_rate=key.tax_rate,
                period_start=key.period_start,
                period_end=key.period_end,
                monthly=-sign * monthly if key.recurs else None,
                base_monthly=(-sign * monthly * rate).quantize(MONTHLY_STEP) if key.recurs else None,
                **party,
                **taxed,
            )
            for key, (net, monthly) in nets.items()
        ),
        *(
            Posting(
                account="tax",
                amount=-sign * tax,
                tax_category=subtotal.category,
                tax_rate=subtotal.rate,
                tax_name=name,
                **party,
                **taxed,
            )
            for subtotal, name, tax in taxes
        ),
    ]
    return Entry(
        organization_id=invoice.organization_id,
        booked_on=invoice.issued_on,
        kind=invoice.kind,
        source=invoice.id,
        text=f"{invoice.invoice_number} {invoice.customer_name}"[:300],
        currency=invoice.currency,
        base=seller.currency,
        exchange_rate=invoice.exchange_rate,
        postings=postings,
    )


def _monthly(item: Item, invoice: Invoice) -> Decimal:
    """What a line is worth a month without tax; nothing for what does not recur."""
    worth = item.monthly_price or _ZERO
    return (worth * _HUNDRED / (_HUNDRED + item.tax_rate)).quantize(MONTHLY_STEP) if invoice.prices_include_tax else worth


def _taxed(invoice: Invoice) -> dict[str, Any]:
    """What the lines of a document say of its tax."""
    treatment = invoice.tax_treatment
    assert treatment is not None
    owed_by_customer = treatment.reason == "reverse_charge" and invoice.buyer is not None
    return {
        "tax_country": treatment.country,
        "tax_region": treatment.region or None,
        "tax_reason": treatment.reason,
        "tax_id": invoice.buyer.tax_id if owed_by_customer and invoice.buyer is not None else None,
        "tax_on": invoice.issued_on,
    }


async def exchange_rate(tx: Transaction, seller: BillingSettings, currency: str, on: date) -> Decimal:
    """What one unit of a currency is in the seller's. Raises Conflict when no rate is known."""
    if currency == seller.currency:
        return Decimal(1)
    rate = await tx.value(q.SQL.rate_on, organization_id=seller.organization_id, currency=currency, base=seller.currency, on=on)
    if rate is None:
        words = N_("No exchange rate from %(currency)s to %(base)s is known for %(day)s; add one first.")
        raise Conflict(said(words, currency=currency, base=seller.currency, day=on))
    return Decimal(rate)


async def settle(tx: Transaction, invoice_id: UUID, seller: BillingSettings, *, paid: Decimal, credited: Decimal) -> str:
    """Count a payment or a credit; the status that comes of it."""
    return str(await tx.value(q.SQL.settle, id=invoice_id, paid=paid, credited=credited, today=today(seller.timezone)))


def _seller(settings_: BillingSettings) -> SellerOnPaper:
    return SellerOnPaper(**{name: getattr(settings_, name) for name in SellerOnPaper.__struct_fields__})


def _buyer(customer: Customer) -> BuyerOnPaper:
    return BuyerOnPaper(**{name: getattr(customer, name) for name in BuyerOnPaper.__struct_fields__})
