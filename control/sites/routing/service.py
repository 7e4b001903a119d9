"""Routes of a site."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from psycopg.errors import ForeignKeyViolation, UniqueViolation
from psycopg.types.json import Jsonb

from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.few import Named, few
from control.core.ids import new_id
from control.core.pagination import PageRequest, like
from control.core.words import said
from control.sites.bodies.route import RouteBody
from control.sites.checks import routes as checks
from control.sites.routing import queries as q
from control.sites.routing.models import NewRoute, Route
from control.sites.sites import service as sites

SORTABLE = {
    "created_at": "r.created_at",
    "updated_at": "r.updated_at",
    "priority": "r.priority",
    "path": "coalesce(r.path_prefix, r.path, r.path_pattern)",
}
MOST_ROUTES = 500
_JSON = frozenset({
    "canary", "redirect", "respond", "request_headers", "response_headers", "cors", "auth", "rate_limits", "validate",
    "maintenance",
})  # fmt: skip


async def page(ctx: Context, site_id: UUID, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Route], int]:
    """The routes of a site."""
    params = {"site_id": site_id, "search": like(wanted.search), **filters}
    async with ctx.transaction() as tx:
        await sites.find(tx, site_id)
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(Route, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, site_id: UUID, route_id: UUID) -> Route:
    """One route. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await find(tx, site_id, route_id)
        await ctx.audit_read(tx, "route", found.id, organization_id=found.organization_id)
    return found


async def find(tx: Transaction, site_id: UUID, route_id: UUID, *, lock: bool = False) -> Route:
    """The route in this transaction. Raises NotFound."""
    await sites.find(tx, site_id)
    if lock:
        await tx.value(q.SQL.lock, site_id=site_id, id=route_id)
    found = await tx.maybe(Route, q.SQL.get, site_id=site_id, id=route_id)
    if found is None:
        raise NotFound("route")
    return found


async def create(ctx: Context, tx: Transaction, site_id: UUID, data: NewRoute) -> Route:
    """A new route. Raises ValidationFailed; Conflict when the paths and methods have a route already, or at the limit."""
    site = await sites.find(tx, site_id)
    columns = await _columns(tx, site_id, data)
    if await tx.value(q.SQL.how_many, site_id=site_id) >= MOST_ROUTES:
        raise Conflict(said("A site has at most %(most)s routes; delete one first.", most=MOST_ROUTES))
    route_id = new_id()
    try:
        await tx.run(q.SQL.insert, id=route_id, organization_id=site.organization_id, site_id=site_id, **columns)
    except UniqueViolation:
        raise _there_already(data) from None
    except ForeignKeyViolation:
        raise _upstream_gone() from None
    created = await find(tx, site_id, route_id)
    await ctx.audit(tx, "route.created", "route", route_id, organization_id=site.organization_id, after=created)
    await events.emit(tx, "route.created", site.organization_id, created)
    return created


async def update(ctx: Context, site_id: UUID, route_id: UUID, changes: dict[str, Any]) -> Route:
    """Change fields. Raises as `create` does."""
    async with ctx.transaction() as tx:
        before = await find(tx, site_id, route_id, lock=True)
        ctx.if_match(before.version)
        data = NewRoute(**{name: changes.get(name, getattr(before, name)) for name in NewRoute.__struct_fields__})
        columns = await _columns(tx, site_id, data)
        try:
            await tx.run(q.SQL.update, id=route_id, **columns)
        except UniqueViolation:
            raise _there_already(data) from None
        except ForeignKeyViolation:
            raise _upstream_gone() from None
        after = await find(tx, site_id, route_id)
        await ctx.audit(
            tx, "route.updated", "route", route_id, organization_id=before.organization_id, before=before, after=after
        )
        await events.emit(tx, "route.updated", before.organization_id, after)
    return after


async def delete(ctx: Context, site_id: UUID, route_id: UUID) -> None:
    """Delete a route."""
    async with ctx.transaction() as tx:
        before = await find(tx, site_id, route_id, lock=True)
        ctx.if_match(before.version)
        await tx.run(q.SQL.delete, id=route_id)
        await ctx.audit(tx, "route.deleted", "route", route_id, organization_id=before.organization_id, before=before)
        await events.emit(tx, "route.deleted", before.organization_id, {"id": route_id, "site_id": site_id})


async def modes(ctx: Context, route_id: UUID) -> list[Named]:
    """The firewall's modes that hold for a route alone."""
    return await few(ctx, q.SQL.modes, id=route_id)


async def _columns(tx: Transaction, site_id: UUID, data: RouteBody) -> dict[str, Any]:
    """What the table holds of a route. Raises ValidationFailed naming every field that is wrong."""
    normal, errors = checks.check(data)
    upstream_id = await _upstream(tx, site_id, data.upstream, "/upstream", errors)
    canary = data.canary
    canary_id = await _upstream(tx, site_id, None if canary is None else canary.upstream, "/canary/upstream", errors)
    if errors:
        raise ValidationFailed(errors)
    built = msgspec.to_builtins(msgspec.structs.replace(data, **normal))
    if built["canary"] is not None:
        # The column beside it names the upstream, so that it can be renamed.
        del built["canary"]["upstream"]
    columns = {name: Jsonb(value) if name in _JSON and value is not None else value for name, value in built.items()}
    del columns["upstream"]
    return {**columns, "upstream_id": upstream_id, "canary_upstream_id": canary_id}


async def _upstream(
    tx: Transaction, site_id: UUID, name: str | None, pointer: str, errors: list[FieldError]
) -> UUID | None:  # fmt: skip
    if name is None:
        return None
    found: UUID | None = await tx.value(q.SQL.upstream_id, site_id=site_id, name=name)
    if found is None:
        errors.append(FieldError(pointer, "is no upstream of this site"))
    return found


def _there_already(data: RouteBody) -> Conflict:
    field = next(name for name in ("path_prefix", "path", "path_pattern") if getattr(data, name) is not None)
    methods = " ".join(data.methods or ["*"])
    return Conflict(
        said("The site has a route for %(methods)s %(path)s already.", methods=methods, path=getattr(data, field)),
        details={"field": f"/{field}"},
    )


def _upstream_gone() -> Conflict:
    return Conflict("An upstream of the route was deleted at the same time.")
