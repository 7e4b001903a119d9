"""The fixed words of documents and mails, one file a language."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from threading import Lock

import msgspec

from control.billing.catalogue.models import AnyInterval
from control.billing.invoices.models import Kind
from control.billing.settings.models import Language


class ReminderWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a reminder says."""

    subject: str
    intro: str
    transfer: str
    crossed: str


class FailedWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said of a card that was declined."""

    subject: str
    intro: str
    funds: str
    expired: str
    again: str
    by_hand: str
    final: str
    link: str


class ConfirmWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said when a bank wants to hear from the payer."""

    subject: str
    intro: str
    needed: str
    sign_in: str
    link: str


class DebitWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pre-notification of a direct debit."""

    subject: str
    intro: str
    mandate: str
    cover: str


class PriceWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The announcement of another price."""

    subject: str
    intro: str
    old: str
    new: str
    objection: str


class MailWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What mails say; names in braces are filled in."""

    greeting: str
    subject: dict[Kind, str]
    intro: dict[Kind, str]
    due: str
    structured: str
    closing: str
    automatic: str
    by_card: str
    by_debit: str
    without_tax: str
    with_tax: str
    intervals: dict[AnyInterval, str]
    reminder: ReminderWords
    payment_failed: FailedWords
    payment_confirm: ConfirmWords
    debit_announced: DebitWords
    price_announced: PriceWords


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
    late_fee: str
    notes: dict[str, str]
    units: dict[str, tuple[str, str]]
    mail: MailWords


_ALONE = Lock()
"""msgspec works a type out when it is first needed; two threads that do so at once end the process. Documents have threads."""


@lru_cache
def words(language: Language) -> Words:
    """The words of a language. Raises msgspec.ValidationError for a file in which one is missing."""
    text = files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    with _ALONE:
        return msgspec.convert(tomllib.loads(text), Words)
