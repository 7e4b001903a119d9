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
