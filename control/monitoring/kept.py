"""What the rooms of monitoring have in common: rows of an organisation, read and written alike.

The work is that of control/security/kept.py; nothing here belongs to a site. A room with several kinds of rows names its
statements `KIND_page`, `KIND_insert` and so on.
"""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from control.core.context import Context
from control.core.db import Transaction
from control.security import kept
from control.security.kept import Kept, Kind, Rows, delete, find, get, page

__all__ = ["Kind", "Rows", "create", "delete", "find", "get", "kind", "page", "update"]
T = TypeVar("T", bound=Kept)


class _Named:
    def __init__(self, sql: Any, name: str) -> None:
        self._sql, self._name = sql, name

    def __getattr__(self, statement: str) -> str:
        return str(getattr(self._sql, f"{self._name}_{statement}"))


def kind(
    noun: str, subject: str, sql: Any, prefix: str, most: int, there_already: str = "There is one of this name already."
) -> Kind:
    """A kind of row; `most` is how many an organisation may have."""
    return Kind(noun, subject, _Named(sql, prefix), most, there_already)


async def create(ctx: Context, tx: Transaction, of: Kind, shown: type[T], columns: dict[str, Any]) -> T:
    """A new row of the caller's organisation. Raises Conflict when it is there already, or at the limit."""
    return await kept.create(ctx, tx, of, shown, None, columns)


async def update(ctx: Context, of: Kind, shown: type[T], row_id: UUID, columns: dict[str, Any]) -> T:
    """Set all fields of a row. Raises NotFound, Conflict."""
    return await kept.update(ctx, of, shown, row_id, None, columns)
