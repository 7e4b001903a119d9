"""Schedules, and the cases of invoices: reading, stopping, going on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from psycopg.errors import ForeignKeyViolation
from psycopg.types.json import Jsonb

from control.billing.customers import service as customers
from control.billing.dunning import queries as q
from control.billing.dunning.models import (
    CustomerDunning,
    DunningCase,
    DunningSchedule,
    NewDunningSchedule,
    OpenCase,
    Stop,
    Stopped,
    TakenStep,
)
from control.billing.invoices import service as invoices
from control.billing.money import number_error, present
from control.billing.texts import line_error, paragraph_error
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.few import Named, few
from control.core.words import N_
from control.monitoring import kept

SORTABLE = {"created_at": "created_at", "name": "name"}
KIND = kept.kind(
    "schedule", "dunning_schedule", q.SQL, "schedules", 100, "There is a schedule of this name, or a default one, already."
)
ROWS: kept.Rows[DunningSchedule] = kept.Rows(KIND, DunningSchedule)
_LARGEST_FEE = Decimal(10_000)


async def create(ctx: Context, tx: Transaction, data: NewDunningSchedule) -> DunningSchedule:
    """A new schedule. Raises ValidationFailed, Conflict."""
    return await kept.create(ctx, tx, KIND, DunningSchedule, _columns(data))


async def replace(ctx: Context, schedule_id: UUID, data: NewDunningSchedule) -> DunningSchedule:
    """Set all; invoices that are overdue already go on with the steps as they were. Raises as `create`."""
    return await kept.update(ctx, KIND, DunningSchedule, schedule_id, _columns(data))


async def delete(ctx: Context, schedule_id: UUID) -> None:
    """Delete a schedule that no plan names. Raises Conflict."""
    try:
        await ROWS.delete(ctx, schedule_id)
    except ForeignKeyViolation:
        raise Conflict("Plans name this schedule; give them another one first.") from None


async def plans_of(ctx: Context, schedule_id: UUID) -> list[Named]:
    """The first plans that name a schedule."""
    return await few(ctx, q.SQL.plans_of, id=schedule_id)


async def case(ctx: Context, invoice_id: UUID) -> DunningCase:
    """What is done about an invoice, and what was. Raises NotFound for one that never was overdue."""
    async with ctx.transaction() as tx:
        await invoices.find(tx, invoice_id)
        return await _case(tx, invoice_id)


async def of_customer(ctx: Context, customer_id: UUID) -> CustomerDunning:
    """What a customer is reminded of, or why of nothing. Raises NotFound."""
    async with ctx.transaction() as tx:
        await _own_customer(ctx, tx, customer_id)
        stopped = await tx.maybe(Stopped, q.SQL.stop_of_customer, customer_id=customer_id)
        return CustomerDunning(stopped=stopped, cases=await tx.all(OpenCase, q.SQL.open_of_customer, customer_id=customer_id))


async def stop(ctx: Context, invoice_id: UUID, data: Stop) -> DunningCase:
    """Take no further step over an invoice. Raises NotFound, Conflict when it is stopped."""
    return await _set(ctx, invoice_id, q.SQL.stop, "dunning.stopped", N_("Its reminders are stopped already."), data)


async def go_on(ctx: Context, invoice_id: UUID) -> DunningCase:
    """Go on with the steps; those whose day has come are taken with the next run, one a run. Raises NotFound, Conflict."""
    return await _set(ctx, invoice_id, q.SQL.go_on, "dunning.continued", N_("Its reminders are not stopped."), Stop(reason="-"))


async def _set(ctx: Context, invoice_id: UUID, statement: str, topic: str, words: str, data: Stop) -> DunningCase:
    if error := paragraph_error("/reason", data.reason):
        raise ValidationFailed(error)
    async with ctx.transaction() as tx:
        invoice = await invoices.find_own(ctx, tx, invoice_id)
        before = await _case(tx, invoice_id)
        if not await tx.run(statement, invoice_id=invoice_id, reason=data.reason):
            raise Conflict(words)
        told = {"invoice_id": invoice_id, "reason": data.reason}
        await ctx.audit(tx, topic, "invoice", invoice_id, organization_id=invoice.organization_id, after=told)
        await events.emit(tx, topic, before.organization_id, told)
        return await _case(tx, invoice_id)


async def stop_customer(ctx: Context, customer_id: UUID, data: Stop) -> None:
    """Take no step over any invoice of a customer. Raises NotFound."""
    if error := paragraph_error("/reason", data.reason):
        raise ValidationFailed(error)
    async with ctx.transaction() as tx:
        customer = await _own_customer(ctx, tx, customer_id)
        if await tx.run(
            q.SQL.stop_customer, customer_id=customer_id, organization_id=customer.organization_id, reason=data.reason
        ):  # fmt: skip
            await _tell(ctx, tx, "dunning.stopped", customer_id, customer.organization_id, data.reason)


async def go_on_customer(ctx: Context, customer_id: UUID) -> None:
    """Go on with a customer's invoices. Raises NotFound."""
    async with ctx.transaction() as tx:
        customer = await _own_customer(ctx, tx, customer_id)
        if await tx.run(q.SQL.go_on_customer, customer_id=customer_id):
            await _tell(ctx, tx, "dunning.continued", customer_id, customer.organization_id, "")


async def _own_customer(ctx: Context, tx: Transaction, customer_id: UUID) -> Any:
    found = await customers.find(tx, customer_id)
    if found.customer_org_id == ctx.principal.organization_id and found.organization_id != ctx.principal.organization_id:
        raise NotFound("customer of yours")
    return found


async def _tell(ctx: Context, tx: Transaction, topic: str, customer_id: UUID, organization_id: UUID, reason: str) -> None:
    told = {"customer_id": customer_id, "reason": reason}
    await ctx.audit(tx, topic, "customer", customer_id, organization_id=organization_id, after=told)
    await events.emit(tx, topic, organization_id, told)


async def _case(tx: Transaction, invoice_id: UUID) -> DunningCase:
    found = await tx.maybe(DunningCase, q.SQL.case, invoice_id=invoice_id)
    if found is None:
        raise NotFound("case: this invoice never was overdue")
    return msgspec.structs.replace(found, taken=await tx.all(TakenStep, q.SQL.taken, invoice_id=invoice_id))


def _columns(data: NewDunningSchedule) -> dict[str, Any]:
    errors = present([line_error("/name", data.name)])
    before = 0
    for n, step in enumerate(data.steps):
        pointer = f"/steps/{n}"
        if step.days < before:
            errors.append(FieldError(f"{pointer}/days", "must not be before the step above it"))
        before = step.days
        if (step.action == "late_fee") != (step.fee is not None):
            errors.append(FieldError(f"{pointer}/fee", "is for late_fee, and needed there"))
        elif step.fee is not None:
            errors += present([number_error(f"{pointer}/fee", step.fee, 2, least=Decimal("0.01"), most=_LARGEST_FEE)])
        errors += present([paragraph_error(f"{pointer}/text", step.text)])
    if any(step.action == "write_off" for step in data.steps[:-1]):
        errors.append(FieldError("/steps", "end with write_off, where it is one of them"))
    if errors:
        raise ValidationFailed(errors)
    return {"name": data.name, "is_default": data.is_default, "steps": Jsonb(msgspec.to_builtins(data.steps))}
