"""A seller's own rates as the API shows and takes them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from control.billing.tax.rates import Component


class NewTaxRate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A rate for a place and class, in percent. `components` are the taxes it is made of, where they are several."""

    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    region: Annotated[str, Meta(pattern="^[A-Z0-9]{0,12}$")] = ""
    tax_class: Annotated[str, Meta(pattern="^[a-z][a-z_]{0,39}$")] = "standard"
    percent: Decimal
    components: Annotated[list[Component], Meta(max_length=10)] = []
    valid_from: date
    valid_to: date | None = None
    note: Annotated[str, Meta(max_length=300)] = ""


class TaxRate(NewTaxRate, kw_only=True, forbid_unknown_fields=False):
    """As it is kept."""

    id: UUID
    organization_id: UUID
    version: int
    created_at: datetime
    updated_at: datetime


class End(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The last day on which a rate holds: today or later."""

    valid_to: date
