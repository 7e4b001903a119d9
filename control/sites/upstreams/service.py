"""Upstreams of a site and where they may go."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from cryptography import x509
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.few import Named, few
from control.core.ids import new_id
from control.core.pagination import PageRequest, like
from control.core.words import reason, said
from control.sites.bodies.upstream import Target
from control.sites.checks import headers, hosts, targets
from control.sites.checks.hosts import HostError
from control.sites.sites import service as sites
from control.sites.upstreams import queries as q
from control.sites.upstreams.models import NewUpstream, Upstream

SORTABLE = {"created_at": "u.created_at", "updated_at": "u.updated_at", "name": "u.name"}
MOST_UPSTREAMS = 100
_JSON = ("hash_key", "tls", "health", "outlier", "retry", "breaker")


class _Use(msgspec.Struct):
    id: UUID
    path: str
    methods: list[str] | None


async def page(ctx: Context, site_id: UUID, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Upstream], int]:
    """The upstreams of a site."""
    params = {"site_id": site_id, "search": like(wanted.search), **filters}
    async with ctx.transaction() as tx:
        await sites.find(tx, site_id)
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(Upstream, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, site_id: UUID, upstream_id: UUID) -> Upstream:
    """One upstream. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await find(tx, site_id, upstream_id)
        await ctx.audit_read(tx, "upstream", found.id, organization_id=found.organization_id)
    return found


async def find(tx: Transaction, site_id: UUID, upstream_id: UUID, *, lock: bool = False) -> Upstream:
    """The upstream in this transaction. Raises NotFound."""
    await sites.find(tx, site_id)
    if lock:
        await tx.value(q.SQL.lock, site_id=site_id, id=upstream_id)
    found = await tx.maybe(Upstream, q.SQL.get, site_id=site_id, id=upstream_id)
    if found is None:
        raise NotFound("upstream")
    return found


async def create(ctx: Context, tx: Transaction, site_id: UUID, data: NewUpstream) -> Upstream:
    """A new upstream; `data` comes from `checked`. Raises Conflict for a name in use, or at the limit."""
    site = await sites.find(tx, site_id)
    if await tx.value(q.SQL.how_many, site_id=site_id) >= MOST_UPSTREAMS:
        raise Conflict(said("A site has at most %(most)s upstreams; delete one first.", most=MOST_UPSTREAMS))
    upstream_id = new_id()
    try:
        await tx.run(
            q.SQL.insert, id=upstream_id, organization_id=site.organization_id, site_id=site_id, **_columns(data)
        )  # fmt: skip
    except UniqueViolation:
        raise _name_in_use(data.name) from None
    await _put_targets(tx, site.organization_id, site_id, upstream_id, data.targets)
    created = await find(tx, site_id, upstream_id)
    await ctx.audit(tx, "upstream.created", "upstream", upstream_id, organization_id=site.organization_id, after=created)
    await events.emit(tx, "upstream.created", site.organization_id, created)
    return created


async def update(ctx: Context, site_id: UUID, upstream_id: UUID, changes: dict[str, Any]) -> Upstream:
    """Change fields. Raises ValidationFailed; Conflict for a name in use."""
    # Names are looked up before a transaction holds a connection; the addresses that stand there already are not asked again.
    async with ctx.transaction() as tx:
        standing = await find(tx, site_id, upstream_id)
    await checked(ctx, _merged(standing, changes), known=_addresses(standing))
    async with ctx.transaction() as tx:
        before = await find(tx, site_id, upstream_id, lock=True)
        ctx.if_match(before.version)
        data = _normal(ctx, _merged(before, changes), _addresses(before))
        try:
            await tx.run(q.SQL.update, id=upstream_id, **_columns(data))
        except UniqueViolation:
            raise _name_in_use(data.name) from None
        await _put_targets(tx, before.organization_id, site_id, upstream_id, data.targets)
        after = await find(tx, site_id, upstream_id)
        organization_id = before.organization_id
        await ctx.audit(
            tx, "upstream.updated", "upstream", upstream_id, organization_id=organization_id, before=before, after=after
        )
        await events.emit(tx, "upstream.updated", organization_id, after)
    return after


async def delete(ctx: Context, site_id: UUID, upstream_id: UUID) -> None:
    """Delete an upstream. Raises Conflict while routes lead to it, naming them."""
    async with ctx.transaction() as tx:
        before = await find(tx, site_id, upstream_id, lock=True)
        ctx.if_match(before.version)
        if uses := await tx.all(_Use, q.SQL.used_by, id=upstream_id):
            shown = ", ".join(f"{' '.join(use.methods or ['*'])} {use.path}" for use in uses)
            raise Conflict(
                said("Routes lead to this upstream: %(routes)s. Change or delete them first.", routes=shown),
                details={"routes": [str(use.id) for use in uses]},
            )
        await tx.run(q.SQL.delete, id=upstream_id)
        await ctx.audit(
            tx, "upstream.deleted", "upstream", upstream_id, organization_id=before.organization_id, before=before
        )  # fmt: skip
        await events.emit(tx, "upstream.deleted", before.organization_id, {"id": upstream_id, "site_id": site_id})


