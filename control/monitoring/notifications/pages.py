"""Who is told of alerts: receivers with a test, routes that choose among them, and what was told."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec import Meta

from control.core.context import Context
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.monitoring import words, written
from control.monitoring.notifications import service
from control.monitoring.notifications.models import (
    ChannelKind,
    NewNotificationChannel,
    NewNotificationRoute,
    NotificationChannel,
    NotificationRoute,
    NotificationStatus,
    Step,
)
from control.web.depends import Dependent, named
from control.web.editing import Editing, Secret, Words
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.tables import NOTHING, Badge, Column, Filter, Table
from control.web.ui import UiOf

_READ, _WRITE = needs("monitoring:read"), needs("monitoring:write")
KINDS = {"mail": N_("Mail"), "webhook": "Webhook", "slack": "Slack", "teams": "Teams", "telegram": "Telegram", "ntfy": "ntfy"}
STATUSES = {
    "pending": N_("Waiting"), "retrying": N_("Tried again"), "succeeded": N_("Told"), "failed": N_("Failed"),
}  # fmt: skip
_TONES = {"pending": "info", "retrying": "warning", "succeeded": "success", "failed": "error"}
WHAT = {"alerts": N_("Alerts"), "repeat": N_("Repetition"), "escalation": N_("Escalation"), "test": N_("Test")}
_ON, _OFF = Badge(N_("In use"), "success"), Badge(N_("Off"))


def _is_on(row: Any) -> Badge:
    return _ON if row.is_active else _OFF


def _where(row: NotificationChannel) -> str:
    return ", ".join(row.recipients) or row.chat_id or row.host or NOTHING


CHANNELS = Table(
    name="notification_channels",
    path="/monitoring/receivers",
    service=service.CHANNELS.page,
    sortable=service.SORTABLE,
    by="name",
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link"),
        Column(name="kind", label=N_("Kind"), cell="said", of=lambda row: KINDS[row.kind]),
        Column(name="where", label=N_("Where to"), of=_where),
        Column(name="state", label=N_("State"), cell="badge", of=_is_on),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),),
    link="/monitoring/receivers/{id}",
    empty=N_("There are no receivers yet: nobody is told of alerts."),
)


class ChannelAsTyped(msgspec.Struct, kw_only=True):
    """A receiver; empty secrets stay as they are."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    kind: ChannelKind
    recipients: list[str] = []
    url: Annotated[str, Meta(min_length=10, max_length=2048)] | None = None
    token: Annotated[str, Meta(max_length=500)] | None = None
    chat_id: Annotated[str, Meta(max_length=100)] | None = None
    send_resolved: bool = True
    is_active: bool = True

    def data(self) -> NewNotificationChannel:
        return NewNotificationChannel(**msgspec.structs.asdict(self))


async def _depends(ctx: Context, row: NotificationChannel) -> list[Dependent]:
    """Routes that lead there, and what waits."""
    routes, waiting = await service.routes_of(ctx, row.id), await service.waiting(ctx, row.id)
    return [
        named(N_("Routes that lead there"), routes, "/monitoring/notification-routes", end="/edit"),
        Dependent(label=N_("Messages that wait"), total=waiting, path=f"/monitoring/receivers/{row.id}"),
    ]


RECEIVERS = Editing(
    path="/monitoring/receivers",
    place=N_("Receivers"),
    writes=_WRITE,
    form=Form(
        ChannelAsTyped,
        Field("name", N_("Name"), is_half=True),
        Field("kind", N_("Kind"), choices=KINDS, is_half=True),
        Field("recipients", N_("Recipients"), hint=N_("Mail: one address a line.")),
        Field("url", N_("Address (URL)"), kind="password",
              hint=N_("All but mail. It may hold a secret, so it is not shown; empty keeps it.")),
        Field("token", N_("Token"), kind="password", hint=N_("Telegram and ntfy; empty keeps it."), is_half=True),
        Field("chat_id", N_("Chat"), hint=N_("Telegram."), is_half=True),
        Field("send_resolved", N_("Tell also when it is over")),
        Field("is_active", N_("In use")),
    ),
    get=service.CHANNELS.get,
    words=Words(
        add=N_("Add a receiver"),
        made=N_("The receiver was added."),
        changed=N_("The receiver was changed."),
        gone=N_("The receiver was deleted."),
        warning=N_("Nothing is told there any more; what waits to be told there is not sent."),
    ),
    create=lambda ctx, tx, typed: service.create_notification_channel(ctx, tx, typed.data()),
    replace=lambda ctx, row_id, typed: service.replace_notification_channel(ctx, row_id, typed.data()),
    delete=service.CHANNELS.delete,
    depends=_depends,
    start={"kind": "mail", "send_resolved": True, "is_active": True},
    secret=lambda made: Secret(label=N_("Secret that signs what is sent"), text=made["secret"]) if made.get("secret") else None,
    own="/monitoring/receivers/{id}",
)  # fmt: skip
ROUTES = Table(
    name="notification_routes",
    path="/monitoring/notification-routes",
    service=service.ROUTES.page,
    sortable=service.ROUTES_SORTABLE,
    by="position",
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link"),
        Column(name="matchers", label=N_("Alerts"), of=lambda row: ", ".join(written.lines_of(row.matchers)) or "*"),
        Column(name="steps", label=N_("Steps"), cell="number", of=lambda row: len(row.steps)),
        Column(name="state", label=N_("State"), cell="badge", of=_is_on),
        Column(name="position", label=N_("Rank"), sort="position"),
    ),
    filters=(Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),),
    link="/monitoring/notification-routes/{id}",
    empty=N_("There are no routes yet: no alert leads to a receiver."),
)


