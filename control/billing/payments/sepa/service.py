"""The files with which invoices are collected from the accounts of mandates."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from stdnum.eu import at_02
from stdnum.exceptions import ValidationError

from control.billing.customers import service as customers
from control.billing.payments import moving
from control.billing.payments import service as payments
from control.billing.payments.providers import methods
from control.billing.payments.sepa import queries as q
from control.billing.payments.sepa.days import is_open, next_open
from control.billing.payments.sepa.eligibility import Candidate, sequence_of, why_not
from control.billing.payments.sepa.ibans import wants_address
from control.billing.payments.sepa.models import MOST_DEBITS, Batch, MadeBatch, NewBatch, Nothing, Skipped
from control.billing.payments.sepa.pain008 import Creditor, Debit, Sequence_, write
from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings
from control.billing.today import today
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.envelope import now
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest
from control.core.words import N_, said

SORTABLE = {"created_at": "b.created_at", "collected_on": "b.collected_on"}
LATEST = timedelta(days=365)


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Batch], int]:
    """The files in reach."""
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count_batches, **filters)
        return await tx.all(Batch, wanted.sorted(q.SQL.batches), **filters), total


async def get(ctx: Context, batch_id: UUID) -> Batch:
    """One file. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await _find(tx, batch_id)
        await ctx.audit_read(tx, "sepa_batch", found.id, organization_id=found.organization_id)
    return found


