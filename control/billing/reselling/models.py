"""Statements as the API shows and takes them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec


class NewStatements(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Settle all months that are over: with one reseller, or with all."""

    reseller_org_id: UUID | None = None


class ResellerStatement(msgspec.Struct, kw_only=True):
    """What a reseller sold in a month of what it sells on, what it keeps of that, and what it owes.

    The invoice over it is `amount`, without tax, in the reseller's currency as a customer. `booked_on` and `settled_on` are of
    the reseller's own books.
    """

    id: UUID
    organization_id: UUID
    reseller_org_id: UUID
    customer_id: UUID
    month: str
    currency: str
    sales: int
    sold: Decimal
    kept: Decimal
    owed: Decimal
    invoice_id: UUID | None
    amount: Decimal
    amount_currency: str
    booked_on: date | None
    settled_on: date | None
    created_at: datetime


class SettledSale(msgspec.Struct, kw_only=True):
    """One line that a reseller invoiced, or credited with a minus, and what is owed of it."""

    id: UUID
    booked_on: date
    plan_id: UUID
    plan_name: str
    kind: Literal["wholesale", "commission"]
    percent: Decimal
    sold: Decimal
    kept: Decimal
    owed: Decimal


class Settlement(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How a reseller paid what it owes; today when no day is given."""

    account: Literal["bank", "cash"] = "bank"
    paid_on: date | None = None
