"""A question before something is done with one thing: what it does, what depends on the thing, and fields where there is more to
say. It is asked again when it did not work.

    PAUSE = Asking(
        "/sites/{row_id:uuid}/pause", needs("gateway:write"), lambda ui, row_id: service.get(ui.ctx, row_id),
        back="/sites/{row.id}", label=N_("Switch off"), text=N_("Visitors get an error."), said=N_("It is off."),
        work=lambda ui, row, _: service.pause(ui.ctx, row.id),
    )
    PAGES = [sites, *PAUSE.pages()]
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.core.errors import DomainError, ValidationFailed
from control.web.depends import Dependent, Depends
from control.web.forms import Form, Inputs
from control.web.routing import act, show
from control.web.ui import VERSION, Ui, UiOf

__all__ = ["PLAIN", "Asking", "Nothing", "confirm"]


class Nothing(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A question without fields."""


PLAIN = Form(Nothing)
Saying = str | Callable[[Ui, Any], str]
"""Words, or what makes them of the thing."""


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """`work` does it, with what was typed. A page that it gives is the answer; else the way leads on, and `said` stands there."""

    path: str
    """With `{row_id:uuid}`. What else varies in it, `get` finds in `ui.request.path_params`."""
    writes: dict[str, Any]
    get: Callable[[Ui, UUID], Awaitable[Any]]
    back: str
    """Where the thing is: `{row.id}` is its id."""
    label: Saying
    text: Saying
    work: Callable[[Ui, Any, Any], Awaitable[Any]]
    said: Saying = ""
    after: str = ""
    """Where the way leads on, if not back; `{made[id]}` is of what `work` gives."""
    name: Callable[[Ui, Any], str] = lambda _, row: str(row.name)
    button: str = ""
    """What stands in the button, if not `label`."""
    form: Form[Any] = PLAIN
    start: Mapping[str, Any] = {}
    """What the form holds at first."""
    typed: Callable[[Any], str] | None = None
    """What must be typed of the thing, such as its name: for what cannot be brought back."""
    depends: Depends | None = None
    look: str = "danger"
    dangerous: bool = False
    """Whether the password is wanted."""
    is_versioned: bool = False
    """Whether it is refused for a thing that somebody changed meanwhile."""

    def pages(self) -> list[Any]:
        """The handlers."""

        @show(self.path, self.writes)
        async def ask(ui: UiOf, row_id: FromPath[UUID]) -> Response[Any]:
            """What happens then."""
            return await self._shown(ui, await self.get(ui, row_id), self.form.empty(self.start))

        @act(self.path, self.writes, dangerous=self.dangerous)
        async def do(ui: UiOf, row_id: FromPath[UUID]) -> Response[Any]:
            """Do it."""
            row = await self.get(ui, row_id)
            try:
                if self.typed is not None:
                    await ui.confirm(self.typed(row))
                made = await self.work(ui, row, await self.form.read(ui))
            except DomainError as error:
                return await self._shown(ui, row, await self.form.again(ui, error), error)
            if isinstance(made, Response):
                return made
            return ui.go((self.after or self.back).format(row=row, made=made), _said(ui, self.said, row))

        return [ask, do]

    async def _shown(self, ui: Ui, row: Any, form: Inputs, error: DomainError | None = None) -> Response[Any]:
        return confirm(
            ui, title=self.name(ui, row), text=_said(ui, self.text, row), label=_said(ui, self.label, row),
            action=ui.request.url.path, back=self.back.format(row=row), look=self.look, error=error,
            word=self.typed(row) if self.typed is not None else "",
            button=self.button, form=form, depends=() if self.depends is None else await self.depends(ui.ctx, row),
            hidden={VERSION: str(row.version)} if self.is_versioned else None,
        )  # fmt: skip


def _said(ui: Ui, words: Saying, row: Any) -> str:
    return ui.words(words) if isinstance(words, str) else words(ui, row)


def confirm(
    ui: Ui,
    *,
    title: str,
    text: str,
    label: str,
    action: str,
    back: str,
    look: str = "danger",
    word: str = "",
    error: DomainError | None = None,
    button: str = "",
    form: Inputs | None = None,
    depends: Sequence[Dependent] = (),
    hidden: Mapping[str, str] | None = None,
) -> Response[str]:
    """A page that says what will happen, and asks whether it is meant. `title` is shown as it is. With `word`, that must be
    typed; the handler compares it by `ui.confirm`, and shows the page again with its `error`. Where one of `depends` keeps the
    thing, nothing is asked."""
    is_wrong = isinstance(error, ValidationFailed) and any(one.pointer == "/confirmation" for one in error.errors)
    if error is not None and form is None:
        form = msgspec.structs.replace(PLAIN.empty(), problems=[] if is_wrong else [error.message])
    elif is_wrong and form is not None:
        form = msgspec.structs.replace(form, problems=[])
    there = [one for one in depends if one.total]
    form = form or PLAIN.empty()
    status = error.status if error is not None else 422 if form.is_wrong else 200
    values: dict[str, Any] = {"title": title, "text": text, "label": label, "action": action, "back": back, "look": look}
    return ui.page(
        "things/confirm.html", status=status, word=word, is_wrong=is_wrong, button=button or label,
        form=form, depends=there, is_kept=any(one.keeps for one in there), hidden=hidden or {}, **values,
    )  # fmt: skip
