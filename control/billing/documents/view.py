"""A paper as the template shows it: every figure written out in the document's language."""

from __future__ import annotations

import base64
import unicodedata
from datetime import timedelta
from decimal import Decimal

import msgspec

from control.billing.addresses import Address
from control.billing.documents.formats import DASH, Formats, formats
from control.billing.documents.paper import Paper, discount_of, tax_note
from control.billing.documents.payment_code import payment_code
from control.billing.documents.words import Words, words
from control.billing.invoices.models import Item

_DAY = timedelta(days=1)


class Row(msgspec.Struct, frozen=True):
    """A position."""

    position: int
    description: str
    period: str
    quantity: str
    price: str
    discount: str
    tax: str
    amount: str


class Figure(msgspec.Struct, frozen=True):
    """A label and what stands beside it. `is_code` is for numbers that are read from left to right in every language."""

    label: str
    value: str
    is_code: bool = False


class TaxRow(msgspec.Struct, frozen=True):
    """A line of the tax summary."""

    rate: str
    taxable: str
    tax: str


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the template may use."""

    language: str
    words: Words
    title: str
    number: str
    seller_name: str
    seller_line: str
    seller_lines: list[str]
    buyer_lines: list[str]
    figures: list[Figure]
    corrects: str
    rows: list[Row]
    has_discount: bool
    prices_include_tax: bool
    currency: str
    net: str
    taxes: list[Figure]
    total_label: str
    total: str
    foreign_tax: Figure | None
    summary: list[TaxRow]
    notes: list[str]
    reason: str
    free_text: str
    payment: str
    bank: list[Figure]
    code: str
    logo: str
    colour: str
    page_size: str
    footer: str
    legal: list[Figure]
    created: str


def view(paper: Paper) -> View:
    """The view of a paper."""
    invoice, seller, buyer = paper.invoice, paper.seller, paper.buyer
    say = words(invoice.language)
    form = formats(invoice.language, invoice.currency, paper.look.page_size)
    is_credit = invoice.kind == "credit_note"
    return View(
        language=invoice.language,
        words=say,
        title=str(getattr(say, invoice.kind)),
        number=paper.number,
        seller_name=seller.legal_name,
        seller_line=" · ".join([seller.legal_name, *_address(seller.address, form, home=seller.address.country)]),
        seller_lines=[
            seller.legal_name,
            *_address(seller.address, form, home=buyer.address.country),
            *filter(None, (seller.phone, seller.email, seller.website)),
        ],
        buyer_lines=[
            buyer.name,
            *filter(None, [buyer.contact]),
            *_address(buyer.address, form, home=seller.address.country),
        ],
        figures=_figures(paper, say, form),
        corrects=_corrects(paper, say, form),
        rows=[_row(item, form, prices_include_tax=invoice.prices_include_tax) for item in invoice.items],
        has_discount=any(discount_of(item) for item in invoice.items),
        prices_include_tax=invoice.prices_include_tax,
        currency=invoice.currency,
        net=form.money(invoice.amount),
        taxes=[
            Figure(say.tax_of.format(rate=form.percent(one.rate), amount=form.money(one.taxable)), form.money(one.tax))
            for one in invoice.tax_subtotals
            if one.category == "S"
        ],
        total_label=say.total_credited if is_credit else say.total,
        total=form.money(invoice.total),
        foreign_tax=_foreign_tax(paper, say, form),
        summary=[
            TaxRow(form.percent(one.rate) if one.category != "O" else DASH, form.money(one.taxable), form.money(one.tax))
            for one in invoice.tax_subtotals
        ]
        if len(invoice.tax_subtotals) > 1
        else [],
        notes=tax_notes(paper, say, form),
        reason=invoice.notes if is_credit else "",
        free_text="" if is_credit else invoice.notes,
        payment=_payment(paper, say, form),
        bank=[] if is_credit or invoice.total == 0 or paper.collected is not None else _bank(paper, say),
        code=_data("image/svg+xml", code.encode()) if (code := payment_code(paper)) else "",
        logo=_data(paper.look.logo.media_type, paper.look.logo.content) if paper.look.logo else "",
        colour=paper.look.colour,
        page_size=paper.look.page_size,
        footer=seller.footer,
        legal=[
            Figure(label, value, is_code=True)
            for label, value in (
                (say.seller_vat_id, seller.vat_id),
                (say.seller_tax_number, seller.tax_number),
                ("", seller.registration),
            )
            if value
        ],
        created=invoice.issued_at.isoformat() if invoice.issued_at else paper.issued_on.isoformat(),
    )


def tax_notes(paper: Paper, say: Words, form: Formats) -> list[str]:
    """The sentences that the law wants on the document."""
    found = []
    for subtotal in paper.invoice.tax_subtotals:
        note = tax_note(paper.treatment, subtotal.category, paper.seller.address.country)
        if note is not None:
            found.append(say.notes[note[0]].format(law=note[1], country=form.country(paper.treatment.country)))
    return list(dict.fromkeys(found))


def _figures(paper: Paper, say: Words, form: Formats) -> list[Figure]:
    invoice, buyer = paper.invoice, paper.buyer
    supplied, on = paper.supplied, paper.supplied_on
    rows = [
        (say.number[invoice.kind], paper.number, True),
        (say.issued_on, form.day(paper.issued_on), False),
        (say.supplied, form.days(*supplied) if supplied else "", False),
        (say.supplied_on, form.day(on) if on else "", False),
        (say.due_date, form.day(paper.due_date) if invoice.kind != "credit_note" else "", False),
        (say.customer_number, buyer.number, True),
        (say.buyer_tax_id, buyer.tax_id, True),
        (say.reference, invoice.buyer_reference, True),
    ]
    return [Figure(label, value, is_code) for label, value, is_code in rows if value]


def _row(item: Item, form: Formats, *, prices_include_tax: bool) -> Row:
    discounts = []
    if item.discount_percent:
        discounts.append(form.percent(item.discount_percent))
    if item.discount_amount:
        discounts.append(form.amount(item.discount_amount))
    period = ""
    if item.period_start and item.period_end:
        period = form.days(item.period_start, item.period_end - _DAY)
    return Row(
        position=item.position,
        description=item.description,
        period=period,
        quantity=form.quantity(item.quantity, item.unit),
        price=form.price(item.unit_price),
        discount=" + ".join(discounts),
        tax=form.percent(item.tax_rate) if item.tax_category != "O" else DASH,
        amount=form.amount(item.line_total + item.line_tax if prices_include_tax else item.line_total),
    )


def _corrects(paper: Paper, say: Words, form: Formats) -> str:
    if paper.corrected is None:
        return ""
    return say.corrects.format(number=isolated(paper.corrected.number), date=form.day(paper.corrected.issued_on))


def _foreign_tax(paper: Paper, say: Words, form: Formats) -> Figure | None:
    if paper.foreign_tax is None:
        return None
    rate = form.number(Decimal(paper.invoice.exchange_rate).normalize())
    return Figure(
        say.tax_in.format(currency=paper.seller.currency, rate=rate), form.money(paper.foreign_tax, paper.seller.currency)
    )


def _payment(paper: Paper, say: Words, form: Formats) -> str:
    if paper.invoice.kind == "credit_note":
        return say.credited
    if paper.invoice.total == 0:
        return say.nothing_due
    if paper.collected is not None:
        # Who is asked to pay what is collected anyway pays twice.
        sentence = say.mail.by_card if paper.collected.kind == "card" else say.mail.by_debit
        card = f"{paper.collected.brand.title()} \u2026{paper.collected.last4}".strip()
        return sentence.format(amount=form.money(paper.invoice.total), card=isolated(card))
    sentence = say.pay_now if paper.due_date == paper.issued_on else say.pay_until
    return sentence.format(amount=form.money(paper.invoice.total), date=form.day(paper.due_date), number=isolated(paper.number))


def _bank(paper: Paper, say: Words) -> list[Figure]:
    seller = paper.seller
    if not seller.iban:
        return []
    rows = [
        Figure(say.account_holder, seller.account_holder or seller.legal_name),
        Figure(say.iban, " ".join(seller.iban[n : n + 4] for n in range(0, len(seller.iban), 4)), is_code=True),
    ]
    return [*rows, Figure(say.bic, seller.bic, is_code=True)] if seller.bic else rows


def _address(address: Address, form: Formats, *, home: str) -> list[str]:
    """The lines below a name; the country stands there for who is in another."""
    place = " ".join(filter(None, (address.postal_code, address.city)))
    if address.region and address.country in ("US", "CA", "AU"):
        place = " ".join(filter(None, (f"{address.city},", address.region, address.postal_code)))
    lines = [address.line1, address.line2, place]
    return [*filter(None, lines), *([form.country(address.country)] if address.country != home else [])]


def isolated(code: str) -> str:
    """A code inside a sentence, kept from left to right in a language that is written the other way (UAX 9)."""
    return f"\u2066{code}\u2069"


def direction(text: str) -> str:
    """Which way a text is read, by its first letter (UAX 9, rule P2); from left to right where it has none."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def _data(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
