"""Exclusions as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from control.security.bodies.common import Moment, Note

RuleId = Annotated[int, Meta(ge=1, le=2_147_483_647)]
Tag = Annotated[str, Meta(min_length=1, max_length=200)]
Target = Annotated[str, Meta(min_length=1, max_length=300)]
Prefix = Annotated[str, Meta(min_length=1, max_length=1024)]


class Exclusion(msgspec.Struct, kw_only=True):
    """What the firewall leaves out, who said so, and which event it was made from."""

    id: UUID
    organization_id: UUID
    site_id: UUID | None
    rule_from: int | None
    rule_to: int | None
    tag: str | None
    target: str | None
    path_prefix: str | None
    note: str
    expires_at: datetime | None
    created_by: UUID | None
    event_id: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime


class NewExclusion(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Either rules (`rule_from` alone is one rule, with `rule_to` a range) or a `tag`.

    `target` is a variable as SecLang writes it (`ARGS:q`, `REQUEST_COOKIES`); without it the whole rule is left out. With
    `path_prefix` that holds for this path and what is below it only.
    """

    site_id: UUID | None = None
    rule_from: RuleId | None = None
    rule_to: RuleId | None = None
    tag: Tag | None = None
    target: Target | None = None
    path_prefix: Prefix | None = None
    note: Note = ""
    expires_at: Moment | None = None
