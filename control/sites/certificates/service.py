"""Certificates of an organisation. Their keys are sealed with a keyring of their own, which gateways hold too."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from control.core import events
from control.core.context import Context
from control.core.crypto import Keyring, place
from control.core.db import Transaction
from control.core.envelope import now
from control.core.errors import Conflict, FieldError, NotFound, Unavailable, ValidationFailed
from control.core.few import Named, few
from control.core.ids import new_id
from control.core.pagination import PageRequest, like
from control.core.words import said
from control.sites.certificates import queries as q
from control.sites.certificates.models import Certificate, NewCertificate
from control.sites.certificates.reading import Read, read

SORTABLE = {"created_at": "created_at", "updated_at": "updated_at", "not_after": "not_after"}
MOST_CERTIFICATES = 1000


class _Stored(msgspec.Struct):
    chain_pem: str
    private_key: bytes


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Certificate], int]:
    """The certificates in reach, without their keys."""
    params = {"search": like(wanted.search), **filters}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(Certificate, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, certificate_id: UUID) -> Certificate:
    """One certificate. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await _find(tx, certificate_id)
        await ctx.audit_read(tx, "certificate", found.id, organization_id=found.organization_id)
    return found


async def create(ctx: Context, tx: Transaction, data: NewCertificate) -> Certificate:
    """A certificate of the caller's organisation. Raises ValidationFailed; Conflict at the limit."""
    organization_id = ctx.principal.organization_id
    keyring = _keyring(ctx)
    _check_default(ctx, organization_id, wanted=data.is_default)
    found = read(data.chain_pem, data.private_key_pem, now())
    if await tx.value(q.SQL.how_many, organization_id=organization_id) >= MOST_CERTIFICATES:
        raise Conflict(said("An organization has at most %(most)s certificates; delete one first.", most=MOST_CERTIFICATES))
    certificate_id = new_id()
    if data.is_default:
        await tx.run(q.SQL.no_default, id=certificate_id)
    await tx.run(
        q.SQL.insert,
        organization_id=organization_id,
        is_default=data.is_default,
        **columns(found, keyring, certificate_id),
    )
    created = await _find(tx, certificate_id)
    await ctx.audit(tx, "certificate.created", "certificate", certificate_id, organization_id=organization_id, after=created)
    await events.emit(tx, "certificate.created", organization_id, created)
    return created


async def update(ctx: Context, certificate_id: UUID, changes: dict[str, Any]) -> Certificate:
    """Replace the chain, the key or both, under the same id. Raises ValidationFailed."""
    keyring = _keyring(ctx)
    async with ctx.transaction() as tx:
        before = await _find(tx, certificate_id, q.SQL.lock)
        ctx.if_match(before.version)
        is_default = changes.get("is_default", before.is_default)
        _check_default(ctx, before.organization_id, wanted=is_default)
        if is_default:
            await tx.run(q.SQL.no_default, id=certificate_id)
        if {"chain_pem", "private_key_pem"} & changes.keys():
            stored = await tx.one(_Stored, q.SQL.stored, id=certificate_id)
            where = place("gateway_certificates", "private_key", certificate_id)
            key = changes.get("private_key_pem") or keyring.open(stored.private_key, where).decode()
            found = read(changes.get("chain_pem", stored.chain_pem), key, now())
            await tx.run(q.SQL.update, is_default=is_default, **columns(found, keyring, certificate_id))
        else:
            # What is only marked is not judged again: it may have expired meanwhile.
            await tx.run(q.SQL.mark, id=certificate_id, is_default=is_default)
        after = await _find(tx, certificate_id)
        await ctx.audit(
            tx,
            "certificate.updated",
            "certificate",
            certificate_id,
            organization_id=before.organization_id,
            before=before,
            after=after,
        )
        await events.emit(tx, "certificate.updated", before.organization_id, after)
    return after


async def delete(ctx: Context, certificate_id: UUID) -> None:
    """Delete a certificate with its key."""
    async with ctx.transaction() as tx:
        before = await _find(tx, certificate_id, q.SQL.lock)
        ctx.if_match(before.version)
        await tx.run(q.SQL.delete, id=certificate_id)
        organization_id = before.organization_id
        await ctx.audit(tx, "certificate.deleted", "certificate", certificate_id, organization_id=organization_id, before=before)
        await events.emit(tx, "certificate.deleted", organization_id, {"id": certificate_id})


async def sites(ctx: Context, certificate_id: UUID) -> list[Named]:
    """The first sites with names that a certificate is for."""
    return await few(ctx, q.SQL.sites, id=certificate_id)


def columns(found: Read, keyring: Keyring, certificate_id: UUID) -> dict[str, Any]:
    """What the table holds of a certificate, its key sealed for this row."""
    sealed = keyring.seal(found.private_key_pem, place("gateway_certificates", "private_key", certificate_id))
    shown = msgspec.structs.asdict(found)
    del shown["private_key_pem"]
    return {"id": certificate_id, "private_key": sealed, **shown}


def _keyring(ctx: Context) -> Keyring:
    keyring = ctx.runtime.certificate_keyring
    if keyring is None:
        raise Unavailable("Certificates cannot be stored here: HCC_CERTIFICATE_KEYS is not set.", retry_after=3600)
    return keyring


def _check_default(ctx: Context, organization_id: UUID, *, wanted: bool) -> None:
    principal = ctx.principal
    if wanted and not (principal.user_type == "admin" and organization_id == principal.home_organization_id):
        raise ValidationFailed(FieldError("/is_default", "is for the platform's own certificates"))


async def _find(tx: Transaction, certificate_id: UUID, sql: str | None = None) -> Certificate:
    found = await tx.maybe(Certificate, sql or q.SQL.get, id=certificate_id)
    if found is None:
        raise NotFound("certificate")
    return found
