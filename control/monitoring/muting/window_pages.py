"""Maintenance windows: planned times in which trouble is expected, once or again and again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response
from msgspec import Meta

from control.core.errors import FieldError, ValidationFailed
from control.core.permissions import needs
from control.monitoring import words, written
from control.monitoring.muting import service
from control.monitoring.muting.covering import occurrences, zone
from control.monitoring.muting.models import MaintenanceWindow, Name, NewMaintenanceWindow, Repeats
from control.web.editing import Editing, Words
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import UiOf

_READ, _WRITE = needs("monitoring:read"), needs("monitoring:write")
REPEATS = {"never": N_("Once"), "daily": N_("Every day"), "weekly": N_("Every week")}
_AHEAD = timedelta(days=8)
_FIELDS = {"/starts_at": "/day", "/duration_s": "/minutes", "/repeats_until": "/until"}


def state(row: MaintenanceWindow) -> Badge:
    """Whether it holds now, will, or never again."""
    if not row.is_active:
        return words.OFF
    at = datetime.now(UTC)
    next_ones = list(occurrences(row, at, at + _AHEAD))
    if any(begins <= at < ends for begins, ends in next_ones):
        return Badge(N_("In force"), "warning")
    return Badge(N_("Planned"), "info") if next_ones or row.starts_at > at else Badge(N_("Over"))


WINDOWS = Table(
    name="maintenance_windows",
    path="/monitoring/maintenance-windows",
    service=service.WINDOWS.page,
    sortable=service.SORTABLE,
    columns=(
        Column(name="name", label=N_("Name"), cell="link"),
        Column(name="state", label=N_("State"), cell="badge", of=state),
        Column(name="starts_at", label=N_("Begins"), cell="moment"),
        Column(name="minutes", label=N_("Minutes"), cell="number", of=lambda row: row.duration_s // 60),
        Column(name="repeats", label=N_("How often"), cell="badge", of=lambda row: Badge(REPEATS[row.repeats])),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),),
    link="/monitoring/maintenance-windows/{id}",
    empty=N_("No maintenance is planned."),
)


class WindowAsTyped(msgspec.Struct, kw_only=True):
    """A window, with the day and the clock's time where it begins, and minutes."""

    name: Name
    day: date
    clock: Annotated[str, Meta(pattern="^([01]?[0-9]|2[0-3]):[0-5][0-9]$")]
    timezone: Annotated[str, Meta(min_length=1, max_length=64)] = "UTC"
    minutes: Annotated[int, Meta(ge=1, le=44_640)]
    repeats: Repeats = "never"
    until: date | None = None
    matchers: Annotated[list[str], Meta(max_length=20)] = []
    is_active: bool = False

    def data(self) -> NewMaintenanceWindow:
        """As the API takes it. Raises ValidationFailed."""
        where = zone(self.timezone)
        if where is None:
            raise ValidationFailed(FieldError("/timezone", N_("is no time zone, such as Europe/Berlin")))
        last = None if self.until is None else datetime.combine(self.until, time.max, where)
        return NewMaintenanceWindow(
            name=self.name, starts_at=datetime.combine(self.day, _clock(self.clock), where), duration_s=self.minutes * 60,
            matchers=written.matchers(self.matchers), repeats=self.repeats, repeats_until=last, timezone=self.timezone,
            is_active=self.is_active,
        )  # fmt: skip


def _clock(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute))


def _values(row: MaintenanceWindow) -> dict[str, Any]:
    where = zone(row.timezone) or ZoneInfo("UTC")
    begins = row.starts_at.astimezone(where)
    return {
        "name": row.name, "day": begins.date(), "clock": f"{begins:%H:%M}", "timezone": row.timezone,
        "minutes": row.duration_s // 60, "repeats": row.repeats, "matchers": written.lines_of(row.matchers),
        "until": None if row.repeats_until is None else row.repeats_until.astimezone(where).date(), "is_active": row.is_active,
    }  # fmt: skip


def _typed(error: ValidationFailed) -> ValidationFailed:
    """At the fields of this form."""
    return ValidationFailed([FieldError(_FIELDS.get(one.pointer, one.pointer), one.message) for one in error.errors])


async def _create(ctx: Any, tx: Any, typed: WindowAsTyped) -> MaintenanceWindow:
    try:
        return await service.create_maintenance_window(ctx, tx, typed.data())
    except ValidationFailed as error:
        raise _typed(error) from None


async def _replace(ctx: Any, row_id: UUID, typed: WindowAsTyped) -> MaintenanceWindow:
    try:
        return await service.replace_maintenance_window(ctx, row_id, typed.data())
    except ValidationFailed as error:
        raise _typed(error) from None


EDITING = Editing(
    path="/monitoring/maintenance-windows",
    place=N_("Maintenance windows"),
    reads=_READ,
    writes=_WRITE,
    form=Form(
        WindowAsTyped,
        Field("name", N_("Name")),
        Field("day", N_("Begins on"), is_half=True),
        Field("clock", N_("At"), hint=N_("By the clock of the time zone, such as 22:00."), is_half=True),
        Field("minutes", N_("For minutes"), is_half=True),
        Field("timezone", N_("Time zone"), hint=N_("Such as Europe/Berlin"), is_half=True),
        Field("repeats", N_("How often"), choices=REPEATS, is_half=True),
        Field("until", N_("For the last time on"), hint=N_("Empty is without end."), is_half=True),
        Field("matchers", N_("Alerts with the labels"),
              hint=N_("One condition a line, such as host = web1; empty is everything.")),
        Field("is_active", N_("Active")),
    ),
    get=service.WINDOWS.get,
    words=Words(
        add=N_("Plan maintenance"),
        made=N_("The maintenance is planned."),
        changed=N_("The window was changed."),
        gone=N_("The window was deleted."),
        warning=N_("People are told of trouble in that time again, and it counts against uptime."),
        about=N_("In this time nobody is told of alerts, and uptime does not count. Status pages announce it."),
    ),
    create=_create,
    replace=_replace,
    delete=service.WINDOWS.delete,
    values=_values,
    start={"minutes": 60, "timezone": "UTC", "repeats": "never", "is_active": True},
)  # fmt: skip


@show("/monitoring/maintenance-windows", _READ)
async def maintenance_windows(ui: UiOf) -> Response[Any]:
    """The maintenance windows in reach."""
    add = EDITING.words.add if ui.ctx.principal.may("monitoring:write") else ""
    return await WINDOWS.page(ui, "things/list.html", title=N_("Alerts"), about="", add=add, links=(), tabs=words.ALERT_TABS)


PAGES = [maintenance_windows, *EDITING.pages()]
