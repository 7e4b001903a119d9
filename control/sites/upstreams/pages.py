"""An upstream of a site: its targets, how one is chosen, and what is thought of their health."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec import Meta

from control.core.context import Context
from control.core.errors import DomainError, FieldError, ValidationFailed
from control.core.permissions import needs
from control.sites import words
from control.sites.bodies.route import UpstreamName
from control.sites.bodies.upstream import HealthCheck, Target, UpstreamTls
from control.sites.sites import service as sites
from control.sites.upstreams import service
from control.sites.upstreams.models import NewUpstream, Upstream
from control.web.asking import Asking
from control.web.depends import Dependent, named
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf

_WRITE = needs("gateway:write")


class UpstreamAsTyped(msgspec.Struct, kw_only=True):
    """An upstream; what else it can have is left as it is."""

    name: UpstreamName
    targets: Annotated[list[Annotated[str, Meta(max_length=300)]], Meta(min_length=1, max_length=256)]
    policy: Literal["round_robin", "least_request", "consistent_hash"] = "round_robin"
    tls: bool = False
    health_path: Annotated[str, Meta(max_length=1024)] = ""
    connect_ms: Annotated[int, Meta(ge=1, le=60_000)] = 2_000
    first_byte_ms: Annotated[int, Meta(ge=1, le=3_600_000)] = 15_000
    attempts: Annotated[int, Meta(ge=0, le=10)] = 1
    max_in_flight: Annotated[int, Meta(ge=0, le=2_147_483_647)] = 0


UPSTREAM = Form(
    UpstreamAsTyped,
    Field("name", N_("Name"), hint=N_("Routes call it by this: small letters, digits and dashes."), is_half=True),
    Field("policy", N_("A target is chosen"), choices=words.POLICIES, is_half=True),
    Field("targets", N_("Targets"), hint=N_("One host:port a line, with its weight after a space where it is not 1.")),
    Field("tls", N_("Speak TLS to them")),
    Field("health_path", N_("Path to check their health with"), hint=N_("Such as /healthz; empty is no check."), is_half=True),
    Field("attempts", N_("Second tries"), is_half=True),
    Field("connect_ms", N_("Milliseconds to connect"), is_half=True),
    Field("first_byte_ms", N_("Milliseconds to the first byte"), is_half=True),
    Field("max_in_flight", N_("Requests at one time"), hint=N_("0 is without limit."), is_half=True),
)
_BACK = {"health": "health_path", "retry": "attempts", "breaker": "max_in_flight", "tls": "tls"}


def _values(found: Upstream) -> dict[str, Any]:
    names = ("name", "policy", "connect_ms", "first_byte_ms")
    return {
        **{name: getattr(found, name) for name in names},
        "targets": [one.address if one.weight == 1 else f"{one.address} {one.weight}" for one in found.targets],
        "tls": found.tls is not None,
        "health_path": found.health.path if found.health else "",
        "attempts": found.retry.attempts,
        "max_in_flight": found.breaker.max_in_flight,
    }


def _changes(typed: UpstreamAsTyped, before: NewUpstream | Upstream) -> dict[str, Any]:
    """The fields of an upstream that the form says. Raises ValidationFailed."""
    replace = msgspec.structs.replace
    health = replace(before.health or HealthCheck(), path=typed.health_path) if typed.health_path else None
    return {
        "name": typed.name,
        "policy": typed.policy,
        "targets": [_target(number, line) for number, line in enumerate(typed.targets)],
        "tls": (before.tls or UpstreamTls()) if typed.tls else None,
        "health": health,
        "connect_ms": typed.connect_ms,
        "first_byte_ms": typed.first_byte_ms,
        "retry": replace(before.retry, attempts=typed.attempts),
        "breaker": replace(before.breaker, max_in_flight=typed.max_in_flight),
    }


def _target(number: int, line: str) -> Target:
    address, _, weight = line.partition(" ")
    try:
        return msgspec.convert({"address": address, "weight": int(weight or "1")}, Target)
    except (ValueError, msgspec.ValidationError):
        raise ValidationFailed(FieldError(f"/targets/{number}", N_("is no host:port with a weight from 1 to 1000"))) from None


def _typed(error: DomainError) -> DomainError:
    """What the service found, at the fields of this form."""
    if not isinstance(error, ValidationFailed):
        return error
    found = [FieldError(f"/{_BACK.get(one.pointer.split('/')[1], one.pointer.strip('/'))}", one.message) for one in error.errors]
    return ValidationFailed(found)


async def _page(ui: Ui, site_id: UUID, form: Inputs, title: str, action: str, status: int = 200) -> Response[str]:
    site = await sites.get(ui.ctx, site_id)
    return ui.page(
        "things/form.html", status=status, form=form, title=title, about="", action=action, back=f"/sites/{site_id}",
        place=site.name, path="",
    )  # fmt: skip


@show("/sites/{site_id:uuid}/upstreams/new", _WRITE)
async def ask_new(ui: UiOf, site_id: FromPath[UUID]) -> Response[str]:
    """An upstream to be."""
    start = {"policy": "round_robin", "attempts": 1, "connect_ms": 2000, "first_byte_ms": 15_000, "max_in_flight": 0}
    return await _page(ui, site_id, UPSTREAM.empty(start), ui.words(N_("Add an upstream")), f"/sites/{site_id}/upstreams")


@act("/sites/{site_id:uuid}/upstreams", _WRITE)
async def create(ui: UiOf, site_id: FromPath[UUID]) -> Response[Any]:
    """Add an upstream."""
    try:
        typed = await UPSTREAM.read(ui)
        data = NewUpstream(**_changes(typed, NewUpstream(name=typed.name, targets=[])))
        checked = await service.checked(ui.ctx, data)
        await ui.once(lambda tx: service.create(ui.ctx, tx, site_id, checked))
    except DomainError as error:
        form, action = await UPSTREAM.again(ui, _typed(error)), f"/sites/{site_id}/upstreams"
        return await _page(ui, site_id, form, ui.words(N_("Add an upstream")), action, error.status)
    return ui.go(f"/sites/{site_id}", ui.words(N_("The upstream was added.")))


@show("/sites/{site_id:uuid}/upstreams/{upstream_id:uuid}/edit", _WRITE)
async def ask_edit(ui: UiOf, site_id: FromPath[UUID], upstream_id: FromPath[UUID]) -> Response[str]:
    """An upstream to be changed."""
    found = await service.get(ui.ctx, site_id, upstream_id)
    action = f"/sites/{site_id}/upstreams/{upstream_id}/edit"
    return await _page(ui, site_id, UPSTREAM.empty(_values(found), version=found.version), found.name, action)


@act("/sites/{site_id:uuid}/upstreams/{upstream_id:uuid}/edit", _WRITE)
async def edit(ui: UiOf, site_id: FromPath[UUID], upstream_id: FromPath[UUID]) -> Response[Any]:
    """Change an upstream; what the form does not show stays."""
    found = await service.get(ui.ctx, site_id, upstream_id)
    try:
        await service.update(ui.ctx, site_id, upstream_id, _changes(await UPSTREAM.read(ui), found))
    except DomainError as error:
        form = await UPSTREAM.again(ui, _typed(error), _values(found))
        action = f"/sites/{site_id}/upstreams/{upstream_id}/edit"
        return await _page(ui, site_id, form, found.name, action, error.status)
    return ui.go(f"/sites/{site_id}", ui.words(N_("The upstream was changed.")))


async def _get(ui: Ui, upstream_id: UUID) -> Upstream:
    return await service.get(ui.ctx, ui.request.path_params["site_id"], upstream_id)


async def _routes(ctx: Context, row: Upstream) -> list[Dependent]:
    found = await service.routes(ctx, row.id)
    return [named(N_("Routes that lead there"), found, f"/sites/{row.site_id}/routes", keeps=True, end="/edit")]


DELETE = Asking(
    path="/sites/{site_id:uuid}/upstreams/{row_id:uuid}/delete", writes=_WRITE, get=_get, back="/sites/{row.site_id}",
    label=N_("Delete the upstream"), text=N_("It is refused while a route leads there."),
    work=lambda ui, row, _: service.delete(ui.ctx, row.site_id, row.id), said=N_("The upstream was deleted."), depends=_routes,
)  # fmt: skip
PAGES = [ask_new, create, ask_edit, edit, *DELETE.pages()]
