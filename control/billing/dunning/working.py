"""Taking the steps: each in a transaction of its own, once, and none over an invoice that is settled.

After days away one step of a case is taken a run, so that nobody is suspended on the day of the first reminder.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import structlog
from psycopg.types.json import Jsonb

from control.billing.collecting import working as collecting
from control.billing.customers import service as customers
from control.billing.documents.words import words
from control.billing.dunning import queries as q
from control.billing.dunning.models import DunningCase, DunningStep
from control.billing.invoices import drafting, finalising
from control.billing.invoices import queries as invoice_queries
from control.billing.invoices.crediting import give_up
from control.billing.invoices.models import Invoice, NewInvoice, NewItem
from control.billing.invoices.service import find, summary
from control.billing.ledger.booking import Entry, Posting, book
from control.billing.mails import service as mails
from control.billing.mails.notices import Facts, link_of
from control.billing.payments import queries as payment_q
from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings
from control.billing.subscriptions import queries as subscription_queries
from control.billing.subscriptions.changing import live_charges
from control.billing.subscriptions.giving_back import give_back
from control.billing.subscriptions.models import LIVE
from control.billing.subscriptions.planning import credit_of
from control.billing.subscriptions.renewing import settings_of, write
from control.billing.subscriptions.renewing import summary as subscription_summary
from control.billing.subscriptions.service import logged
from control.billing.subscriptions.state import State, load, log, next_due, save
from control.billing.subscriptions.steps import resume
from control.billing.tax.treatment import LATE_FEE
from control.billing.today import today
from control.core import audit, events, jobs
from control.core.db import Scope, Transaction
from control.core.errors import DomainError
from control.core.ids import new_id
from control.core.runtime import Runtime

log_ = structlog.get_logger("hcc.billing")
_replace = msgspec.structs.replace
PATIENCE = 10
"""Days after its day in which a direct debit that nobody heard of may still be on a statement."""


class _Id(msgspec.Struct, frozen=True):
    id: UUID


class _Of(msgspec.Struct, frozen=True):
    subscription_id: UUID


async def dun(runtime: Runtime, organization_id: UUID, on: date | None = None) -> int:
    """Mark what is overdue, let go what is settled, take the steps that are due; how many those were."""
    scope = Scope(organization_id)
    async with runtime.database.transaction(scope) as tx:
        seller = await settings.find(tx, organization_id)
        day = on or today(seller.timezone)
        await mark(tx, organization_id, day)
    while await _let_go(runtime, organization_id, day):
        pass
    steps, failed = 0, list[UUID]()
    while True:
        tried: list[UUID] = []
        try:
            async with runtime.database.transaction(scope) as tx:
                found = await tx.maybe(
                    DunningCase, q.SQL.claim, organization_id=organization_id, today=day, patience=PATIENCE, failed=failed
                )
                if found is None:
                    return steps
                tried.append(found.invoice_id)
                await _take(tx, runtime, found, seller, day)
            # One step of a case in a run.
            failed.append(found.invoice_id)
            steps += 1
        except (DomainError, ValueError, psycopg.errors.DataError, psycopg.errors.IntegrityError):
            if not tried:
                raise
            log_.exception("a step of dunning failed", invoice_id=str(tried[0]))
            failed += tried


async def mark(tx: Transaction, organization_id: UUID, on: date) -> None:
    """Invoices past their due date become overdue, and their subscriptions past due."""
    overdue = await tx.all(_Id, invoice_queries.SQL.overdue, organization_id=organization_id, today=on)
    told: list[tuple[str, UUID, Any]] = [
        ("invoice.overdue", organization_id, summary(await find(tx, row.id))) for row in overdue
    ]  # fmt: skip
    await tx.run(q.SQL.open_cases, organization_id=organization_id)
    for statement, kind in ((q.SQL.now_past_due, "past_due"), (q.SQL.now_recovered, "recovered")):
        ids = [row.id for row in await tx.all(_Id, statement, organization_id=organization_id)]
        states = await load(tx, ids)
        await log(tx, organization_id, [logged(one.sub, kind, on, {}) for one in states])
        told += [(f"subscription.{kind}", organization_id, subscription_summary(one.sub)) for one in states]
    await events.emit_many(tx, told)


async def _let_go(runtime: Runtime, organization_id: UUID, on: date) -> bool:
    """Close a case whose invoice is settled, and switch on again what it had switched off; false when there is none."""
    async with runtime.database.transaction(Scope(organization_id)) as tx:
        found = await tx.maybe(DunningCase, q.SQL.settled, organization_id=organization_id)
        if found is None:
            return False
        seller = await settings.find(tx, organization_id)
        invoice = await find(tx, found.invoice_id)
        await tx.run(q.SQL.close, invoice_id=found.invoice_id)
        if invoice.status != "uncollectible":
            for subscription_id in sorted(found.suspended):
                await _switch_on(tx, subscription_id, seller, on)
    return True


async def _switch_on(tx: Transaction, subscription_id: UUID, seller: BillingSettings, on: date) -> None:
    await tx.value(subscription_queries.SQL.lock, id=subscription_id)
    [state] = await load(tx, [subscription_id])
    overdue = await tx.value(q.SQL.still_overdue, subscription_id=subscription_id)
    if state.sub.status != "suspended" or overdue:
        return
    step = resume(state, seller, on)
    if step.state.sub.status == "active":
        step.events = [("subscription.unsuspended", {"on": on})]
    await write(tx, [state], [step], seller, on)


async def _take(tx: Transaction, runtime: Runtime, found: DunningCase, seller: BillingSettings, on: date) -> None:
    step = found.steps[found.done]
    if step.action in ("retry_payment", "cancel"):
        # Before the invoice, as all that moves a customer's money.
        await tx.value(payment_q.SQL.lock_customer, id=found.customer_id)
    invoice = await find(tx, found.invoice_id, lock=True)
    if invoice.status != "overdue":
        return
    suspended: list[UUID] = []
    detail: dict[str, Any] = {}
    match step.action:
        case "remind":
            detail = await _remind(tx, invoice, step, seller)
        case "retry_payment":
            detail = await _retry(tx, runtime, found)
        case "late_fee":
            detail = await _late_fee(tx, invoice, step, seller, on)
        case "suspend":
            suspended = await _suspend(tx, invoice, seller, on)
            detail = {"subscriptions": suspended}
        case "cancel":
            detail = {"subscriptions": await _cancel(tx, invoice, seller, on)}
        case "write_off":
            await give_up(tx, invoice, "not paid")
            detail = {"amount": invoice.balance}
    outcome = "nothing_to_do" if detail.get("subscriptions") == [] else "not_retried" if detail.get("reason") else "done"
    told = {"invoice_id": invoice.id, "step": found.done, "action": step.action, "outcome": outcome, "detail": detail}
    await tx.run(
        q.SQL.took,
        invoice_id=invoice.id,
        step=found.done,
        organization_id=found.organization_id,
        action=step.action,
        outcome=outcome,
        detail=Jsonb(msgspec.to_builtins(detail)),
        taken_on=on,
    )
    done = found.done + 1
    due = invoice.due_date or on
    next_on = due + timedelta(days=found.steps[done].days) if done < len(found.steps) else None
    await tx.run(q.SQL.move_on, invoice_id=invoice.id, done=done, next_on=next_on, suspended=suspended)
    await events.emit(tx, "dunning.step", found.organization_id, told)


async def _remind(tx: Transaction, invoice: Invoice, step: DunningStep, seller: BillingSettings) -> dict[str, Any]:
    """A mail with the invoice, in its language; among the invoice's mails, with what becomes of it."""
    page = (await settings_of(tx, invoice.organization_id)).payment_page
    facts = Facts(
        amount=invoice.balance,
        currency=invoice.currency,
        iban=seller.iban,
        link=link_of(page, invoice.id, invoice.invoice_number or ""),
    )
    mail_id = await mails.queue(tx, audit.SYSTEM, invoice, what="reminder", message=step.text, facts=facts)
    return {"mail_id": mail_id}


