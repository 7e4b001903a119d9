"""The books: what is on each account, and the entries."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Response

from control.billing.ledger import service
from control.billing.ledger.models import LedgerEntry
from control.billing.parts import SELLERS, days
from control.core.permissions import needs
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import show
from control.web.tables import Column, Filter, Money, Table
from control.web.ui import UiOf
from control.web.view import tongue

_READ = needs("ledger:read")
MENU = (
    Entry(label=N_("Books"), path="/ledger", icon="book", permission="ledger:read", group=N_("Billing"), for_types=SELLERS),
)  # fmt: skip
ACCOUNTS = {
    "receivable": N_("Receivables"),
    "revenue": N_("Revenue"),
    "deferred_revenue": N_("Revenue of later days"),
    "tax": N_("Tax"),
    "bank": N_("Bank"),
    "cash": N_("Cash"),
    "provider_clearing": N_("At the payment provider"),
    "customer_credit": N_("Credit of customers"),
    "late_fees": N_("Late fees"),
    "payment_fees": N_("Fees of payments"),
    "bad_debt": N_("Written off"),
    "exchange_gain": N_("Gains by exchange"),
    "exchange_loss": N_("Losses by exchange"),
    "credit_adjustments": N_("Credit that was given"),
    "supplier_costs": N_("Costs of the supplier"),
    "supplier_payable": N_("Owed to the supplier"),
}
KINDS = {
    "invoice": N_("Invoice"),
    "credit_note": N_("Credit note"),
    "debit_note": N_("Debit note"),
    "payment": N_("Payment"),
    "payment_fee": N_("Fee of a payment"),
    "moved": N_("Money moved"),
    "refund": N_("Refund"),
    "refund_failed": N_("Refund that failed"),
    "dispute": N_("Dispute"),
    "dispute_fee": N_("Fee of a dispute"),
    "dispute_won": N_("Dispute that was won"),
    "payout": N_("Payout"),
    "recognition": N_("Revenue earned"),
    "credit_adjustment": N_("Credit that was given"),
    "write_off": N_("Written off"),
    "late_fee": N_("Late fee"),
}


def account(name: str) -> str:
    return tongue().gettext(ACCOUNTS.get(name, name))


def _amount(row: LedgerEntry) -> Money:
    return Money(sum(line.amount for line in row.lines if line.amount > 0), row.currency)


def _lines(row: LedgerEntry) -> str:
    debits = [account(line.account) for line in row.lines if line.amount > 0]
    credits_ = [account(line.account) for line in row.lines if line.amount < 0]
    return f"{', '.join(dict.fromkeys(debits))} → {', '.join(dict.fromkeys(credits_))}"


ENTRIES = Table(
    name="ledger_entries",
    path="/ledger/entries",
    service=service.page,
    sortable=service.SORTABLE,
    by="booked_on",
    tie="e.id",
    columns=(
        Column(name="text", label=N_("Text")),
        Column(name="booked_on", label=N_("Booked on"), sort="booked_on", cell="day"),
        Column(name="kind", label=N_("Kind"), of=lambda row: tongue().gettext(KINDS.get(row.kind, row.kind))),
        Column(name="lines", label=N_("Debit → credit"), of=_lines),
        Column(name="amount", label=N_("Amount"), cell="amount", of=_amount),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="kind", label=N_("Kind"), words=KINDS),
        Filter(name="since", label=N_("From"), kind=date, input="date"),
        Filter(name="until", label=N_("to"), kind=date, input="date"),
        Filter(name="source", label=N_("Document"), kind=UUID, input="hidden"),
    ),
    empty=N_("Nothing is booked yet. Finalised invoices and payments book themselves."),
)


@show("/ledger", _READ)
async def balance(ui: UiOf) -> Response[Any]:
    """What moved on each account in some days."""
    since, until = days(ui)
    found = await service.trial_balance(ui.ctx, since, until)
    return ui.page("billing/trial_balance.html", found=found, since=since, until=until, accounts=ACCOUNTS)


@show("/ledger/entries", _READ)
async def entries(ui: UiOf) -> Response[Any]:
    """The entries, the latest first."""
    table = await ENTRIES.view(ui)
    values: dict[str, Any] = {"title": N_("Entries"), "words": N_("Each is balanced, and none ever changes."), "links": []}
    return table.alone(ui) or ui.page("billing/list.html", table=table, back=("/ledger", N_("Books")), **values)


PAGES = [balance, entries]
