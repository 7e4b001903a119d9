"""Importing statements, and saying what their entries are."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import msgspec
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

from control.billing.customers import service as customers
from control.billing.invoices.finalising import exchange_rate
from control.billing.ledger.booking import Entry, Posting, book
from control.billing.money import present
from control.billing.payments import moving
from control.billing.payments import queries as payment_q
from control.billing.payments import service as payments
from control.billing.payments.models import Target
from control.billing.payments.statements import camt053, csv_statement
from control.billing.payments.statements import queries as q
from control.billing.payments.statements.lines import Line, Statement, StatementError
from control.billing.payments.statements.models import (
    Acceptance,
    BankEntry,
    BankStatement,
    NewProfile,
    Nothing,
    Profile,
    SetAside,
)
from control.billing.settings import service as settings
from control.billing.texts import line_error
from control.core import audit, events, jobs
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest, like
from control.core.words import N_, reason, said

SORTABLE = {"created_at": "s.created_at"}
ENTRIES_SORTABLE = {"booked_on": "e.booked_on", "amount": "e.amount", "created_at": "e.created_at"}
PROFILES_SORTABLE = {"created_at": "p.created_at", "name": "p.name"}
_COLUMNS = (
    "booked_on", "amount", "credit", "debit", "currency", "counterparty", "counterparty_iban", "reference", "end_to_end_id",
)  # fmt: skip


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[BankStatement], int]:
    """The statements in reach."""
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count_statements, **filters)
        return await tx.all(BankStatement, wanted.sorted(q.SQL.statements), **filters), total


async def entries(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[BankEntry], int]:
    """The entries in reach; the search looks at what payers wrote, and at their names."""
    params = {"search": like(wanted.search), **filters}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count_entries, **params)
        return await tx.all(BankEntry, wanted.sorted(q.SQL.entries), **params), total


async def get_entry(ctx: Context, entry_id: UUID) -> BankEntry:
    """One entry. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await find(tx, entry_id)
        await ctx.audit_read(tx, "bank_entry", found.id, organization_id=found.organization_id)
    return found


async def read_statements(ctx: Context, body: bytes, kind: str, profile_id: UUID | None, account: str | None) -> list[Statement]:
    """What an uploaded file says. Raises ValidationFailed, NotFound for the layout."""
    try:
        if kind == "camt.053":
            return _adding_up(await asyncio.to_thread(camt053.read, body))
        if profile_id is None or account is None:
            raise ValidationFailed(FieldError("profile_id", "and account are needed for CSV"))
        async with ctx.transaction() as tx:
            profile = await _profile(tx, profile_id)
        return [await asyncio.to_thread(csv_statement.read, body, profile.layout, _iban(account))]
    except StatementError as error:
        raise ValidationFailed(FieldError("", reason(error)), N_("The statement cannot be read.")) from None


async def keep(ctx: Context, tx: Transaction, found: list[Statement]) -> list[BankStatement]:
    """Keep the entries that are new, and let a job find what they are."""
    seller = await settings.find(tx, ctx.principal.organization_id)
    kept = []
    for statement in found:
        statement_id = new_id()
        lines = Jsonb([_row(line) for line in statement.lines])
        key = {"organization_id": seller.organization_id, "account": statement.account, "lines": lines}
        known = await tx.value(q.SQL.known, **key)
        await tx.run(
            q.SQL.insert_statement,
            id=statement_id,
            organization_id=seller.organization_id,
            format=statement.format,
            account=statement.account,
            statement_id=statement.statement_id,
            opening=statement.opening,
            closing=statement.closing,
            currency=statement.currency,
            entries=len(statement.lines),
            known=known,
            created_by=ctx.principal.user_id,
        )
        await tx.run(q.SQL.insert_entries, statement_id=statement_id, **key)
        made = await tx.one(BankStatement, q.SQL.statement, id=statement_id)
        await ctx.audit(
            tx, "bank_statement.imported", "bank_statement", made.id, organization_id=made.organization_id, after=made
        )
        await events.emit(tx, "bank_statement.imported", made.organization_id, made)
        await jobs.defer(tx, "payments.match", statement_id=str(statement_id), organization_id=str(seller.organization_id))
        kept.append(made)
    return kept


async def find(tx: Transaction, entry_id: UUID, *, lock: bool = False) -> BankEntry:
    """The entry in this transaction. Raises NotFound."""
    if lock:
        await tx.value(q.SQL.lock_entry, id=entry_id)
    found = await tx.maybe(BankEntry, q.SQL.entry, id=entry_id)
    if found is None:
        raise NotFound("entry of a bank statement")
    return found


async def accept(ctx: Context, entry_id: UUID, data: Acceptance) -> BankEntry:
    """Say what an entry is. Raises Conflict when that is known, ValidationFailed."""
    async with ctx.transaction() as tx:
        entry = await find(tx, entry_id, lock=True)
        ctx.if_match(entry.version)
        _open_only(entry)
        if data.payout:
            return await _payout(ctx, tx, entry)
        if entry.amount < 0:
            raise Conflict("The entry went out; set it aside, or say that it is a payout.")
        customer_id, targets = _chosen(entry, data)
        return await pay(ctx, tx, entry, customer_id, targets)


