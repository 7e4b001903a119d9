"""Simple rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import FieldError, ValidationFailed
from control.security import kept
from control.security.checks import match
from control.security.exclusions.service import creator
from control.security.kept import Kind
from control.security.match_rules import queries as q
from control.security.match_rules.models import MatchRule, NewMatchRule

SORTABLE = {"created_at": "created_at", "updated_at": "updated_at", "name": "name", "position": "position"}
KIND = Kind("rule", "match_rule", q.SQL, 500, "There is a rule of this name already.")
ROWS = kept.Rows(KIND, MatchRule)


async def create(ctx: Context, tx: Transaction, data: NewMatchRule) -> MatchRule:
    """A new rule. Raises ValidationFailed, Conflict for a name that is taken."""
    return await kept.create(ctx, tx, KIND, MatchRule, data.site_id, _columns(data) | {"created_by": creator(ctx)})


async def replace(ctx: Context, rule_id: UUID, data: NewMatchRule) -> MatchRule:
    """Set all fields of a rule. Raises as `create` does."""
    return await kept.update(ctx, KIND, MatchRule, rule_id, data.site_id, _columns(data))


def _columns(data: NewMatchRule) -> dict[str, Any]:
    normal, errors = match.check(data.conditions)
    if (data.action == "limit") != (data.quota is not None):
        errors.append(FieldError("/quota", "is needed for the action limit, and only there"))
    if errors:
        raise ValidationFailed(errors)
    built = msgspec.structs.asdict(data)
    del built["site_id"]
    quota = None if data.quota is None else Jsonb(msgspec.to_builtins(data.quota))
    return {**built, "conditions": Jsonb(msgspec.to_builtins(normal)), "quota": quota}
