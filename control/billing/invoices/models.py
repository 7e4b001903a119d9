"""Invoices as the API shows and takes them. Amounts are strings in JSON."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.billing.addresses import Address
from control.billing.invoices.totals import TaxCategory, TaxRounding, TaxSubtotal
from control.billing.money import Currency, Rounding
from control.billing.settings.models import Language
from control.billing.tax.treatment import Treatment
from control.core.words import N_

Kind = Literal["invoice", "credit_note", "debit_note"]
Status = Literal["draft", "sent", "partially_paid", "paid", "overdue", "cancelled", "uncollectible"]
STATES: dict[Status, str] = {
    "draft": N_("draft"),
    "sent": N_("sent"),
    "partially_paid": N_("partly paid"),
    "paid": N_("paid"),
    "overdue": N_("overdue"),
    "cancelled": N_("cancelled"),
    "uncollectible": N_("uncollectible"),
}
"""The states in the midst of a sentence."""
MOST_ITEMS = 10_000
MOST_AT_ONCE = 1000
"""Invoices that one operation is asked for."""
_ZERO = Decimal(0)
_Text = Annotated[str, Meta(max_length=5000)]
_Reference = Annotated[str, Meta(max_length=100)]
_Class = Annotated[str, Meta(pattern="^[a-z][a-z_]{0,39}$")]
_Unit = Annotated[str, Meta(min_length=1, max_length=20)]
"""A code of UN/ECE recommendation 20 such as `C62`, or a word for one such as `hour`; it is kept as a code."""


class NewItem(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A position. The total is computed here, never taken. `period_end` is the day after the last one."""

    description: Annotated[str, Meta(min_length=1, max_length=1000)]
    unit_price: Decimal
    quantity: Decimal = Decimal(1)
    unit: _Unit = "C62"
    discount_percent: Decimal = _ZERO
    discount_amount: Decimal = _ZERO
    tax_class: _Class = "standard"
    tax_rate: Decimal | None = None
    """Percent, where no rate is known for the customer's place and class."""
    period_start: date | None = None
    period_end: date | None = None
    monthly_price: Decimal | None = None
    """What it is worth a month, where it recurs: it then counts as recurring revenue on the days of its period. With tax where
    prices include it."""


class NewInvoice(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A draft. What is left out is the customer's or the seller's. A debit note names the invoice that it corrects."""

    customer_id: UUID
    items: Annotated[list[NewItem], Meta(max_length=MOST_ITEMS)] = []
    kind: Literal["invoice", "debit_note"] = "invoice"
    corrects_id: UUID | None = None
    currency: Currency | None = None
    language: Language | None = None
    prices_include_tax: bool | None = None
    payment_terms_days: Annotated[int, Meta(ge=0, le=365)] | None = None
    buyer_reference: _Reference | None = None
    notes: _Text = ""
    supplied_from: date | None = None
    supplied_to: date | None = None


class Item(msgspec.Struct, kw_only=True):
    """A position as it is kept."""

    id: UUID
    position: int
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    discount_percent: Decimal
    discount_amount: Decimal
    tax_class: str
    tax_category: TaxCategory
    tax_rate: Decimal
    line_total: Decimal
    line_tax: Decimal
    period_start: date | None
    period_end: date | None
    corrects_item_id: UUID | None
    monthly_price: Decimal | None = None


class SellerOnPaper(msgspec.Struct, frozen=True, kw_only=True):
    """Who sold, as it was when the document was finalised."""

    legal_name: str
    address: Address
    email: str
    phone: str
    website: str
    registration: str
    vat_id: str
    tax_number: str
    iban: str
    bic: str
    account_holder: str
    currency: str
    footer: str


class BuyerOnPaper(msgspec.Struct, frozen=True, kw_only=True):
    """Who bought, as it was when the document was finalised."""

    number: str
    kind: str
    name: str
    contact: str
    email: str
    address: Address
    tax_id: str
    tax_id_status: str


class Row(msgspec.Struct, kw_only=True):
    """An invoice as lists show it. `amount` is without tax; `balance` is what is still to be paid."""

    id: UUID
    organization_id: UUID
    customer_id: UUID
    customer_org_id: UUID
    customer_name: str
    kind: Kind
    status: Status
    invoice_number: str | None
    corrects_id: UUID | None
    subscription_id: UUID | None
    currency: str
    amount: Decimal
    tax: Decimal
    total: Decimal
    paid: Decimal
    credited: Decimal
    balance: Decimal
    issued_on: date | None
    due_date: date | None
    issued_at: datetime | None
    sent_at: datetime | None
    paid_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class Invoice(Row, kw_only=True):
    """An invoice with everything."""

    exchange_rate: Decimal
    prices_include_tax: bool
    rounding: Rounding
    tax_rounding: TaxRounding
    tax_subtotals: list[TaxSubtotal]
    tax_treatment: Treatment | None
    seller: SellerOnPaper | None
    buyer: BuyerOnPaper | None
    language: Language
    buyer_reference: str
    notes: str
    supplied_from: date | None
    supplied_to: date | None
    payment_terms_days: int
    closed_at: datetime | None
    items: list[Item] = []


class CreditItem(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is taken back of a position: all that is left of it, or this quantity."""

    item_id: UUID
    quantity: Decimal | None = None


class NewCreditNote(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A credit note over an invoice: all that is left of it, or these positions."""

    reason: Annotated[str, Meta(min_length=1, max_length=1000)]
    items: Annotated[list[CreditItem], Meta(min_length=1, max_length=MOST_ITEMS)] | None = None


class WriteOff(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why an invoice will not be paid."""

    reason: Annotated[str, Meta(min_length=1, max_length=300)]


class FinaliseInvoices(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Drafts, in the order of the numbers that they get."""

    ids: Annotated[list[UUID], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class Nothing(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An action that needs no more words: `{}`."""
