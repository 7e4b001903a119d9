"""What mails say that are about paying: reminders, declined cards, confirmations, direct debits, new prices. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec

from control.billing.documents.formats import Formats, formats
from control.billing.documents.paper import Paper
from control.billing.documents.view import isolated
from control.billing.documents.words import Words, words
from control.billing.settings.models import Language

Reason = Literal["", "funds", "expired"]
"""Why a card was declined, as far as its holder is told: whether it is reported as stolen is the bank's to say."""
NOTICE = "billing_notice"
"""The template of all of them."""


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a mail tells beside its document, as it was when the mail was asked for. `by` is how the invoice is collected."""

    language: Language | None = None
    amount: Decimal | None = None
    currency: str = ""
    day: date | None = None
    card: str = ""
    iban: str = ""
    mandate: str = ""
    creditor: str = ""
    reason: Reason = ""
    is_final: bool = False
    link: str = ""
    by: Literal["", "card", "debit"] = ""


NO_FACTS = Facts()


class Notice(msgspec.Struct, frozen=True):
    """A mail's sentences, before and after what the seller adds."""

    subject: str
    lines: list[str]
    more: list[str] = []


def card_of(brand: str, last4: str) -> str:
    """A card as its holder knows it."""
    return f"{brand.title()} …{last4}".strip()


def link_of(page: str, invoice_id: object, number: str) -> str:
    """The address at which an invoice is paid, from the seller's pattern; empty where there is none."""
    return page.replace("{invoice_id}", str(invoice_id)).replace("{number}", number)


def notice(what: str, paper: Paper, facts: Facts) -> tuple[Language, Notice]:
    """The sentences of a mail about an invoice, and their language. Raises ValueError for an invoice's own mail."""
    language = facts.language or paper.invoice.language
    say = words(language)
    form = formats(language, facts.currency or paper.invoice.currency, paper.look.page_size)
    filled = {
        "number": isolated(paper.number) if say.direction == "rtl" else paper.number,
        "date": form.day(paper.issued_on),
        "due": form.day(paper.due_date),
        "amount": form.money(paper.invoice.balance if facts.amount is None else facts.amount),
        "day": "" if facts.day is None else form.day(facts.day),
        "iban": _grouped(facts.iban),
        **{name: getattr(facts, name) for name in ("card", "mandate", "creditor", "link")},
    }
    match what:
        case "reminder":
            found = _reminder(say, facts)
        case "payment_failed":
            found = _failed(say, facts)
        case "payment_confirm":
            found = _confirm(say, facts)
        case "debit_announced":
            kind = say.mail.debit_announced
            found = Notice(kind.subject, [kind.intro, kind.mandate, kind.cover])
        case _:
            raise ValueError(f"{what} is no notice")
    return language, Notice(
        found.subject.format(**filled),
        [line.format(**filled) for line in found.lines],
        [line.format(**filled) for line in found.more],
    )


def _reminder(say: Words, facts: Facts) -> Notice:
    kind = say.mail.reminder
    return Notice(
        kind.subject,
        [kind.intro],
        [
            *([kind.transfer] if facts.iban else []),
            *([say.mail.payment_failed.link] if facts.link else []),
            kind.crossed,
        ],
    )


def _failed(say: Words, facts: Facts) -> Notice:
    kind = say.mail.payment_failed
    then = kind.final if facts.is_final else kind.again if facts.day else kind.by_hand
    why = {"": [], "funds": [kind.funds], "expired": [kind.expired]}[facts.reason]
    return Notice(kind.subject, [kind.intro, *why, then, *([kind.link] if facts.link else [])])


def _confirm(say: Words, facts: Facts) -> Notice:
    kind = say.mail.payment_confirm
    return Notice(kind.subject, [kind.intro, kind.needed, kind.link if facts.link else kind.sign_in])


def _grouped(iban: str) -> str:
    return " ".join(iban[n : n + 4] for n in range(0, len(iban), 4)) if iban.isalnum() else iban


def context(
    language: Language, found: Notice, *, name: str, seller: str, email: str, colour: str, message: str = ""
) -> dict[str, Any]:
    """What the template is filled with."""
    say = words(language)
    return {
        "language": language,
        "direction": say.direction,
        "subject": found.subject,
        "greeting": say.mail.greeting.format(name=name),
        "lines": found.lines,
        "message": message,
        "more": found.more,
        "closing": say.mail.closing,
        "seller": seller,
        "automatic": say.mail.automatic.format(email=email),
        "colour": colour,
    }


class PriceChange(msgspec.Struct, frozen=True, kw_only=True):
    """Another price of a plan from a day on, the two prices written out."""

    subscription: str
    plan: str
    day: date
    old: str
    new: str
    with_tax: bool


def price_notice(change: PriceChange, language: Language, form: Formats, email: str) -> Notice:
    """The announcement of another price."""
    say = words(language)
    kind = say.mail.price_announced
    filled = {"plan": change.plan, "name": change.subscription, "day": form.day(change.day), "email": email}
    return Notice(
        kind.subject.format(**filled),
        [
            kind.intro.format(**filled),
            kind.old.format(price=change.old),
            kind.new.format(price=change.new),
            say.mail.with_tax if change.with_tax else say.mail.without_tax,
            kind.objection.format(**filled),
        ],
    )
