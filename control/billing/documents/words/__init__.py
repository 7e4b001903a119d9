"""The fixed words of documents and mails, one file a language."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

import msgspec

from control.billing.invoices.models import Kind
from control.billing.settings.models import Language


class MailWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What mails say; names in braces are filled in."""

    greeting: str
    subject: dict[Kind, str]
    intro: dict[Kind, str]
    due: str
    structured: str
    closing: str
    automatic: str


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What documents say; names in braces are filled in. `units` are one and several, by code of UN/ECE recommendation 20."""

    direction: str
    invoice: str
    credit_note: str
    debit_note: str
    number: dict[Kind, str]
    issued_on: str
    due_date: str
    customer_number: str
    reference: str
    buyer_tax_id: str
    supplied: str
    supplied_on: str
    corrects: str
    position: str
    description: str
    quantity: str
    unit_price: str
    unit_price_with_tax: str
    discount: str
    tax: str
    line_amount: str
    line_amount_with_tax: str
    net: str
    tax_of: str
    total: str
    total_credited: str
    tax_in: str
    tax_rate: str
    taxable: str
    tax_amount: str
    summary: str
    reason: str
    payment: str
    pay_until: str
    pay_now: str
    nothing_due: str
    credited: str
    account_holder: str
    iban: str
    bic: str
    scan: str
    page: str
    seller_vat_id: str
    seller_tax_number: str
    phone: str
    notes: dict[str, str]
    units: dict[str, tuple[str, str]]
    mail: MailWords


@lru_cache
def words(language: Language) -> Words:
    """The words of a language. Raises msgspec.ValidationError for a file in which one is missing."""
    text = files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Words)
