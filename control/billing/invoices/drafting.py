"""From what somebody asks for to a draft's columns and lines: checks, tax, totals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from control.billing.customers.models import Customer
from control.billing.invoices.models import Invoice, Item, NewInvoice, NewItem
from control.billing.invoices.totals import Line, Totals, compute, with_parts
from control.billing.money import (
    PRICE_DIGITS,
    QUANTITY_DIGITS,
    amount_error,
    currency_error,
    number_error,
    present,
)
from control.billing.settings.models import BillingSettings
from control.billing.tax.ids import member_state_of
from control.billing.tax.treatment import LATE_FEE, Buyer, Seller, Treatment, compensation, treat
from control.billing.texts import line_error, paragraph_error
from control.billing.units import known, unit_error
from control.core.errors import FieldError, ValidationFailed, below
from control.core.ids import new_id
from control.core.words import N_, said

_MOST_QUANTITY = Decimal(1_000_000_000)
_MOST_PRICE = Decimal(1_000_000_000)
_HUNDRED = Decimal(100)
_FURTHEST = 3 * 366
"""Days: the longest period that is sold is three years."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A checked draft, priced and taxed."""

    columns: dict[str, Any]
    items: list[Item]
    totals: Totals
    treatment: Treatment


def _sells(seller: BillingSettings) -> Seller:
    return Seller(
        country=seller.address.country,
        postal_code=seller.address.postal_code,
        region=seller.address.region,
        city=seller.address.city,
        oss_registered=seller.oss_registered,
        small_business=seller.small_business,
        registrations=frozenset(seller.tax_registrations),
    )


def treatment_of(seller: BillingSettings, customer: Customer) -> Treatment:
    """How this seller's sales to this customer are taxed."""
    believed = ("valid", "pending_verification") if seller.pending_tax_id == "as_valid" else ("valid",)
    return treat(
        _sells(seller),
        Buyer(
            country=customer.address.country,
            postal_code=customer.address.postal_code,
            region=customer.address.region,
            city=customer.address.city,
            is_business=customer.kind == "business" or (customer.kind == "public" and customer.tax_id != ""),
            tax_id_known=customer.tax_id_status in believed,
            tax_id_country=member_state_of(customer.tax_id),
            is_exempt=customer.tax_exempt,
        ),
    )


def draft(data: NewInvoice, seller: BillingSettings, customer: Customer, on: date) -> Draft:
    """Check and compute. Raises ValidationFailed with all that is wrong."""
    currency = data.currency or customer.currency
    errors = present([currency_error("/currency", currency), paragraph_error("/notes", data.notes)])
    errors += present([line_error("/buyer_reference", data.buyer_reference or "")])
    if currency != customer.currency:
        errors.append(FieldError("/currency", said("must be %(currency)s, the customer's currency", currency=customer.currency)))
    if (data.supplied_from is None) != (data.supplied_to is None):
        errors.append(FieldError("/supplied_to", "must be given with supplied_from"))
    elif data.supplied_from and data.supplied_to and data.supplied_from > data.supplied_to:
        errors.append(FieldError("/supplied_to", "must not be before supplied_from"))
    if (data.kind == "debit_note") != (data.corrects_id is not None):
        errors.append(FieldError("/corrects_id", "a debit note names the invoice that it corrects, an invoice none"))
    if errors:
        raise ValidationFailed(errors)
    late_fees = [item.tax_class == LATE_FEE for item in data.items]
    if any(late_fees) and not all(late_fees):
        # EN 16931, BR-O-11 to BR-O-14: beside what is no supply there is no other category.
        raise ValidationFailed(FieldError("/items", "late fees stand in a document of their own"))
    treatment = compensation(_sells(seller)) if any(late_fees) else treatment_of(seller, customer)
    include = seller.prices_include_tax if data.prices_include_tax is None else data.prices_include_tax
    items, totals = priced(data.items, treatment, on, currency, seller, prices_include_tax=include)
    columns = {
        "customer_id": customer.id,
        "customer_org_id": customer.customer_org_id,
        "customer_name": customer.name,
        "kind": data.kind,
        "corrects_id": data.corrects_id,
        "currency": currency,
        "amount": totals.net,
        "tax": totals.tax,
        "total": totals.total,
        "prices_include_tax": include,
        "rounding": seller.rounding,
        "tax_rounding": seller.tax_rounding,
        "tax_subtotals": Jsonb(msgspec.to_builtins(totals.subtotals)),
        "language": data.language or customer.language,
        "buyer_reference": customer.buyer_reference if data.buyer_reference is None else data.buyer_reference,
        "notes": data.notes,
        "supplied_from": data.supplied_from,
        "supplied_to": data.supplied_to,
        "payment_terms_days": _first(data.payment_terms_days, customer.payment_terms_days, seller.payment_terms_days),
    }
    return Draft(columns=columns, items=items, totals=totals, treatment=treatment)


def again(invoice: Invoice, seller: BillingSettings, customer: Customer, on: date) -> Draft:
    """A draft as it would be written on this day: what was asked for stays, tax and totals are computed anew."""
    return draft(
        NewInvoice(
            customer_id=invoice.customer_id,
            items=[_asked(item) for item in invoice.items],
            kind="debit_note" if invoice.kind == "debit_note" else "invoice",
            corrects_id=invoice.corrects_id,
            currency=invoice.currency,
            language=invoice.language,
            prices_include_tax=invoice.prices_include_tax,
            payment_terms_days=invoice.payment_terms_days,
            buyer_reference=invoice.buyer_reference,
            notes=invoice.notes,
            supplied_from=invoice.supplied_from,
            supplied_to=invoice.supplied_to,
        ),
        seller,
        customer,
        on,
    )


