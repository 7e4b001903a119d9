"""Lists of who may come and who may not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import FieldError, ValidationFailed
from control.security import kept
from control.security.access import queries as q
from control.security.access.models import AccessEntry, NewAccessEntry
from control.security.exclusions.service import creator
from control.security.kept import Kind
from control.sites.checks import networks

SORTABLE = {"created_at": "created_at", "updated_at": "updated_at", "network": "network", "expires_at": "expires_at"}
KIND = Kind("entry", "access_entry", q.SQL, 10_000, "There is an entry for this already; change that one.")
ROWS = kept.Rows(KIND, AccessEntry)


async def create(ctx: Context, tx: Transaction, data: NewAccessEntry) -> AccessEntry:
    """A new entry. Raises ValidationFailed, Conflict when the list has it."""
    return await kept.create(ctx, tx, KIND, AccessEntry, data.site_id, _columns(data) | {"created_by": creator(ctx)})


async def replace(ctx: Context, entry_id: UUID, data: NewAccessEntry) -> AccessEntry:
    """Set all fields of an entry. Raises as `create` does."""
    return await kept.update(ctx, KIND, AccessEntry, entry_id, data.site_id, _columns(data))


def _columns(data: NewAccessEntry) -> dict[str, Any]:
    if sum(value is not None for value in (data.network, data.asn, data.country)) != 1:
        raise ValidationFailed(FieldError("/network", "exactly one of network, asn and country is needed"))
    built = msgspec.structs.asdict(data)
    del built["site_id"]
    if data.network is not None:
        found, errors = networks.check("/network", [data.network])
        if errors:
            raise ValidationFailed(FieldError("/network", errors[0].message))
        built["network"] = found[0]
    return built
