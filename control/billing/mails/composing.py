"""A mail's words and parts, in the language of its invoice."""

from __future__ import annotations

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from control.billing.documents.formats import formats
from control.billing.documents.paper import Paper
from control.billing.documents.words import words
from control.billing.mails.models import What
from control.billing.mails.notices import NO_FACTS, NOTICE, Facts, context, notice
from control.core import mailer

_FOLDER = Path(__file__).with_name("templates")


class Written(msgspec.Struct, frozen=True):
    """A mail's words."""

    subject: str
    text: str
    html: str


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends what to whom. `sender` is the platform's own address, whose domain the mail servers know."""

    sender: str
    message_id: str
    recipients: list[str]
    file_name: str


@lru_cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def written(paper: Paper, message: str, *, is_hybrid: bool, what: What = "invoice", facts: Facts = NO_FACTS) -> Written:
    """The words of a mail that carries a document, or is about one."""
    if what != "invoice":
        return _about(paper, message, what, facts)
    invoice = paper.invoice
    say = words(invoice.language)
    form = formats(invoice.language, invoice.currency, paper.look.page_size)
    filled = {
        "number": paper.number,
        "seller": paper.seller.legal_name,
        "date": form.day(paper.issued_on),
        "total": form.money(invoice.total),
        "name": paper.buyer.contact or paper.buyer.name,
        "amount": form.money(invoice.balance),
        "email": paper.seller.email,
    }
    owes = invoice.kind != "credit_note" and invoice.status in ("sent", "partially_paid", "overdue") and invoice.balance > 0
    due = say.mail.due.format(**filled | {"date": form.day(paper.due_date)}) if owes else ""
    if facts.by and facts.amount is not None:
        # Whether that was done already when the mail goes out makes no difference to it.
        due = getattr(say.mail, f"by_{facts.by}").format(amount=form.money(facts.amount), card=facts.card)
    shown = {
        "language": invoice.language,
        "direction": say.direction,
        "greeting": say.mail.greeting.format(**filled),
        "intro": say.mail.intro[invoice.kind].format(**filled),
        "message": message,
        "due": due,
        "structured": say.mail.structured if is_hybrid else "",
        "closing": say.mail.closing,
        "seller": paper.seller.legal_name,
        "automatic": say.mail.automatic.format(**filled),
        "colour": paper.look.colour,
    }
    return Written(
        subject=" ".join(say.mail.subject[invoice.kind].format(**filled).split()),
        text=_template("invoice.txt").render(shown),
        html=_template("invoice.html").render(shown),
    )


def _about(paper: Paper, message: str, what: What, facts: Facts) -> Written:
    language, found = notice(what, paper, facts)
    filled = context(
        language,
        found,
        name=paper.buyer.contact or paper.buyer.name,
        seller=paper.seller.legal_name,
        email=paper.seller.email,
        colour=paper.look.colour,
        message=message,
    )
    rendered = mailer.render(NOTICE, language, filled)
    return Written(rendered.subject, rendered.text, rendered.html)


def composed(paper: Paper, said: Written, envelope: Envelope, document: bytes) -> EmailMessage:
    """The message with its document. Raises ValueError when an address is none: a line break cannot enter a header."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=paper.seller.legal_name, addr_spec=parseaddr(envelope.sender)[1])
    message["Reply-To"] = Address(display_name=paper.seller.legal_name, addr_spec=paper.seller.email)
    first, *copies = (Address(addr_spec=one) for one in envelope.recipients)
    message["To"] = first
    if copies:
        message["Cc"] = copies
    message["Subject"] = said.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = envelope.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notices back
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(said.text)
    message.add_alternative(said.html, subtype="html")
    message.add_attachment(document, maintype="application", subtype="pdf", filename=envelope.file_name)
    return message
