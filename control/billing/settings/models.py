"""Settings of a seller as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.billing.addresses import Address
from control.billing.invoices.totals import TaxRounding
from control.billing.money import Currency, Rounding
from control.billing.tax.rates import Rate

Language = Literal["en", "de", "fr", "es", "ar", "he"]
"""Languages of documents and mails."""
_Short = Annotated[str, Meta(max_length=50)]
_Text = Annotated[str, Meta(max_length=200)]
_Pattern = Annotated[str, Meta(min_length=1, max_length=50)]


class NewBillingSettings(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """All fields; what is left out gets its default."""

    legal_name: Annotated[str, Meta(min_length=1, max_length=200)]
    address: Address
    email: Annotated[str, Meta(min_length=3, max_length=254)]
    phone: _Short = ""
    website: _Text = ""
    registration: _Text = ""
    vat_id: Annotated[str, Meta(max_length=30)] = ""
    tax_number: Annotated[str, Meta(max_length=40)] = ""
    oss_registered: bool = False
    small_business: bool = False
    tax_registrations: Annotated[list[Annotated[str, Meta(pattern="^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]], Meta(max_length=100)] = []
    """Where the seller charges tax beside home and the one-stop shop: `GB`, `US-NY`, `CA-QC`."""
    pending_tax_id: Literal["as_valid", "as_invalid"] = "as_valid"
    """How a VAT id counts while the register did not answer yet."""
    iban: Annotated[str, Meta(max_length=42)] = ""
    bic: Annotated[str, Meta(max_length=11)] = ""
    account_holder: Annotated[str, Meta(max_length=70)] = ""
    creditor_id: Annotated[str, Meta(max_length=35)] = ""
    online_mandates: bool = False
    """Whether customers give mandates for direct debits themselves, in the panel."""
    pre_notification_days: Annotated[int, Meta(ge=1, le=30)] = 14
    """How long before a direct debit those hear of it who give their mandate so."""
    currency: Currency = "EUR"
    timezone: Annotated[str, Meta(min_length=1, max_length=64)] = "UTC"
    language: Language = "en"
    page_size: Literal["A4", "Letter"] = "A4"
    rounding: Rounding = "half_up"
    tax_rounding: TaxRounding = "invoice"
    prices_include_tax: bool = False
    payment_terms_days: Annotated[int, Meta(ge=0, le=365)] = 14
    invoice_number: _Pattern = "INV-{year}-{number:5}"
    credit_note_number: _Pattern = "CN-{year}-{number:5}"
    debit_note_number: _Pattern = "DN-{year}-{number:5}"
    customer_number: _Pattern = "C{number:6}"
    footer: Annotated[str, Meta(max_length=1000)] = ""
    colour: Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")] = "#1f2937"


class BillingSettings(NewBillingSettings, kw_only=True):
    """As they are kept."""

    organization_id: UUID
    has_logo: bool
    version: int
    created_at: datetime
    updated_at: datetime
    own_rates: list[Rate] = []
    """The seller's own rates of tax that are in force or will be."""
