"""Channels and routes of an organisation, and what was told."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from email_validator import EmailNotValidError, validate_email
from psycopg.types.json import Jsonb

from control.automation.webhooks.destinations import RefusedError, check_url, is_public
from control.automation.webhooks.signing import new_secret
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.few import Named, few
from control.core.pagination import PageRequest
from control.core.words import N_, reason
from control.monitoring import kept
from control.monitoring.labels import wrong
from control.monitoring.notifications import dispatch
from control.monitoring.notifications import queries as q
from control.monitoring.notifications.models import (
    Message,
    NewNotificationChannel,
    NewNotificationRoute,
    Notification,
    NotificationChannel,
    NotificationChannelWithSecret,
    NotificationRoute,
)
from control.monitoring.notifications.sending import Sealed, where

CHANNEL = kept.kind("notification channel", "notification_channel", q.SQL, "channel", 100)
ROUTE = kept.kind("notification route", "notification_route", q.SQL, "route", 200)
CHANNELS = kept.Rows(CHANNEL, NotificationChannel)
ROUTES = kept.Rows(ROUTE, NotificationRoute)
SORTABLE = {"created_at": "created_at", "updated_at": "updated_at", "name": "name"}
ROUTES_SORTABLE = {**SORTABLE, "position": "position"}
NOTIFICATIONS_SORTABLE = {"created_at": "created_at", "updated_at": "updated_at"}
_URL_KINDS = {"webhook", "slack", "teams", "ntfy"}


async def routes_of(ctx: Context, channel_id: UUID) -> list[Named]:
    """The first routes that lead to a channel."""
    return await few(ctx, q.SQL.routes_of, channel_id=channel_id)


async def waiting(ctx: Context, channel_id: UUID) -> int:
    """How much is to be told to a channel."""
    async with ctx.transaction() as tx:
        return int(await tx.value(q.SQL.waiting, channel_id=channel_id))


async def create_notification_channel(
    ctx: Context, tx: Transaction, data: NewNotificationChannel
) -> NotificationChannelWithSecret:
    """A new channel. Raises ValidationFailed."""
    sealed = Sealed(url=data.url, token=data.token, secret=new_secret() if data.kind == "webhook" else None)
    _check(ctx, data, sealed)
    # The place that it is sealed for has the row's id, which is not known before it is there.
    created = await kept.create(ctx, tx, CHANNEL, NotificationChannel, {**_columns(data, sealed), "sealed": b""})
    await tx.run(q.SQL.seal, id=created.id, sealed=_sealed(ctx, created.id, sealed))
    return NotificationChannelWithSecret(secret=sealed.secret, **msgspec.structs.asdict(created))


async def replace_notification_channel(ctx: Context, channel_id: UUID, data: NewNotificationChannel) -> NotificationChannel:
    """Set all fields but the address and the token that are left out. Raises ValidationFailed, also for another kind."""
    async with ctx.transaction() as tx:
        before = await kept.find(tx, CHANNEL, NotificationChannel, channel_id)
        stored = await tx.value(q.SQL.sealed, id=channel_id)
    if before.kind != data.kind:
        raise ValidationFailed(FieldError("/kind", "cannot be changed; delete this and make another"))
    old = msgspec.json.decode(ctx.runtime.keyring.open(stored, where(channel_id)), type=Sealed)
    sealed = Sealed(url=data.url or old.url, token=data.token or old.token, secret=old.secret)
    _check(ctx, data, sealed)
    columns = {**_columns(data, sealed), "sealed": _sealed(ctx, channel_id, sealed)}
    return await kept.update(ctx, CHANNEL, NotificationChannel, channel_id, columns)


def _sealed(ctx: Context, channel_id: UUID, sealed: Sealed) -> bytes:
    return ctx.runtime.keyring.seal(msgspec.json.encode(sealed), where(channel_id))


def _columns(data: NewNotificationChannel, sealed: Sealed) -> dict[str, Any]:
    host = urlsplit(sealed.url).hostname if sealed.url else None
    return {
        "name": data.name, "kind": data.kind, "recipients": data.recipients, "chat_id": data.chat_id, "host": host,
        "send_resolved": data.send_resolved, "is_active": data.is_active,
    }  # fmt: skip


def _check(ctx: Context, data: NewNotificationChannel, sealed: Sealed) -> None:
    errors: list[FieldError] = []
    for number, recipient in enumerate(data.recipients):
        try:
            validate_email(recipient, check_deliverability=False)
        except EmailNotValidError:
            errors.append(FieldError(f"/recipients/{number}", "is no address"))
    if (data.kind == "mail") != bool(data.recipients):
        errors.append(FieldError("/recipients", "are for mail, which needs at least one"))
    if (data.kind == "telegram") != (data.chat_id is not None):
        errors.append(FieldError("/chat_id", "is for telegram, which needs one"))
    if data.kind == "telegram" and not sealed.token:
        errors.append(FieldError("/token", "is needed: that of the bot"))
    elif sealed.token is not None and data.kind not in {"telegram", "ntfy"}:
        errors.append(FieldError("/token", "is for telegram and ntfy"))
    if sealed.url is None:
        if data.kind in _URL_KINDS:
            errors.append(FieldError("/url", "is needed"))
    elif data.kind == "mail":
        errors.append(FieldError("/url", "is not for mail"))
    else:
        errors += _wrong_url(ctx, sealed.url, data.kind)
    if sealed.token is not None and not all("!" <= c <= "~" and c not in "/?#" for c in sealed.token):
        errors.append(FieldError("/token", "has characters that no token has"))
    if errors:
        raise ValidationFailed(errors)


def _wrong_url(ctx: Context, url: str, kind: str) -> list[FieldError]:
    settings = ctx.runtime.settings
    try:
        _scheme, host, _port, path = check_url(url, https_only=settings.env == "production")
        if not settings.webhook_allow_private and not _may_be_public(host):
            raise RefusedError(N_("leads to an address that is not public"))
        if kind == "ntfy" and (not path.strip("/") or "/" in path.strip("/") or "?" in path):
            raise RefusedError(N_("must name the server and one topic, such as https://ntfy.example.com/alerts"))
    except RefusedError as error:
        return [FieldError("/url", reason(error))]
    return []


def _may_be_public(host: str) -> bool:
    try:
        return is_public(ip_address(host))
    except ValueError:
        return host != "localhost" and not host.endswith((".localhost", ".internal", ".local"))


async def test(ctx: Context, tx: Transaction, channel_id: UUID) -> Notification:
    """Send a test through this channel. Raises NotFound; Conflict when it is switched off."""
    channel = await kept.find(tx, CHANNEL, NotificationChannel, channel_id)
    if not channel.is_active:
        raise Conflict("The channel is switched off.")
    message = Message(kind="test", group={}, items=[])
    notification_id = await dispatch.add(tx, channel.organization_id, channel_id, message)
    await ctx.audit(
        tx, "notification_channel.tested", "notification_channel", channel_id, organization_id=channel.organization_id
    )
    return await tx.one(Notification, q.SQL.notification_get, id=notification_id)


async def create_notification_route(ctx: Context, tx: Transaction, data: NewNotificationRoute) -> NotificationRoute:
    """A new route. Raises ValidationFailed."""
    await _check_route(tx, ctx.principal.organization_id, data)
    return await kept.create(ctx, tx, ROUTE, NotificationRoute, _route(data))


async def replace_notification_route(ctx: Context, route_id: UUID, data: NewNotificationRoute) -> NotificationRoute:
    """Set all fields. Raises ValidationFailed."""
    async with ctx.transaction() as tx:
        before = await kept.find(tx, ROUTE, NotificationRoute, route_id)
        await _check_route(tx, before.organization_id, data)
    return await kept.update(ctx, ROUTE, NotificationRoute, route_id, _route(data))


async def _check_route(tx: Transaction, organization_id: UUID, data: NewNotificationRoute) -> None:
    errors = wrong(data.matchers, "/matchers")
    after = -1
    for number, step in enumerate(data.steps):
        if step.after_s <= after or (number == 0 and step.after_s != 0):
            errors.append(FieldError(f"/steps/{number}/after_s", "must be 0 for the first step, and grow from step to step"))
        after = step.after_s
        known = await tx.value(q.SQL.channels_known, organization_id=organization_id, ids=step.channel_ids)
        if known != len(set(step.channel_ids)):
            errors.append(FieldError(f"/steps/{number}/channel_ids", "names a channel that is not of this organization"))
    if errors:
        raise ValidationFailed(errors)


def _route(data: NewNotificationRoute) -> dict[str, Any]:
    matchers, steps = (Jsonb(msgspec.to_builtins(part)) for part in (data.matchers, data.steps))
    return {**msgspec.structs.asdict(data), "matchers": matchers, "steps": steps}


async def notifications(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Notification], int]:
    """What was told, or is to be."""
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.notification_count, **filters)
        return await tx.all(Notification, wanted.sorted(q.SQL.notification_page), **filters), total


async def notification(ctx: Context, notification_id: UUID) -> Notification:
    """One of them. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await tx.maybe(Notification, q.SQL.notification_get, id=notification_id)
    if found is None:
        raise NotFound("notification")
    return found
