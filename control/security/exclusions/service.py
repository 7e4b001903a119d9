"""Exclusions: what the firewall leaves out."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import msgspec

from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import FieldError, ValidationFailed
from control.core.words import reason
from control.security import kept
from control.security.exclusions import queries as q
from control.security.exclusions.models import Exclusion, NewExclusion
from control.security.kept import Kind
from control.sites.checks import paths

SORTABLE = {"created_at": "created_at", "updated_at": "updated_at", "rule": "rule_from", "expires_at": "expires_at"}
KIND = Kind("exclusion", "waf_exclusion", q.SQL, 2000, "This exclusion is there already.")
ROWS = kept.Rows(KIND, Exclusion)
_TARGET = re.compile(r"^[A-Z][A-Z0-9_]{1,40}(:[!-~]{1,250})?$")
_TAG = re.compile(r"^[!-~]+( [!-~]+)*$")


async def create(ctx: Context, tx: Transaction, data: NewExclusion, *, event_id: UUID | None = None) -> Exclusion:
    """A new exclusion, perhaps made from an event. Raises ValidationFailed, NotFound for the site."""
    who = {"created_by": creator(ctx), "event_id": event_id}
    return await kept.create(ctx, tx, KIND, Exclusion, data.site_id, _columns(data) | who)


async def replace(ctx: Context, exclusion_id: UUID, data: NewExclusion) -> Exclusion:
    """Set all fields of an exclusion. Raises as `create` does."""
    return await kept.update(ctx, KIND, Exclusion, exclusion_id, data.site_id, _columns(data))


def is_target(text: str) -> bool:
    """Whether a text is a variable as exclusions name them."""
    return _TARGET.match(text) is not None and len(text) <= 300


def creator(ctx: Context) -> UUID | None:
    """Who a row says made it; nobody for a command on the machine."""
    return ctx.actor.id


def _columns(data: NewExclusion) -> dict[str, Any]:
    errors = []
    if (data.rule_from is None) == (data.tag is None):
        errors.append(FieldError("/rule_from", "exactly one of rule_from and tag is needed"))
    if data.rule_to is not None and (data.rule_from is None or data.rule_to < data.rule_from):
        errors.append(FieldError("/rule_to", "is the end of a range that begins with rule_from"))
    if data.target is not None and not is_target(data.target):
        errors.append(FieldError("/target", "is a variable such as ARGS, ARGS:q or REQUEST_COOKIES:/^sess/"))
    if data.tag is not None and not _TAG.match(data.tag):
        errors.append(FieldError("/tag", "is a tag of the rules, such as attack-sqli"))
    if data.path_prefix is not None:
        try:
            paths.plain(data.path_prefix)
        except paths.PathError as error:
            errors.append(FieldError("/path_prefix", reason(error)))
    if errors:
        raise ValidationFailed(errors)
    built = msgspec.structs.asdict(data)
    del built["site_id"]
    return {**built, "rule_to": data.rule_to if data.rule_to is not None else data.rule_from}
