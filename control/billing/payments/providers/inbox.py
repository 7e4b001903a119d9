"""Events of providers. Each is taken once and worked on by a job, which asks the provider what is true now; so it does not
matter in which order they come, how late, or how often. What never comes is found by the reconciliation in jobs.py."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog

from control.billing.customers import service as customers
from control.billing.payments import disputing, moving, refunding
from control.billing.payments import queries as payment_q
from control.billing.payments.models import CAME_IN, Payment
from control.billing.payments.providers import charging, methods
from control.billing.payments.providers import queries as q
from control.billing.payments.providers.accounts import STRIPE, keys_of, open_provider
from control.billing.payments.providers.interface import Provider, ProviderRefused, Refunded, SignatureWrong
from control.billing.payments.providers.models import ProviderEvent, Taken
from control.billing.settings import service as settings
from control.billing.today import today
from control.core import jobs
from control.core.context import Context
from control.core.db import Scope
from control.core.errors import BadRequest, NotFound
from control.core.ids import new_id
from control.core.pagination import PageRequest
from control.core.runtime import Runtime

log = structlog.get_logger("hcc.payments")
SORTABLE = {"received_at": "e.received_at"}
_LONGEST = 255


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[ProviderEvent], int]:
    """The events of the own organisation."""
    params = {"own": ctx.principal.organization_id, **filters}
    async with ctx.transaction("own") as tx:
        total = await tx.value(q.SQL.count_events, **params)
        return await tx.all(ProviderEvent, wanted.sorted(q.SQL.events), **params), total


async def take(runtime: Runtime, organization_id: UUID, body: bytes, signature: str | None) -> Taken:
    """Check an event's signature and put it into the inbox, with a job for it. Raises NotFound, BadRequest."""
    from control.billing.payments.providers.stripe_provider import parse_event  # see accounts.py

    async with runtime.database.transaction(Scope(organization_id)) as tx:
        keys = await keys_of(runtime, tx, organization_id)
        if keys is None:
            raise NotFound("receiver of events")
        try:
            event = parse_event(keys.webhook_secret, body, signature)
        except SignatureWrong as wrong:
            raise BadRequest("The signature is not good, or too old.") from wrong
        if max(len(event.event_id), len(event.object_id)) > _LONGEST:
            raise BadRequest("An id is too long.")
        taken = await tx.value(
            q.SQL.take_event,
            id=new_id(),
            organization_id=organization_id,
            provider=STRIPE,
            event_id=event.event_id,
            topic=event.topic[:100],
            object_kind=event.object_kind[:60],
            object_id=event.object_id,
            happened_at=event.happened_at,
        )
        if taken is not None:
            await jobs.defer(tx, "payments.event", event_id=str(taken), organization_id=str(organization_id))
    return Taken(known=taken is None)


async def work_off(runtime: Runtime, organization_id: UUID, event_id: UUID, *, last: bool) -> None:
    """Do what an event asks for; once, also when several jobs do so. Raises ProviderAway, unless this was the last attempt."""
    scope = Scope(organization_id)
    async with runtime.database.transaction(scope) as tx:
        event = await tx.maybe(ProviderEvent, q.SQL.event, id=event_id)
    if event is None or event.status not in ("received", "failed"):
        raise jobs.Skip("the event was worked on")
    try:
        async with open_provider(runtime, organization_id) as provider:
            outcome, detail = await _outcome(runtime, organization_id, provider, event), ""
    except ProviderRefused as refused:
        outcome, detail = ("unknown" if refused.unknown else "failed"), refused.message[:300]
    except Exception as error:
        if not last:
            raise
        log.exception("event failed", event_id=event.event_id)
        outcome, detail = "failed", type(error).__name__
    async with runtime.database.transaction(scope) as tx:
        await tx.run(q.SQL.end_event, id=event_id, status=outcome, detail=detail)


async def _outcome(runtime: Runtime, organization_id: UUID, provider: Provider, event: ProviderEvent) -> str:
    match event.object_kind:
        case "payment_intent":
            return await _charge(runtime, organization_id, provider, event.object_id)
        case "refund":
            return await _refund(runtime, organization_id, await provider.look_up_refund(event.object_id))
        case "dispute":
            return await _dispute(runtime, organization_id, provider, event.object_id)
        case "setup_intent":
            return await _set_up(runtime, organization_id, provider, event.object_id)
        case "payment_method" if event.topic == "payment_method.detached":
            return await _detached(runtime, organization_id, event.object_id)
    return "ignored"