async def routes(ctx: Context, upstream_id: UUID) -> list[Named]:
    """The first routes that lead to an upstream."""
    return await few(ctx, q.SQL.routes, id=upstream_id)


async def checked(ctx: Context, data: NewUpstream, *, known: frozenset[str] = frozenset()) -> NewUpstream:
    """The upstream with its addresses normalised and looked up. Raises ValidationFailed naming every field that is wrong.

    Not inside a transaction: a look-up takes up to seconds. `known` addresses stand there already.
    """
    normal = _normal(ctx, data, known)
    staff = sites.is_staff(ctx)
    if errors := await targets.check(normal.targets, ctx.runtime.settings, staff=staff, known=known):
        raise ValidationFailed(errors)
    return normal


def _merged(before: Upstream, changes: dict[str, Any]) -> NewUpstream:
    return NewUpstream(**{name: changes.get(name, getattr(before, name)) for name in NewUpstream.__struct_fields__})


def _addresses(upstream: Upstream) -> frozenset[str]:
    return frozenset(target.address for target in upstream.targets)


def _normal(ctx: Context, data: NewUpstream, known: frozenset[str]) -> NewUpstream:
    errors: list[FieldError] = []
    found: list[Target] = []
    for number, target in enumerate(data.targets):
        try:
            address = targets.normal(target.address, staff=sites.is_staff(ctx) or target.address in known)
        except HostError as error:
            errors.append(FieldError(f"/targets/{number}/address", reason(error)))
            continue
        if any(other.address == address for other in found):
            errors.append(FieldError(f"/targets/{number}/address", "stands twice"))
        found.append(Target(address, target.weight))
    errors += _wrong(data)
    if errors:
        raise ValidationFailed(errors)
    return msgspec.structs.replace(data, targets=found)


def _wrong(data: NewUpstream) -> list[FieldError]:
    errors: list[FieldError] = []
    if data.hash_key.kind == "client" and data.hash_key.name is not None:
        errors.append(FieldError("/hash_key/name", "is for the kinds header and cookie"))
    elif data.hash_key.kind != "client" and not headers.is_token(data.hash_key.name or ""):
        errors.append(FieldError("/hash_key/name", "must name a header or a cookie"))
    if data.outlier.max_ms < data.outlier.base_ms:
        errors.append(FieldError("/outlier/max_ms", "is below base_ms"))
    if data.tls is not None:
        errors += _wrong_tls(data.tls.server_name, data.tls.ca_pem)
    if (health := data.health) is not None:
        if not health.path.startswith("/") or not all("!" <= c <= "~" and c != "#" for c in health.path):
            errors.append(FieldError("/health/path", "must start with / and be visible ASCII"))
        if health.status[0] > health.status[1]:
            errors.append(FieldError("/health/status", "must be the lowest and the highest status that is good"))
        if health.host is not None and not _is_authority(health.host):
            errors.append(FieldError("/health/host", "is no host name, with or without a port"))
    return errors


def _wrong_tls(server_name: str | None, ca_pem: str | None) -> list[FieldError]:
    errors: list[FieldError] = []
    if server_name is not None:
        try:
            if hosts.name(server_name) != server_name:
                errors.append(FieldError("/tls/server_name", "must be in lower case, with xn-- labels"))
        except HostError as error:
            errors.append(FieldError("/tls/server_name", reason(error)))
    if ca_pem is not None:
        try:
            x509.load_pem_x509_certificates(ca_pem.encode())
        except ValueError:
            errors.append(FieldError("/tls/ca_pem", "holds no PEM certificates that can be read"))
    return errors


def _is_authority(text: str) -> bool:
    try:
        targets.split(text if text.rpartition(":")[2].isdigit() and not text.endswith("]") else f"{text}:80")
    except HostError:
        return False
    return True


def _name_in_use(name: str) -> Conflict:
    return Conflict(said("The site has an upstream '%(name)s' already.", name=name), details={"field": "/name"})


def _columns(data: NewUpstream) -> dict[str, Any]:
    built = msgspec.to_builtins(data)
    del built["targets"]
    return {name: Jsonb(value) if name in _JSON and value is not None else value for name, value in built.items()}


async def _put_targets(tx: Transaction, organization_id: UUID, site_id: UUID, upstream_id: UUID, found: list[Target]) -> None:
    await tx.run(q.SQL.drop_targets, upstream_id=upstream_id, addresses=[target.address for target in found])
    for target in found:
        await tx.run(
            q.SQL.put_target,
            id=new_id(),
            organization_id=organization_id,
            site_id=site_id,
            upstream_id=upstream_id,
            address=target.address,
            weight=target.weight,
        )
