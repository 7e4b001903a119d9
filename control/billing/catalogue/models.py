"""The catalogue as the API shows and takes it. Amounts are strings in JSON."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.billing.catalogue.discounts import Duration
from control.billing.catalogue.pricing import Meter, Model, Terms, Tier
from control.billing.money import Currency
from control.billing.subscriptions.periods import Interval

_ZERO = Decimal(0)
_Name = Annotated[str, Meta(min_length=1, max_length=200)]
_Text = Annotated[str, Meta(max_length=5000)]
_Class = Annotated[str, Meta(pattern="^[a-z][a-z_]{0,39}$")]
_Unit = Annotated[str, Meta(min_length=1, max_length=20)]
"""A code of UN/ECE recommendation 20 such as `C62`, or a word for one such as `hour`; it is kept as a code."""
AnyInterval = Literal["once"] | Interval


class NewProduct(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A product; `tax_class` chooses its rate of tax."""

    name: _Name
    description: _Text = ""
    tax_class: _Class = "standard"
    is_active: bool = True


class Product(NewProduct, kw_only=True):
    """As it is kept."""

    id: UUID
    organization_id: UUID
    version: int
    created_at: datetime
    updated_at: datetime


class NewPlan(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A variant of a product that is sold. `features` go to provisioning as they are.

    An add-on stands beside the plans it `extends`, or beside any. A reseller names the plan of the seller above that it sells on.
    """

    product_id: UUID
    name: _Name
    description: _Text = ""
    features: dict[str, Any] = {}
    is_addon: bool = False
    extends: Annotated[list[UUID], Meta(max_length=100)] = []
    trial_days: Annotated[int, Meta(ge=0, le=730)] = 0
    is_listed: bool = True
    is_active: bool = True
    supplier_plan_id: UUID | None = None
    dunning_id: UUID | None = None


class Plan(NewPlan, kw_only=True):
    """As it is kept."""

    id: UUID
    organization_id: UUID
    version: int
    created_at: datetime
    updated_at: datetime


class NewVersion(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a price costs from a day on; the seller's today when left out."""

    amount: Decimal = _ZERO
    setup_fee: Decimal = _ZERO
    tiers: Annotated[list[Tier], Meta(max_length=100)] = []
    meter: Meter | None = None
    valid_from: date | None = None


class NewPrice(NewVersion, kw_only=True, forbid_unknown_fields=True):
    """A price of a plan. `name` tells several of one plan apart, such as traffic and storage."""

    plan_id: UUID
    name: Annotated[str, Meta(max_length=100)] = ""
    currency: Currency
    interval: AnyInterval
    model: Model
    unit: _Unit = "C62"
    is_active: bool = True


class Price(msgspec.Struct, kw_only=True):
    """A version of a price. `valid_to` is the day after the last one on which it is sold."""

    id: UUID
    organization_id: UUID
    plan_id: UUID
    name: str
    currency: str
    interval: AnyInterval
    model: Model
    amount: Decimal
    setup_fee: Decimal
    tiers: list[Tier]
    meter: Meter | None
    unit: str
    valid_from: date
    valid_to: date | None
    replaces_id: UUID | None
    used_at: datetime | None
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def terms(self) -> Terms:
        """As quantities become money."""
        return Terms(
            model=self.model, amount=self.amount, tiers=self.tiers, included=self.meter.included if self.meter else _ZERO
        )


class Move(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Subscriptions with this price get another one of the same plan, currency and interval with their first period that begins
    on or after a day. `notify_on` is when customers are told, at least so many days before: an event says so for each."""

    to_price_id: UUID
    effective_from: date


class Moved(msgspec.Struct, kw_only=True):
    """How many items of subscriptions will get the other price."""

    items: int
    effective_from: date


class NewCoupon(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Percent, or an amount of a currency, off what recurs, for one period, some, or ever. Large and small letters are the same
    in `code`. `valid_to` is the last day on which it can be redeemed."""

    code: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{2,40}$")]
    description: Annotated[str, Meta(max_length=1000)] = ""
    percent: Decimal | None = None
    amount: Decimal | None = None
    currency: Currency | None = None
    duration: Duration = "once"
    periods: Annotated[int, Meta(ge=1, le=1000)] | None = None
    most: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None
    most_a_customer: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    plan_ids: Annotated[list[UUID], Meta(max_length=100)] = []
    is_active: bool = True


class Coupon(NewCoupon, kw_only=True):
    """As it is kept; `redeemed` is how often it was used."""

    id: UUID
    organization_id: UUID
    redeemed: int
    version: int
    created_at: datetime
    updated_at: datetime


class NewResellerTerms(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a reseller owes for what it sells on: the list price less so many percent (`wholesale`), or its own price less the
    percent that it keeps (`commission`). For one plan, or for all that have no terms of their own."""

    reseller_org_id: UUID
    plan_id: UUID | None = None
    kind: Literal["wholesale", "commission"]
    percent: Decimal


class ResellerTerms(NewResellerTerms, kw_only=True):
    """As they are kept."""

    id: UUID
    organization_id: UUID
    version: int
    created_at: datetime
    updated_at: datetime


class SupplierShare(msgspec.Struct, kw_only=True):
    """What is owed to the seller above for one line of an invoice; null where that seller has no price for it."""

    id: UUID
    organization_id: UUID
    supplier_org_id: UUID
    invoice_item_id: UUID
    supplier_plan_id: UUID
    kind: Literal["wholesale", "commission"]
    percent: Decimal
    booked_on: date
    currency: str
    sold: Decimal
    owed: Decimal | None
    created_at: datetime


class ListedPrice(msgspec.Struct, kw_only=True):
    """A price as customers see it. What a meter asks of the metrics is left out."""

    id: UUID
    name: str
    currency: str
    interval: AnyInterval
    model: Model
    amount: Decimal
    setup_fee: Decimal
    tiers: list[Tier]
    unit: str
    unit_name: str | None
    included: Decimal | None
    valid_from: date


class ListedPlan(msgspec.Struct, kw_only=True):
    """A plan of a price list."""

    id: UUID
    name: str
    description: str
    features: dict[str, Any]
    is_addon: bool
    extends: list[UUID]
    trial_days: int
    prices: list[ListedPrice]


class ListedProduct(msgspec.Struct, kw_only=True):
    """A product of a price list."""

    name: str
    description: str
    plans: list[ListedPlan]


class PriceList(msgspec.Struct, kw_only=True):
    """What a seller sells on a day."""

    organization_id: UUID
    on: date
    products: list[ListedProduct]
