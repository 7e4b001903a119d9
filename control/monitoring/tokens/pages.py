"""Tokens with which metrics are pushed: shown once, revoked within seconds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response

from control.core.context import Context
from control.core.permissions import needs
from control.monitoring import words
from control.monitoring.tokens import service
from control.monitoring.tokens.models import NewIngestToken
from control.web.bulk import Many
from control.web.editing import Editing, Secret, Words
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import show
from control.web.tables import Column, Filter, Table
from control.web.ui import UiOf

_READ, _WRITE = needs("ingest-tokens:read"), needs("ingest-tokens:write")


async def _name(ctx: Context, token_id: UUID) -> str:
    return (await service.get(ctx, token_id)).name


REVOKE = Many(
    path="/monitoring/tokens/revoke", back="/monitoring/tokens", writes=_WRITE, label=N_("Take back"), icon="close",
    look="danger", text=N_("Who pushes with these tokens is refused from now on. There is no way back."), work=service.revoke,
    name=_name,
)  # fmt: skip

TOKENS = Table(
    name="ingest_tokens",
    path="/monitoring/tokens",
    service=service.page,
    sortable=service.SORTABLE,
    tie="t.id",
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link"),
        Column(name="prefix", label=N_("Begins with"), cell="code"),
        Column(name="last_used_at", label=N_("Last used"), sort="last_used_at", cell="moment"),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment"),
    ),
    filters=(Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),),
    link="/monitoring/tokens/{id}",
    search=N_("Name"),
    empty=N_("There are no tokens yet."),
    bulk=(REVOKE.choice,),
)
EDITING = Editing(
    path="/monitoring/tokens",
    place=N_("Tokens"),
    reads=_READ,
    writes=_WRITE,
    form=Form(NewIngestToken, Field("name", N_("Name"), hint=N_("What it is for."))),
    get=service.get,
    words=Words(
        add=N_("Add a token"),
        made=N_("The token was made."),
        gone=N_("The token was revoked."),
        warning=N_("Whoever pushes with it is refused within seconds. What it brought stays."),
        delete=N_("Revoke the token"),
    ),
    create=service.create,
    delete=service.revoke,
    secret=lambda made: Secret(label=N_("The token"), text=made["token"]),
)


@show("/monitoring/tokens", _READ)
async def tokens(ui: UiOf) -> Response[Any]:
    """The tokens in reach."""
    add = EDITING.words.add if ui.ctx.principal.may("ingest-tokens:write") else ""
    tabs = words.SERVER_TABS if ui.ctx.principal.may("agents:read") else ()
    return await TOKENS.page(ui, "things/list.html", title=N_("Servers"), about="", add=add, links=(), tabs=tabs)


PAGES = [REVOKE.page(), tokens, *EDITING.pages()]
