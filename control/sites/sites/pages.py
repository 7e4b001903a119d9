"""The list of sites, a site in one form, and one site with all that belongs to it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec import Meta

from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import DomainError, FieldError, Forbidden, ValidationFailed
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.security.bodies.policy import Mode
from control.security.policies import service as policies
from control.security.policies.models import NewSecurityPolicy
from control.sites import words
from control.sites.bodies.common import Maintenance
from control.sites.bodies.site import Hosts, Name
from control.sites.bodies.upstream import HealthCheck, Target, UpstreamTls
from control.sites.certificates import service as certificates
from control.sites.certificates.models import NewCertificate
from control.sites.gateway import service as gateway
from control.sites.routing import service as routing
from control.sites.routing.models import NewRoute
from control.sites.sites import service
from control.sites.sites.models import NewSite, Site
from control.sites.upstreams import service as upstreams
from control.sites.upstreams.models import NewUpstream
from control.web.bulk import Many
from control.web.editing import without
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("gateway:read"), needs("gateway:write")
MENU = (Entry(label=N_("Sites"), path="/sites", icon="globe", permission="gateway:read", group=N_("Sites")),)


async def _name(ctx: Context, site_id: UUID) -> str:
    return (await service.get(ctx, site_id)).name


PAUSE = Many(
    path="/sites/pause", back="/sites", writes=_WRITE, label=N_("Switch off"), icon="lock", look="danger", name=_name,
    text=N_("Visitors get an error from now on, until they are switched on again. Nothing is lost."),
    work=lambda ctx, site_id: service.update(ctx, site_id, {"is_active": False}),
)  # fmt: skip
RESUME = Many(
    path="/sites/resume", back="/sites", writes=_WRITE, label=N_("Switch on"), icon="check", name=_name,
    text=N_("Gateways serve them again within seconds."),
    work=lambda ctx, site_id: service.update(ctx, site_id, {"is_active": True}),
)  # fmt: skip

SITES = Table(
    name="sites",
    path="/sites",
    service=service.page,
    sortable=service.SORTABLE,
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link"),
        Column(name="hosts", label=N_("Host names"), of=lambda row: ", ".join(row.hosts)),
        Column(name="state", label=N_("State"), cell="badge", of=words.state),
        Column(name="updated_at", label=N_("Changed"), sort="updated_at", cell="moment"),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="is_active", label=N_("State"), kind=bool, words=words.ACTIVE),
        Filter(name="host", label=N_("Host name"), input="hidden"),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/sites/{id}",
    search=N_("Name or host"),
    empty=N_("There are no sites yet."),
    live="site",
    bulk=(
        PAUSE.choice,
        RESUME.choice,
    ),
)
_MANY = 100


class SiteAsTyped(msgspec.Struct, kw_only=True):
    """A whole site in one form: its names, where it leads to, its certificate, and the firewall's mode."""

    name: Name
    hosts: Hosts
    target: Annotated[str, Meta(min_length=1, max_length=300)]
    health_path: Annotated[str, Meta(max_length=1024)] = ""
    https_redirect: bool = False
    chain_pem: Annotated[str, Meta(max_length=65_536)] = ""
    private_key_pem: Annotated[str, Meta(max_length=65_536)] = ""
    mode: Mode | None = None


class SiteChange(msgspec.Struct, kw_only=True):
    """The site itself."""

    name: Name
    hosts: Hosts
    is_active: bool = True
    https_redirect: bool = False
    hsts_s: Annotated[int, Meta(ge=0, le=63_072_000)] = 0
    on: bool = False
    message: Annotated[str, Meta(max_length=500)] = ""
    allow: Annotated[list[str], Meta(max_length=100)] = []


