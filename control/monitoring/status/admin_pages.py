"""Status pages: which checks the public sees under which names, and incidents in words."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec import Meta

from control.core.context import Context
from control.core.errors import DomainError, FieldError, ValidationFailed
from control.core.few import FEW
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.monitoring.checks import service as checks
from control.monitoring.status import service
from control.monitoring.status.models import (
    Component,
    Incident,
    NewIncident,
    NewIncidentUpdate,
    NewStatusPage,
    Slug,
    StatusPage,
    Title,
)
from control.monitoring.status.pages import HEADLINES, IMPACTS, STATUSES, TONES, WORDS
from control.web.asking import Asking
from control.web.depends import Dependent
from control.web.editing import Editing, Words
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("monitoring:read"), needs("monitoring:write")
MENU = (
    Entry(
        label=N_("Status pages"), path="/monitoring/status-pages", icon="globe", permission="monitoring:read",
        group=N_("Monitoring"),
    ),
)  # fmt: skip
_PUBLIC, _HIDDEN = Badge(N_("Public"), "success"), Badge(N_("Not public"))
_FEW = 20
STATUS_PAGES = Table(
    name="status_pages",
    path="/monitoring/status-pages",
    service=service.PAGES.page,
    sortable=service.SORTABLE,
    by="slug",
    columns=(
        Column(name="title", label=N_("Title"), cell="link"),
        Column(name="slug", label=N_("Address"), sort="slug", cell="code", of=lambda row: f"/status/{row.slug}"),
        Column(name="state", label=N_("State"), cell="badge", of=lambda row: _PUBLIC if row.is_public else _HIDDEN),
        Column(name="components", label=N_("Services"), cell="number", of=lambda row: len(row.components)),
        Column(name="updated_at", label=N_("Changed"), sort="updated_at", cell="moment"),
    ),
    filters=(Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),),
    link="/monitoring/status-pages/{id}",
    empty=N_("There are no status pages yet."),
)


class PageAsTyped(msgspec.Struct, kw_only=True):
    """A status page; a service is a line, `Check = Name for the public`."""

    slug: Slug
    title: Title
    description: Annotated[str, Meta(max_length=2000)] = ""
    components: Annotated[list[str], Meta(max_length=50)] = []
    is_public: bool = False


async def _names(ctx: Context) -> dict[UUID, str]:
    filters = {"organization_id": ctx.principal.organization_id, "kind": None, "status": None}
    rows, _ = await checks.page(ctx, PageRequest(1, 1000, "c.name, c.id"), filters)
    return {one.id: one.name for one in rows}


async def _data(ctx: Context, typed: PageAsTyped) -> NewStatusPage:
    """With checks found by their names. Raises ValidationFailed."""
    known = {name: check_id for check_id, name in (await _names(ctx)).items()}
    found, errors = [], []
    for number, line in enumerate(typed.components):
        check, _, shown = line.partition("=")
        if check.strip() in known:
            found.append(Component(check_id=known[check.strip()], name=shown.strip() or check.strip()))
        else:
            errors.append(FieldError(f"/components/{number}", N_("names no check of this organization")))
    if errors:
        raise ValidationFailed(errors)
    return NewStatusPage(
        slug=typed.slug, title=typed.title, description=typed.description, components=found, is_public=typed.is_public
    )


async def _create(ctx: Context, tx: Any, typed: PageAsTyped) -> StatusPage:
    return await service.create_status_page(ctx, tx, await _data(ctx, typed))


async def _replace(ctx: Context, page_id: UUID, typed: PageAsTyped) -> StatusPage:
    before = await service.PAGES.get(ctx, page_id)
    groups = {one.check_id: one.group for one in before.components}
    data = await _data(ctx, typed)
    kept = [msgspec.structs.replace(one, group=groups.get(one.check_id, "")) for one in data.components]
    return await service.replace_status_page(ctx, page_id, msgspec.structs.replace(data, components=kept))


class _Named(msgspec.Struct):
    """A page, its services by the names of their checks."""

    id: UUID
    slug: str
    title: str
    description: str
    components: list[str]
    is_public: bool


async def _get(ctx: Context, page_id: UUID) -> _Named:
    row = await service.PAGES.get(ctx, page_id)
    known = await _names(ctx)
    lines = [f"{known.get(one.check_id, one.check_id)} = {one.name}" for one in row.components]
    return _Named(row.id, row.slug, row.title, row.description, lines, row.is_public)


async def _depends(ctx: Context, row: StatusPage) -> list[Dependent]:
    first = PageRequest(1, FEW, "i.started_at DESC, i.id DESC")
    rows, total = await service.INCIDENTS.page(ctx, first, {"organization_id": None, "page_id": row.id})
    at = f"/monitoring/status-pages/{row.id}"
    names, components = await _names(ctx), (await service.PAGES.get(ctx, row.id)).components
    return [
        Dependent(label=N_("Incidents"), total=total, rows=rows, name=lambda one: str(one.title), path=at),
        Dependent(
            label=N_("Checks, which go on"), total=len(components), rows=components[:FEW], path=at,
            name=lambda one: names.get(one.check_id, one.name), where=lambda one: f"/monitoring/checks/{one.check_id}",
        ),
    ]  # fmt: skip


EDITING = Editing(
    path="/monitoring/status-pages",
    place=N_("Status pages"),
    writes=_WRITE,
    form=Form(
        PageAsTyped,
        Field("title", N_("Title"), is_half=True),
        Field("slug", N_("Address below /status/"), hint=N_("Small letters, digits and dashes."), is_half=True),
        Field("description", N_("Description"), kind="textarea"),
        Field("components", N_("Services"), hint=N_("One a line: the check's name = the name for the public.")),
        Field("is_public", N_("Public")),
    ),
    get=_get,
    words=Words(
        add=N_("Add a status page"),
        made=N_("The page was added."),
        changed=N_("The page was changed."),
        gone=N_("The page was deleted."),
        warning=N_("Nobody finds it any more, and its incidents go with it. Checks go on."),
    ),
    create=_create,
    replace=_replace,
    delete=service.PAGES.delete,
    depends=_depends,
    typed=lambda row: row.slug,
    name=lambda row: str(row.title),
    own="/monitoring/status-pages/{id}",
)
INCIDENT = Form(
    NewIncident,
    Field("title", N_("Title")),
    Field("text", N_("What is known"), kind="textarea"),
    Field("impact", N_("Impact"), choices=IMPACTS, is_half=True),
    Field("status", N_("State"), choices=STATUSES, is_half=True),
)
UPDATE = Form(
    NewIncidentUpdate, Field("status", N_("State"), choices=STATUSES), Field("text", N_("What is known"), kind="textarea")
)


@show("/monitoring/status-pages", _READ)
async def status_pages(ui: UiOf) -> Response[Any]:
    """The status pages in reach."""
    add = EDITING.words.add if ui.ctx.principal.may("monitoring:write") else ""
    return await STATUS_PAGES.page(ui, "things/list.html", title=N_("Status pages"), about="", add=add, links=(), tabs=())


@show("/monitoring/status-pages/{page_id:uuid}", _READ)
async def status_page(ui: UiOf, page_id: FromPath[UUID]) -> Response[str]:
    """One page as the public sees it, and its incidents."""
    return await _page(ui, page_id, INCIDENT.empty({"impact": "minor", "status": "investigating"}))


async def _page(ui: Ui, page_id: UUID, new: Inputs, status: int = 200) -> Response[str]:
    found = await service.PAGES.get(ui.ctx, page_id)
    incidents, _ = await service.INCIDENTS.page(
        ui.ctx, PageRequest(1, _FEW, "i.started_at DESC, i.id DESC"), {"organization_id": None, "page_id": page_id}
    )
    return ui.page(
        "monitoring/status_page.html",
        status=status,
        found=found,
        public=await service.preview(ui.ctx, page_id),
        words=WORDS,
        headlines=HEADLINES,
        tones=TONES,
        incidents=incidents,
        statuses=STATUSES,
        new=new,
        may_write=ui.ctx.principal.may("monitoring:write") and found.organization_id == ui.ctx.principal.organization_id,
    )


@act("/monitoring/status-pages/{page_id:uuid}/incidents", _WRITE)
async def tell(ui: UiOf, page_id: FromPath[UUID]) -> Response[Any]:
    """Tell the public that something is wrong."""
    try:
        data = await INCIDENT.read(ui, page_id=str(page_id))
        await ui.once(lambda tx: service.create_incident(ui.ctx, tx, data))
    except DomainError as error:
        return await _page(ui, page_id, await INCIDENT.again(ui, error), error.status)
    return ui.go(f"/monitoring/status-pages/{page_id}", ui.words(N_("The public is told.")))


def _more(ui: Ui, page_id: UUID, incident_id: UUID, title: str, form: Inputs, status: int = 200) -> Response[str]:
    back = f"/monitoring/status-pages/{page_id}"
    return ui.page(
        "things/form.html", status=status, title=title, about="", form=form, action=f"{back}/incidents/{incident_id}",
        back=back, place=N_("Status pages"), path="/monitoring/status-pages",
    )  # fmt: skip


@show("/monitoring/status-pages/{page_id:uuid}/incidents/{incident_id:uuid}", _WRITE)
async def ask_more(ui: UiOf, page_id: FromPath[UUID], incident_id: FromPath[UUID]) -> Response[str]:
    """What more there is to say."""
    incident = await service.INCIDENTS.get(ui.ctx, incident_id)
    return _more(ui, page_id, incident_id, incident.title, UPDATE.empty({"status": incident.status}))


@act("/monitoring/status-pages/{page_id:uuid}/incidents/{incident_id:uuid}", _WRITE)
async def tell_more(ui: UiOf, page_id: FromPath[UUID], incident_id: FromPath[UUID]) -> Response[Any]:
    """Further words, or that it is over."""
    incident = await service.INCIDENTS.get(ui.ctx, incident_id)
    try:
        await service.add_update(ui.ctx, incident_id, await UPDATE.read(ui))
    except DomainError as error:
        return _more(ui, page_id, incident_id, incident.title, await UPDATE.again(ui, error), error.status)
    return ui.go(f"/monitoring/status-pages/{page_id}", ui.words(N_("The public is told.")))


async def _incident(ui: Ui, incident_id: UUID) -> Incident:
    return await service.INCIDENTS.get(ui.ctx, incident_id)


DELETE = Asking(
    path="/monitoring/status-pages/{page_id:uuid}/incidents/{row_id:uuid}/delete", writes=_WRITE, get=_incident,
    back="/monitoring/status-pages/{row.page_id}", label=N_("Delete the incident"), name=lambda _, row: row.title,
    text=N_("All that was said about it goes with it, and the public no longer sees that it ever was."),
    work=lambda ui, row, _: service.INCIDENTS.delete(ui.ctx, row.id), said=N_("The incident was deleted."),
)  # fmt: skip
PAGES = [status_pages, status_page, tell, ask_more, tell_more, *DELETE.pages(), *EDITING.pages()]
