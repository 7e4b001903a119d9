"""Ways to pay that a customer keeps: cards by the provider's token, and SEPA mandates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from control.billing.customers import service as customers
from control.billing.customers.models import Customer
from control.billing.payments import queries as payment_q
from control.billing.payments.providers import queries as q
from control.billing.payments.providers.accounts import STRIPE
from control.billing.payments.providers.acting import for_seller
from control.billing.payments.providers.interface import Card
from control.billing.payments.providers.models import MethodChange, PaymentMethod
from control.billing.payments.sepa import telling
from control.core import audit, events, jobs
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest

SORTABLE = {"created_at": "m.created_at"}


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[PaymentMethod], int]:
    """The ways to pay in reach."""
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count_methods, **filters)
        return await tx.all(PaymentMethod, wanted.sorted(q.SQL.methods), **filters), total


async def get(ctx: Context, method_id: UUID) -> PaymentMethod:
    """One of them. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await find(tx, method_id)
        if found.customer_org_id != ctx.principal.organization_id:
            await ctx.audit_read(tx, "payment_method", found.id, organization_id=found.organization_id)
    return found


async def find(tx: Transaction, method_id: UUID) -> PaymentMethod:
    """The way to pay in this transaction. Raises NotFound."""
    found = await tx.maybe(PaymentMethod, q.SQL.method, id=method_id)
    if found is None:
        raise NotFound("payment method")
    return found


async def prefer(ctx: Context, method_id: UUID, _: MethodChange) -> PaymentMethod:
    """Make it the customer's default. Raises Conflict for one that is revoked."""
    async with ctx.transaction() as tx:
        before = await find(tx, method_id)
        async with for_seller(tx, before.organization_id):
            await tx.value(payment_q.SQL.lock_customer, id=before.customer_id)
            before = await find(tx, method_id)
            ctx.if_match(before.version)
            if before.status != "active":
                raise Conflict("This way to pay is revoked.")
            if not before.is_default:
                await tx.run(q.SQL.no_default, organization_id=before.organization_id, customer_id=before.customer_id)
                await tx.run(q.SQL.make_default, id=method_id)
            after = await find(tx, method_id)
            await told(tx, "payment_method.updated", before, after, ctx.actor)
    return after


async def revoke(ctx: Context, method_id: UUID) -> None:
    """Use it no more; a card is forgotten at the provider too, and of a mandate the customer hears. What is under way goes on.
    Doing so twice is as once."""
    async with ctx.transaction() as tx:
        before = await find(tx, method_id)
        ctx.if_match(before.version)
        by = "customer" if before.customer_org_id == ctx.principal.home_organization_id else "seller"
        async with for_seller(tx, before.organization_id):
            after = await revoke_for(tx, before, ctx.actor, by)
            if after is not None and after.kind == "sepa_debit":
                await telling.revoked(ctx.runtime, tx, after)


async def revoke_for(
    tx: Transaction, before: PaymentMethod, actor: audit.Actor = audit.SYSTEM, by: str | None = None
) -> PaymentMethod | None:
    """As `revoke`, in the seller's transaction; None when it was revoked before. `by` is whoever wanted it, if anybody did."""
    if not await tx.run(q.SQL.revoke_method, id=before.id, by=by):
        return None
    after = await find(tx, before.id)
    await told(tx, "payment_method.revoked", before, after, actor)
    if before.provider:
        await jobs.defer(tx, "payments.forget_card", method_id=str(before.id), organization_id=str(before.organization_id))
    return after


class Pending(msgspec.Struct, frozen=True):
    """A payment that is under way."""

    id: UUID
    reference: str
    amount: Decimal
    currency: str


async def pending(ctx: Context, method: PaymentMethod) -> list[Pending]:
    """What is being collected by a way to pay, the first 20."""
    async with ctx.transaction() as tx:
        return await tx.all(
            Pending,
            q.SQL.pending_of_method,
            organization_id=method.organization_id,
            customer_id=method.customer_id,
            id=method.id,
        )


async def chargeable(tx: Transaction, method_id: UUID, customer_id: UUID) -> PaymentMethod:
    """A card of this customer that may be charged. Raises ValidationFailed."""
    found = await tx.maybe(PaymentMethod, q.SQL.method, id=method_id)
    if found is None or found.customer_id != customer_id:
        raise ValidationFailed(FieldError("/payment_method_id", "is no way to pay of this customer"))
    if found.status != "active" or found.provider != STRIPE:
        raise ValidationFailed(FieldError("/payment_method_id", "is revoked, or no card"))
    return found


async def keep(tx: Transaction, customer: Customer, card: Card) -> UUID:
    """Keep a card that the customer allowed to be charged later; the first one is the default. Once for each token."""
    await tx.value(payment_q.SQL.lock_customer, id=customer.id)
    made = await tx.value(
        q.SQL.keep_card,
        id=new_id(),
        organization_id=customer.organization_id,
        customer_id=customer.id,
        provider=STRIPE,
        reference=card.reference,
        brand=card.brand[:40],
        last4=card.last4[:4],
        exp_month=card.exp_month,
        exp_year=card.exp_year,
    )
    key = {"organization_id": customer.organization_id, "provider": STRIPE, "reference": card.reference}
    method_id: UUID = made or await tx.value(q.SQL.method_by_reference, **key)
    if made is not None:
        await told(tx, "payment_method.added", None, await find(tx, method_id), audit.SYSTEM)
    return method_id


async def customer_to_set_up(ctx: Context, tx: Transaction, customer_id: UUID | None) -> Customer:
    """The customer for whom the caller sets a card up: themselves, or one of theirs. Raises ValidationFailed."""
    if customer_id is None:
        customer_id = await tx.value(q.SQL.own_customer, customer_org_id=ctx.principal.organization_id)
        if customer_id is None:
            raise ValidationFailed(FieldError("/customer_id", "is needed: you are nobody's customer"))
    try:
        return await customers.find(tx, customer_id)
    except NotFound:
        raise ValidationFailed(FieldError("/customer_id", "is no customer of yours")) from None


async def told(tx: Transaction, topic: str, before: PaymentMethod | None, after: PaymentMethod, actor: audit.Actor) -> None:
    """Tell the audit log and the outbox of a change."""
    await audit.record(
        tx,
        actor,
        topic,
        "payment_method",
        after.id,
        organization_id=after.organization_id,
        before=before,
        after=after,
    )
    await events.emit(tx, topic, after.organization_id, after)
