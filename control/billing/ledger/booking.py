"""Writing into the books. A debit is above zero, a credit below; the lines of an entry add up to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.billing.ledger import queries as q
from control.billing.money import rounded
from control.core.db import Transaction
from control.core.ids import new_id

Account = Literal[
    "receivable",
    "bank",
    "cash",
    "provider_clearing",
    "customer_credit",
    "deferred_revenue",
    "tax",
    "revenue",
    "late_fees",
    "payment_fees",
    "bad_debt",
    "exchange_difference",
    "credit_adjustments",
    "supplier_costs",
    "supplier_payable",
]
"""Assets: receivable, bank, cash, provider_clearing. Liabilities: customer_credit, deferred_revenue, tax, supplier_payable.
Income: revenue, late_fees. Expenses: payment_fees, bad_debt, credit_adjustments, supplier_costs. Either: exchange_difference."""


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an entry. Lines of revenue and of tax say how the sale was taxed: returns are made of that."""

    account: Account
    amount: Decimal
    base_amount: Decimal | None = None
    """In the seller's currency, where the entry's rate is not that of this line: what closes a receivable takes away what opened
    it. What is then missing in the entry is a gain or loss of exchange."""
    customer_id: UUID | None = None
    invoice_id: UUID | None = None
    tax_country: str | None = None
    tax_category: str | None = None
    tax_rate: Decimal | None = None
    tax_region: str | None = None
    tax_reason: str | None = None
    tax_name: str | None = None
    """Which of several taxes the rate is made of."""
    tax_id: str | None = None
    """The customer's VAT id where the customer owes the tax."""
    tax_on: date | None = None
    """The day of the sale, also for what takes it back."""
    period_start: date | None = None
    period_end: date | None = None
    """The days that are sold, where something is sold for a time; the end is the day after the last one."""
    monthly: Decimal | None = None
    """What revenue that recurs is worth a month, with the sign of the amount; reports of recurring revenue are made of it."""
    base_monthly: Decimal | None = None
    """The same in the seller's currency, at the rate of the sale."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What is booked. `kind`, `source` and `part` together are booked once."""

    organization_id: UUID
    booked_on: date
    kind: str
    source: UUID
    currency: str
    postings: Sequence[Posting]
    part: str = ""
    text: str = ""
    base: str = ""
    """The seller's currency; that of the entry when empty."""
    exchange_rate: Decimal = Decimal(1)
    """Of one unit of the entry's currency in the seller's."""


async def book(tx: Transaction, entry: Entry) -> bool:
    """Write an entry; false when it was booked before. Lines of nothing are left out, an entry of nothing too.

    Raises ValueError when the lines do not balance.
    """
    postings = [one for one in entry.postings if one.amount != 0]
    if sum((one.amount for one in postings), Decimal(0)) != 0:
        raise ValueError(f"{entry.kind} {entry.source} does not balance")
    if not postings:
        return False
    entry_id = await tx.value(
        q.SQL.insert_entry,
        id=new_id(),
        organization_id=entry.organization_id,
        booked_on=entry.booked_on,
        kind=entry.kind,
        source=entry.source,
        part=entry.part,
        text=entry.text,
        currency=entry.currency,
    )
    if entry_id is None:
        return False
    await tx.run(q.SQL.insert_lines, lines=Jsonb(_lines(entry, entry_id, postings)))
    return True


def _lines(entry: Entry, entry_id: UUID, postings: Sequence[Posting]) -> list[dict[str, Any]]:
    """Lines as the statement takes them."""
    where = {
        "organization_id": str(entry.organization_id),
        "entry_id": str(entry_id),
        "booked_on": entry.booked_on.isoformat(),
    }
    return [where | msgspec.to_builtins(line) for line in _with_base(postings, entry)]


def _with_base(postings: Sequence[Posting], entry: Entry) -> list[Posting]:
    """The lines with their amounts in the seller's currency; what rounding leaves over goes to the largest line."""
    base = entry.base or entry.currency
    same = base == entry.currency
    amounts = [
        one.amount if same else rounded(one.amount * entry.exchange_rate, base) if one.base_amount is None else one.base_amount
        for one in postings
    ]
    over = sum(amounts, Decimal(0))
    if over and any(one.base_amount is not None for one in postings):
        postings = [*postings, Posting(account="exchange_difference", amount=Decimal(0))]
        amounts.append(-over)
    elif over:
        largest = max(range(len(amounts)), key=lambda n: abs(amounts[n]))
        amounts[largest] -= over
    return [msgspec.structs.replace(one, base_amount=amount) for one, amount in zip(postings, amounts, strict=True)]


async def book_many(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Write entries that were never booked before; the database refuses all of them otherwise. As `book` does else."""
    rows: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for entry in entries:
        postings = [one for one in entry.postings if one.amount != 0]
        if sum((one.amount for one in postings), Decimal(0)) != 0:
            raise ValueError(f"{entry.kind} {entry.source} does not balance")
        if not postings:
            continue
        entry_id = new_id()
        rows.append(
            {
                "id": entry_id,
                **{
                    name: getattr(entry, name)
                    for name in ("organization_id", "booked_on", "kind", "source", "part", "text", "currency")
                },
            }
        )
        lines += _lines(entry, entry_id, postings)
    # What was booked before is left out by this statement, and its lines then have no entry to belong to.
    await tx.run_many(q.SQL.insert_entry, rows)
    if lines:
        await tx.run(q.SQL.insert_lines, lines=Jsonb(lines))
