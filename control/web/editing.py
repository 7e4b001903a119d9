"""The pages that add, change and delete one kind of thing, where nothing about them is special: a form, and a question before
something is deleted. Lists, and what is shown of one thing, stay the domain's.

    EXCLUSIONS = Editing(
        "/security/exclusions", needs("security:write"), EXCLUSION, service.ROWS.get, place=N_("Exclusions"),
        words=Words(add=N_("Add an exclusion"), made=N_("The exclusion was added."), ...),
        create=lambda ctx, tx, typed: service.create(ctx, tx, typed.data()), ...
    )
    PAGES = [exclusions, *EXCLUSIONS.pages()]
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import DomainError, ValidationFailed
from control.web.asking import Asking
from control.web.depends import Depends
from control.web.forms import Form, Inputs
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf

Choices = Callable[[Context], Awaitable[dict[str, Mapping[str, str]]]]


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What the pages say. `warning` is what deleting does."""

    add: str
    made: str
    changed: str = ""
    gone: str = ""
    warning: str = ""
    about: str = ""
    delete: str = N_("Delete")


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown this one time, after something was made."""

    label: str
    text: str
    about: str = ""


class Editing(msgspec.Struct, frozen=True, kw_only=True):
    """`create`, `replace` and `delete` are the room's services; what they take is what the form's model reads."""

    path: str
    place: str
    """The name of the list at `path`."""
    writes: dict[str, Any]
    form: Form[Any]
    get: Callable[[Context, UUID], Awaitable[Any]]
    words: Words
    create: Callable[[Context, Transaction, Any], Awaitable[Any]] | None = None
    replace: Callable[[Context, UUID, Any], Awaitable[Any]] | None = None
    delete: Callable[[Context, UUID], Awaitable[Any]] | None = None
    name: Callable[[Any], str] = lambda row: str(row.name)
    values: Callable[[Any], Any] = lambda row: row
    """What a row puts into the form."""
    start: Mapping[str, Any] = {}
    """What a new form holds."""
    choices: Choices | None = None
    """Names to choose from, by field, where they are not always the same."""
    secret: Callable[[dict[str, Any]], Secret | None] | None = None
    reads: dict[str, Any] | None = None
    """Who may see one thing, where the page with its fields is all that there is to see."""
    own: str = ""
    """Where one thing has another page of its own, its address with `{id}`."""
    typed: Callable[[Any], str] | None = None
    """What must be typed of a row before it is deleted, such as its name: for what cannot be brought back."""
    restores: bool = False
    """Whether the message after deleting has a button that adds the same again, by `create`."""
    depends: Depends | None = None
    """What depends on a row; the page that asks before deleting it shows that."""
    check: Callable[[Ui, Any], Awaitable[str]] | None = None
    """Looks at what was typed without keeping it, and says in words what came of it. Raises ValidationFailed."""

    def pages(self) -> list[Any]:
        """The handlers, those alone that the services make possible."""
        found: list[Any] = [] if self.reads is None else self._showing(self.reads)
        if self.check is not None:
            found += self._checking(self.check)
        if self.create is not None:
            found += self._adding()
        if self.replace is not None:
            found += self._changing()
        if self.delete is not None:
            found += self._deleting()
        return found

    def _back(self, row_id: object) -> str:
        if self.own:
            return self.own.format(id=row_id)
        return self.path if self.reads is None else f"{self.path}/{row_id}"

    async def _shown(
        self, ui: Ui, form: Inputs, title: str, action: str, back: str, status: int = 200, said: str = ""
    ) -> Response[Any]:
        return ui.page(
            "things/form.html", status=status, title=title, about=self.words.about, form=await self._chosen(ui, form),
            action=action, back=back, place=self.place, path=self.path, said=said,
            check=f"{self.path}/check" if self.check is not None else "",
        )  # fmt: skip

    async def _chosen(self, ui: Ui, form: Inputs) -> Inputs:
        return form if self.choices is None else with_choices(form, await self.choices(ui.ctx))

    def _showing(self, reads: dict[str, Any]) -> list[Any]:
        @show(f"{self.path}/{{row_id:uuid}}", reads)
        async def thing(ui: UiOf, row_id: FromPath[UUID]) -> Response[str]:
            """One thing, as its form has it."""
            row = await self.get(ui.ctx, row_id)
            form = await self._chosen(ui, self.form.empty(self.values(row)))
            principal = ui.ctx.principal
            may_write = principal.may(self.writes["permission"])
            return ui.page(
                "things/thing.html", title=self.name(row), form=form, place=self.place, path=self.path, row=row,
                delete=self.words.delete, may_edit=may_write and self.replace is not None,
                may_delete=may_write and self.delete is not None,
            )  # fmt: skip

        return [thing]

    def _checking(self, check: Callable[[Ui, Any], Awaitable[str]]) -> list[Any]:
        @act(f"{self.path}/check", self.writes)
        async def look(ui: UiOf) -> Response[Any]:
            """What would come of it; nothing is kept."""
            action = (await ui.texts()).get("_action", "")
            action = action if action.startswith(f"{self.path}/") else self.path
            back, title = action.removesuffix("/edit"), ui.words(self.words.add)
            try:
                said, status, form = (
                    await check(ui, await self.form.read(ui)),
                    200,
                    await self.form.again(ui, ValidationFailed([])),
                )
            except ValidationFailed as error:
                said, status, form = "", error.status, await self.form.again(ui, error)
            return await self._shown(ui, form, title, action, back, status, said)

        return [look]

    def _adding(self) -> list[Any]:
        create, add = self.create, self.words.add
        assert create is not None

        @show(f"{self.path}/new", self.writes)
        async def ask_new(ui: UiOf) -> Response[Any]:
            """A thing to be."""
            names = [one.name for one in self.form.fields]
            given = {name: text for name in names if (text := ui.request.query_params.get(name))}
            return await self._shown(ui, self.form.empty({**self.start, **given}), ui.words(add), self.path, self.path)

        @act(self.path, self.writes)
        async def new(ui: UiOf) -> Response[Any]:
            """Add it."""
            try:
                typed = await self.form.read(ui)
                made = await ui.once(lambda tx: create(ui.ctx, tx, typed))
            except DomainError as error:
                return await self._shown(ui, await self.form.again(ui, error), ui.words(add), self.path, self.path, error.status)
            secret = self.secret(made) if self.secret is not None else None
            if secret is not None:
                return ui.page("things/secret.html", said=self.words.made, secret=secret, place=self.place, path=self.path)
            return ui.go(self._back(made["id"]), ui.words(self.words.made))

        return [ask_new, new]

    def _changing(self) -> list[Any]:
        replace = self.replace
        assert replace is not None

        @show(f"{self.path}/{{row_id:uuid}}/edit", self.writes)
        async def ask_edit(ui: UiOf, row_id: FromPath[UUID]) -> Response[Any]:
            """A thing to be changed."""
            row = await self.get(ui.ctx, row_id)
            form = self.form.empty(self.values(row), version=getattr(row, "version", None))
            return await self._shown(ui, form, self.name(row), f"{self.path}/{row_id}/edit", self._back(row_id))

        @act(f"{self.path}/{{row_id:uuid}}/edit", self.writes)
        async def edit(ui: UiOf, row_id: FromPath[UUID]) -> Response[Any]:
            """Change it."""
            row = await self.get(ui.ctx, row_id)
            try:
                await replace(ui.ctx, row_id, await self.form.read(ui))
            except DomainError as error:
                again, action = await self.form.again(ui, error, self.values(row)), f"{self.path}/{row_id}/edit"
                return await self._shown(ui, again, self.name(row), action, self._back(row_id), error.status)
            return ui.go(self._back(row_id), ui.words(self.words.changed))

        return [ask_edit, edit]

    def _deleting(self) -> list[Any]:
        delete, create = self.delete, self.create
        assert delete is not None

        async def gone(ui: Ui, row: Any, _: Any) -> Response[Any]:
            await delete(ui.ctx, row.id)
            undo = ui.undo(self.path, self.form.texts(self.values(row))) if self.restores and create is not None else None
            return ui.go(self.path, ui.words(self.words.gone), undo=undo)

        return Asking(
            path=f"{self.path}/{{row_id:uuid}}/delete", writes=self.writes, get=lambda ui, row_id: self.get(ui.ctx, row_id),
            back=self._back("{row.id}"), label=self.words.delete, text=self.words.warning, work=gone,
            name=lambda _, row: self.name(row), typed=self.typed, depends=self.depends,
        ).pages()  # fmt: skip


def with_choices(form: Inputs, choices: Mapping[str, Mapping[str, str]]) -> Inputs:
    """The form with these names to choose from."""
    fields = [
        msgspec.structs.replace(one, source=choices[one.field.name]) if one.field.name in choices else one for one in form.fields
    ]
    return msgspec.structs.replace(form, fields=fields)


def without(form: Inputs, *names: str) -> Inputs:
    """The form with these fields emptied: a key that was typed is never sent back."""
    fields = [msgspec.structs.replace(one, value="") if one.field.name in names else one for one in form.fields]
    return msgspec.structs.replace(form, fields=fields)
