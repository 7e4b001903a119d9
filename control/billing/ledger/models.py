"""The books as the API shows them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec


class LedgerLine(msgspec.Struct, kw_only=True):
    """A debit above zero, a credit below; `base_amount` is in the seller's currency. `monthly` is what revenue that recurs is
    worth a month, `period_end` the day after the last one that was sold."""

    account: str
    amount: Decimal
    base_amount: Decimal
    customer_id: UUID | None
    invoice_id: UUID | None
    tax_country: str | None
    tax_category: str | None
    tax_rate: Decimal | None
    tax_region: str | None = None
    tax_reason: str | None = None
    tax_name: str | None = None
    tax_id: str | None = None
    tax_on: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    monthly: Decimal | None = None
    base_monthly: Decimal | None = None


class LedgerEntry(msgspec.Struct, kw_only=True):
    """An entry; `source` is the invoice, credit note or payment that it books."""

    id: UUID
    organization_id: UUID
    booked_on: date
    kind: str
    source: UUID
    part: str
    text: str
    currency: str
    created_at: datetime
    lines: list[LedgerLine]


class AccountBalance(msgspec.Struct, kw_only=True):
    """An account in one currency: the sums of its debits and credits, and what is left."""

    account: str
    currency: str
    debit: Decimal
    credit: Decimal
    balance: Decimal
    base_balance: Decimal


class TrialBalance(msgspec.Struct, kw_only=True):
    """All accounts. `base_total` is nought, or the books are broken."""

    since: date | None
    until: date | None
    base_currency: str
    accounts: list[AccountBalance]
    base_total: Decimal
