"""Checks of VAT ids as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

Outcome = Literal["valid", "invalid", "unavailable"]


class VatCheck(msgspec.Struct, kw_only=True):
    """What a register said, and when. `unavailable` says nothing about the id."""

    id: UUID
    organization_id: UUID
    customer_id: UUID
    tax_id: str
    outcome: Outcome
    reason: str
    register: str
    requester: str
    consultation_number: str
    name: str
    address: str
    checked_at: datetime


class TaxFlag(msgspec.Struct, kw_only=True):
    """A finalised invoice whose tax is in doubt: it stays as it is; a credit note and a new invoice put it right."""

    id: UUID
    organization_id: UUID
    invoice_id: UUID
    invoice_number: str
    customer_id: UUID
    reason: Literal["tax_id_invalid"]
    detail: str
    resolution: str
    resolved_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class Resolution(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What was done about it."""

    resolution: Annotated[str, Meta(min_length=1, max_length=300)]
