"""From a paper to its business terms, by the frozen document alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from control.billing.documents.formats import formats
from control.billing.documents.paper import Paper, discount_of
from control.billing.documents.structured.terms import Line, Party, Profile, Reduction, Structured, Tax, Transfer
from control.billing.documents.view import tax_notes
from control.billing.documents.words import words
from control.billing.invoices.models import Item
from control.billing.money import PRICE_DIGITS, digits, rounded
from control.billing.units import known
from control.core.words import Said, said

MOST_DIGITS = 2
"""Rules BR-DEC: no amount has more."""
_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)
_DAY = timedelta(days=1)
_DISCOUNT = "Discount"
_TYPES = {"invoice": "380", "credit_note": "381", "debit_note": "383"}
"""UNTDID 1001."""
_CORRECTED = "384"
_SEPA, _TRANSFER, _AGREED = "58", "30", "ZZZ"
"""UNTDID 4461: SEPA credit transfer, credit transfer, as agreed."""
_REASON_CODES = {"AE": "VATEX-EU-AE", "O": "VATEX-EU-O", "K": "VATEX-EU-IC", "G": "VATEX-EU-G"}
_WITHOUT_REASON = ("S", "Z")
_PHONE_DIGITS = 3


def structured(paper: Paper, profile: Profile = "en16931") -> Structured:
    """The business terms of a document."""
    invoice, seller, buyer = paper.invoice, paper.seller, paper.buyer
    is_credit = invoice.kind == "credit_note"
    # Category O is outside of VAT: no party may have a VAT id then (BR-O-02).
    with_ids = all(one.category != "O" for one in invoice.tax_subtotals)
    supplied = paper.supplied
    payable = not is_credit and invoice.total > 0
    type_code = _TYPES[invoice.kind]
    if profile == "xrechnung" and invoice.kind == "debit_note":
        type_code = _CORRECTED  # 383 is none of BR-DE-17
    seller_id = "" if with_ids or seller.registration else seller.vat_id or seller.tax_number
    return Structured(
        number=paper.number,
        type_code=type_code,
        issued_on=paper.issued_on,
        due_date=paper.due_date if payable else None,
        currency=invoice.currency,
        tax_currency=seller.currency if paper.foreign_tax is not None else None,
        tax_in_tax_currency=paper.foreign_tax,
        buyer_reference=invoice.buyer_reference or buyer.number,
        notes=[text for text in (invoice.notes, seller.footer) if text],
        corrected_number=paper.corrected.number if paper.corrected else "",
        corrected_on=paper.corrected.issued_on if paper.corrected else None,
        seller=Party(
            name=seller.legal_name,
            address=seller.address,
            email=seller.email,
            identifier=seller_id,
            registration=seller.registration,
            vat_id=_vat_id(seller.vat_id, seller.address.country) if with_ids else "",
            tax_number=seller.tax_number or ("" if not with_ids else _plain_number(seller.vat_id, seller.address.country)),
            contact=seller.legal_name,
            phone=seller.phone,
        ),
        buyer=Party(
            name=buyer.name,
            address=buyer.address,
            email=buyer.email,
            identifier=buyer.number,
            vat_id=_vat_id(buyer.tax_id, buyer.address.country) if with_ids else "",
            contact=buyer.contact,
        ),
        delivered_on=paper.supplied_on,
        first_day=supplied[0] if supplied else None,
        last_day=supplied[1] if supplied else None,
        means_code=_means(paper, payable=payable),
        transfer=Transfer(iban=seller.iban, holder=seller.account_holder or seller.legal_name, bic=seller.bic)
        if payable and seller.iban and paper.collected is None
        else None,
        terms="" if payable else words(invoice.language).credited if is_credit else words(invoice.language).nothing_due,
        taxes=_taxes(paper, profile),
        lines=[line(item, invoice.currency, prices_include_tax=invoice.prices_include_tax) for item in invoice.items],
        net=invoice.amount,
        tax=invoice.tax,
        total=invoice.total,
    )


def missing(paper: Paper, profile: Profile) -> list[Said]:
    """What a document lacks of a profile, in words; empty when it can be written. What is finalised cannot be mended later."""
    invoice, seller, buyer = paper.invoice, paper.seller, paper.buyer
    found: list[Said] = []
    if digits(invoice.currency) > MOST_DIGITS:
        found.append(said("amounts in %(currency)s have more than two digits", currency=invoice.currency))
    if not (seller.vat_id or seller.tax_number):
        found.append(said("the seller's VAT id or tax number"))
    if profile == "xrechnung":
        if sum(character.isdigit() for character in seller.phone) < _PHONE_DIGITS:
            found.append(said("the seller's phone number (BT-42)"))
        if not seller.address.postal_code:
            found.append(said("the seller's postal code (BT-38)"))
        if not buyer.address.postal_code:
            found.append(said("the buyer's postal code (BT-53)"))
    return found


def line(item: Item, currency: str, *, prices_include_tax: bool) -> Line:
    """A position whose figures give its net amount to the cent.

    Prices with tax have none without it that is exact, and what a credit note leaves of a line is no multiple of a price. Such
    a price is said for the whole quantity instead (BT-149), which is exact.
    """
    quantity, price = item.quantity, item.unit_price
    if prices_include_tax:
        price = (price * _HUNDRED / (_HUNDRED + item.tax_rate)).quantize(_ONE.scaleb(-PRICE_DIGITS))
    base_quantity: Decimal | None = None
    full = rounded(quantity * price, currency)
    off = full - item.line_total if discount_of(item) else _ZERO
    if full - off != item.line_total:
        full = item.line_total
        quantity = quantity or _ONE
        base_quantity, price = quantity, full
    if price < 0:  # BR-27: what is below zero is the quantity
        price, quantity = -price, -quantity
    name, _, description = item.description.strip().partition("\n")
    return Line(
        id=str(item.position),
        name=name.strip(),
        description=description.strip(),
        quantity=quantity,
        unit=known(item.unit),
        price=price,
        base_quantity=base_quantity,
        reduction=_reduction(item, off, full) if off else None,
        net=item.line_total,
        category=item.tax_category,
        rate=None if item.tax_category == "O" else item.tax_rate,
        first_day=item.period_start,
        last_day=item.period_end - _DAY if item.period_end else None,
    )


def _reduction(item: Item, off: Decimal, full: Decimal) -> Reduction:
    is_charge = off < 0
    by_percent = item.discount_percent != 0 and item.discount_amount == 0 and not is_charge
    return Reduction(
        is_charge=is_charge,
        amount=abs(off),
        reason=_DISCOUNT,
        percent=item.discount_percent if by_percent else None,
        base=full if by_percent else None,
    )


def _taxes(paper: Paper, profile: Profile) -> list[Tax]:
    invoice = paper.invoice
    # BR-48 wants no rate of category O, BR-DE-14 wants one everywhere.
    without_rate = () if profile == "xrechnung" else ("O",)
    form = formats(invoice.language, invoice.currency, paper.look.page_size)
    reason = " ".join(_without_marks(text) for text in tax_notes(paper, words(invoice.language), form))
    return [
        Tax(
            category=one.category,
            rate=None if one.category in without_rate else one.rate,
            taxable=one.taxable,
            tax=one.tax,
            reason="" if one.category in _WITHOUT_REASON else reason,
            reason_code=_REASON_CODES.get(one.category, ""),
        )
        for one in invoice.tax_subtotals
    ]


def _without_marks(text: str) -> str:
    """A text without the marks of direction that paper needs."""
    return text.replace("\u2066", "").replace("\u2069", "")


def _means(paper: Paper, *, payable: bool) -> str:
    if not payable or not paper.seller.iban or paper.collected is not None:
        return _AGREED
    return _SEPA if paper.invoice.currency == "EUR" else _TRANSFER


def _vat_id(number: str, country: str) -> str:
    """With the country before it (BR-CO-09; Greece is EL). What has another beginning is no VAT id of the Union."""
    return number if number[:2].isalpha() and number[:2] in (country, "EL" if country == "GR" else country, "XI") else ""


def _plain_number(number: str, country: str) -> str:
    return "" if _vat_id(number, country) else number
