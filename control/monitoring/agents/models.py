"""Agents as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

LONGEST_S = 604_800
ClaimState = Literal["waiting", "used", "expired"]


class Agent(msgspec.Struct, kw_only=True):
    """The agent of a server. `last_seen_at` is when it last pushed, within some seconds; null is never."""

    id: UUID
    organization_id: UUID
    name: str
    agent_version: str
    last_seen_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class NewClaim(msgspec.Struct, forbid_unknown_fields=True):
    """`name` is what the agent will be called, its server's name when absent; `expires_in_s` is one hour unless given."""

    name: Annotated[str, Meta(max_length=100)] = ""
    expires_in_s: Annotated[int, Meta(ge=60, le=LONGEST_S)] = 3600


class Claim(msgspec.Struct, kw_only=True):
    """A claim, the one time that it is shown. `command` installs an agent with it."""

    id: UUID
    organization_id: UUID
    name: str
    expires_at: datetime
    claim: str
    command: str


class WaitingClaim(msgspec.Struct, kw_only=True):
    """A claim as it is listed, without what is secret of it. `state` is `waiting`, `used`, or `expired` unused. Those
    that are of no use any more go when another claim is made, once they are 30 days old."""

    id: UUID
    organization_id: UUID
    name: str
    state: ClaimState
    expires_at: datetime
    used_at: datetime | None
    created_at: datetime


class Enrolment(msgspec.Struct, forbid_unknown_fields=True):
    """What an agent says of itself when it comes with a claim."""

    claim: Annotated[str, Meta(min_length=1, max_length=100)]
    host: Annotated[str, Meta(min_length=1, max_length=253)]
    agent_version: Annotated[str, Meta(max_length=50)] = ""


class Enrolled(msgspec.Struct, kw_only=True):
    """What it needs to push: a token that is shown this one time, where to, and how often."""

    agent_id: UUID
    organization_id: UUID
    name: str
    token: str
    ingest_url: str
    interval_s: int
