"""From alerts to notifications: everything of one organisation in one transaction, so that nothing is told twice or forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.core import jobs
from control.core.db import NOBODY, Database, Scope, Transaction
from control.core.ids import new_id
from control.monitoring.muting import service as muting
from control.monitoring.muting.covering import Muting
from control.monitoring.notifications import queries as q
from control.monitoring.notifications.grouping import MOST_ITEMS, Group, Living, Sending, Told, key_of, plan, routed
from control.monitoring.notifications.models import Item, Message, NotificationRoute

Clock = Callable[[], datetime]
GroupId = tuple[UUID, str]


class _Alert(msgspec.Struct):
    id: UUID
    name: str
    severity: str
    labels: dict[str, str]
    annotations: dict[str, str]
    phase: str
    fired_at: datetime | None
    resolved_at: datetime | None
    value: float | None
    acknowledged: bool


class _Group(msgspec.Struct):
    id: UUID
    route_id: UUID
    key: dict[str, str]
    began_at: datetime
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    step: int
    told: list[Item]


class _Organization(msgspec.Struct):
    id: UUID


class _Channel(msgspec.Struct):
    id: UUID
    send_resolved: bool


async def dispatch_all(database: Database, now: Clock) -> int:
    """Look at every organisation that may have something to be told; how many messages were queued."""
    async with database.transaction(NOBODY) as tx:
        owners = await tx.all(_Organization, q.SQL.organizations)
    return sum([await dispatch(database, owner.id, now()) for owner in owners])


async def dispatch(database: Database, organization_id: UUID, now: datetime) -> int:
    """Queue what one organisation is to be told now; how many messages."""
    async with database.transaction(Scope(organization_id)) as tx:
        await tx.value(q.SQL.take_turn, organization_id=organization_id)
        routes = await tx.all(NotificationRoute, q.SQL.living_routes, organization_id=organization_id)
        groups = {_id(row.route_id, row.key): row for row in await tx.all(_Group, q.SQL.groups, organization_id=organization_id)}
        alerts = await tx.all(_Alert, q.SQL.alerts, organization_id=organization_id)
        living = _living(alerts, await muting.load(tx, organization_id), now)
        members = _members(routes, living)
        by_id = {route.id: route for route in routes}
        channels = {row.id: row for row in await tx.all(_Channel, q.SQL.living_channels, organization_id=organization_id)}
        queued = 0
        for group_id in {**groups, **members}:
            route = by_id.get(group_id[0])
            row = groups.get(group_id)
            if route is None:
                if row is not None:
                    await tx.run(q.SQL.group_ends, id=row.id)
                continue
            queued += await _one(tx, organization_id, route, row, members.get(group_id, {}), living, channels, now)
    return queued


async def _one(
    tx: Transaction, organization_id: UUID, route: NotificationRoute, row: _Group | None, members: dict[UUID, Living],
    living: dict[UUID, Living], channels: dict[UUID, _Channel], now: datetime,
) -> int:  # fmt: skip
    told = row.told if row is not None else []
    for item in told:
        if item.id not in members:
            # Over, or of a rule that is gone. One that moved to another group says nothing here.
            other = living.get(item.id)
            if other is None or not other.alight:
                members[item.id] = other or Living(item=item, alight=False)
    key = row.key if row is not None else key_of(route, next(iter(members.values())).item.labels)
    group = Group(key=key, began_at=now) if row is None else Group(
        key=key, began_at=row.began_at, first_sent_at=row.first_sent_at, last_sent_at=row.last_sent_at, step=row.step,
        told=[Told(item=item) for item in told],
    )  # fmt: skip
    after, sendings = plan(route, group, list(members.values()), now)
    if after is None:
        if row is not None:
            await tx.run(q.SQL.group_ends, id=row.id)
    elif row is None or after != group:
        await tx.run(
            q.SQL.group_put, id=new_id(), organization_id=organization_id, route_id=route.id, key=Jsonb(key),
            began_at=after.began_at, first_sent_at=after.first_sent_at, last_sent_at=after.last_sent_at, step=after.step,
            told=Jsonb(msgspec.to_builtins([one.item for one in after.told])),
        )  # fmt: skip
        if row is None and after.first_sent_at is None:
            at = now + timedelta(seconds=route.group_wait_s)
            await jobs.defer(tx, "monitoring.notify", at=at, organization_id=str(organization_id))
    return sum([await _queue(tx, organization_id, key, sending, channels) for sending in sendings])


def _living(alerts: list[_Alert], muted: Muting, now: datetime) -> dict[UUID, Living]:
    firing = {one.id: one.labels for one in alerts if one.phase != "resolved"}
    return {one.id: _as_living(one, muted, firing, now) for one in alerts}


def _as_living(alert: _Alert, muted: Muting, firing: dict[UUID, dict[str, str]], now: datetime) -> Living:
    alight = alert.phase != "resolved"
    item = Item(
        id=alert.id, status="resolved" if not alight else "no_data" if alert.phase == "no_data" else "firing", name=alert.name,
        severity=alert.severity, labels=alert.labels, annotations=alert.annotations, value=alert.value, fired_at=alert.fired_at,
        resolved_at=alert.resolved_at,
    )  # fmt: skip
    others = {key: labels for key, labels in firing.items() if key != alert.id}
    why = muted.reason(alert.id, alert.labels, now, others)
    return Living(item=item, alight=alight, muted=why is not None, acknowledged=alert.acknowledged)


def _members(routes: list[NotificationRoute], living: dict[UUID, Living]) -> dict[GroupId, dict[UUID, Living]]:
    """The alerts that are alight, by their groups."""
    found: dict[GroupId, dict[UUID, Living]] = {}
    for one in living.values():
        if one.alight:
            for route in routed(routes, one.item.labels):
                found.setdefault(_id(route.id, key_of(route, one.item.labels)), {})[one.item.id] = one
    return found


def _id(route_id: UUID, key: dict[str, str]) -> GroupId:
    return route_id, msgspec.json.encode(key, order="sorted").decode()


async def _queue(
    tx: Transaction, organization_id: UUID, key: dict[str, str], sending: Sending, channels: dict[UUID, _Channel]
) -> int:  # fmt: skip
    """One notification a channel that is switched on."""
    count = 0
    for channel_id in sending.channels:
        channel = channels.get(channel_id)
        if channel is None:
            continue
        items = [item for item in sending.items if channel.send_resolved or item.status != "resolved"]
        if items:
            left_out = max(0, len(items) - MOST_ITEMS)
            message = Message(kind=sending.kind, group=key, items=items[:MOST_ITEMS], left_out=left_out)
            await add(tx, organization_id, channel_id, message)
            count += 1
    return count


async def add(tx: Transaction, organization_id: UUID, channel_id: UUID, message: Message) -> UUID:
    """Put a message on its way through a channel; the notification's id."""
    notification_id = new_id()
    await tx.run(
        q.SQL.add, id=notification_id, organization_id=organization_id, channel_id=channel_id, kind=message.kind,
        message=Jsonb(msgspec.to_builtins(message)),
    )  # fmt: skip
    await queue(tx, notification_id, organization_id, 0)
    return notification_id


async def queue(tx: Transaction, notification_id: UUID, organization_id: UUID, attempts: int, **options: Any) -> None:
    """Queue attempt number `attempts` (from 0)."""
    await jobs.defer(
        tx, "monitoring.deliver", notification_id=str(notification_id), organization_id=str(organization_id), attempts=attempts,
        **options,
    )  # fmt: skip
