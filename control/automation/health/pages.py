"""Cards of the dashboard about the platform itself, and what there needs somebody now."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response

from control.automation.health import service
from control.automation.queue import service as queue
from control.core.context import Context
from control.core.permissions import UserType, needs
from control.web.language import N_
from control.web.menu import Card, Trouble, Watch
from control.web.routing import show
from control.web.ui import Ui, UiOf

_READ = needs("jobs:read")
_STAFF: frozenset[UserType] = frozenset({"admin"})
HEALTH, JOBS = N_("The platform"), N_("Work in the background")
CARDS = (
    Card(label=HEALTH, path="/cards/platform", permission="jobs:read", order=11, tall=True, for_types=_STAFF),
    Card(label=JOBS, path="/cards/jobs", permission="jobs:read", order=12, for_types=_STAFF),
)
_LATE_S = 60
"""From when on events that wait are called late."""
_FULL = 0.9


class Line(msgspec.Struct, frozen=True):
    """One part: its name, how it is, and something about it."""

    name: str
    state: str
    tone: str
    about: str = ""


def lines(ui: Ui, found: service.Platform) -> list[Line]:
    """All parts, those in trouble first."""
    words = ui.words
    made = [_control(ui, found), _workers(ui, found), _metrics(ui, found)]
    for one in found.gateways:
        silent = one.age_s > service.GATEWAY_SILENT_S
        state, tone = (
            (N_("Silent"), "error")
            if silent
            else (N_("Refuses something"), "warning")
            if one.refused
            else (N_("Good"), "success")
        )
        made.append(Line(words(N_("Gateway %(name)s"), name=one.name), state, tone, age(ui, one.age_s)))
    if not found.gateways:
        made.append(Line(words(N_("Gateway")), N_("None was heard of"), "warning", words(N_("Start one with hcc gateway."))))
    is_full = found.disk.used_share >= _FULL
    made.append(
        Line(
            words(N_("Disk")), N_("Nearly full") if is_full else N_("Good"), "error" if is_full else "success",
            words(N_("%(free)s free of %(total)s"), free=size(ui, found.disk.free), total=size(ui, found.disk.total)),
        )
    )  # fmt: skip
    made.append(Line(words(N_("Database")), N_("Good"), "success", size(ui, found.database_bytes)))
    order = {"error": 0, "warning": 1}
    return sorted(made, key=lambda one: order.get(one.tone, 2))


def _control(ui: Ui, found: service.Platform) -> Line:
    bad = [name for name, one in found.control.checks.items() if one.status == "unhealthy"]
    weak = [name for name, one in found.control.checks.items() if one.status == "degraded"]
    state, tone = (N_("In trouble"), "error") if bad else (N_("Weakened"), "warning") if weak else (N_("Good"), "success")
    about = ", ".join([*bad, *weak]) or f"{found.control.version}, {age(ui, found.control.uptime_seconds)}"
    return Line(ui.words(N_("Control plane")), state, tone, about)


def _workers(ui: Ui, found: service.Platform) -> Line:
    name, one = ui.words(N_("Worker")), found.workers
    if one.age_s is None or one.age_s > service.WORKER_SILENT_S:
        return Line(name, N_("Silent"), "error", ui.words(N_("Mail, checks and invoices wait. Start one with hcc worker.")))
    return Line(name, N_("Good"), "success", age(ui, one.age_s))


def _metrics(ui: Ui, found: service.Platform) -> Line:
    name, seconds = ui.words(N_("Metrics")), found.metrics_age_s
    if seconds is None:
        return Line(
            name,
            N_("Nothing is pushed"),
            "warning",
            ui.words(N_("Set HCC_GATEWAY_METRICS_TOKEN for gateways, and run hcc ingest.")),
        )
    late = seconds > service.METRICS_SILENT_S
    return Line(name, N_("Late") if late else N_("Good"), "warning" if late else "success", age(ui, seconds))


def age(ui: Ui, seconds: float) -> str:
    """How long that is, in the largest unit that fits."""
    for length, text in ((86_400, N_("%(count)s d")), (3600, N_("%(count)s h")), (60, N_("%(count)s min"))):
        if seconds >= length:
            return ui.words(text, count=ui.view.tongue.number(int(seconds // length)))
    return ui.words(N_("%(count)s s"), count=ui.view.tongue.number(int(seconds)))


def size(ui: Ui, number: int) -> str:
    """Bytes as people say them."""
    value, units = float(number), ["B", "KiB", "MiB", "GiB", "TiB"]
    while value >= 1024 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{ui.view.tongue.number(round(value, 1))} {units[0]}"


@show("/cards/platform", _READ)
async def platform(ui: UiOf) -> Response[str]:
    """Processes with their age, disk and database."""

    async def found() -> dict[str, Any]:
        return {"lines": lines(ui, await service.platform(ui.ctx))}

    return await ui.bounded_card(HEALTH, "automation/platform_card.html", found())


@show("/cards/jobs", _READ)
async def jobs(ui: UiOf) -> Response[str]:
    """The queue and the outbox."""

    async def found() -> dict[str, Any]:
        state = await queue.state(ui.ctx)
        late = state.oldest_seconds > _LATE_S
        return {"tallies": await queue.tallies(ui.ctx), "state": state, "late": late, "oldest": age(ui, state.oldest_seconds)}

    return await ui.bounded_card(JOBS, "automation/jobs_card.html", found())


async def _given_up(ctx: Context) -> list[Trouble]:
    tallies, state = await queue.tallies(ctx), await queue.state(ctx)
    found = []
    if failed := tallies.get("failed", 0):
        found.append(Trouble(count=failed, label=N_("jobs failed"), href="/jobs?status=failed", tone="warning"))
    if state.dead:
        found.append(Trouble(count=state.dead, label=N_("events were given up"), href="/outbox?state=dead"))
    if state.oldest_seconds > _LATE_S:
        found.append(Trouble(count=state.waiting, label=N_("events wait for long"), href="/outbox?state=waiting"))
    return found


async def _silent(ctx: Context) -> list[Trouble]:
    found = await service.platform(ctx)
    troubles = []
    if found.workers.age_s is None or found.workers.age_s > service.WORKER_SILENT_S:
        troubles.append(Trouble(count=0, label=N_("workers give a sign of life"), href="/cards/platform"))
    silent = [one for one in found.gateways if one.age_s > service.GATEWAY_SILENT_S]
    if silent:
        troubles.append(Trouble(count=len(silent), label=N_("gateways are silent"), href="/cards/platform"))
    refusing = sum(one.refused for one in found.gateways if one.age_s <= service.GATEWAY_SILENT_S)
    if refusing:
        troubles.append(
            Trouble(count=refusing, label=N_("sites or certificates are refused by a gateway"), href="/sites", tone="warning")
        )
    if found.disk.used_share >= _FULL:
        troubles.append(Trouble(count=1, label=N_("disk is nearly full"), href="/cards/platform"))
    return troubles


WATCHES = (
    Watch(label=JOBS, permission="jobs:read", find=_given_up, for_types=_STAFF),
    Watch(label=HEALTH, permission="jobs:read", find=_silent, for_types=_STAFF),
)
PAGES = [platform, jobs]
