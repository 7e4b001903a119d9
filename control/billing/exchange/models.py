"""Rates of exchange as the API shows and takes them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta


class NewExchangeRate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What one unit of the currency is in the seller's own, and where it is from."""

    rate: Decimal
    source: Annotated[str, Meta(max_length=100)] = ""


class ExchangeRate(msgspec.Struct, kw_only=True):
    """As it is kept: it holds from its day until the next one."""

    organization_id: UUID
    currency: str
    base: str
    valid_from: date
    rate: Decimal
    source: str
    created_at: datetime


class Imported(msgspec.Struct, kw_only=True):
    """What came of a file. Those set by hand stand."""

    days: int
    first_day: date
    last_day: date
    written: int
    unchanged: int
