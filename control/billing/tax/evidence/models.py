"""Evidence of a customer's country as the API shows and takes it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.billing.tax.evidence.weighing import Kind, Verdict


class Piece(msgspec.Struct, kw_only=True):
    """One thing that speaks for a country. `country` is nothing when the kind says nothing any more."""

    id: UUID
    kind: Kind
    country: str | None
    detail: str
    source: str
    seen_at: datetime


class NewPiece(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What an order form or a payment provider saw. Of an address on the internet only the network is kept."""

    kind: Literal["ip_address", "bank", "phone", "other"]
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    detail: Annotated[str, Meta(max_length=200)] = ""
    source: Annotated[str, Meta(pattern="^[a-z][a-z_]{0,39}$")] = "manual"


class PlaceOfSupply(msgspec.Struct, kw_only=True):
    """Where a customer is, and how well that is known. `pieces` has the latest of each kind."""

    customer_id: UUID
    verdict: Verdict
    country: str | None
    billing_country: str
    agreeing: list[Kind]
    contradicting: list[Kind]
    explanation: str
    pieces: list[Piece]