class RouteAsTyped(msgspec.Struct, kw_only=True):
    """A route with a receiver, and another one for when nobody looks after it."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    first: UUID
    second: UUID | None = None
    after_minutes: Annotated[int, Meta(ge=1, le=10_080)] = 30
    matchers: Annotated[list[str], Meta(max_length=20)] = []
    position: Annotated[int, Meta(ge=0, le=10_000)] = 100
    group_by: list[str] = []
    group_wait_s: Annotated[int, Meta(ge=0, le=86_400)] = 30
    repeat_interval_s: Annotated[int, Meta(ge=60, le=2_678_400)] = 14_400
    continues: bool = False
    is_active: bool = True

    def data(self, before: NotificationRoute | None = None) -> NewNotificationRoute:
        others = [] if before is None else before.steps
        first = _with(others[0].channel_ids if others else [], self.first)
        steps = [Step(channel_ids=first)]
        if self.second is not None:
            later = others[1].channel_ids if len(others) > 1 else []
            steps.append(Step(channel_ids=_with(later, self.second), after_s=self.after_minutes * 60))
        names = ("name", "position", "group_wait_s", "repeat_interval_s", "continues", "is_active")
        return NewNotificationRoute(
            **{name: getattr(self, name) for name in names}, steps=steps, matchers=written.matchers(self.matchers),
            group_by=self.group_by, group_interval_s=300 if before is None else before.group_interval_s,
        )  # fmt: skip


def _with(channels: list[UUID], first: UUID) -> list[UUID]:
    """The channels of a step with this one first; those besides it stay while it is the same."""
    return channels if channels and channels[0] == first else [first]


def _route_values(row: NotificationRoute) -> dict[str, Any]:
    second = row.steps[1] if len(row.steps) > 1 else None
    return {
        **msgspec.to_builtins(row), "matchers": written.lines_of(row.matchers), "first": row.steps[0].channel_ids[0],
        "second": second.channel_ids[0] if second else None, "after_minutes": second.after_s // 60 if second else 30,
    }  # fmt: skip


async def _channels(ctx: Context) -> dict[str, Any]:
    rows, _ = await service.CHANNELS.page(ctx, PageRequest(1, 1000, "name, id"), {"organization_id": None})
    names = {str(one.id): one.name for one in rows}
    return {"first": names, "second": names}


async def _replace_route(ctx: Context, route_id: UUID, typed: RouteAsTyped) -> NotificationRoute:
    return await service.replace_notification_route(ctx, route_id, typed.data(await service.ROUTES.get(ctx, route_id)))


ROUTING = Editing(
    path="/monitoring/notification-routes",
    place=N_("Who is told"),
    reads=_READ,
    writes=_WRITE,
    form=Form(
        RouteAsTyped,
        Field("name", N_("Name"), is_half=True),
        Field("position", N_("Rank"), hint=N_("The lower is tried first."), is_half=True),
        Field("matchers", N_("Alerts with the labels"),
              hint=N_("One condition a line, such as severity = critical; empty is all.")),
        Field("first", N_("Tell"), kind="select", is_half=True),
        Field("second", N_("When nobody looks after it, tell"), kind="select", is_half=True),
        Field("after_minutes", N_("After minutes"), is_half=True),
        Field("repeat_interval_s", N_("Again every so many seconds"), is_half=True),
        Field("group_by", N_("Together, when equal in"), hint=N_("Labels, one a line."), is_half=True),
        Field("group_wait_s", N_("Seconds to wait for others"), is_half=True),
        Field("continues", N_("Try the next route too")),
        Field("is_active", N_("In use")),
    ),
    get=service.ROUTES.get,
    words=Words(
        add=N_("Add a route"),
        made=N_("The route was added."),
        changed=N_("The route was changed."),
        gone=N_("The route was deleted."),
        warning=N_("Its alerts go to the next route that fits; nobody is told when there is none."),
        about=N_("The first route that fits an alert is taken."),
    ),
    create=lambda ctx, tx, typed: service.create_notification_route(ctx, tx, typed.data()),
    replace=_replace_route,
    delete=service.ROUTES.delete,
    restores=True,
    values=_route_values,
    start={"position": 100, "after_minutes": 30, "repeat_interval_s": 14_400, "group_wait_s": 30, "group_by": "alertname",
           "is_active": True},
    choices=_channels,
)  # fmt: skip
NOTIFICATIONS = Table(
    name="notifications",
    path="/monitoring/notifications",
    service=service.notifications,
    sortable=service.NOTIFICATIONS_SORTABLE,
    columns=(
        Column(name="created_at", label=N_("When"), sort="created_at", cell="moment"),
        Column(name="kind", label=N_("What"), cell="said", of=lambda row: WHAT[row.kind]),
        Column(name="items", label=N_("Alerts"),
               of=lambda row: ", ".join(dict.fromkeys(one.name for one in row.message.items))[:120]),
        Column(name="status", label=N_("State"), cell="badge", of=lambda row: Badge(STATUSES[row.status], _TONES[row.status])),
        Column(name="attempts", label=N_("Tries"), cell="number"),
        Column(name="error", label=N_("Error"), of=lambda row: (row.error or NOTHING)[:160]),
    ),
    filters=(
        Filter(name="status", label=N_("State"), kind=NotificationStatus, words=STATUSES),
        Filter(name="channel_id", label=N_("Receiver"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    empty=N_("Nobody was told of anything yet."),
)  # fmt: skip


@show("/monitoring/receivers", _READ)
async def receivers(ui: UiOf) -> Response[Any]:
    """The receivers in reach."""
    add = RECEIVERS.words.add if ui.ctx.principal.may("monitoring:write") else ""
    return await CHANNELS.page(ui, "things/list.html", title=N_("Alerts"), about="", add=add, links=(), tabs=words.ALERT_TABS)


@show("/monitoring/receivers/{channel_id:uuid}", _READ)
async def receiver(ui: UiOf, channel_id: FromPath[UUID]) -> Response[Any]:
    """One receiver, without what is secret of it, and what it was told."""
    found = await service.CHANNELS.get(ui.ctx, channel_id)
    table = await NOTIFICATIONS.view(ui, {"channel_id": channel_id}, f"/monitoring/receivers/{channel_id}")
    if alone := table.alone(ui):
        return alone
    may_write = ui.ctx.principal.may("monitoring:write")
    values: dict[str, Any] = {"channel": found, "kind": KINDS[found.kind], "where": _where(found), "state": _is_on(found)}
    return ui.page("monitoring/receiver.html", table=table, may_write=may_write, **values)


@act("/monitoring/receivers/{channel_id:uuid}/test", _WRITE)
async def test(ui: UiOf, channel_id: FromPath[UUID]) -> Response[Any]:
    """Send a test through it."""
    await ui.once(lambda tx: service.test(ui.ctx, tx, channel_id))
    return ui.go(f"/monitoring/receivers/{channel_id}", ui.words(N_("A test is on its way.")))


@show("/monitoring/notification-routes", _READ)
async def notification_routes(ui: UiOf) -> Response[Any]:
    """The routes in reach."""
    add = ROUTING.words.add if ui.ctx.principal.may("monitoring:write") else ""
    return await ROUTES.page(ui, "things/list.html", title=N_("Alerts"), about="", add=add, links=(), tabs=words.ALERT_TABS)


@show("/monitoring/notifications", _READ)
async def notifications(ui: UiOf) -> Response[Any]:
    """What was told, and what is to be."""
    return await NOTIFICATIONS.page(ui, "things/list.html", title=N_("Alerts"), about="", add="", links=(), tabs=words.ALERT_TABS)


PAGES = [receivers, receiver, test, *RECEIVERS.pages(), notification_routes, *ROUTING.pages(), notifications]