def priced(
    asked: Sequence[NewItem], treatment: Treatment, on: date, currency: str, seller: BillingSettings, *, prices_include_tax: bool
) -> tuple[list[Item], Totals]:
    """Positions with their tax and totals. Raises ValidationFailed."""
    errors = [error for n, item in enumerate(asked) for error in _item_errors(f"/items/{n}", item, currency)]
    rates: list[Decimal] = []
    by_class = {
        tax_class: treatment.rate_row(tax_class, on, seller.own_rates) for tax_class in {item.tax_class for item in asked}
    }
    for n, item in enumerate(asked):
        found = by_class[item.tax_class]
        rate = found.percent if found else Decimal(0) if treatment.category != "S" else item.tax_rate
        if rate is None:
            where = " ".join(filter(None, (treatment.country, treatment.region)))
            words = N_("is needed: no rate of class %(name)s is known for %(place)s on %(day)s")
            errors.append(FieldError(f"/items/{n}/tax_rate", said(words, name=item.tax_class, place=where, day=on)))
        rates.append(rate or Decimal(0))
    if errors:
        raise ValidationFailed(errors)
    totals = compute(
        [
            Line(
                quantity=item.quantity,
                unit_price=item.unit_price,
                discount_percent=item.discount_percent,
                discount_amount=item.discount_amount,
                tax_category=treatment.category_at(rate),
                tax_rate=rate,
            )
            for item, rate in zip(asked, rates, strict=True)
        ],
        currency,
        rounding=seller.rounding,
        tax_rounding=seller.tax_rounding,
        prices_include_tax=prices_include_tax,
    )
    parts = {found.percent: [(one.name, one.percent) for one in found.components] for found in by_class.values() if found}
    subtotals = [with_parts(one, parts.get(one.rate, []), currency) for one in totals.subtotals]
    totals = msgspec.structs.replace(totals, subtotals=subtotals)
    items = [
        Item(
            id=new_id(),
            position=n + 1,
            description=item.description,
            quantity=item.quantity,
            unit=known(item.unit),
            unit_price=item.unit_price,
            discount_percent=item.discount_percent,
            discount_amount=item.discount_amount,
            tax_class=item.tax_class,
            tax_category=treatment.category_at(rate),
            tax_rate=rate,
            line_total=line.net,
            line_tax=line.tax,
            period_start=item.period_start,
            period_end=item.period_end,
            corrects_item_id=None,
            monthly_price=item.monthly_price,
        )
        for n, (item, rate, line) in enumerate(zip(asked, rates, totals.lines, strict=True))
    ]
    if abs(totals.total) > Decimal(10) ** 12:
        raise ValidationFailed(FieldError("/items", "come to more than an invoice can hold"))
    return items, totals


def _asked(item: Item) -> NewItem:
    return NewItem(
        description=item.description,
        unit_price=item.unit_price,
        quantity=item.quantity,
        unit=item.unit,
        discount_percent=item.discount_percent,
        discount_amount=item.discount_amount,
        tax_class=item.tax_class,
        tax_rate=item.tax_rate,
        period_start=item.period_start,
        period_end=item.period_end,
        monthly_price=item.monthly_price,
    )


def _item_errors(pointer: str, item: NewItem, currency: str) -> list[FieldError]:
    found = present(
        [
            line_error(below(pointer, "description"), item.description.replace("\n", " ")),
            unit_error(below(pointer, "unit"), item.unit),
            number_error(below(pointer, "quantity"), item.quantity, QUANTITY_DIGITS, most=_MOST_QUANTITY),
            number_error(below(pointer, "unit_price"), item.unit_price, PRICE_DIGITS, least=None, most=_MOST_PRICE),
            number_error(below(pointer, "discount_percent"), item.discount_percent, 4, most=_HUNDRED),
            amount_error(below(pointer, "discount_amount"), item.discount_amount, currency),
            None if item.tax_rate is None else number_error(below(pointer, "tax_rate"), item.tax_rate, 4, most=_HUNDRED),
        ]
    )
    if (item.period_start is None) != (item.period_end is None):
        found.append(FieldError(below(pointer, "period_end"), "must be given with period_start"))
    elif item.period_start and item.period_end:
        if item.period_end <= item.period_start:
            found.append(FieldError(below(pointer, "period_end"), "must be after period_start"))
        elif (item.period_end - item.period_start).days > _FURTHEST:
            found.append(FieldError(below(pointer, "period_end"), "must be at most three years after period_start"))
    if item.monthly_price is not None:
        where = below(pointer, "monthly_price")
        found += present([number_error(where, item.monthly_price, PRICE_DIGITS, most=_MOST_PRICE)])
        if item.period_start is None:
            found.append(FieldError(where, "is for what is sold for a time: give period_start and period_end"))
    return found


def _first(*numbers: int | None) -> int:
    return next(number for number in numbers if number is not None)


def rows(items: Sequence[Item]) -> Jsonb:
    """Positions as the statement takes them."""
    return Jsonb(msgspec.to_builtins(list(items)))
