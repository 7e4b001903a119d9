"""Endpoints of an organisation, their secrets and deliveries. An endpoint hears the events of its own organisation only."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.automation.webhooks import queries as q
from control.automation.webhooks.destinations import RefusedError, check_url, is_public
from control.automation.webhooks.models import Delivery, NewWebhook, Retried, Webhook, WebhookWithSecret
from control.automation.webhooks.signing import new_secret
from control.core import events, jobs
from control.core.context import Context
from control.core.crypto import Keyring, place
from control.core.db import Transaction
from control.core.envelope import now
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest, like
from control.core.words import reason, said

SORTABLE = {"created_at": "created_at", "updated_at": "updated_at", "url": "url"}
DELIVERIES_SORTABLE = {"created_at": "created_at", "updated_at": "updated_at", "attempts": "attempts"}
MOST_ENDPOINTS = 20
MOST_AT_ONCE = 500
"""Failed deliveries that are sent again at one time."""
ALL = "*"


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Webhook], int]:
    params = {"search": like(wanted.search), **filters}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(Webhook, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, webhook_id: UUID) -> Webhook:
    """One endpoint. Raises NotFound, also for one of somebody else."""
    async with ctx.transaction() as tx:
        found = await _find(tx, webhook_id)
        await ctx.audit_read(tx, "webhook", found.id, organization_id=found.organization_id)
    return found


async def create(ctx: Context, tx: Transaction, data: NewWebhook) -> WebhookWithSecret:
    """A new endpoint of the caller's organisation, with its secret. Raises ValidationFailed; Conflict at the limit."""
    check(ctx, data.url, data.topics)
    organization_id = ctx.principal.organization_id
    if await tx.value(q.SQL.how_many, organization_id=organization_id) >= MOST_ENDPOINTS:
        raise Conflict(said("An organization has at most %(most)s webhooks; delete one first.", most=MOST_ENDPOINTS))
    webhook_id, secret = new_id(), new_secret()
    await tx.run(
        q.SQL.insert,
        id=webhook_id,
        organization_id=organization_id,
        url=data.url,
        description=data.description,
        topics=_unique(data.topics),
        secret=seal(ctx.runtime.keyring, webhook_id, secret),
        is_active=data.is_active,
    )
    created = await _find(tx, webhook_id)
    await ctx.audit(tx, "webhook.created", "webhook", webhook_id, organization_id=organization_id, after=created)
    return WebhookWithSecret(secret=secret, **msgspec.structs.asdict(created))


async def update(ctx: Context, webhook_id: UUID, changes: dict[str, Any]) -> Webhook:
    """Change an endpoint; switching it on again forgets why it was off."""
    async with ctx.transaction() as tx:
        before = await _find(tx, webhook_id, q.SQL.lock)
        ctx.if_match(before.version)
        wanted = msgspec.structs.replace(before, **changes)
        check(ctx, wanted.url, wanted.topics)
        await tx.run(
            q.SQL.update,
            id=webhook_id,
            url=wanted.url,
            description=wanted.description,
            topics=_unique(wanted.topics),
            is_active=wanted.is_active,
        )
        after = await _find(tx, webhook_id)
        await ctx.audit(
            tx, "webhook.updated", "webhook", webhook_id, organization_id=before.organization_id, before=before, after=after
        )
    return after


async def delete(ctx: Context, webhook_id: UUID) -> None:
    """Delete an endpoint; what was on its way to it is dropped."""
    async with ctx.transaction() as tx:
        before = await _find(tx, webhook_id, q.SQL.lock)
        ctx.if_match(before.version)
        await tx.run(q.SQL.delete, id=webhook_id)
        await ctx.audit(tx, "webhook.deleted", "webhook", webhook_id, organization_id=before.organization_id, before=before)


async def rotate_secret(ctx: Context, tx: Transaction, webhook_id: UUID) -> WebhookWithSecret:
    """A new secret; from the next attempt on, all is signed with it."""
    before = await _find(tx, webhook_id, q.SQL.lock)
    ctx.if_match(before.version)
    secret = new_secret()
    await tx.run(q.SQL.set_secret, id=webhook_id, secret=seal(ctx.runtime.keyring, webhook_id, secret))
    await ctx.audit(tx, "webhook.secret_rotated", "webhook", webhook_id, organization_id=before.organization_id)
    return WebhookWithSecret(secret=secret, **msgspec.structs.asdict(await _find(tx, webhook_id)))


async def test(ctx: Context, tx: Transaction, webhook_id: UUID) -> Delivery:
    """Send a `webhook.test` event to this endpoint alone, whatever topics it asked for."""
    webhook = await _find(tx, webhook_id)
    if not webhook.is_active:
        raise Conflict("The webhook is switched off.")
    event = events.Event(
        event_id=new_id(),
        organization_id=webhook.organization_id,
        topic="webhook.test",
        payload={"webhook_id": str(webhook_id), "message": "This is a test."},
        created_at=now(),
    )
    delivery_id = await add_delivery(tx, webhook_id, event)
    if delivery_id is None:
        raise LookupError("a new event cannot be on its way already")
    await ctx.audit(tx, "webhook.tested", "webhook", webhook_id, organization_id=webhook.organization_id)
    return await tx.one(Delivery, q.SQL.delivery, endpoint_id=webhook_id, id=delivery_id)


async def deliveries(ctx: Context, webhook_id: UUID, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Delivery], int]:
    params = {"endpoint_id": webhook_id, **filters}
    async with ctx.transaction() as tx:
        await _find(tx, webhook_id)
        total = await tx.value(q.SQL.delivery_count, **params)
        return await tx.all(Delivery, wanted.sorted(q.SQL.delivery_page), **params), total


