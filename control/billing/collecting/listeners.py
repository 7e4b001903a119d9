"""What events set going. A listener may be called twice for one event: each mail and each charge has a key of its own."""

from __future__ import annotations

from uuid import UUID

from control.billing.collecting import queries as q
from control.billing.collecting import telling
from control.core import jobs
from control.core.db import Transaction
from control.core.events import Event, on


@on("invoice.finalised")
async def finalised(tx: Transaction, event: Event) -> None:
    """An invoice of subscriptions is mailed and charged."""
    told = event.payload
    if told["kind"] != "invoice":
        return
    if told.get("subscription_id") or await tx.value(q.SQL.is_of_subscription, invoice_id=UUID(told["id"])):
        await jobs.defer(tx, "billing.collect", organization_id=str(event.organization_id), invoice_id=told["id"])


@on("payment.failed")
@on("payment.requires_action")
async def not_paid(tx: Transaction, event: Event) -> None:
    """The customer hears of a charge that was made without them and did not come in."""
    await telling.payment(tx, event.organization_id, UUID(event.payload["id"]))


@on("payment.announced")
async def announced(tx: Transaction, event: Event) -> None:
    """A direct debit is announced to who pays it."""
    await telling.debit(tx, event.organization_id, event.payload)


@on("payment_method.added")
@on("payment_method.updated")
async def new_card(tx: Transaction, event: Event) -> None:
    """A card that became the default one pays what is open."""
    told = event.payload
    if told["kind"] == "card" and told["is_default"] and told["status"] == "active":
        await jobs.defer(
            tx,
            "billing.collect_with_card",
            organization_id=str(event.organization_id),
            customer_id=told["customer_id"],
            method_id=told["id"],
        )


@on("subscription.price_announced")
async def new_price(tx: Transaction, event: Event) -> None:
    """Another price is announced to who will pay it."""
    await jobs.defer(
        tx,
        "billing.announce_price",
        organization_id=str(event.organization_id),
        event_id=str(event.event_id),
        told=event.payload,
    )