async def _retry(tx: Transaction, runtime: Runtime, found: DunningCase) -> dict[str, Any]:
    """Another try to charge the customer's card; the provider is asked by a job once this is committed."""
    tried = await collecting.begin(tx, runtime, found.organization_id, found.invoice_id, f"dunning {found.done}")
    if tried.payment_id is None:
        return {"reason": tried.reason}
    await jobs.defer(
        tx, "payments.charge", payment_id=str(tried.payment_id), organization_id=str(found.organization_id)
    )  # fmt: skip
    return {"payment_id": tried.payment_id}


async def _late_fee(
    tx: Transaction, invoice: Invoice, step: DunningStep, seller: BillingSettings, on: date
) -> dict[str, Any]:  # fmt: skip
    """A debit note over the fee. It is compensation and not a sale: there is no tax on it."""
    fee = step.fee or Decimal(0)
    line = words(invoice.language).late_fee.format(number=invoice.invoice_number)
    customer = await customers.find(tx, invoice.customer_id)
    asked = NewInvoice(
        customer_id=customer.id,
        kind="debit_note",
        corrects_id=invoice.id,
        currency=invoice.currency,
        prices_include_tax=False,
        language=invoice.language,
        payment_terms_days=0,
        items=[NewItem(description=line, unit_price=fee, tax_class=LATE_FEE)],
    )
    made = drafting.draft(asked, seller, customer, on)
    note_id = new_id()
    await tx.run(invoice_queries.SQL.insert, id=note_id, organization_id=invoice.organization_id, **made.columns)
    await tx.run(
        invoice_queries.SQL.insert_items,
        organization_id=invoice.organization_id,
        customer_org_id=invoice.customer_org_id,
        invoice_id=note_id,
        items=drafting.rows(made.items),
    )
    note = await finalising.finalise(tx, await find(tx, note_id))
    await book(
        tx,
        Entry(
            organization_id=note.organization_id,
            booked_on=on,
            kind="late_fee",
            source=note.id,
            text=f"{note.invoice_number} {note.customer_name}"[:300],
            currency=note.currency,
            base=seller.currency,
            exchange_rate=note.exchange_rate,
            postings=[
                Posting(account="revenue", amount=note.amount, customer_id=note.customer_id, invoice_id=note.id),
                Posting(account="late_fees", amount=-note.amount, customer_id=note.customer_id, invoice_id=note.id),
            ],
        ),
    )
    return {"debit_note_id": note.id, "number": note.invoice_number, "fee": fee}


