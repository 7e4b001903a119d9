"""Checks of an organisation, and their results."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.automation.webhooks.destinations import RefusedError, check_url
from control.core.context import Context
from control.core.crypto import place
from control.core.db import NOBODY, Transaction
from control.core.envelope import now
from control.core.errors import FieldError, NotFound, ValidationFailed
from control.core.few import Named, few
from control.core.pagination import PageRequest
from control.core.words import reason, said
from control.monitoring import kept
from control.monitoring.checks import queries as q
from control.monitoring.checks.models import FIELDS, PORTS, Check, CheckLocation, CheckResult, CheckWithToken, NewCheck
from control.monitoring.checks.places import host_and_port
from control.monitoring.labels import wrong_names

CHECK = kept.kind("check", "check", q.SQL, "check", 1000)
CHECKS = kept.Rows(CHECK, Check)
SORTABLE = {"created_at": "c.created_at", "updated_at": "c.updated_at", "name": "c.name"}
RESULTS_SORTABLE = {"at": "at"}
_SECRET_KINDS = {"http", "database"}
_OURS = {"host", "connection", "content-length", "transfer-encoding", "authorization", "accept-encoding"}
"""Headers that the check writes itself; an authorization is a secret."""


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Check], int]:
    """The checks in reach; their `status` is called a state here."""
    return await CHECKS.page(ctx, wanted, {"state": filters["status"], **filters})


async def create_check(ctx: Context, tx: Transaction, data: NewCheck) -> CheckWithToken:
    """A new check, made at once. Raises ValidationFailed."""
    check(data)
    token = f"hb_{secrets.token_urlsafe(24)}" if data.kind == "heartbeat" else None
    digest = None if token is None else hashlib.sha256(token.encode()).digest()
    # A secret is sealed for the row's id, which is not known before.
    created = await kept.create(ctx, tx, CHECK, Check, {**_columns(data), "token_hash": digest, "sealed": None})
    await _locate(tx, created.id, created.organization_id, data.locations)
    if data.secret is not None:
        await tx.run(q.SQL.seal, id=created.id, sealed=_sealed(ctx, created.id, data.secret))
        created = await kept.find(tx, CHECK, Check, created.id)
    url = None if token is None else f"{ctx.runtime.settings.public_url}/v1/heartbeats/{token}"
    return CheckWithToken(push_url=url, **msgspec.structs.asdict(created))


async def replace_check(ctx: Context, check_id: UUID, data: NewCheck) -> Check:
    """Set all fields; a secret that is left out stays. Raises ValidationFailed, also for another kind."""
    check(data)
    async with ctx.transaction() as tx:
        before = await kept.find(tx, CHECK, Check, check_id)
        if (before.kind == "heartbeat") != (data.kind == "heartbeat"):
            raise ValidationFailed(FieldError("/kind", "cannot become or cease to be a heartbeat; make another check"))
    changed = await kept.update(ctx, CHECK, Check, check_id, _columns(data))
    async with ctx.transaction() as tx:
        await _locate(tx, check_id, changed.organization_id, data.locations)
        if data.secret is not None:
            await tx.run(q.SQL.seal, id=check_id, sealed=_sealed(ctx, check_id, data.secret))
        if not data.is_active:
            await tx.run(q.SQL.rest, id=check_id)
        return await kept.find(tx, CHECK, Check, check_id)


async def _locate(tx: Transaction, check_id: UUID, organization_id: UUID, locations: list[str]) -> None:
    await tx.run(q.SQL.leave_locations, check_id=check_id, locations=locations)
    await tx.run(q.SQL.add_locations, check_id=check_id, organization_id=organization_id, locations=locations)


def _sealed(ctx: Context, check_id: UUID, secret: str) -> bytes:
    return ctx.runtime.keyring.seal(secret.encode(), place("checks", "sealed", check_id))


def _columns(data: NewCheck) -> dict[str, Any]:
    columns = msgspec.structs.asdict(data)
    columns["locations"] = list(dict.fromkeys(data.locations))
    return {**columns, "expects": Jsonb(msgspec.to_builtins(data.expects)), "labels": Jsonb(data.labels)}


def check(data: NewCheck) -> None:
    """Raises ValidationFailed with everything that is wrong."""
    errors = wrong_names(data.labels, "/labels")
    if data.timeout_s >= data.interval_s:
        errors.append(FieldError("/timeout_s", "must be shorter than the interval"))
    if data.quorum > len(set(data.locations)):
        errors.append(FieldError("/quorum", "is more than there are locations"))
    if data.kind == "heartbeat" and len(set(data.locations)) > 1:
        errors.append(FieldError("/locations", "of a heartbeat are one"))
    if data.secret is not None and (data.kind not in _SECRET_KINDS or not data.secret.isprintable()):
        errors.append(FieldError("/secret", "is for http and database, in one line"))
    given = {name for name in data.expects.__struct_fields__ if getattr(data.expects, name) is not None}
    errors += [
        FieldError(f"/expects/{name}", said("is not for %(kind)s", kind=data.kind)) for name in sorted(given - FIELDS[data.kind])
    ]
    for name, value in (data.expects.headers or {}).items():
        if (
            name.lower() in _OURS
            or not name.replace("-", "").isalnum()
            or not name.isascii()
            or not value.isascii()
            or not value.isprintable()
        ):
            errors.append(FieldError(f"/expects/headers/{name}", "is no header that can be set"))
    try:
        _check_target(data.kind, data.target)
    except (ValueError, RefusedError) as error:
        errors.append(FieldError("/target", reason(error)))
    if errors:
        raise ValidationFailed(errors)


def _check_target(kind: str, target: str) -> None:
    """Raises ValueError or RefusedError with what is wrong."""
    if not target.isprintable() or any(c.isspace() for c in target):
        raise ValueError("must not hold spaces")
    match kind:
        case "heartbeat":
            if target:
                raise ValueError("is nothing for a heartbeat, which comes by itself")
        case "http":
            check_url(target.partition("#")[0], https_only=False)
        case "tcp":
            host_and_port(target)
        case "database":
            parts = urlsplit(target)
            if parts.scheme not in PORTS or not parts.hostname or parts.password is not None:
                raise ValueError("must be postgresql://user@host:port/name or redis://host:port/0, its password in `secret`")
            if parts.port == 0 or (
                parts.scheme.startswith("redis") and not parts.path.strip("/").isdigit() and parts.path.strip("/")
            ):
                raise ValueError("has no usable port or database")
        case _:
            if not target or len(target) > 253 or "/" in target:
                raise ValueError("must be a name or an address")


async def shown_on(ctx: Context, check_id: UUID) -> list[Named]:
    """The first status pages that show a check."""
    return await few(ctx, q.SQL.shown_on, id=check_id)


async def locations(ctx: Context, check_id: UUID) -> list[CheckLocation]:
    """What each location knows. Raises NotFound."""
    async with ctx.transaction() as tx:
        await kept.find(tx, CHECK, Check, check_id)
        return await tx.all(CheckLocation, q.SQL.locations, check_id=check_id)


async def results(ctx: Context, check_id: UUID, wanted: PageRequest, _filters: dict[str, Any]) -> tuple[list[CheckResult], int]:
    """The tries of the last two days. Raises NotFound."""
    async with ctx.transaction() as tx:
        await kept.find(tx, CHECK, Check, check_id)
        total = await tx.value(q.SQL.result_count, check_id=check_id)
        return await tx.all(CheckResult, wanted.sorted(q.SQL.result_page), check_id=check_id), total


async def heartbeat(ctx: Context, token: str) -> None:
    """A sign of life from whoever knows the token. Raises NotFound."""
    async with ctx.runtime.database.transaction(NOBODY) as tx:
        if not await tx.value(q.SQL.beat, hash=hashlib.sha256(token.encode()).digest(), at=now()):
            raise NotFound("heartbeat")
