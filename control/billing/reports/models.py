"""Reports as the API shows them. Amounts are in the seller's currency unless a currency stands beside them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

BUCKETS = ("not_due", "days_1_30", "days_31_60", "days_61_90", "over_90")


class OpenDocument(msgspec.Struct, kw_only=True):
    """What is open of one document."""

    invoice_id: UUID
    invoice_number: str
    customer_id: UUID
    customer_number: str
    customer_name: str
    currency: str
    due_date: date
    days_late: int
    bucket: str
    open: Decimal
    base_open: Decimal


class Aged(msgspec.Struct, kw_only=True):
    """What one customer owes, by how late it is."""

    customer_id: UUID
    customer_number: str
    customer_name: str
    not_due: Decimal
    days_1_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    over_90: Decimal
    total: Decimal


class AgedReceivables(msgspec.Struct, kw_only=True):
    """All that was open at the end of a day; `total` is the balance of the account `receivable`."""

    on: date
    base_currency: str
    total: Decimal
    customers: list[Aged]
    documents: list[OpenDocument]


class Outline(msgspec.Struct, kw_only=True):
    """The receivables in few words: sums, how many there are, who owes the most and what is late the longest."""

    on: date
    base_currency: str
    total: Decimal
    late: Decimal
    sums: dict[str, Decimal]
    customers: int
    documents: int
    most: list[Aged]
    oldest: list[OpenDocument]


class MonthlyRevenue(msgspec.Struct, kw_only=True):
    """What was earned in a month, on one account of income."""

    month: str
    account: str
    base_amount: Decimal


class Revenue(msgspec.Struct, kw_only=True):
    """What was earned from one day to another, both included."""

    since: date
    until: date
    base_currency: str
    months: list[MonthlyRevenue]
    total: Decimal


class RecurringMonth(msgspec.Struct, kw_only=True):
    """What recurs at the end of a month and how it came to that: opening + new + reactivated + expansion - contraction - churned
    is `mrr`. `arr` is twelve times as much. Percentages are of what was there when the month began; null where that was nothing.
    """

    month: str
    on: date
    opening: Decimal
    new: Decimal
    reactivated: Decimal
    expansion: Decimal
    contraction: Decimal
    churned: Decimal
    mrr: Decimal
    arr: Decimal
    customers_at_start: int
    customers_new: int
    customers_back: int
    customers_lost: int
    customers: int
    arpa: Decimal | None
    logo_churn_percent: Decimal | None
    gross_churn_percent: Decimal | None
    net_churn_percent: Decimal | None


class RecurringCurrency(msgspec.Struct, kw_only=True):
    """The months of what is sold in one currency."""

    currency: str
    months: list[RecurringMonth]


class RecurringRevenue(msgspec.Struct, kw_only=True):
    """Recurring revenue by month: all of it in the seller's currency at the rates of the sales, and by currency."""

    since: str
    until: str
    known_on: date | None
    base_currency: str
    months: list[RecurringMonth]
    currencies: list[RecurringCurrency]


class RecurringRow(RecurringMonth, kw_only=True):
    """A month of one currency as it is exported; `base` says which rows are all of it in the seller's currency."""

    currency: str
    base: bool
