"""Custom rules in SecLang, read by the engine before they are stored."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import FieldError, ValidationFailed
from control.security import kept
from control.security.checks import seclang
from control.security.exclusions.service import creator
from control.security.kept import Kind
from control.security.waf_rules import queries as q
from control.security.waf_rules.models import NewWafRules, WafRules

SORTABLE = {"created_at": "created_at", "updated_at": "updated_at", "name": "name", "position": "position"}
KIND = Kind("text of rules", "waf_rules", q.SQL, 100, "There are rules of this name already.")
ROWS = kept.Rows(KIND, WafRules)
_MOST_PROBLEMS = 20


async def create(ctx: Context, tx: Transaction, data: NewWafRules) -> WafRules:
    """New rules. Raises ValidationFailed with each line that is wrong, Conflict for a name that is taken."""
    return await kept.create(ctx, tx, KIND, WafRules, data.site_id, _columns(data) | {"created_by": creator(ctx)})


async def replace(ctx: Context, rules_id: UUID, data: NewWafRules) -> WafRules:
    """Set all fields. Raises as `create` does."""
    return await kept.update(ctx, KIND, WafRules, rules_id, data.site_id, _columns(data))


def _columns(data: NewWafRules) -> dict[str, Any]:
    if len(data.text.encode()) > 65_536 or "\0" in data.text:
        raise ValidationFailed(FieldError("/text", "has more than 65536 bytes, or a null"))
    if wrong := seclang.problems(data.text):
        raise ValidationFailed([FieldError("/text", problem) for problem in wrong[:_MOST_PROBLEMS]])
    built = msgspec.structs.asdict(data)
    del built["site_id"]
    return built