async def _charge(runtime: Runtime, organization_id: UUID, provider: Provider, reference: str) -> str:
    charge = await provider.look_up_charge(reference)
    payment = await _payment(runtime, organization_id, reference, charge.payment_id)
    if payment is None:
        return "unknown"
    if payment.provider_reference is None:
        # The process that began it has not come to write its answer down.
        async with runtime.database.transaction(Scope(organization_id)) as tx:
            await charging.apply(tx, payment.id, charge)
    await charging.carry_out(runtime, organization_id, payment.id)
    return "processed"


async def _refund(runtime: Runtime, organization_id: UUID, refunded: Refunded) -> str:
    payment = await _payment(runtime, organization_id, refunded.charge, None)
    if payment is None:
        return "unknown"
    if payment.status not in CAME_IN:
        payment = await charging.carry_out(runtime, organization_id, payment.id)
    async with runtime.database.transaction(Scope(organization_id)) as tx:
        payment = await moving.hold(tx, payment.id)
        seller = await settings.find(tx, organization_id)
        on = today(seller.timezone)
        refund_id = await tx.value(
            payment_q.SQL.refund_by_reference, organization_id=organization_id, provider=STRIPE, reference=refunded.reference
        )
        refund_id = refund_id or refunded.refund_id
        ours = next((one for one in payment.refunds if one.id == refund_id), None)
        if ours is None and refunded.status != "failed":
            # Made at the provider, by its own panel.
            left = payment.amount - payment.refunded - payment.disputed
            if payment.status not in CAME_IN or refunded.amount > left:
                return "unknown"
            await refunding.write(
                tx,
                payment,
                seller,
                amount=refunded.amount,
                reason="Refunded at the provider",
                status=refunded.status,
                on=on,
                reference=refunded.reference,
            )
        elif ours is not None:
            await refunding.settle(
                tx,
                payment,
                ours,
                status=refunded.status,
                reference=refunded.reference,
                failure_code=refunded.failure_code,
                on=on,
            )
    return "processed"


async def _dispute(runtime: Runtime, organization_id: UUID, provider: Provider, reference: str) -> str:
    disputed = await provider.look_up_dispute(reference)
    payment = await _payment(runtime, organization_id, disputed.charge, None)
    if payment is None:
        return "unknown"
    if payment.status not in CAME_IN:
        payment = await charging.carry_out(runtime, organization_id, payment.id)
    async with runtime.database.transaction(Scope(organization_id)) as tx:
        payment = await moving.hold(tx, payment.id)
        seller = await settings.find(tx, organization_id)
        applied = await disputing.apply(tx, payment, seller, disputed.claim, on=today(seller.timezone))
    return "unknown" if applied is None else "processed"


async def _set_up(runtime: Runtime, organization_id: UUID, provider: Provider, reference: str) -> str:
    found = await provider.look_up_set_up(reference)
    if found.status != "succeeded" or found.method is None:
        return "ignored"
    scope = Scope(organization_id)
    async with runtime.database.transaction(scope) as tx:
        customer_id = await tx.value(
            q.SQL.customer_of_reference, organization_id=organization_id, provider=STRIPE, reference=found.customer
        )
    if customer_id is None:
        return "unknown"
    card = await provider.look_up_card(found.method)
    async with runtime.database.transaction(scope) as tx:
        await methods.keep(tx, await customers.find(tx, customer_id), card)
    return "processed"


async def _detached(runtime: Runtime, organization_id: UUID, reference: str) -> str:
    async with runtime.database.transaction(Scope(organization_id)) as tx:
        key = {"organization_id": organization_id, "provider": STRIPE, "reference": reference}
        method_id = await tx.value(q.SQL.method_by_reference, **key)
        if method_id is None:
            return "unknown"
        await methods.revoke_for(tx, await methods.find(tx, method_id))
    return "processed"


async def _payment(runtime: Runtime, organization_id: UUID, reference: str, ours: UUID | None) -> Payment | None:
    """The seller's payment of a charge: by the provider's reference, or by our id that the charge carries."""
    async with runtime.database.transaction(Scope(organization_id)) as tx:
        found = await tx.value(payment_q.SQL.by_reference, organization_id=organization_id, provider=STRIPE, reference=reference)
        wanted: UUID | None = found or ours
        if wanted is None:
            return None
        try:
            payment = await moving.find(tx, wanted)
        except NotFound:
            return None
    if payment.organization_id != organization_id or payment.provider != STRIPE:
        return None
    return payment if payment.provider_reference in (None, reference) else None
