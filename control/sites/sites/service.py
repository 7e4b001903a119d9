"""Sites of an organisation, and who may have which host name."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import msgspec
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed, below
from control.core.few import Named, few
from control.core.ids import new_id
from control.core.pagination import PageRequest, like
from control.core.words import said
from control.sites.bodies.common import Maintenance
from control.sites.checks import hosts, networks
from control.sites.sites import queries as q
from control.sites.sites.models import NewSite, Site

SORTABLE = {"created_at": "created_at", "updated_at": "updated_at", "name": "name"}
MOST_SITES = 1000
MOST_PAGE_BYTES = 524_288
_PAGE = re.compile(r"^[45](xx|[0-9]{2})$")


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Site], int]:
    """The sites in reach."""
    params = {"search": like(wanted.search), **filters}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(Site, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, site_id: UUID) -> Site:
    """One site. Raises NotFound, also for one of somebody else."""
    async with ctx.transaction() as tx:
        found = await find(tx, site_id)
        await ctx.audit_read(tx, "site", found.id, organization_id=found.organization_id)
    return found


async def find(tx: Transaction, site_id: UUID, *, lock: bool = False) -> Site:
    """The site in this transaction. Raises NotFound."""
    found = await tx.maybe(Site, q.SQL.lock if lock else q.SQL.get, id=site_id)
    if found is None:
        raise NotFound("site")
    return found


async def create(ctx: Context, tx: Transaction, data: NewSite) -> Site:
    """A new site of the caller's organisation. Raises ValidationFailed; Conflict for a host that is not free, or at the limit."""
    organization_id = ctx.principal.organization_id
    checked = check(ctx, data, organization_id)
    if await tx.value(q.SQL.how_many, organization_id=organization_id) >= MOST_SITES:
        raise Conflict(said("An organization has at most %(most)s sites; delete one first.", most=MOST_SITES))
    site_id = new_id()
    await _hold(ctx, tx, checked.hosts, site_id, organization_id)
    try:
        await tx.run(q.SQL.insert, id=site_id, organization_id=organization_id, **_columns(checked))
    except UniqueViolation:
        raise _not_free(checked.hosts, checked.hosts) from None
    created = await find(tx, site_id)
    await ctx.audit(tx, "site.created", "site", site_id, organization_id=organization_id, after=created)
    await events.emit(tx, "site.created", organization_id, created)
    return created


async def update(ctx: Context, site_id: UUID, changes: dict[str, Any]) -> Site:
    """Change fields of a site. Raises as `create` does."""
    async with ctx.transaction() as tx:
        before = await find(tx, site_id, lock=True)
        ctx.if_match(before.version)
        merged = {name: changes.get(name, getattr(before, name)) for name in NewSite.__struct_fields__}
        checked = check(ctx, NewSite(**merged), before.organization_id, frozenset(before.hosts))
        await _hold(ctx, tx, [host for host in checked.hosts if host not in before.hosts], site_id, before.organization_id)
        try:
            await tx.run(q.SQL.update, id=site_id, **_columns(checked))
        except UniqueViolation:
            raise _not_free(checked.hosts, checked.hosts) from None
        after = await find(tx, site_id)
        organization_id = before.organization_id
        await ctx.audit(tx, "site.updated", "site", site_id, organization_id=organization_id, before=before, after=after)
        await events.emit(tx, "site.updated", organization_id, after)
    return after


async def delete(ctx: Context, site_id: UUID) -> None:
    """Delete a site: it is served no more, and its names are free."""
    async with ctx.transaction() as tx:
        before = await find(tx, site_id, lock=True)
        ctx.if_match(before.version)
        await tx.run(q.SQL.delete, id=site_id)
        await ctx.audit(tx, "site.deleted", "site", site_id, organization_id=before.organization_id, before=before)
        await events.emit(tx, "site.deleted", before.organization_id, {"id": site_id})


async def certificates(ctx: Context, site_id: UUID) -> list[Named]:
    """The first certificates for names of a site."""
    return await few(ctx, q.SQL.certificates, id=site_id)


async def checks(ctx: Context, site_id: UUID) -> list[Named]:
    """The first checks that look at names of a site."""
    return await few(ctx, q.SQL.checks, id=site_id)


def is_staff(ctx: Context) -> bool:
    """Whether the caller is of the platform, also while working inside an organisation below."""
    return ctx.principal.user_type == "admin"


def check(ctx: Context, data: NewSite, organization_id: UUID, known: frozenset[str] = frozenset()) -> NewSite:
    """The site with its names and networks normalised. Raises ValidationFailed naming every field that is wrong."""
    reserved = hosts.platform_names(ctx.runtime.settings)
    names, errors = hosts.check(data.hosts, staff=is_staff(ctx), reserved=reserved, known=known)
    if "*" in names and organization_id != ctx.principal.home_organization_id:
        errors.append(FieldError(f"/hosts/{data.hosts.index('*')}", "* is the platform's own"))
    maintenance: Maintenance | None
    maintenance, wrong = networks.maintenance(data.maintenance)
    errors += wrong
    wrong_pages = [key for key in data.error_pages if not _PAGE.match(key)]
    errors += [FieldError(below("/error_pages", key), "is neither 4xx, 5xx nor a status of them") for key in wrong_pages]
    if sum(len(text.encode()) for text in data.error_pages.values()) > MOST_PAGE_BYTES:
        errors.append(FieldError("/error_pages", said("holds more than %(most)s bytes", most=MOST_PAGE_BYTES)))
    if errors:
        raise ValidationFailed(errors)
    return msgspec.structs.replace(data, hosts=names, maintenance=maintenance)


async def _hold(ctx: Context, tx: Transaction, names: list[str], site_id: UUID, organization_id: UUID) -> None:
    """Make sure that these names are free. Raises Conflict, without a word about who has them."""
    if not names:
        return
    refused = await tx.value(
        q.SQL.refused_hosts,
        hosts=names,
        site_id=site_id,
        organization_id=organization_id,
        home=ctx.principal.home_organization_id,
    )
    if refused:
        raise _not_free(names, refused)


def _not_free(names: list[str], refused: list[str]) -> Conflict:
    shown = ", ".join(name for name in names if name in refused)
    words = said("Not to be had: %(names)s. The name, or one above or below it, is in use.", names=shown)
    return Conflict(words, details={"hosts": sorted(refused)})


def _columns(site: NewSite) -> dict[str, Any]:
    built = msgspec.to_builtins(site)
    return {**built, "maintenance": None if site.maintenance is None else Jsonb(built["maintenance"]),
            "error_pages": Jsonb(built["error_pages"])}  # fmt: skip
