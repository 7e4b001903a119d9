"""A route of a site: where it leads to, or where it sends people, and its limits."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec import Meta

from control.core.context import Context
from control.core.errors import DomainError, FieldError, ValidationFailed
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.sites import words
from control.sites.bodies.route import Limit, Path, Redirect, Respond
from control.sites.routing import service
from control.sites.routing.models import NewRoute, Route
from control.sites.sites import service as sites
from control.sites.upstreams import service as upstreams
from control.web.asking import Asking
from control.web.depends import Dependent, named
from control.web.editing import with_choices
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf

_WRITE = needs("gateway:write")
KINDS = {"prefix": N_("This path and all below it"), "exact": N_("This path alone"), "pattern": N_("A pattern with {names}")}
_FIELDS = {"prefix": "path_prefix", "exact": "path", "pattern": "path_pattern"}
_NAME = "panel"
_BACK = {
    "path_prefix": "where", "path": "where", "path_pattern": "where", "redirect/to": "redirect_to", "rate_limits": "rate",
    "respond/status": "answer", "redirect/status": "redirect_status",
}  # fmt: skip


class RouteAsTyped(msgspec.Struct, kw_only=True):
    """A route with one limit by client; what else a route can have is left as it is."""

    kind: Literal["prefix", "exact", "pattern"]
    where: Path
    methods: Annotated[list[str], Meta(max_length=32)] = []
    priority: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] = 0
    upstream: Annotated[str, Meta(max_length=63)] | None = None
    redirect_to: Annotated[str, Meta(max_length=2048)] = ""
    redirect_status: Literal["301", "302", "303", "307", "308"] = "302"
    answer: Annotated[int, Meta(ge=200, le=599)] | None = None
    strip_prefix: bool = False
    compress: bool = False
    security_headers: bool = False
    rate: Annotated[int, Meta(ge=1, le=4_294_967_295)] | None = None
    per_s: Annotated[int, Meta(ge=1, le=86_400)] = 60
    burst: Annotated[int, Meta(ge=1, le=4_294_967_295)] | None = None
    max_body: Annotated[int, Meta(ge=1, le=1 << 40)] | None = None
    max_in_flight: Annotated[int, Meta(ge=0, le=2_147_483_647)] = 0


ROUTE = Form(
    RouteAsTyped,
    Field("where", N_("Path"), hint=N_("Such as /shop"), is_half=True),
    Field("kind", N_("Holds for"), choices=KINDS, is_half=True),
    Field("methods", N_("Methods"), hint=N_("One a line; empty is all of them."), is_half=True),
    Field("priority", N_("Priority"), hint=N_("The higher is tried first."), is_half=True),
    Field("upstream", N_("Leads to the upstream"), kind="select", is_half=True),
    Field("answer", N_("Or answers with the status"), is_half=True),
    Field("redirect_to", N_("Or sends people to"), hint=N_("May hold {host}, {path} and {query}."), is_half=True),
    Field("redirect_status", N_("With the status"), choices=words.STATUSES, is_half=True),
    Field("rate", N_("Limit: requests of one client"), hint=N_("Empty is without limit."), is_half=True),
    Field("per_s", N_("In so many seconds"), is_half=True),
    Field("burst", N_("At once"), hint=N_("As many as the limit when empty."), is_half=True),
    Field("max_in_flight", N_("Requests at one time"), hint=N_("0 is without limit."), is_half=True),
    Field("max_body", N_("Longest body, in bytes"), is_half=True),
    Field("strip_prefix", N_("Take the path's beginning away")),
    Field("compress", N_("Compress answers")),
    Field("security_headers", N_("Set the usual security headers")),
)


def _values(route: Route) -> dict[str, Any]:
    kind = next(kind for kind, field in _FIELDS.items() if getattr(route, field) is not None)
    limit = next((one for one in route.rate_limits if one.key == "client"), None)
    names = ("methods", "priority", "upstream", "strip_prefix", "compress", "security_headers", "max_body", "max_in_flight")
    return {
        **{name: getattr(route, name) for name in names},
        "kind": kind,
        "where": getattr(route, _FIELDS[kind]),
        "redirect_to": route.redirect.to if route.redirect else "",
        "redirect_status": str(route.redirect.status) if route.redirect else "302",
        "answer": route.respond.status if route.respond else None,
        "rate": limit.rate if limit else None,
        "per_s": limit.per_s if limit else 60,
        "burst": limit.burst if limit else None,
    }


def _changes(typed: RouteAsTyped, before: Route | None) -> dict[str, Any]:
    """The fields of a route that the form says. Raises ValidationFailed."""
    said = sum(bool(one) for one in (typed.upstream, typed.redirect_to, typed.answer))
    if said != 1:
        raise ValidationFailed(FieldError("/upstream", N_("choose one: an upstream, a redirect or an answer")))
    kept = [] if before is None else list(before.rate_limits)
    old = next((one for one in kept if one.key == "client"), None)
    limits = [one for one in kept if one is not old]
    if typed.rate is not None:
        limit = old or Limit(name=_NAME, key="client", rate=1, per_s=1, burst=1)
        limits.append(msgspec.structs.replace(limit, rate=typed.rate, per_s=typed.per_s, burst=typed.burst or typed.rate))
    respond = None
    if typed.answer is not None:
        standing = before.respond if before is not None else None
        respond = msgspec.structs.replace(standing or Respond(status=200), status=typed.answer)
    status: Any = int(typed.redirect_status)
    return {
        **dict.fromkeys(_FIELDS.values()),
        _FIELDS[typed.kind]: typed.where,
        "methods": typed.methods or None,
        "priority": typed.priority,
        "upstream": typed.upstream,
        "redirect": Redirect(to=typed.redirect_to, status=status) if typed.redirect_to else None,
        "respond": respond,
        "strip_prefix": typed.strip_prefix,
        "compress": typed.compress,
        "security_headers": typed.security_headers,
        "rate_limits": limits,
        "max_body": typed.max_body,
        "max_in_flight": typed.max_in_flight,
    }


def _typed(error: DomainError) -> DomainError:
    """What the service found, at the fields of this form."""
    if not isinstance(error, ValidationFailed):
        return error
    found = []
    for one in error.errors:
        pointer = one.pointer.strip("/")
        name = next((name for start, name in _BACK.items() if pointer.startswith(start)), pointer)
        found.append(FieldError(f"/{name}", one.message))
    return ValidationFailed(found)


async def _page(ui: Ui, site_id: UUID, form: Inputs, title: str, action: str, status: int = 200) -> Response[str]:
    wanted = PageRequest(1, upstreams.MOST_UPSTREAMS, "u.name, u.id")
    known, _ = await upstreams.page(ui.ctx, site_id, wanted, {})
    form = with_choices(form, {"upstream": {one.name: one.name for one in known}})
    site = await sites.get(ui.ctx, site_id)
    return ui.page(
        "things/form.html", status=status, form=form, title=title, about="", action=action, back=f"/sites/{site_id}",
        place=site.name, path="",
    )  # fmt: skip


@show("/sites/{site_id:uuid}/routes/new", _WRITE)
async def ask_new(ui: UiOf, site_id: FromPath[UUID]) -> Response[str]:
    """A route to be."""
    form = ROUTE.empty({"kind": "prefix", "per_s": 60, "redirect_status": "302", "priority": 0, "max_in_flight": 0})
    return await _page(ui, site_id, form, ui.words(N_("Add a route")), f"/sites/{site_id}/routes")


@act("/sites/{site_id:uuid}/routes", _WRITE)
async def create(ui: UiOf, site_id: FromPath[UUID]) -> Response[Any]:
    """Add a route."""
    try:
        data = NewRoute(**_changes(await ROUTE.read(ui), None))
        await ui.once(lambda tx: service.create(ui.ctx, tx, site_id, data))
    except DomainError as error:
        form, action = await ROUTE.again(ui, _typed(error)), f"/sites/{site_id}/routes"
        return await _page(ui, site_id, form, ui.words(N_("Add a route")), action, error.status)
    return ui.go(f"/sites/{site_id}", ui.words(N_("The route was added.")))


@show("/sites/{site_id:uuid}/routes/{route_id:uuid}/edit", _WRITE)
async def ask_edit(ui: UiOf, site_id: FromPath[UUID], route_id: FromPath[UUID]) -> Response[str]:
    """A route to be changed."""
    route = await service.get(ui.ctx, site_id, route_id)
    action = f"/sites/{site_id}/routes/{route_id}/edit"
    return await _page(ui, site_id, ROUTE.empty(_values(route), version=route.version), words.where(route), action)


@act("/sites/{site_id:uuid}/routes/{route_id:uuid}/edit", _WRITE)
async def edit(ui: UiOf, site_id: FromPath[UUID], route_id: FromPath[UUID]) -> Response[Any]:
    """Change a route; what the form does not show stays."""
    route = await service.get(ui.ctx, site_id, route_id)
    try:
        await service.update(ui.ctx, site_id, route_id, _changes(await ROUTE.read(ui), route))
    except DomainError as error:
        form = await ROUTE.again(ui, _typed(error), _values(route))
        action = f"/sites/{site_id}/routes/{route_id}/edit"
        return await _page(ui, site_id, form, words.where(route), action, error.status)
    return ui.go(f"/sites/{site_id}", ui.words(N_("The route was changed.")))


async def _get(ui: Ui, route_id: UUID) -> Route:
    return await service.get(ui.ctx, ui.request.path_params["site_id"], route_id)


async def _modes(ctx: Context, row: Route) -> list[Dependent]:
    if not ctx.principal.may("security:read"):
        return []
    return [named(N_("Firewall modes"), await service.modes(ctx, row.id), "/security/policies")]


DELETE = Asking(
    path="/sites/{site_id:uuid}/routes/{row_id:uuid}/delete", writes=_WRITE, get=_get, back="/sites/{row.site_id}",
    label=N_("Delete the route"), text=N_("Its requests go to the next route that fits, or get a 404 when there is none."),
    name=lambda _, row: words.where(row), work=lambda ui, row, _: service.delete(ui.ctx, row.site_id, row.id),
    said=N_("The route was deleted."), depends=_modes,
)  # fmt: skip
PAGES = [ask_new, create, ask_edit, edit, *DELETE.pages()]