async def document(ctx: Context, batch_id: UUID) -> tuple[Batch, bytes]:
    """The file itself, the same each time. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await _find(tx, batch_id)
        await ctx.audit_read(tx, "sepa_batch", found.id, organization_id=found.organization_id)
        return found, bytes(await tx.value(q.SQL.document, id=batch_id))


async def create(ctx: Context, tx: Transaction, data: NewBatch) -> MadeBatch:
    """Write a file of direct debits, with a pending payment for each. Raises ValidationFailed; Conflict when none can be."""
    seller = await settings.find(tx, ctx.principal.organization_id)
    creditor = _creditor(seller)
    on = today(seller.timezone)
    if data.collected_on <= on or data.collected_on > on + LATEST:
        words = said("must be between %(first)s and %(last)s", first=on + timedelta(days=1), last=on + LATEST)
        raise ValidationFailed(FieldError("/collected_on", words))
    if not is_open(data.collected_on):
        words = said("banks are closed; the next day is %(day)s", day=next_open(data.collected_on))
        raise ValidationFailed(FieldError("/collected_on", words))
    found = await _candidates(tx, seller, data)
    await tx.all(_Id, q.SQL.lock_customers, ids=[one.customer_id for one in found])
    # Again, now that nobody else begins a payment of them.
    found = await _candidates(tx, seller, data)
    skipped = [
        Skipped(invoice_id=one.invoice_id, invoice_number=one.invoice_number, reason=reason)
        for one in found
        if (reason := why_not(one, data.collected_on))
    ]
    known = {one.invoice_id for one in found}
    skipped += [
        Skipped(invoice_id=missing, invoice_number=None, reason="is no invoice of yours")
        for missing in sorted(set(data.invoice_ids or ()) - known)
    ]
    without = {one.invoice_id for one in skipped}
    chosen = _sequenced([one for one in found if one.invoice_id not in without], set(data.final_mandates))
    if not chosen:
        raise Conflict("No invoice can be collected.", details={"skipped": msgspec.to_builtins(skipped[:100])})
    batch_id = new_id()
    message_id = f"HCC{batch_id.hex[:27].upper()}"
    debits = [_debit(one, sequence, new_id()) for one, sequence in chosen]
    file = write(message_id, now(), creditor, data.scheme, data.collected_on, debits)
    total = sum((one.amount for one in debits), Decimal(0))
    await tx.run(
        q.SQL.insert_batch,
        id=batch_id,
        organization_id=seller.organization_id,
        message_id=message_id,
        scheme=data.scheme,
        collected_on=data.collected_on,
        payments=len(debits),
        total=total,
        document=file,
        sha256=hashlib.sha256(file).digest(),
    )
    for (one, sequence), debit in zip(chosen, debits, strict=True):
        await _begin(tx, ctx, seller, data, batch_id, one, sequence, debit)
    await tx.run(q.SQL.mandate_used, on=data.collected_on, ids=list({one.mandate_id for one, _ in chosen}))
    for mandate_id in {one.mandate_id for one, sequence in chosen if sequence in ("FNAL", "OOFF")} - {None}:
        await methods.revoke_for(tx, await methods.find(tx, mandate_id), ctx.actor)  # type: ignore[arg-type]  # None is taken out
    made = await _find(tx, batch_id)
    await _told(ctx, tx, "created", None, made)
    return MadeBatch(skipped=skipped, **msgspec.structs.asdict(made))


async def submit(ctx: Context, batch_id: UUID, _: Nothing) -> Batch:
    """Note that the file went to the bank. Raises Conflict when it was cancelled."""
    return await _to(ctx, batch_id, "submitted", ("created", "submitted"))


async def cancel(ctx: Context, batch_id: UUID, _: Nothing) -> Batch:
    """The file will not be collected: its payments are cancelled. Raises Conflict when one came in."""
    async with ctx.transaction() as tx:
        before = await _find(tx, batch_id, lock=True)
        ctx.if_match(before.version)
        key = {"organization_id": before.organization_id, "batch_id": batch_id}
        if await tx.value(q.SQL.came_in, **key):
            raise Conflict("Payments of this file came in already.")
        for one in await tx.all(_Id, q.SQL.pending_of_batch, **key):
            await moving.fail(tx, await moving.hold(tx, one.id), status="cancelled", actor=ctx.actor)
        await tx.run(q.SQL.set_status, id=batch_id, status="cancelled")
        after = await _find(tx, batch_id)
        await _told(ctx, tx, "cancelled", before, after)
    return after


class _Id(msgspec.Struct, frozen=True):
    id: UUID


_STANDS = {
    "created": N_("The file is created."),
    "submitted": N_("The file is submitted."),
    "cancelled": N_("The file is cancelled."),
}


async def _to(ctx: Context, batch_id: UUID, status: str, allowed: tuple[str, ...]) -> Batch:
    async with ctx.transaction() as tx:
        before = await _find(tx, batch_id, lock=True)
        ctx.if_match(before.version)
        if before.status not in allowed:
            raise Conflict(_STANDS[before.status], details={"status": before.status})
        if before.status == status:
            return before
        await tx.run(q.SQL.set_status, id=batch_id, status=status)
        after = await _find(tx, batch_id)
        await _told(ctx, tx, status, before, after)
    return after


async def _find(tx: Transaction, batch_id: UUID, *, lock: bool = False) -> Batch:
    if lock:
        await tx.value(q.SQL.lock_batch, id=batch_id)
    found = await tx.maybe(Batch, q.SQL.batch, id=batch_id)
    if found is None:
        raise NotFound("file of direct debits")
    return found


async def _candidates(tx: Transaction, seller: BillingSettings, data: NewBatch) -> list[Candidate]:
    return await tx.all(
        Candidate,
        q.SQL.candidates,
        organization_id=seller.organization_id,
        scheme=data.scheme,
        invoice_ids=data.invoice_ids,
        due_by=data.collected_on,
        most=MOST_DEBITS,
    )


def _sequenced(chosen: Sequence[Candidate], final: set[UUID]) -> list[tuple[Candidate, Sequence_]]:
    """Each with its sequence type; a mandate for one collection collects once, and a last one is the last."""
    last = {one.mandate_id: one.invoice_id for one in chosen}
    seen: set[UUID | None] = set()
    found = []
    for one in chosen:
        first = one.mandate_id not in seen
        if one.mandate_kind == "one_off" and not first:
            continue
        is_final = one.mandate_id in final and last[one.mandate_id] == one.invoice_id
        found.append((one, sequence_of(one, first=first, final=is_final)))
        seen.add(one.mandate_id)
    return found


def _debit(one: Candidate, sequence: Sequence_, payment_id: UUID) -> Debit:
    assert one.mandate_signed_on is not None
    return Debit(
        end_to_end_id=payment_id.hex,
        amount=one.balance,
        sequence=sequence,
        mandate_reference=one.mandate_reference or "",
        mandate_signed_on=one.mandate_signed_on,
        name=one.holder or "",
        iban=one.iban or "",
        bic=one.bic or "",
        remittance=one.invoice_number or "",
        address=one.address if wants_address(one.iban or "") else None,
    )


async def _begin(
    tx: Transaction,
    ctx: Context,
    seller: BillingSettings,
    data: NewBatch,
    batch_id: UUID,
    one: Candidate,
    sequence: Sequence_,
    debit: Debit,
) -> None:
    payment = await payments.begin(
        tx,
        await customers.find(tx, one.customer_id),
        payment_id=UUID(debit.end_to_end_id),
        method="sepa_debit",
        currency="EUR",
        amount=debit.amount,
        invoice_id=one.invoice_id,
        payment_method_id=one.mandate_id,
        reference=one.invoice_number or "",
        sepa_batch_id=batch_id,
        sequence_type=sequence,
    )
    announced = {
        "payment_id": payment.id,
        "customer_id": one.customer_id,
        "invoice_id": one.invoice_id,
        "invoice_number": one.invoice_number,
        "amount": payment.amount,
        "currency": payment.currency,
        "collected_on": data.collected_on,
        "mandate_reference": one.mandate_reference,
        "creditor_id": seller.creditor_id,
    }
    await moving.told(tx, payment, "payment.announced", ctx.actor, announced)


def _creditor(seller: BillingSettings) -> Creditor:
    if not seller.iban:
        words = N_("The billing settings lack iban.")
        raise Conflict(words if seller.creditor_id else N_("The billing settings lack iban and creditor_id."))
    if not seller.creditor_id:
        raise Conflict("The billing settings lack creditor_id.")
    try:
        creditor_id = at_02.validate(seller.creditor_id)
    except ValidationError:
        raise Conflict("The creditor id of the billing settings is not valid (EPC262-08).") from None
    return Creditor(name=seller.account_holder or seller.legal_name, iban=seller.iban, bic=seller.bic, creditor_id=creditor_id)


async def _told(ctx: Context, tx: Transaction, what: str, before: Batch | None, after: Batch) -> None:
    await ctx.audit(
        tx,
        f"sepa_batch.{what}",
        "sepa_batch",
        after.id,
        organization_id=after.organization_id,
        before=before,
        after=after,
    )
    await events.emit(tx, f"sepa_batch.{what}", after.organization_id, after)
