"""Mails about mandates: that one was given, revoked or refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from control.billing.customers import service as customers
from control.billing.documents.formats import formats
from control.billing.documents.words import Words, words
from control.billing.mails.notices import NOTICE, Notice, context
from control.billing.payments.providers.models import PaymentMethod
from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings, Language
from control.core import mailer
from control.core.db import Transaction
from control.core.runtime import Runtime


async def given(runtime: Runtime, tx: Transaction, method: PaymentMethod, said: Sequence[str]) -> None:
    """Confirm a mandate with all that was agreed to, in the seller's transaction."""
    await _write(runtime, tx, method, "mandate_given", said)


async def revoked(runtime: Runtime, tx: Transaction, method: PaymentMethod) -> None:
    """Tell the customer that a mandate is used no more, by themselves or by their seller."""
    await _write(runtime, tx, method, "mandate_refused" if method.revoked_by == "seller" else "mandate_revoked")


def notice(
    what: str, method: PaymentMethod, seller: BillingSettings, language: Language, link: str, said: Sequence[str] = ()
) -> Notice:
    """The sentences of a mail about a mandate. Pure."""
    say = words(language)
    kind = getattr(say.mail, what)
    filled = facts(method, seller, say, language) | {"link": link, "email": seller.email}
    lines = [line.format(**filled) for line in kind.lines]
    return Notice(kind.subject.format(**filled), [*lines, *said], [line.format(**filled) for line in kind.more])


def facts(method: PaymentMethod, seller: BillingSettings, say: Words, language: Language) -> dict[str, Any]:
    """What the sentences name."""
    form = formats(language, seller.currency, seller.page_size)
    return {
        "iban": method.iban,
        "holder": method.holder,
        "mandate": method.mandate_reference,
        "creditor": seller.creditor_id,
        "kind": getattr(say.mandate, method.mandate_kind or "recurrent"),
        "day": form.day(method.mandate_signed_on) if method.mandate_signed_on else "",
    }


async def _write(runtime: Runtime, tx: Transaction, method: PaymentMethod, what: str, said: Sequence[str] = ()) -> None:
    seller = await settings.find(tx, method.organization_id)
    customer = await customers.find(tx, method.customer_id)
    link = f"{runtime.settings.public_url.rstrip('/')}/payments/methods/{method.id}"
    filled = context(
        customer.language,
        notice(what, method, seller, customer.language, link, said),
        name=customer.contact or customer.name,
        seller=seller.legal_name,
        email=seller.email,
        colour=seller.colour,
    )
    for address in dict.fromkeys([customer.email, *customer.copies_to]):
        await mailer.send(
            tx,
            runtime.keyring,
            organization_id=method.organization_id,
            recipient=address,
            template=NOTICE,
            locale=customer.language,
            context=filled | {"reply_to": seller.email},
        )
