"""Customers as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.billing.addresses import Address
from control.billing.money import Currency
from control.billing.settings.models import Language

Kind = Literal["business", "private", "public"]
"""`public` is a government or another public body: taxed as a private customer unless it has a VAT id."""
TaxIdStatus = Literal["none", "pending_verification", "valid", "invalid", "unchecked"]
_Email = Annotated[str, Meta(min_length=3, max_length=254)]


class NewCustomer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A customer is an organisation: one that is there already (`customer_org_id`), or one that is made with it.

    Currency, language and payment terms are the seller's where they are left out.
    """

    kind: Kind
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    email: _Email
    address: Address
    customer_org_id: UUID | None = None
    contact: Annotated[str, Meta(max_length=200)] = ""
    copies_to: Annotated[list[_Email], Meta(max_length=10)] = []
    currency: Currency | None = None
    language: Language | None = None
    tax_id: Annotated[str, Meta(max_length=30)] = ""
    tax_exempt: bool = False
    buyer_reference: Annotated[str, Meta(max_length=100)] = ""
    payment_terms_days: Annotated[int, Meta(ge=0, le=365)] | None = None
    notes: Annotated[str, Meta(max_length=5000)] = ""
    is_active: bool = True


class Customer(msgspec.Struct, kw_only=True):
    """As it is kept. `notes` are the seller's own; the customer does not see them."""

    id: UUID
    organization_id: UUID
    customer_org_id: UUID
    number: str
    kind: Kind
    name: str
    contact: str
    email: str
    copies_to: list[str]
    address: Address
    currency: str
    language: Language
    tax_id: str
    tax_id_status: TaxIdStatus
    tax_exempt: bool
    buyer_reference: str
    payment_terms_days: int | None
    notes: str
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime


class Owed(msgspec.Struct, kw_only=True):
    """What is open of a customer's invoices in one currency, and how much of it is late."""

    currency: str
    open: Decimal
    overdue: Decimal
    documents: int