_FIRST = (
    Field("name", N_("Name"), is_half=True),
    Field("target", N_("Leads to"), hint=N_("Such as 10.0.0.7:8080, or https://app.example.com"), is_half=True),
    Field("hosts", N_("Host names"), hint=N_("One a line; *.shop.example stands for every name below.")),
    Field("health_path", N_("Path to check its health with"), hint=N_("Such as /healthz; empty is no check."), is_half=True),
)
_TLS = (
    Field("https_redirect", N_("Lead http:// to https://")),
    Field("chain_pem", N_("Certificate (PEM)"), kind="textarea", hint=N_("Only when there is none for these names yet.")),
    Field("private_key_pem", N_("Its key (PEM)"), kind="textarea", hint=N_("It is sealed at once, and never shown again.")),
)
_MODE = Field("mode", N_("Web application firewall"), choices=words.MODES, is_half=True, hint=N_("Empty is as for all sites."))
SITE = Form(SiteAsTyped, *_FIRST, _MODE, *_TLS)
SITE_ALONE = Form(SiteAsTyped, *_FIRST, *_TLS)
"""For those who may not change the firewall."""
CHANGE = Form(
    SiteChange,
    Field("name", N_("Name")),
    Field("hosts", N_("Host names"), hint=N_("One a line; *.shop.example stands for every name below.")),
    Field("is_active", N_("Active")),
    Field("https_redirect", N_("Lead http:// to https://")),
    Field("hsts_s", N_("Browsers keep to https:// for"), hint=N_("Seconds (HSTS); 0 is not at all."), is_half=True),
    Field("on", N_("Maintenance: answer everybody with a notice")),
    Field("message", N_("Notice"), kind="textarea"),
    Field("allow", N_("Networks that see the site nevertheless"), hint=N_("One a line.")),
)


def _form(ui: Ui) -> Form[SiteAsTyped]:
    return SITE if ui.ctx.principal.may("security:write") else SITE_ALONE


@show("/sites", _READ)
async def sites(ui: UiOf) -> Response[str]:
    """The sites in reach."""
    add = N_("Add a site") if ui.ctx.principal.may("gateway:write") else ""
    return await SITES.page(ui, "things/list.html", title=N_("Sites"), about="", add=add, links=(), tabs=())


@show("/sites/new", _WRITE)
async def ask_new(ui: UiOf) -> Response[str]:
    """A site to be."""
    return _new(ui, _form(ui).empty())


def _new(ui: Ui, form: Inputs, status: int = 200) -> Response[str]:
    return ui.page(
        "things/form.html", status=status, form=form, title=ui.words(N_("Add a site")), place=N_("Sites"), path="/sites",
        about=N_("Its names, where they lead to, and how it is guarded. Gateways serve it within seconds."),
        action="/sites", back="/sites",
    )  # fmt: skip


@act("/sites", _WRITE)
async def create(ui: UiOf) -> Response[Any]:
    """The site, an upstream, a route that takes everything there, a certificate and a policy, all or nothing."""
    try:
        typed = await _form(ui).read(ui)
        upstream = await _upstream(ui, typed)
        made = await ui.once(lambda tx: _create(ui, tx, typed, upstream))
    except DomainError as error:
        return _new(ui, without(await _form(ui).again(ui, error), "private_key_pem"), error.status)
    return ui.go(f"/sites/{made['id']}", ui.words(N_("The site was added.")))


async def _upstream(ui: Ui, typed: SiteAsTyped) -> NewUpstream:
    """Where the site leads to. Raises ValidationFailed that names the form's own fields."""
    address, is_tls = _address(typed.target)
    new = NewUpstream(
        name="main",
        targets=[Target(address)],
        tls=UpstreamTls() if is_tls else None,
        health=HealthCheck(path=typed.health_path) if typed.health_path else None,
    )
    try:
        return await upstreams.checked(ui.ctx, new)
    except ValidationFailed as error:
        raise ValidationFailed([_typed(one) for one in error.errors]) from None


def _typed(error: FieldError) -> FieldError:
    return FieldError("/health_path" if error.pointer.startswith("/health") else "/target", error.message)


def _address(target: str) -> tuple[str, bool]:
    """`host:port` of what was typed, and whether it is spoken to by TLS."""
    scheme, sep, rest = target.partition("://")
    if not sep or scheme not in ("http", "https"):
        return target, False
    host = rest.rstrip("/")
    has_port = ":" in host.rpartition("]")[2]
    return (host if has_port else f"{host}:{443 if scheme == 'https' else 80}"), scheme == "https"