async def pay(
    ctx: Context | None, tx: Transaction, entry: BankEntry, customer_id: UUID, targets: list[Target] | None
) -> BankEntry:
    """An incoming entry is a customer's bank transfer; without a context, the system says so.

    Raises ValidationFailed, Conflict.
    """
    actor = audit.SYSTEM if ctx is None else ctx.actor
    if ctx is None:
        customer = await customers.find(tx, customer_id)
    else:
        customer = await payments.customer_to_charge(ctx, tx, customer_id)
    if customer.organization_id != entry.organization_id:
        raise ValidationFailed(FieldError("/customer_id", "is another seller's customer"))
    await tx.value(payment_q.SQL.lock_customer, id=customer_id)
    locked = await moving.payables(tx, [one.invoice_id for one in targets or ()])
    for n, one in enumerate(targets or ()):
        invoice = locked.get(one.invoice_id)
        if invoice is None or invoice.customer_id != customer_id or not payments.is_payable(invoice):
            raise ValidationFailed(FieldError(f"/invoices/{n}/invoice_id", "is no finalised invoice of this customer"))
        if invoice.currency != entry.currency:
            raise ValidationFailed(FieldError(f"/invoices/{n}/invoice_id", said("is in %(currency)s", currency=invoice.currency)))
        if one.amount is not None and not (one.amount.is_finite() and 0 < one.amount <= entry.amount):
            raise ValidationFailed(
                FieldError(f"/invoices/{n}/amount", said("must be above 0 and at most %(most)s", most=entry.amount))
            )
    seller = await settings.find(tx, entry.organization_id)
    payment = await payments.begin(
        tx,
        customer,
        method="bank_transfer",
        currency=entry.currency,
        amount=entry.amount,
        reference=entry.remittance[:140],
        invoice_id=targets[0].invoice_id if targets and len(targets) == 1 else None,
    )
    payment = await moving.come_in(
        tx,
        payment,
        seller,
        on=entry.booked_on,
        wanted=[(one.invoice_id, one.amount) for one in targets] if targets else None,
        bank_entry_id=entry.id,
        actor=actor,
    )
    return await end(tx, entry, "matched", payment.notice or "A payment came in.", payment.id, actor)


async def dismiss(ctx: Context, entry_id: UUID, _: Nothing) -> BankEntry:
    """None of the suggestions is right: they go, the entry stays open."""
    async with ctx.transaction() as tx:
        entry = await find(tx, entry_id, lock=True)
        ctx.if_match(entry.version)
        _open_only(entry)
        await tx.run(
            q.SQL.set_entry,
            id=entry.id,
            status="open",
            outcome="The suggestions were refused.",
            payment_id=None,
            suggestions=Jsonb([]),
        )
        after = await find(tx, entry_id)
        await ctx.audit(
            tx, "bank_entry.refused", "bank_entry", entry.id, organization_id=entry.organization_id, before=entry, after=after
        )
    return after


async def ignore(ctx: Context, entry_id: UUID, data: SetAside) -> BankEntry:
    """Set an entry aside that is no customer's payment. Raises Conflict when it is matched."""
    if error := line_error("/reason", data.reason):
        raise ValidationFailed(error)
    async with ctx.transaction() as tx:
        entry = await find(tx, entry_id, lock=True)
        ctx.if_match(entry.version)
        _open_only(entry)
        return await end(tx, entry, "ignored", data.reason, None, ctx.actor)


async def end(
    tx: Transaction, entry: BankEntry, status: str, outcome: str, payment_id: UUID | None, actor: audit.Actor = audit.SYSTEM
) -> BankEntry:
    """What became of an entry."""
    await tx.run(
        q.SQL.set_entry,
        id=entry.id,
        status=status,
        outcome=outcome[:300],
        payment_id=payment_id,
        suggestions=Jsonb(msgspec.to_builtins(entry.suggestions)),
    )
    after = await find(tx, entry.id)
    topic = f"bank_entry.{status}"
    await audit.record(
        tx,
        actor,
        topic,
        "bank_entry",
        entry.id,
        organization_id=entry.organization_id,
        before=entry,
        after=after,
    )
    await events.emit(tx, topic, entry.organization_id, after)
    return after


async def profiles(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Profile], int]:
    """The layouts in reach."""
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count_profiles, **filters)
        return await tx.all(Profile, wanted.sorted(q.SQL.profiles), **filters), total


async def get_profile(ctx: Context, profile_id: UUID) -> Profile:
    """One layout. Raises NotFound."""
    async with ctx.transaction() as tx:
        return await _profile(tx, profile_id)


async def create_profile(ctx: Context, tx: Transaction, data: NewProfile) -> Profile:
    """A new layout. Raises Conflict when the name is taken."""
    profile_id = new_id()
    await _write_profile(tx, q.SQL.insert_profile, data, id=profile_id, organization_id=ctx.principal.organization_id)
    return await _told(ctx, tx, "created", None, await _profile(tx, profile_id))


