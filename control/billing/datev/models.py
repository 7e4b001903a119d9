"""Accounts of a chart as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.billing.tax.treatment import Reason

Chart = Literal["skr03", "skr04", "custom"]
AccountName = Literal[
    "bank",
    "cash",
    "provider_clearing",
    "customer_credit",
    "deferred_revenue",
    "revenue",
    "tax",
    "late_fees",
    "payment_fees",
    "bad_debt",
    "exchange_gain",
    "exchange_loss",
    "credit_adjustments",
    "supplier_costs",
    "supplier_payable",
]
"""Accounts of the books that have one number. `revenue` is what was earned of what is sold for a time, and what is untaxed;
`tax` is tax for which a rule of revenue names no account."""
Number = Annotated[str, Meta(pattern="^[0-9]{4,8}$")]
_BuKey = Annotated[str, Meta(pattern="^[0-9]{0,4}$")]


class RevenueAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where sales go that are taxed like this; what is left out holds for all.

    An `automatic` account computes its tax itself: it gets the amount with tax and no key. Any other gets the amount without, and
    the tax goes to `tax_account`.
    """

    reason: Reason
    rate: Decimal | None = None
    country: Annotated[str, Meta(pattern="^([A-Z]{2})?$")] = ""
    account: Number
    automatic: bool = True
    bu_key: _BuKey = ""
    tax_account: Annotated[str, Meta(pattern="^([0-9]{4,8})?$")] = ""


class NewLedgerAccounts(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """All fields; `accounts` and `revenue` stand before what the chart says. Numbers of four digits are lengthened by zeros."""

    chart: Chart
    consultant_number: Annotated[int, Meta(ge=1001, le=9_999_999)]
    client_number: Annotated[int, Meta(ge=1, le=99_999)]
    fiscal_year_month: Annotated[int, Meta(ge=1, le=12)] = 1
    account_length: Annotated[int, Meta(ge=4, le=8)] = 4
    accounts: dict[AccountName, Number] = {}
    revenue: Annotated[list[RevenueAccount], Meta(max_length=200)] = []


class LedgerAccounts(NewLedgerAccounts, kw_only=True):
    """As they are kept."""

    organization_id: UUID
    version: int
    created_at: datetime
    updated_at: datetime
