"""Announcing another price of a subscription to its customer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from control.billing.catalogue import prices
from control.billing.catalogue.models import Price
from control.billing.collecting import queries as q
from control.billing.documents.formats import Formats, formats
from control.billing.documents.words import Words, words
from control.billing.mails.notices import NOTICE, PriceChange, context, price_notice
from control.billing.settings import service as settings
from control.billing.subscriptions.models import Row
from control.billing.subscriptions.periods import containing
from control.billing.subscriptions.state import load
from control.core import jobs, mailer
from control.core.db import Scope
from control.core.runtime import Runtime


async def announce(runtime: Runtime, organization_id: UUID, event_id: UUID, told: dict[str, Any]) -> int:
    """Write to the customer about a new price, once for each announcement; to how many addresses.

    Raises Skip when that was done, or the price will not be charged after all.
    """
    to_price_id = UUID(told["to_price_id"])
    async with runtime.database.transaction(Scope(organization_id)) as tx:
        states = await load(tx, [UUID(told["id"])])
        if not states:
            raise jobs.Skip("the subscription is gone")
        [state] = states
        sub = state.sub
        item = next((one for one in state.items if one.next_price_id == to_price_id and one.ended_on is None), None)
        day = starts_on(sub, date.fromisoformat(told["effective_from"]))
        stop = sub.cancels_on or sub.ends_on
        if item is None or sub.status in ("cancelled", "ended") or (stop is not None and stop <= day):
            raise jobs.Skip("the price will not be charged")
        seller, customer = await settings.find(tx, organization_id), state.customer
        form, say = formats(customer.language, sub.currency, seller.page_size), words(customer.language)
        old, new = [await prices.find(tx, one) for one in (UUID(told["price_id"]), to_price_id)]
        change = PriceChange(
            subscription=sub.name,
            plan=item.name,
            day=day,
            old=priced(old, item.quantity, form, say),
            new=priced(new, item.quantity, form, say),
            with_tax=sub.prices_include_tax,
        )
        addresses = list(dict.fromkeys([customer.email, *customer.copies_to]))
        noted = await tx.value(
            q.SQL.note_announcement,
            id=event_id,
            organization_id=organization_id,
            customer_org_id=sub.customer_org_id,
            subscription_id=sub.id,
            effective_on=day,
            detail=Jsonb({**told, "old": change.old, "new": change.new, "recipients": addresses}),
        )
        if noted is None:
            raise jobs.Skip("it was announced")
        filled = context(
            customer.language,
            price_notice(change, customer.language, form, seller.email),
            name=customer.contact or customer.name,
            seller=seller.legal_name,
            email=seller.email,
            colour=seller.colour,
        )
        for address in addresses:
            await mailer.send(
                tx,
                runtime.keyring,
                organization_id=organization_id,
                recipient=address,
                template=NOTICE,
                locale=customer.language,
                context=filled | {"reply_to": seller.email},
            )
    return len(addresses)


def starts_on(sub: Row, effective_from: date) -> date:
    """The first day of the first period that begins on or after a day and is not charged yet. Pure."""
    period = containing(sub.anchor, sub.interval, effective_from)
    return max(period.start if period.start == effective_from else period.end, sub.billed_until)


def priced(price: Price, quantity: int, form: Formats, say: Words) -> str:
    """A price in words, such as `3 x €5.00 a month`; bands one after the other. Pure."""
    if price.tiers:
        bands, above = [], Decimal(0)
        for tier in price.tiers:
            until = f"> {form.number(above)}" if tier.up_to is None else f"\u2264 {form.number(tier.up_to)}"
            fee = f" + {form.exact(tier.flat_fee)}" if tier.flat_fee else ""
            bands.append(f"{until}: {form.exact(tier.unit_price)}{fee}")
            above = tier.up_to or above
        money = "; ".join(bands)
    else:
        money = form.exact(price.amount)
    if price.model == "metered" and price.meter is not None:
        return f"{money} / {price.meter.unit_name}"
    many = f"{quantity} x " if price.model == "per_unit" and quantity != 1 else ""
    return f"{many}{money} {say.mail.intervals[price.interval]}"
