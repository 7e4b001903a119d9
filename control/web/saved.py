"""Saved views of a table: its filters, search, order and columns under a name, for oneself or for the organisation.

A view is a part of an address and nothing else: opening it is following a link, and what somebody sees of it is what their own
permissions show. One of them may be what a person sees first.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from msgspec import Meta
from psycopg.types.json import Jsonb

from control.core.errors import Conflict, DomainError, FieldError, Forbidden, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.permissions import authenticated
from control.web import queries as q
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf, is_local

KEPT = ("search", "sort_by", "sort_order", "limit", "columns", "view")
"""What an address of a table may hold besides its filters; a page's number comes after."""
MOST = 50
"""Views that a person keeps of one table."""
_SHARING = "organizations:write"


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """One view, as the person who asks has it."""

    id: UUID
    name: str
    query: str
    is_shared: bool
    is_own: bool
    is_default: bool

    def url(self, path: str) -> str:
        """Where its rows are; `view` says which one it is."""
        return f"{path}?{self.query}{'&' if self.query else ''}view={self.id}"


class Found(Saved, frozen=True, kw_only=True):
    """One view by itself."""

    table_name: str


class ViewAsTyped(msgspec.Struct, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    is_default: bool = False
    is_shared: bool = False


_DEFAULT = Field("is_default", N_("Show it first"), hint=N_("The page opens with this view."))
_SHARED = Field("is_shared", N_("For everybody of the organization"), hint=N_("Each sees of it what they may see."))
ALONE = Form(ViewAsTyped, Field("name", N_("Name")), _DEFAULT)
SHARED = Form(ViewAsTyped, Field("name", N_("Name")), _DEFAULT, _SHARED)


def _form(ui: Ui) -> Form[ViewAsTyped]:
    return SHARED if ui.ctx.principal.may(_SHARING) else ALONE


def _table(ui: Ui, name: str) -> Any:
    """The table of a name. Raises NotFound."""
    found = ui.request.app.state.tables.get(name)
    if found is None:
        raise NotFound("table")
    return found


def checked(table: Any, query: str) -> str:
    """The parts of an address that this table knows, and nothing else. Raises ValidationFailed for one that is too long."""
    names = {*KEPT, *(one.name for one in table.filters)} - {"view"}
    found = urlencode([(name, value) for name, value in parse_qsl(query) if name in names])
    if len(found) > 2000:
        raise ValidationFailed([], N_("This view has too much in it. Leave some filters out."))
    return found


def _back(table: Any, text: str) -> str:
    """The page where the table stands; elsewhere than its own when the form says so."""
    return text if text and is_local(text) and "?" not in text else table.path


async def _default(ui: Ui, tx: Any, table: Any, view_id: UUID | None) -> None:
    name, user_id = f"view:{table.name}", ui.ctx.principal.user_id
    if view_id is None:
        await tx.run(q.SQL.drop_preference, user_id=user_id, name=name)
    else:
        await tx.run(q.SQL.set_preference, user_id=user_id, name=name, value=Jsonb(str(view_id)))


async def _find(ui: Ui, tx: Any, view_id: UUID) -> Found:
    found = await tx.maybe(Found, q.SQL.view, id=view_id, user_id=ui.ctx.principal.user_id)
    if found is None:
        raise NotFound("view")
    return found  # type: ignore[no-any-return]  # the transaction's


def _may_share(ui: Ui, typed: ViewAsTyped) -> None:
    if typed.is_shared and not ui.ctx.principal.may(_SHARING):
        raise Forbidden(N_("Only administrators of the organization share views."))


@show("/views/{name:str}/new", authenticated())
async def ask_save(ui: UiOf, name: FromPath[str]) -> Response[Any]:
    """The name of a view to be."""
    table = _table(ui, name)
    params = ui.request.query_params
    query, back = checked(table, params.get("query", "")), _back(table, params.get("back", ""))
    return ui.page("views/new.html", table=table, form=_form(ui).empty(), query=query, back=back)


@act("/views/{name:str}", authenticated())
async def save(ui: UiOf, name: FromPath[str]) -> Response[Any]:
    """Keep it."""
    table, posted = _table(ui, name), await ui.texts()
    query, back = checked(table, posted.get("query", "")), _back(table, posted.get("back", ""))
    principal = ui.ctx.principal
    try:
        typed = await _form(ui).read(ui)
        _may_share(ui, typed)
        made = Found(id=new_id(), name=typed.name, query=query, is_shared=typed.is_shared, is_own=True, is_default=False,
                     table_name=table.name)  # fmt: skip
        values = {"organization_id": principal.organization_id, "user_id": principal.user_id, "table": table.name}
        async with ui.ctx.transaction("own") as tx:
            if await tx.value(q.SQL.count_views, table=table.name, user_id=principal.user_id) >= MOST:
                raise Conflict(N_("You have 50 views of this table, which is the most. Delete one first."))
            if not await tx.run(q.SQL.add_view, id=made.id, name=made.name, query=query, is_shared=made.is_shared, **values):
                raise ValidationFailed(FieldError("/name", N_("There is a view of this name.")))
            if typed.is_default:
                await _default(ui, tx, table, made.id)
    except DomainError as error:
        form = await _form(ui).again(ui, error)
        return ui.page("views/new.html", status=error.status, table=table, form=form, query=query, back=back)
    return ui.go(made.url(back), ui.words(N_("The view was saved.")))


@show("/views/{name:str}", authenticated())
async def views(ui: UiOf, name: FromPath[str]) -> Response[Any]:
    """The views of one table: to rename, to change, to delete."""
    table = _table(ui, name)
    async with ui.ctx.transaction("own") as tx:
        found = await tx.all(
            Saved, q.SQL.views, table=table.name, user_id=ui.ctx.principal.user_id, preference=f"view:{table.name}"
        )
    return ui.page("views/list.html", table=table, views=found)


@show("/views/{name:str}/{view_id:uuid}", authenticated())
async def ask_change(ui: UiOf, name: FromPath[str], view_id: FromPath[UUID]) -> Response[Any]:
    """A view of one's own, to be changed; with `query`, to what the address has now."""
    table = _table(ui, name)
    async with ui.ctx.transaction("own") as tx:
        found = await _find(ui, tx, view_id)
        first = await tx.value(q.SQL.preference, user_id=ui.ctx.principal.user_id, name=f"view:{table.name}")
    if not found.is_own:
        raise NotFound("view of yours")
    query = checked(table, ui.request.query_params.get("query", found.query))
    form = _form(ui).empty({"name": found.name, "is_shared": found.is_shared, "is_default": first == str(view_id)})
    return ui.page("views/edit.html", table=table, saved=found, form=form, query=query)


@act("/views/{name:str}/{view_id:uuid}", authenticated())
async def change(ui: UiOf, name: FromPath[str], view_id: FromPath[UUID]) -> Response[Any]:
    """Change it."""
    table, posted = _table(ui, name), await ui.texts()
    query = checked(table, posted.get("query", ""))
    async with ui.ctx.transaction("own") as tx:
        found = await _find(ui, tx, view_id)
    if not found.is_own:
        raise NotFound("view of yours")
    try:
        typed = await _form(ui).read(ui)
        _may_share(ui, typed)
        values = {"id": view_id, "user_id": ui.ctx.principal.user_id, "table": table.name}
        async with ui.ctx.transaction("own") as tx:
            if not await tx.run(q.SQL.set_view, name=typed.name, query=query, is_shared=typed.is_shared, **values):
                raise ValidationFailed(FieldError("/name", N_("There is a view of this name.")))
            first = await tx.value(q.SQL.preference, user_id=ui.ctx.principal.user_id, name=f"view:{table.name}")
            if typed.is_default or first == str(view_id):
                await _default(ui, tx, table, view_id if typed.is_default else None)
    except DomainError as error:
        form = await _form(ui).again(ui, error)
        return ui.page("views/edit.html", status=error.status, table=table, saved=found, form=form, query=query)
    changed = msgspec.structs.replace(found, query=query)
    return ui.go(changed.url(table.path), ui.words(N_("The view was changed.")))


@act("/views/{name:str}/first", authenticated())
async def choose_first(ui: UiOf, name: FromPath[str]) -> Response[Any]:
    """What the page opens with: a view, or none."""
    table, wanted = _table(ui, name), (await ui.texts()).get("view", "")
    async with ui.ctx.transaction("own") as tx:
        try:
            found = await _find(ui, tx, UUID(wanted)) if wanted else None
        except ValueError:
            raise NotFound("view") from None
        await _default(ui, tx, table, None if found is None else found.id)
    return ui.go(
        f"/views/{table.name}", ui.words(N_("The page opens with it from now on.") if found else N_("The page opens with all."))
    )


@act("/views/{name:str}/{view_id:uuid}/delete", authenticated())
async def delete(ui: UiOf, name: FromPath[str], view_id: FromPath[UUID]) -> Response[Any]:
    """Throw it away; the message has a way back."""
    table, user_id = _table(ui, name), ui.ctx.principal.user_id
    async with ui.ctx.transaction("own") as tx:
        found = await _find(ui, tx, view_id)
        if not await tx.run(q.SQL.delete_view, id=view_id, user_id=user_id):
            raise NotFound("view of yours")
        first = await tx.value(q.SQL.preference, user_id=user_id, name=f"view:{table.name}")
        if first == str(view_id):
            await _default(ui, tx, table, None)
    undo = ui.undo(f"/views/{table.name}", name=found.name, query=found.query,
                   is_shared="true" if found.is_shared else "", is_default="true" if first == str(view_id) else "")  # fmt: skip
    return ui.go(f"/views/{table.name}", ui.words(N_("The view was deleted.")), undo=undo)


PAGES = [ask_save, save, views, choose_first, ask_change, change, delete]
