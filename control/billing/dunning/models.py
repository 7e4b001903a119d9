"""Dunning as the API shows and takes it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

Action = Literal["remind", "retry_payment", "late_fee", "suspend", "cancel", "write_off"]


class DunningStep(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is done so many days after the due date. `fee` is for late_fee, in the invoice's currency; `text` for the mail."""

    days: Annotated[int, Meta(ge=1, le=365)]
    action: Action
    fee: Decimal | None = None
    text: Annotated[str, Meta(max_length=2000)] = ""


class NewDunningSchedule(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Steps by day. The default one is for invoices whose plans name none."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    is_default: bool = False
    steps: Annotated[list[DunningStep], Meta(min_length=1, max_length=20)]


class DunningSchedule(NewDunningSchedule, kw_only=True):
    """As it is kept."""

    id: UUID
    organization_id: UUID
    version: int
    created_at: datetime
    updated_at: datetime


class TakenStep(msgspec.Struct, kw_only=True):
    """A step that was taken."""

    step: int
    action: Action
    outcome: str
    detail: dict[str, Any]
    taken_on: date
    created_at: datetime


class DunningCase(msgspec.Struct, kw_only=True):
    """What is done about an overdue invoice. `next_on` is when the next step is due."""

    invoice_id: UUID
    organization_id: UUID
    customer_id: UUID
    steps: list[DunningStep]
    done: int
    next_on: date | None
    suspended: list[UUID]
    stopped_at: datetime | None
    stop_reason: str
    closed_at: datetime | None
    created_at: datetime
    taken: list[TakenStep] = []


class Stop(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why no further step is taken."""

    reason: Annotated[str, Meta(min_length=1, max_length=1000)]


class OpenCase(msgspec.Struct, kw_only=True):
    """An invoice about which a customer is reminded: how many of its steps are done."""

    invoice_id: UUID
    invoice_number: str
    done: int
    steps: int
    next_on: date | None
    stopped_at: datetime | None


class Stopped(msgspec.Struct, kw_only=True):
    """Why a customer is reminded of nothing, and since when."""

    reason: str
    created_at: datetime


class CustomerDunning(msgspec.Struct, kw_only=True):
    """What a customer is reminded of; with `stopped`, of nothing."""

    stopped: Stopped | None
    cases: list[OpenCase]
