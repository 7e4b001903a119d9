"""What the entries of a statement are: found one by one, each in a transaction of its own, so that it may stop anywhere."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import msgspec
import structlog
from psycopg.types.json import Jsonb

from control.billing.payments import disputing, moving
from control.billing.payments.disputing import Claim
from control.billing.payments.models import CAME_IN, Target
from control.billing.payments.statements import queries as q
from control.billing.payments.statements import service
from control.billing.payments.statements.matching import Candidate, certain, named_by_reference, possible_numbers, suggest
from control.billing.payments.statements.models import BankEntry
from control.billing.settings import service as settings
from control.core import jobs
from control.core.db import Scope, Transaction
from control.core.jobs import Work

log = structlog.get_logger("hcc.payments")


class _Id(msgspec.Struct, frozen=True):
    id: UUID


class _Pending(msgspec.Struct, frozen=True):
    id: UUID
    amount: Decimal


class _Prefix(msgspec.Struct, frozen=True):
    prefix: str


@jobs.task("payments.match")
async def match(work: Work, *, statement_id: str, organization_id: str) -> None:
    """Look at the open entries of a statement."""
    scope = Scope(UUID(organization_id))
    async with work.runtime.database.transaction(scope) as tx:
        found = await tx.all(_Id, q.SQL.open_entries, organization_id=scope.organization_id, statement_id=UUID(statement_id))
    for one in found:
        async with work.runtime.database.transaction(scope) as tx:
            await match_entry(tx, one.id)


async def match_entry(tx: Transaction, entry_id: UUID) -> BankEntry:
    """Match an entry when it is clear what it is; else write suggestions down."""
    entry = await service.find(tx, entry_id, lock=True)
    if entry.status != "open":
        return entry
    found = await _direct_debit(tx, entry) or await _block(tx, entry)
    if found is not None:
        return found
    if entry.amount < 0:
        return entry
    return await _transfer(tx, entry)


async def _direct_debit(tx: Transaction, entry: BankEntry) -> BankEntry | None:
    """An entry that names one of our direct debits: it came in, or it comes back (an R-transaction) and its invoice is open
    again."""
    try:
        named = UUID(entry.end_to_end_id)
    except ValueError:
        return None
    if await tx.value(q.SQL.debit, organization_id=entry.organization_id, id=named) is None:
        return None
    payment = await moving.hold(tx, named)
    seller = await settings.find(tx, entry.organization_id)
    if payment.currency != entry.currency:
        return None
    if entry.amount > 0:
        if payment.status in CAME_IN or payment.amount != entry.amount:
            return None
        await moving.come_in(tx, payment, seller, on=entry.booked_on, bank_entry_id=entry.id)
        return await service.end(tx, entry, "matched", "The direct debit came in.", payment.id)
    code = entry.return_code or "returned"
    if payment.status == "pending":
        if -entry.amount < payment.amount:
            return None
        # Credit and return are of one day: the return is told first.
        await moving.come_in(tx, payment, seller, on=entry.booked_on)
        payment = await moving.find(tx, named)
    # What is taken beyond the amount is the bank's charge for it.
    fee = max(-entry.amount - payment.amount, Decimal(0))
    claim = Claim(
        kind="return",
        reference=f"{entry.account} {entry.entry_reference}"[:255],
        amount=min(-entry.amount, payment.amount),
        fee=fee,
        reason=code,
        status="lost",
    )
    dispute = await disputing.apply(tx, payment, seller, claim, on=entry.booked_on)
    if dispute is None:
        return None
    return await service.end(tx, entry, "matched", f"The direct debit was returned: {code}.", payment.id)


async def _block(tx: Transaction, entry: BankEntry) -> BankEntry | None:
    """One sum for all direct debits of a block."""
    if not entry.batch_reference or entry.amount <= 0:
        return None
    pending = await tx.all(_Pending, q.SQL.block, organization_id=entry.organization_id, reference=entry.batch_reference)
    if not pending or sum((one.amount for one in pending), Decimal(0)) != entry.amount:
        return None
    seller = await settings.find(tx, entry.organization_id)
    for one in pending:
        await moving.come_in(tx, await moving.hold(tx, one.id), seller, on=entry.booked_on)
    return await service.end(tx, entry, "matched", f"{len(pending)} direct debits came in.", None)


async def _transfer(tx: Transaction, entry: BankEntry) -> BankEntry:
    found = suggest(
        entry.amount,
        entry.remittance,
        entry.creditor_reference,
        entry.counterparty,
        await _candidates(tx, entry),
    )
    entry = msgspec.structs.replace(entry, suggestions=found)
    taken = certain(found)
    if taken is not None:
        targets = [Target(invoice_id=one.invoice_id) for one in taken.invoices]
        return await service.pay(None, tx, entry, taken.customer_id, targets)
    await tx.run(
        q.SQL.set_entry,
        id=entry.id,
        status="open",
        outcome="",
        payment_id=None,
        suggestions=Jsonb(msgspec.to_builtins(found)),
    )
    return entry


async def _candidates(tx: Transaction, entry: BankEntry) -> list[Candidate]:
    prefixes = await tx.all(_Prefix, q.SQL.prefixes, organization_id=entry.organization_id)
    text = f"{entry.remittance} {entry.creditor_reference}"
    numbers = possible_numbers(text, [one.prefix for one in prefixes])
    if named := named_by_reference(entry.creditor_reference):
        numbers.append(named)
    words = entry.remittance.replace(",", " ").replace(";", " ").upper().split()[:50]
    return await tx.all(
        Candidate,
        q.SQL.candidates,
        organization_id=entry.organization_id,
        currency=entry.currency,
        numbers=numbers,
        amount=entry.amount,
        words=words,
        iban=entry.counterparty_iban,
    )