async def replace_profile(ctx: Context, profile_id: UUID, data: NewProfile) -> Profile:
    """Set all of a layout. Raises as `create_profile` does."""
    async with ctx.transaction() as tx:
        before = await _profile(tx, profile_id)
        ctx.if_match(before.version)
        await _write_profile(tx, q.SQL.update_profile, data, id=profile_id)
        return await _told(ctx, tx, "updated", before, await _profile(tx, profile_id))


async def delete_profile(ctx: Context, profile_id: UUID) -> None:
    """Delete a layout; what was imported with it stays."""
    async with ctx.transaction() as tx:
        before = await _profile(tx, profile_id)
        ctx.if_match(before.version)
        await tx.run(q.SQL.delete_profile, id=profile_id)
        await _told(ctx, tx, "deleted", before, before)


async def _write_profile(tx: Transaction, sql: str, data: NewProfile, **key: UUID) -> None:
    layout = data.layout
    if (layout.amount is None) == (layout.credit is None or layout.debit is None):
        raise ValidationFailed(FieldError("/layout/amount", "or credit and debit are needed"))
    columns = {name: getattr(layout, name) for name in _COLUMNS if getattr(layout, name) is not None}
    columns |= {f"remittance/{n}": name for n, name in enumerate(layout.remittance)}
    errors = present([line_error("/name", data.name), *(line_error(f"/layout/{at}", name) for at, name in columns.items())])
    if errors:
        raise ValidationFailed(errors)
    try:
        await tx.run(sql, name=data.name, layout=Jsonb(msgspec.to_builtins(layout)), **key)
    except UniqueViolation:
        raise Conflict("There is a layout of this name already.", details={"field": "/name"}) from None


async def _profile(tx: Transaction, profile_id: UUID) -> Profile:
    found = await tx.maybe(Profile, q.SQL.profile, id=profile_id)
    if found is None:
        raise NotFound("layout of statements")
    return found


async def _told(ctx: Context, tx: Transaction, what: str, before: Profile | None, after: Profile) -> Profile:
    key = {"organization_id": after.organization_id}
    topic = f"statement_profile.{what}"
    await ctx.audit(tx, topic, "statement_profile", after.id, before=before, after=after, **key)
    await events.emit(tx, topic, after.organization_id, after)
    return after


async def _payout(ctx: Context, tx: Transaction, entry: BankEntry) -> BankEntry:
    """Money of a payment provider moves to the bank; or back, when it takes some."""
    seller = await settings.find(tx, entry.organization_id)
    await book(
        tx,
        Entry(
            organization_id=entry.organization_id,
            booked_on=entry.booked_on,
            kind="payout",
            source=entry.id,
            text=f"Payout {entry.remittance}"[:300],
            currency=entry.currency,
            base=seller.currency,
            exchange_rate=await exchange_rate(tx, seller, entry.currency, entry.booked_on),
            postings=[
                Posting(account="bank", amount=entry.amount),
                Posting(account="provider_clearing", amount=-entry.amount),
            ],
        ),
    )
    return await end(tx, entry, "matched", "A payout of the payment provider.", None, ctx.actor)


def _chosen(entry: BankEntry, data: Acceptance) -> tuple[UUID, list[Target] | None]:
    if data.suggestion is not None:
        if data.customer_id is not None or data.invoices is not None:
            raise ValidationFailed(FieldError("/suggestion", "is beside customer_id or invoices; send one of them"))
        if data.suggestion >= len(entry.suggestions):
            raise ValidationFailed(
                FieldError("/suggestion", said("there are %(number)s, counted from 0", number=len(entry.suggestions)))
            )
        taken = entry.suggestions[data.suggestion]
        return taken.customer_id, [Target(invoice_id=one.invoice_id) for one in taken.invoices]
    if data.customer_id is None:
        raise ValidationFailed(FieldError("/customer_id", "or suggestion or payout is needed"))
    return data.customer_id, data.invoices


def _open_only(entry: BankEntry) -> None:
    if entry.status != "open":
        words = N_("The entry is matched.") if entry.status == "matched" else N_("The entry is ignored.")
        raise Conflict(words, details={"status": entry.status})


def _row(line: Line) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(line)
    row["entry_reference"] = row.pop("reference")
    return row | {"id": str(new_id())}


def _adding_up(found: list[Statement]) -> list[Statement]:
    """Raises StatementError when entries are missing between the balances."""
    for one in found:
        if one.opening is not None and one.closing is not None:
            closing = one.opening + sum(line.amount for line in one.lines)
            if closing != one.closing:
                words = N_("its entries lead from %(opening)s to %(found)s, not to %(closing)s")
                raise StatementError(said(words, opening=one.opening, found=closing, closing=one.closing), one.statement_id)
    return found


def _iban(account: str) -> str:
    try:
        return str(ibans.validate(account))
    except ValidationError as error:
        raise ValidationFailed(FieldError("account", said("is not valid: %(reason)s", reason=str(error)))) from None
