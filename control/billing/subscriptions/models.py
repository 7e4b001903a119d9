"""Subscriptions as the API shows and takes them. Amounts are strings in JSON, days are in the seller's time zone."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.billing.catalogue.discounts import CouponTerms
from control.billing.subscriptions.periods import Anchor, Interval, Period
from control.core.words import N_

Status = Literal["scheduled", "trialing", "active", "past_due", "paused", "suspended", "cancelled", "ended"]
STATES: dict[Status, str] = {
    "scheduled": N_("scheduled"),
    "trialing": N_("trialing"),
    "active": N_("active"),
    "past_due": N_("past due"),
    "paused": N_("paused"),
    "suspended": N_("suspended"),
    "cancelled": N_("cancelled"),
    "ended": N_("ended"),
}
"""The states in the midst of a sentence."""
Collection = Literal["automatic", "invoice"]
When = Literal["now", "period_end"]
LIVE: tuple[Status, ...] = ("active", "past_due")
_Reason = Annotated[str, Meta(max_length=1000)]
_Quantity = Annotated[int, Meta(ge=1, le=1_000_000)]
MOST_ITEMS = 100


class NewSubscriptionItem(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A price and how many of it. `id` names an item that is there already, when its price changes."""

    price_id: UUID
    quantity: _Quantity = 1
    id: UUID | None = None


_Items = Annotated[list[NewSubscriptionItem], Meta(min_length=1, max_length=MOST_ITEMS)]


class NewSubscription(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Who gets what. It starts today unless said otherwise; `trial_days` is the plan's when left out.

    With `anchor_day` periods begin on that day of the month, and the first one is shorter. `ends_on` is the day after the last
    one of a fixed term.
    """

    customer_id: UUID
    items: _Items
    name: Annotated[str, Meta(max_length=200)] = ""
    start_date: date | None = None
    trial_days: Annotated[int, Meta(ge=0, le=730)] | None = None
    anchor_day: Annotated[int, Meta(ge=1, le=31)] | None = None
    ends_on: date | None = None
    coupon: Annotated[str, Meta(max_length=40)] | None = None
    collection: Collection = "invoice"


class ChangedSubscription(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """All items as they are to be. `when` is decided by the seller's settings when left out; a coupon replaces the one before."""

    items: _Items
    when: When | None = None
    coupon: Annotated[str, Meta(max_length=40)] | None = None
    collection: Collection | None = None
    name: Annotated[str, Meta(max_length=200)] | None = None


class Cancellation(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """When, why, and whether unused days are credited (as the seller's settings say when left out)."""

    when: When = "period_end"
    reason: _Reason = ""
    credit_unused: bool | None = None


class Pause(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Until a day, or until somebody resumes it."""

    resumes_on: date | None = None


class Suspension(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why."""

    reason: _Reason = ""


class SubscriptionItem(msgspec.Struct, kw_only=True):
    """An item as it is kept."""

    id: UUID
    plan_id: UUID
    price_id: UUID
    next_price_id: UUID | None
    next_price_from: date | None
    name: str
    quantity: int
    position: int
    setup_charged: bool
    started_on: date
    ended_on: date | None
    metered_until: date | None


class Row(msgspec.Struct, kw_only=True):
    """A subscription as lists show it. `billed_until` is the day up to which it is charged; `due_on` when it renews next."""

    id: UUID
    organization_id: UUID
    customer_id: UUID
    customer_org_id: UUID
    name: str
    status: Status
    currency: str
    interval: Interval
    collection: Collection
    prices_include_tax: bool
    anchor_month: date
    anchor_day: int
    started_on: date
    trial_ends_on: date | None
    billed_until: date
    due_on: date | None
    period_start: date | None
    period_end: date | None
    resumes_on: date | None
    cancels_on: date | None
    ends_on: date | None
    ended_on: date | None
    cancel_reason: str
    coupon_id: UUID | None
    coupon: CouponTerms | None
    coupon_left: int | None
    coupon_now: bool
    pending_items: list[NewSubscriptionItem] | None
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def anchor(self) -> Anchor:
        return Anchor(self.anchor_month, self.anchor_day)

    @property
    def period(self) -> Period | None:
        """The current one."""
        return None if self.period_start is None or self.period_end is None else Period(self.period_start, self.period_end)


class Subscription(Row, kw_only=True):
    """A subscription with its items."""

    items: list[SubscriptionItem] = []


class PreviewLine(msgspec.Struct, kw_only=True):
    """A line that would be charged; `amount` is without tax."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    amount: Decimal
    tax: Decimal
    period_start: date | None
    period_end: date | None


class PreviewCredit(msgspec.Struct, kw_only=True):
    """What a credit note would give back, tax included in `total`."""

    description: str
    amount: Decimal
    tax: Decimal
    total: Decimal
    period_start: date
    period_end: date


class Preview(msgspec.Struct, kw_only=True):
    """What would happen, computed by the code that does it. `due_now` is the charge less what is credited and what the customer
    has left over; below nothing, it stays as the customer's credit."""

    effective_on: date
    currency: str
    lines: list[PreviewLine]
    credits: list[PreviewCredit]
    charge_amount: Decimal
    charge_tax: Decimal
    charge_total: Decimal
    credit_total: Decimal
    customer_credit: Decimal
    due_now: Decimal
    next_due_on: date | None
    next_lines: list[PreviewLine] = []
    """What the next invoice has, if nothing changes until then; without usage, which nobody knows yet."""
    next_amount: Decimal
    """Without tax."""
    next_tax: Decimal = Decimal(0)
    next_total: Decimal = Decimal(0)
    digest: str = ""
    """Of all the above (SHA-256). Who orders or changes says which preview they saw by it."""


class Change(msgspec.Struct, kw_only=True):
    """An entry of a subscription's log."""

    id: UUID
    kind: str
    effective_on: date
    detail: dict[str, Any]
    created_at: datetime


class BilledPeriod(msgspec.Struct, kw_only=True):
    """A period that was charged; `amount` is without tax."""

    period_start: date
    period_end: date
    invoice_id: UUID | None
    amount: Decimal
    billed_on: date


class UsageReading(msgspec.Struct, kw_only=True):
    """What was measured of an item over a period, and what came in after it was billed."""

    item_id: UUID
    period_start: date
    period_end: date
    value: Decimal
    late_value: Decimal
    read_at: datetime


class NewSubscriptionSettings(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How a seller's subscriptions are invoiced."""

    combine_invoices: bool = True
    upgrade: When = "now"
    downgrade: When = "period_end"
    credit_on_cancel: bool = True
    mail_invoices: bool = True
    """Whether invoices of subscriptions are mailed when they are finalised."""
    payment_page: Annotated[str, Meta(max_length=300)] = ""
    """Where customers pay and change their card, as mails name it: an address (https) in which {invoice_id} and {number} are
    filled in."""
    customers_order: bool = True
    """Whether customers start subscriptions to listed plans themselves."""
    customers_change: bool = True
    """Whether they change plans and quantities of theirs themselves."""
    customers_cancel: bool = True
    """Whether they cancel for the end of the period, and take that back, themselves."""


class SubscriptionSettings(NewSubscriptionSettings, kw_only=True):
    """As they are kept; the defaults with version 0 until somebody sets them."""

    organization_id: UUID
    version: int = 0