async def delivery(ctx: Context, webhook_id: UUID, delivery_id: UUID) -> Delivery:
    async with ctx.transaction() as tx:
        await _find(tx, webhook_id)
        found = await tx.maybe(Delivery, q.SQL.delivery, endpoint_id=webhook_id, id=delivery_id)
    if found is None:
        raise NotFound("delivery")
    return found


async def retry(ctx: Context, tx: Transaction, webhook_id: UUID, delivery_id: UUID) -> Delivery:
    """Send once more, at once. The receiver sees the same webhook-id, so it can tell that it knows the event."""
    webhook = await _find(tx, webhook_id)
    found = await tx.maybe(Delivery, q.SQL.delivery_lock, endpoint_id=webhook_id, id=delivery_id)
    if found is None:
        raise NotFound("delivery")
    if not webhook.is_active:
        raise Conflict("The webhook is switched off.")
    await tx.run(q.SQL.delivery_again, id=delivery_id)
    await queue(tx, found.id, found.organization_id, found.attempts)
    await ctx.audit(tx, "webhook.delivery_retried", "webhook_delivery", delivery_id, organization_id=found.organization_id)
    return await tx.one(Delivery, q.SQL.delivery, endpoint_id=webhook_id, id=delivery_id)


async def retry_one(ctx: Context, delivery_id: UUID) -> Delivery:
    """`retry` by the delivery alone, in a transaction of its own. Raises NotFound, Conflict."""
    async with ctx.transaction() as tx:
        webhook_id = await tx.value(q.SQL.endpoint_of, id=delivery_id)
        if webhook_id is None:
            raise NotFound("delivery")
        return await retry(ctx, tx, webhook_id, delivery_id)


async def failed(ctx: Context, webhook_id: UUID) -> int:
    """How many deliveries of a webhook have failed. Raises NotFound."""
    async with ctx.transaction() as tx:
        await _find(tx, webhook_id)
        return await _failed(tx, webhook_id)


async def retry_failed(ctx: Context, tx: Transaction, webhook_id: UUID) -> Retried:
    """Send what has failed once more, at once, the oldest first. Raises NotFound, Conflict for a webhook that is off."""
    webhook = await _find(tx, webhook_id, q.SQL.lock)
    if not webhook.is_active:
        raise Conflict("The webhook is switched off.")
    again = await tx.all(
        _Again, q.SQL.failed_again, organization_id=webhook.organization_id, endpoint_id=webhook_id, most=MOST_AT_ONCE
    )  # fmt: skip
    for one in again:
        await queue(tx, one.id, webhook.organization_id, one.attempts)
    made = Retried(deliveries=len(again), left=await _failed(tx, webhook_id))
    if again:
        await ctx.audit(
            tx, "webhook.deliveries_retried", "webhook", webhook_id, organization_id=webhook.organization_id, after=made
        )
    return made


class _Again(msgspec.Struct, frozen=True):
    id: UUID
    attempts: int


async def _failed(tx: Transaction, webhook_id: UUID) -> int:
    return int(await tx.value(q.SQL.delivery_count, endpoint_id=webhook_id, status="failed", topic=None))


async def add_delivery(tx: Transaction, webhook_id: UUID, event: events.Event) -> UUID | None:
    """Put an event on its way to one endpoint; None when it is already."""
    body = {"type": event.topic, "timestamp": event.created_at, "organization_id": event.organization_id, "data": event.payload}
    delivery_id: UUID | None = await tx.value(
        q.SQL.add_delivery,
        id=new_id(),
        organization_id=event.organization_id,
        endpoint_id=webhook_id,
        event_id=event.event_id,
        topic=event.topic,
        body=Jsonb(msgspec.to_builtins(body)),
    )
    if delivery_id is not None:
        await queue(tx, delivery_id, event.organization_id, attempts=0)
    return delivery_id


async def queue(tx: Transaction, delivery_id: UUID, organization_id: UUID, attempts: int, **options: Any) -> None:
    """Queue attempt number `attempts` (from 0) of a delivery."""
    await jobs.defer(
        tx,
        "webhooks.deliver",
        delivery_id=str(delivery_id),
        organization_id=str(organization_id),
        attempts=attempts,
        **options,
    )


def check(ctx: Context, url: str, topics: list[str]) -> None:
    """Raises ValidationFailed for an address that can never be called or a topic that does not exist."""
    settings = ctx.runtime.settings
    errors = [
        FieldError(f"/topics/{number}", "is not a topic; see /v1/webhook-topics")
        for number, topic in enumerate(topics)
        if topic != ALL and topic not in events.TOPICS
    ]
    try:
        _scheme, host, _port, _path = check_url(url, https_only=settings.env == "production")
        if not settings.webhook_allow_private and not _may_be_public(host):
            raise RefusedError("leads to an address that is not public")
    except RefusedError as error:
        errors.insert(0, FieldError("/url", reason(error)))
    if errors:
        raise ValidationFailed(errors)


def seal(keyring: Keyring, webhook_id: UUID, secret: str) -> bytes:
    return keyring.seal(secret.encode(), place("webhook_endpoints", "secret", webhook_id))


def _may_be_public(host: str) -> bool:
    """What can be said without a look-up; the delivery looks the name up each time."""
    try:
        return is_public(ip_address(host))
    except ValueError:
        return host != "localhost" and not host.endswith((".localhost", ".internal", ".local"))


def _unique(topics: list[str]) -> list[str]:
    return list(dict.fromkeys(topics))


async def _find(tx: Transaction, webhook_id: UUID, sql: str | None = None) -> Webhook:
    found = await tx.maybe(Webhook, sql or q.SQL.get, id=webhook_id)
    if found is None:
        raise NotFound("webhook")
    return found
