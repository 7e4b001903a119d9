"""What the rooms of security have in common: a row belongs to an organisation, and to one of its sites or to all of them.

A room says what its rows look like (`Kind`) and what is wrong with new ones; reading, tenancy, versions, the audit log and
events are the same for all. `Rows` has what a room's collection can call as it is.
"""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec
from psycopg.errors import ForeignKeyViolation, UniqueViolation

from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest, like
from control.core.words import said
from control.sites.sites import service as sites


class Kept(Protocol):
    """What every row has."""

    id: UUID
    organization_id: UUID
    version: int


T = TypeVar("T", bound=Kept)


class Kind(msgspec.Struct, frozen=True):
    """`noun` is for people, `subject` for the audit log and topics; `sql` holds the room's statements; `most` is how many an
    organisation may have."""

    noun: str
    subject: str
    sql: Any
    most: int
    there_already: str


async def page(
    ctx: Context, kind: Kind, shown: type[T], wanted: PageRequest, filters: dict[str, Any]
) -> tuple[list[T], int]:  # fmt: skip
    """The rows in reach."""
    async with ctx.transaction() as tx:
        total = await tx.value(kind.sql.count, **filters)
        return await tx.all(shown, wanted.sorted(kind.sql.page), **filters), total


async def get(ctx: Context, kind: Kind, shown: type[T], row_id: UUID) -> T:
    """One row. Raises NotFound, also for one of somebody else."""
    async with ctx.transaction() as tx:
        found = await find(tx, kind, shown, row_id)
        await ctx.audit_read(tx, kind.subject, found.id, organization_id=found.organization_id)
    return found


async def find(tx: Transaction, kind: Kind, shown: type[T], row_id: UUID, *, lock: bool = False) -> T:
    """The row in this transaction. Raises NotFound."""
    if lock:
        await tx.value(kind.sql.lock, id=row_id)
    found = await tx.maybe(shown, kind.sql.get, id=row_id)
    if found is None:
        raise NotFound(kind.noun)
    return found


async def owner(ctx: Context, tx: Transaction, site_id: UUID | None) -> UUID:
    """Whose a new row is: the site's organisation, or the caller's. Raises NotFound for a site out of reach."""
    if site_id is None:
        return ctx.principal.organization_id
    return (await sites.find(tx, site_id)).organization_id


async def create(
    ctx: Context, tx: Transaction, kind: Kind, shown: type[T], site_id: UUID | None, columns: dict[str, Any]
) -> T:  # fmt: skip
    """A new row. Raises NotFound for a site out of reach; Conflict when it is there already, or at the limit."""
    organization_id = await owner(ctx, tx, site_id)
    if await tx.value(kind.sql.how_many, organization_id=organization_id) >= kind.most:
        raise Conflict(said("An organization has at most %(most)s of these; delete one first.", most=kind.most))
    row_id = new_id()
    try:
        await tx.run(kind.sql.insert, id=row_id, organization_id=organization_id, site_id=site_id, **columns)
    except UniqueViolation:
        raise Conflict(kind.there_already) from None
    except ForeignKeyViolation as error:
        raise _gone(error) from None
    created = await find(tx, kind, shown, row_id)
    await ctx.audit(tx, f"{kind.subject}.created", kind.subject, row_id, organization_id=organization_id, after=created)
    await events.emit(tx, f"{kind.subject}.created", organization_id, created)
    return created


async def update(ctx: Context, kind: Kind, shown: type[T], row_id: UUID, site_id: UUID | None, columns: dict[str, Any]) -> T:
    """Set all fields of a row. Raises ValidationFailed when it should move to another site, and as `create` does."""
    async with ctx.transaction() as tx:
        before = await find(tx, kind, shown, row_id, lock=True)
        ctx.if_match(before.version)
        # What belongs to no site at all, such as a server's filter, has no such column.
        if site_id != getattr(before, "site_id", None):
            raise ValidationFailed(FieldError("/site_id", "cannot be changed; delete this and make another"))
        try:
            await tx.run(kind.sql.update, id=row_id, **columns)
        except UniqueViolation:
            raise Conflict(kind.there_already) from None
        except ForeignKeyViolation as error:
            raise _gone(error) from None
        after = await find(tx, kind, shown, row_id)
        organization_id = before.organization_id
        await ctx.audit(
            tx, f"{kind.subject}.updated", kind.subject, row_id, organization_id=organization_id, before=before, after=after
        )
        await events.emit(tx, f"{kind.subject}.updated", organization_id, after)
    return after


async def delete(ctx: Context, kind: Kind, shown: type[T], row_id: UUID) -> None:
    """Delete a row."""
    async with ctx.transaction() as tx:
        before = await find(tx, kind, shown, row_id, lock=True)
        ctx.if_match(before.version)
        await tx.run(kind.sql.delete, id=row_id)
        organization_id = before.organization_id
        await ctx.audit(tx, f"{kind.subject}.deleted", kind.subject, row_id, organization_id=organization_id, before=before)
        await events.emit(tx, f"{kind.subject}.deleted", organization_id, {"id": row_id})


class Rows(msgspec.Struct, Generic[T], frozen=True):
    """The rows of a kind as the routes of a collection call them, where nothing about a room is special."""

    kind: Kind
    shown: type[T]

    async def page(self, ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[T], int]:
        """The rows in reach; statements that search name it `search`."""
        return await page(ctx, self.kind, self.shown, wanted, {"search": like(wanted.search), **filters})

    async def get(self, ctx: Context, row_id: UUID) -> T:
        """One row. Raises NotFound."""
        return await get(ctx, self.kind, self.shown, row_id)

    async def delete(self, ctx: Context, row_id: UUID) -> None:
        """Delete a row. Raises NotFound."""
        await delete(ctx, self.kind, self.shown, row_id)


def _gone(error: ForeignKeyViolation) -> ValidationFailed | Conflict:
    if error.diag.constraint_name == "security_policies_route":
        return ValidationFailed(FieldError("/route_id", "is no route of this site"))
    return Conflict("The site was deleted at the same time.")
