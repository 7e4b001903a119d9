"""Security events as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from control.security.bodies.common import Moment, Note
from control.security.exclusions.models import Exclusion, RuleId

Action = Literal["blocked", "detected", "banned", "denied", "challenged", "limited", "logged"]
Source = Literal["waf", "rule", "list", "ban", "limit"]


class RuleMatch(msgspec.Struct, kw_only=True):
    """A rule of the firewall that matched: in which variable, and a shortened excerpt of what stood there."""

    rule_id: int
    message: str = ""
    target: str = ""
    excerpt: str = ""
    tags: list[str] = []


class SecurityEvent(msgspec.Struct, kw_only=True):
    """What was found in a request. Where a client goes on asking, one event stands for `requests` alike ones.

    `subject_id` is the simple rule or the ban; `matches` are the firewall's rules, the one that decided first.
    """

    id: UUID
    organization_id: UUID
    at: datetime
    gateway: str
    requests: int
    action: Action
    source: Source
    subject_id: str | None
    message: str
    rule_ids: list[int]
    matches: list[RuleMatch]
    score: int | None
    client: str
    country: str | None
    asn: int | None
    site_id: UUID | None
    route_id: UUID | None
    method: str
    host: str
    path: str
    user_agent: str
    status: int
    request_id: str


class Tally(msgspec.Struct, frozen=True):
    """How many events there are, and how many of them were refused by the firewall."""

    found: int
    blocked: int


class RuleCount(msgspec.Struct, kw_only=True):
    """How often a rule of the firewall matched, for whom and where: many clients on few paths are a false positive's sign."""

    rule_id: int
    message: str | None
    requests: int
    blocked: int
    clients: int
    paths: int
    last_at: datetime


class Excluded(msgspec.Struct, kw_only=True):
    """The exclusions that were made, one a rule."""

    exclusions: list[Exclusion]


class ExclusionFromEvent(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What of the event is left out from now on.

    `rule_ids` are those of the event's rules that it is about; all but the ones that only add up scores unless given. With
    `target` the rule goes on looking at everything but the variable that matched, with `path` it is left out on the event's
    path and below it only, with `site` on the event's site only.
    """

    rule_ids: Annotated[list[RuleId], Meta(min_length=1, max_length=50)] | None = None
    target: bool = True
    path: bool = True
    site: bool = True
    note: Note = ""
    expires_at: Moment | None = None