async def _locked(tx: Transaction, invoice: Invoice) -> list[State]:
    rows = await tx.all(_Of, subscription_queries.SQL.of_invoice, invoice_id=invoice.id)
    ids = sorted(row.subscription_id for row in rows)
    for each in ids:
        await tx.value(subscription_queries.SQL.lock, id=each)
    return await load(tx, ids)


async def _suspend(tx: Transaction, invoice: Invoice, seller: BillingSettings, on: date) -> list[UUID]:
    found = [one for one in await _locked(tx, invoice) if one.sub.status in LIVE]
    after = []
    for one in found:
        sub = _replace(one.sub, status="suspended")
        after.append(_replace(one, sub=_replace(sub, due_on=next_due(sub))))
    await _put(tx, after, "suspended", seller, on, invoice)
    return [one.sub.id for one in after]


async def _cancel(tx: Transaction, invoice: Invoice, seller: BillingSettings, on: date) -> list[UUID]:
    """Unused days are credited, which makes the open invoice less."""
    found = [one for one in await _locked(tx, invoice) if one.sub.status in (*LIVE, "suspended", "paused")]
    after = []
    for one in found:
        credits_ = credit_of(await live_charges(tx, one.sub.id, on), on, one.money(seller))
        await give_back(tx, credits_, one.sub.name)
        sub = _replace(
            one.sub, status="cancelled", ended_on=on, cancels_on=on, due_on=None, cancel_reason="not paid", pending_items=None
        )
        items = [_replace(item, ended_on=item.ended_on or on) for item in one.items]
        after.append(_replace(one, sub=sub, items=items))
    await _put(tx, after, "cancelled", seller, on, invoice)
    return [one.sub.id for one in after]


async def _put(
    tx: Transaction, states: list[State], kind: str, seller: BillingSettings, on: date, invoice: Invoice
) -> None:  # fmt: skip
    if not states:
        return
    detail = {"invoice_id": invoice.id, "invoice_number": invoice.invoice_number, "reason": "not paid"}
    owner = seller.organization_id
    await save(tx, states)
    await log(tx, owner, [logged(one.sub, kind, on, detail) for one in states])
    await events.emit_many(
        tx, [(f"subscription.{kind}", owner, {**subscription_summary(one.sub), "detail": detail}) for one in states]
    )  # fmt: skip
