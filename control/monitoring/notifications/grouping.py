"""When which alerts are told to whom. Pure: what was told before goes in, what to tell and what was told then comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from control.monitoring.labels import matches
from control.monitoring.notifications.models import Item, NotificationKind, NotificationRoute

MOST_ITEMS = 50
"""Alerts that one message names; of the others it has the number."""


class Living(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as routing sees it. `alight` is false once it is over."""

    item: Item
    alight: bool
    muted: bool = False
    acknowledged: bool = False


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What was told of an alert last."""

    item: Item

    @property
    def mark(self) -> tuple[UUID, datetime | None, str]:
        return mark(self.item)


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts of one route with the same values of its labels. `step` is the highest step of escalation that was told."""

    key: dict[str, str]
    began_at: datetime
    first_sent_at: datetime | None = None
    last_sent_at: datetime | None = None
    step: int = 0
    told: list[Told] = []


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """One message to some channels; the resolved alerts are for those that want them."""

    kind: NotificationKind
    channels: list[UUID]
    items: list[Item]


def mark(item: Item) -> tuple[UUID, datetime | None, str]:
    """What makes an alert news: itself, when it fired, and in what way."""
    return item.id, item.fired_at, item.status


def routed(routes: Sequence[NotificationRoute], labels: Mapping[str, str]) -> list[NotificationRoute]:
    """The routes that an alert takes."""
    found = []
    for route in sorted(routes, key=lambda r: (r.position, r.name)):
        if route.is_active and matches(route.matchers, labels):
            found.append(route)
            if not route.continues:
                break
    return found


def key_of(route: NotificationRoute, labels: Mapping[str, str]) -> dict[str, str]:
    """The group of an alert within a route."""
    return {name: labels.get(name, "") for name in sorted(set(route.group_by))}


def plan(route: NotificationRoute, group: Group, members: Sequence[Living], now: datetime) -> tuple[Group | None, list[Sending]]:
    """What is told now, and the group afterwards; None when it is over.

    `members` are the alerts that belong to it, and all that were told, whatever became of them.
    """
    firing = [one for one in members if one.alight and not one.muted]
    if group.first_sent_at is None or group.last_sent_at is None:
        return _first(route, group, firing, now)
    known = {told.item.id: told for told in group.told}
    over = {one.item.id: one for one in members if not one.alight}
    news = [one.item for one in firing if one.item.id not in known or known[one.item.id].mark != mark(one.item)]
    resolved = [_ended(over.get(key), told) for key, told in known.items() if key in over]
    sendings: list[Sending] = []
    changed = bool(news or resolved) and now >= group.last_sent_at + timedelta(seconds=route.group_interval_s)
    unseen = [one for one in firing if not one.acknowledged]
    repeats = bool(unseen) and not (news or resolved) and now >= group.last_sent_at + timedelta(seconds=route.repeat_interval_s)
    if changed or repeats:
        told = [one.item for one in members if one.alight and (not one.muted or one.item.id in known)]
        items = [*(one.item for one in firing), *resolved]
        silently = [item for item in resolved if over.get(item.id) is not None and over[item.id].muted]
        items = [item for item in items if item not in silently]
        if items:
            channels = _channels(route, group.step)
            sendings.append(Sending(kind="alerts" if changed else "repeat", channels=channels, items=items))
        group = msgspec.structs.replace(group, last_sent_at=now, told=[Told(item=item) for item in told])
    group, escalated = _escalate(route, group, unseen, now)
    if escalated is not None:
        sendings.append(escalated)
    return (group if group.told or firing else None), sendings


def _first(route: NotificationRoute, group: Group, firing: Sequence[Living], now: datetime) -> tuple[Group | None, list[Sending]]:
    if not firing:
        return None, []  # over before anybody was told
    if now < group.began_at + timedelta(seconds=route.group_wait_s):
        return group, []
    items = [one.item for one in firing]
    sent = msgspec.structs.replace(group, first_sent_at=now, last_sent_at=now, told=[Told(item=item) for item in items])
    sending = Sending(kind="alerts", channels=_channels(route, 0), items=items)
    return sent, [sending]


def _escalate(
    route: NotificationRoute, group: Group, unseen: Sequence[Living], now: datetime
) -> tuple[Group, Sending | None]:  # fmt: skip
    """The next steps whose time has come, while there is somebody to wait for."""
    reached = group.step
    if not unseen or group.first_sent_at is None:
        return group, None
    for number, step in enumerate(route.steps):
        if number > reached and now >= group.first_sent_at + timedelta(seconds=step.after_s):
            reached = number
    if reached == group.step:
        return group, None
    already = set(_channels(route, group.step))
    channels = [channel for channel in _channels(route, reached) if channel not in already]
    group = msgspec.structs.replace(group, step=reached)
    if not channels:
        return group, None
    return group, Sending(kind="escalation", channels=channels, items=[one.item for one in unseen])


def _channels(route: NotificationRoute, step: int) -> list[UUID]:
    found: dict[UUID, Any] = {}
    for one in route.steps[: step + 1]:
        found.update(dict.fromkeys(one.channel_ids))
    return list(found)


def _ended(now: Living | None, told: Told) -> Item:
    if now is None:
        return msgspec.structs.replace(told.item, status="resolved")
    return msgspec.structs.replace(now.item, status="resolved")