async def _create(ui: Ui, tx: Transaction, typed: SiteAsTyped, upstream: NewUpstream) -> Site:
    ctx = ui.ctx
    made = await service.create(ctx, tx, NewSite(name=typed.name, hosts=typed.hosts, https_redirect=typed.https_redirect))
    await upstreams.create(ctx, tx, made.id, upstream)
    await routing.create(ctx, tx, made.id, NewRoute(path_prefix="/", upstream=upstream.name))
    if typed.chain_pem or typed.private_key_pem:
        await certificates.create(ctx, tx, NewCertificate(typed.chain_pem, typed.private_key_pem))
    if typed.mode is not None:
        if not ctx.principal.may("security:write"):
            raise Forbidden("This needs the permission security:write.")
        await policies.create(ctx, tx, NewSecurityPolicy(site_id=made.id, mode=typed.mode))
    return await service.find(tx, made.id)


@show("/sites/{site_id:uuid}", _READ)
async def site(ui: UiOf, site_id: FromPath[UUID]) -> Response[str]:
    """One site: whether it is served, where it leads to, and what guards it."""
    ctx, found = ui.ctx, await service.get(ui.ctx, site_id)
    status = await gateway.status(ctx, site_id)
    routes, route_count = await routing.page(ctx, site_id, PageRequest(1, _MANY, "r.priority DESC, r.id"), {"upstream": None})
    ups, _ = await upstreams.page(ctx, site_id, PageRequest(1, _MANY, "u.name, u.id"), {})
    policy = None
    if ctx.principal.may("security:read"):
        policy = next((one for one in await policies.in_force(ctx, site_id) if one.route_id is None), None)
    return ui.page(
        "sites/site.html",
        site=found,
        state=words.state(found),
        standing=status,
        served=words.SERVED,
        routes=routes,
        route_count=route_count,
        upstreams=ups,
        policy=policy,
        modes=words.MODE_BADGES,
        words=words,
        may_write=ctx.principal.may("gateway:write"),
        may_guard=ctx.principal.may("security:write"),
        may_measure=ctx.principal.may("metrics:read"),
    )


@show("/sites/{site_id:uuid}/edit", _WRITE)
async def ask_edit(ui: UiOf, site_id: FromPath[UUID]) -> Response[str]:
    """A site to be changed."""
    found = await service.get(ui.ctx, site_id)
    return _edit(ui, found, CHANGE.empty(_values(found), version=found.version))


def _values(found: Site) -> dict[str, Any]:
    return {**msgspec.to_builtins(found), **msgspec.to_builtins(found.maintenance or Maintenance())}


def _edit(ui: Ui, found: Site, form: Inputs, status: int = 200) -> Response[str]:
    back = f"/sites/{found.id}"
    return ui.page(
        "things/form.html", status=status, form=form, title=found.name, about="", place=N_("Sites"), path="/sites",
        action=f"{back}/edit", back=back,
    )  # fmt: skip


@act("/sites/{site_id:uuid}/edit", _WRITE)
async def edit(ui: UiOf, site_id: FromPath[UUID]) -> Response[Any]:
    """Change it; what the form does not show stays."""
    found = await service.get(ui.ctx, site_id)
    try:
        typed = await CHANGE.read(ui)
        before = found.maintenance or Maintenance()
        maintenance = msgspec.structs.replace(before, on=typed.on, message=typed.message, allow=typed.allow)
        changes = {name: getattr(typed, name) for name in ("name", "hosts", "is_active", "https_redirect", "hsts_s")}
        await service.update(ui.ctx, site_id, {**changes, "maintenance": maintenance})
    except DomainError as error:
        return _edit(ui, found, await CHANGE.again(ui, _flat(error), _values(found)), error.status)
    return ui.go(f"/sites/{site_id}", ui.words(N_("The site was changed.")))


def _flat(error: DomainError) -> DomainError:
    """The form has no part called maintenance."""
    if not isinstance(error, ValidationFailed):
        return error
    return ValidationFailed([FieldError(one.pointer.removeprefix("/maintenance"), one.message) for one in error.errors])


PAGES = [PAUSE.page(), RESUME.page(), sites, ask_new, create, site, ask_edit, edit]
