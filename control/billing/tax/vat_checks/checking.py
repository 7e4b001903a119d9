"""When a VAT id is asked for, and what an answer does. The register is asked with no transaction open."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from control.billing.customers.models import Customer
from control.billing.tax.ids import is_asked_of_vies, member_state_of
from control.billing.tax.vat_checks import queries as q
from control.billing.tax.vat_checks.vies import Answer, ask
from control.core import audit, events, jobs
from control.core.db import Scope, Transaction
from control.core.ids import new_id
from control.core.runtime import Runtime

AGAIN = timedelta(days=90)
"""After an answer: ids are given up and taken away, and a quarter is the longest time for which a return is filed."""
BACK_OFF = (60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)
"""Seconds after the first, second, … time without an answer; the last of them from then on, for as long as it takes."""
_SPREAD = 0.2
_STATUS = {"valid": "valid", "invalid": "invalid"}


class Watch(msgspec.Struct, frozen=True):
    """An id that is to be asked for."""

    organization_id: UUID
    customer_id: UUID
    tax_id: str


async def watch(tx: Transaction, customer: Customer, *, again: bool = False) -> bool:
    """Have a customer's id asked for when it is new or another, or `again`; false when there is nothing to ask."""
    place = {"organization_id": customer.organization_id, "customer_id": customer.id}
    if not is_asked_of_vies(customer.tax_id):
        await tx.run(q.SQL.unwatch, **place)
        return False
    pending = customer.tax_id_status == "pending_verification"
    if await tx.run(q.SQL.watch, tax_id=customer.tax_id, again=again, is_pending=pending, **place):
        await queue(tx, Watch(customer.organization_id, customer.id, customer.tax_id))
    return True


async def queue(tx: Transaction, one: Watch) -> None:
    """Queue the question. One at a time for each member state: their registers refuse more."""
    await jobs.defer(
        tx,
        "tax.check_vat_id",
        lock=f"vies:{one.tax_id[:2]}",
        organization_id=str(one.organization_id),
        customer_id=str(one.customer_id),
        tax_id=one.tax_id,
    )


async def check(runtime: Runtime, one: Watch) -> Answer:
    """Ask, and keep what was said. Raises jobs.Skip when the id is not due, another by now, or nobody is to be asked."""
    scope = Scope(one.organization_id)
    if not runtime.settings.vies_url:
        raise jobs.Skip("HCC_VIES_URL is empty")
    async with runtime.database.transaction(scope) as tx:
        attempts = await tx.value(q.SQL.claim, **msgspec.structs.asdict(one))
        own = await tx.value(q.SQL.requester, organization_id=one.organization_id)
    if attempts is None:
        raise jobs.Skip(f"{one.customer_id} is not due")
    requester = f"EL{own[2:]}" if own and own.startswith("GR") else own or ""
    if not member_state_of(requester):
        requester = ""
    answer = await ask(runtime.settings.vies_url, one.tax_id, requester)
    async with runtime.database.transaction(scope) as tx:
        await _keep(tx, one, attempts, answer)
    return answer


async def _keep(tx: Transaction, one: Watch, attempts: int, answer: Answer) -> None:
    known = answer.outcome != "unavailable"
    if not await tx.run(
        q.SQL.asked,
        attempts=0 if known else attempts + 1,
        again_in=AGAIN if known else _later(attempts),
        **msgspec.structs.asdict(one),
    ):
        # The customer has another id by now, or is gone; that one has its own question.
        return
    await tx.run(q.SQL.insert, id=new_id(), **msgspec.structs.asdict(one), **msgspec.structs.asdict(answer))
    if not known:
        # Trouble of the register takes nothing away from what was known before.
        return
    flagged: list[UUID] = []
    if answer.outcome == "invalid":
        flagged = [row.invoice_id for row in await tx.all(_Flagged, q.SQL.flag, **msgspec.structs.asdict(one))]
    changed = await tx.value(q.SQL.settle, customer_id=one.customer_id, tax_id=one.tax_id, status=_STATUS[answer.outcome])
    if changed is None and not flagged:
        return
    facts: dict[str, Any] = {
        "customer_id": one.customer_id,
        "customer_number": changed,
        "tax_id": one.tax_id,
        "consultation_number": answer.consultation_number,
        "reason": answer.reason,
        "invoices": flagged[:1000],
        "invoices_in_doubt": len(flagged),
    }
    topic = f"customer.tax_id_{answer.outcome}"
    await audit.record(tx, audit.SYSTEM, topic, "customer", one.customer_id, organization_id=one.organization_id, after=facts)
    await events.emit(tx, topic, one.organization_id, facts)


class _Flagged(msgspec.Struct, frozen=True):
    invoice_id: UUID


def _later(attempts: int) -> timedelta:
    """The pause after this many times without an answer, spread so that a crowd does not come back as one."""
    seconds = BACK_OFF[min(attempts, len(BACK_OFF) - 1)]
    return timedelta(seconds=seconds * random.uniform(1 - _SPREAD, 1 + _SPREAD))
