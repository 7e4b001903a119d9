"""Servers: their agents, and the claims with which one is let in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.core.context import Context
from control.core.errors import DomainError
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.monitoring import words
from control.monitoring.agents import service
from control.monitoring.agents.models import Agent, NewClaim
from control.web.depends import Dependent
from control.web.editing import Editing, Secret, Words
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import NOTHING, Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("agents:read"), needs("agents:write")
MENU = (Entry(label=N_("Servers"), path="/monitoring/agents", icon="server", permission="agents:read", group=N_("Monitoring")),)
CLAIM_STATES = {"waiting": Badge(N_("Waits"), "info"), "used": Badge(N_("Used"), "success"), "expired": Badge(N_("Expired"))}
AGENTS = Table(
    name="agents",
    path="/monitoring/agents",
    service=service.page,
    sortable=service.SORTABLE,
    by="name",
    tie="a.id",
    columns=(
        Column(name="name", label=N_("Server"), sort="name", cell="link"),
        Column(name="last_seen_at", label=N_("Last heard of"), sort="last_seen_at", cell="moment"),
        Column(name="agent_version", label=N_("Version"), of=lambda row: row.agent_version or NOTHING),
        Column(name="created_at", label=N_("Let in"), sort="created_at", cell="moment"),
    ),
    filters=(Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),),
    link="/monitoring/agents/{id}",
    search=N_("Name"),
    empty=N_("No server is watched yet."),
    live="agent",
)
CLAIM = Form(
    NewClaim,
    Field("name", N_("Name"), hint=N_("Empty is the server's own name."), is_half=True),
    Field("expires_in_s", N_("Good for seconds"), is_half=True),
)


async def _series(ctx: Context, row: Agent) -> list[Dependent]:
    number = await service.series(ctx, row.id)
    return [Dependent(label=N_("Series of its host, which get no further values"), total=number)]


DELETING = Editing(
    path="/monitoring/agents",
    place=N_("Servers"),
    writes=_WRITE,
    form=CLAIM,
    get=service.get,
    words=Words(
        add="",
        made="",
        gone=N_("The agent was sent away."),
        warning=N_("Its token is refused within seconds. What it sent stays."),
        delete=N_("Send the agent away"),
    ),
    delete=service.delete,
    depends=_series,
    own="/monitoring/agents/{id}",
)


@show("/monitoring/agents", _READ)
async def agents(ui: UiOf) -> Response[Any]:
    """The agents in reach."""
    add = N_("Add a server") if ui.ctx.principal.may("agents:write") else ""
    return await AGENTS.page(ui, "things/list.html", title=N_("Servers"), about="", add=add, links=(), tabs=_tabs(ui))


def _tabs(ui: Ui) -> Any:
    return words.SERVER_TABS if ui.ctx.principal.may("ingest-tokens:read") else ()


async def _new(ui: Ui, form: Inputs, status: int = 200) -> Response[str]:
    filters = {"organization_id": None, "status": None}
    rows, _ = await service.claims(ui.ctx, PageRequest(1, 20, "created_at DESC, id DESC"), filters)
    return ui.page("monitoring/agent_form.html", status=status, form=form, claims=rows, states=CLAIM_STATES)


@show("/monitoring/agents/new", _WRITE)
async def ask_new(ui: UiOf) -> Response[str]:
    """A server to be, and the claims that wait."""
    return await _new(ui, CLAIM.empty({"expires_in_s": 3600}))


@act("/monitoring/agents", _WRITE)
async def new(ui: UiOf) -> Response[Any]:
    """A claim, and the command that uses it."""
    try:
        data = await CLAIM.read(ui)
        made = await ui.once(lambda tx: service.claim(ui.ctx, tx, data))
    except DomainError as error:
        return await _new(ui, await CLAIM.again(ui, error), error.status)
    secret = Secret(label=N_("Run this on the server"), text=made["command"], about=N_("It works once, and not for long."))
    said = N_("The server may come.")
    return ui.page("things/secret.html", said=said, secret=secret, place=N_("Servers"), path="/monitoring/agents")


@act("/monitoring/agents/claims/{claim_id:uuid}/revoke", _WRITE)
async def revoke(ui: UiOf, claim_id: FromPath[UUID]) -> Response[Any]:
    """Make a claim good for nothing."""
    await service.revoke_claim(ui.ctx, claim_id)
    return ui.go("/monitoring/agents/new", ui.words(N_("The claim is good for nothing now.")))


@show("/monitoring/agents/{agent_id:uuid}", _READ)
async def agent(ui: UiOf, agent_id: FromPath[UUID]) -> Response[str]:
    """One server."""
    found: Agent = await service.get(ui.ctx, agent_id)
    return ui.page("monitoring/agent.html", agent=found, may_write=ui.ctx.principal.may("agents:write"))


PAGES = [agents, ask_new, new, revoke, agent, *DELETING.pages()]
