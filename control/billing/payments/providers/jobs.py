"""What is done with providers in the background. Each job may run twice."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec
import structlog

from control.billing.payments import moving, refunding
from control.billing.payments.providers import charging, inbox, methods
from control.billing.payments.providers import queries as q
from control.billing.payments.providers.accounts import open_provider
from control.billing.payments.providers.interface import ProviderAway, ProviderRefused, Refunded
from control.billing.settings import service as settings
from control.billing.today import today
from control.core import jobs
from control.core.db import NOBODY, Scope
from control.core.envelope import now
from control.core.errors import Conflict
from control.core.jobs import Work

log = structlog.get_logger("hcc.payments")

SILENT = timedelta(minutes=15)
"""After so long without news a provider is asked about a payment, a refund, and events are looked at again."""
GIVE_UP = timedelta(hours=24)
"""So long a payer may take to confirm a payment; then it is cancelled."""
MANY = 200


class _Silent(msgspec.Struct, frozen=True):
    organization_id: UUID
    kind: str
    id: UUID


@jobs.task("payments.event")
async def event(work: Work, *, event_id: str, organization_id: str) -> None:
    """Work on an event of the inbox."""
    await inbox.work_off(work.runtime, UUID(organization_id), UUID(event_id), last=work.last_attempt)


@jobs.task("payments.charge")
async def charge(work: Work, *, payment_id: str, organization_id: str) -> None:
    """Ask for a charge, or about it."""
    await charging.carry_out(work.runtime, UUID(organization_id), UUID(payment_id))


@jobs.task("payments.refund")
async def refund(work: Work, *, refund_id: str, organization_id: str) -> None:
    """Ask for a refund, or about it."""
    await send_refund(work, UUID(organization_id), UUID(refund_id))


@jobs.task("payments.forget_card")
async def forget_card(work: Work, *, method_id: str, organization_id: str) -> None:
    """Let the provider forget a card too."""
    async with work.runtime.database.transaction(Scope(UUID(organization_id))) as tx:
        method = await methods.find(tx, UUID(method_id))
        reference = await tx.value(q.SQL.method_reference, id=method.id)
    try:
        async with open_provider(work.runtime, UUID(organization_id)) as provider:
            await provider.forget_card(reference)
    except ProviderRefused as refused:
        # Detached already, or gone with its customer.
        log.info("card not forgotten", method_id=method_id, code=refused.code)


@jobs.task("payments.reconcile", cron="*/5 * * * *", retry=False, lock="payments.reconcile")
async def reconcile(work: Work, *, timestamp: int) -> None:
    """Ask providers about what they never told of."""
    await look_after(work, SILENT)
    log.debug("reconciled", scheduled_for=timestamp)


async def look_after(work: Work, silent: timedelta) -> int:
    """Look after what was silent for so long; how many things."""
    async with work.runtime.database.transaction(NOBODY) as tx:
        found = await tx.all(_Silent, q.SQL.silent, older_than=silent, many=MANY)
    for one in found:
        try:
            await _look_after(work, one)
        except (ProviderAway, Conflict) as error:
            log.warning("not reconciled", kind=one.kind, id=str(one.id), error=str(error))
        except Exception:
            log.exception("not reconciled", kind=one.kind, id=str(one.id))
    return len(found)


async def _look_after(work: Work, one: _Silent) -> None:
    match one.kind:
        case "payment":
            async with work.runtime.database.transaction(Scope(one.organization_id)) as tx:
                payment = await moving.find(tx, one.id)
            give_up = payment.created_at < now() - GIVE_UP
            await charging.carry_out(work.runtime, one.organization_id, one.id, give_up=give_up)
        case "refund":
            await send_refund(work, one.organization_id, one.id)
        case _:
            await inbox.work_off(work.runtime, one.organization_id, one.id, last=False)


async def send_refund(work: Work, organization_id: UUID, refund_id: UUID) -> None:
    """Ask the provider for a refund; the same key as before gives the same refund. Raises ProviderAway."""
    scope = Scope(organization_id)
    async with work.runtime.database.transaction(scope) as tx:
        wanted = await refunding.find(tx, refund_id)
        payment = await moving.find(tx, wanted.payment_id)
    if wanted.status != "pending" or payment.provider_reference is None:
        raise jobs.Skip("the refund is done")
    async with open_provider(work.runtime, organization_id) as provider:
        try:
            if wanted.provider_reference is None:
                made = await provider.refund(refund_id, payment.provider_reference, wanted.amount, payment.currency)
            else:
                made = await provider.look_up_refund(wanted.provider_reference)
        except ProviderRefused as refused:
            log.warning("refund refused", refund_id=str(refund_id), code=refused.code)
            made = Refunded(
                reference="",
                charge=payment.provider_reference,
                amount=wanted.amount,
                status="failed",
                failure_code=refused.code or "refused",
            )
    async with work.runtime.database.transaction(scope) as tx:
        payment = await moving.hold(tx, payment.id)
        seller = await settings.find(tx, organization_id)
        now_ = next(one for one in payment.refunds if one.id == refund_id)
        await refunding.settle(
            tx,
            payment,
            now_,
            status=made.status,
            reference=made.reference or None,
            failure_code=made.failure_code,
            on=today(seller.timezone),
        )
