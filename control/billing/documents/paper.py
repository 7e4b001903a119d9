"""What a document is made of: the finalised invoice as it was frozen, and how its seller wants it to look."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from control.billing.addresses import EU
from control.billing.invoices.models import BuyerOnPaper, Invoice, Item, SellerOnPaper
from control.billing.money import rounded
from control.billing.tax.treatment import Treatment

_LAWS = {"DE": "§ 19 UStG", "AT": "§ 6 Abs. 1 Z 27 UStG", "FR": "art. 293 B CGI"}
_EU_LAW = "2006/112, art. 284"
NoteKey = Literal[
    "reverse_charge",
    "outside_scope",
    "outside_scope_eu",
    "exempt",
    "small_business",
    "small_business_law",
    "oss",
    "intra_community",
    "export",
    "zero",
    "compensation",
]
_BY_CATEGORY: dict[str, NoteKey] = {
    "AE": "reverse_charge",
    "O": "outside_scope",
    "E": "exempt",
    "K": "intra_community",
    "G": "export",
    "Z": "zero",
}


class Corrected(msgspec.Struct, frozen=True, kw_only=True):
    """The invoice that a credit note or debit note refers to."""

    number: str
    issued_on: date


class Logo(msgspec.Struct, frozen=True, kw_only=True):
    """A picture whose content was checked."""

    content: bytes
    media_type: str


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """How a seller's documents look."""

    page_size: Literal["A4", "Letter"] = "A4"
    colour: str = "#1f2937"
    logo: Logo | None = None


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A finalised document, ready to be written down."""

    invoice: Invoice
    number: str
    issued_on: date
    due_date: date
    seller: SellerOnPaper
    buyer: BuyerOnPaper
    treatment: Treatment
    corrected: Corrected | None = None
    look: Look = Look()

    @property
    def foreign_tax(self) -> Decimal | None:
        """The tax in the seller's currency, which the law wants beside that of the invoice (directive 2006/112/EC, article 230);
        None where both are one, or there is no tax."""
        invoice = self.invoice
        if invoice.currency == self.seller.currency or invoice.tax == 0:
            return None
        return rounded(invoice.tax * invoice.exchange_rate, self.seller.currency, invoice.rounding)

    @property
    def supplied(self) -> tuple[date, date] | None:
        """First and last day of what is sold, where somebody said so."""
        if self.invoice.supplied_from is None or self.invoice.supplied_to is None:
            return None
        return self.invoice.supplied_from, self.invoice.supplied_to

    @property
    def supplied_on(self) -> date | None:
        """The day of supply of what has no period of its own: the day of issue."""
        if self.supplied or all(item.period_start for item in self.invoice.items):
            return None
        return self.issued_on


def paper(invoice: Invoice, corrected: Corrected | None, look: Look) -> Paper:
    """The paper of a finalised invoice. Raises ValueError for a draft."""
    if (
        invoice.invoice_number is None
        or invoice.issued_on is None
        or invoice.due_date is None
        or invoice.seller is None
        or invoice.buyer is None
        or invoice.tax_treatment is None
    ):
        raise ValueError("a draft has no paper")
    return Paper(
        invoice=invoice,
        number=invoice.invoice_number,
        issued_on=invoice.issued_on,
        due_date=invoice.due_date,
        seller=invoice.seller,
        buyer=invoice.buyer,
        treatment=invoice.tax_treatment,
        corrected=corrected,
        look=look,
    )


def tax_note(treatment: Treatment, category: str, seller_country: str) -> tuple[NoteKey, str] | None:
    """Which sentence a category of tax needs, and the law that it names: by the reason, else by the category."""
    law = _LAWS.get(seller_country, _EU_LAW if seller_country in EU else "")
    if treatment.reason == "small_business":
        return ("small_business_law" if law else "small_business"), law
    if treatment.reason == "compensation":
        return "compensation", ""
    if category == "S":
        return ("oss", "") if treatment.reason == "oss" else None
    if category == "O" and seller_country in EU:
        return "outside_scope_eu", ""
    return _BY_CATEGORY[category], ""


def discount_of(item: Item) -> bool:
    """Whether somebody gave a discount on a position."""
    return item.discount_percent != 0 or item.discount_amount != 0
