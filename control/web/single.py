"""The pages of what there is one of, such as the settings of all gateways: how it is, and a form that changes it.

SETTINGS = Single(
    path="/gateway/settings", title=N_("Gateways"), reads=needs("gateway-settings:read"),
    writes=needs("gateway-settings:write"), form=FORM, get=service.settings, save=_save, changed=N_("…"),
)
PAGES = SETTINGS.pages()
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Response

from control.core.context import Context
from control.core.errors import DomainError
from control.web.forms import Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import UiOf


class Single(msgspec.Struct, frozen=True, kw_only=True):
    """`get` and `save` are the room's services; what `save` takes is what the form's model reads."""

    path: str
    title: str
    changed: str
    """What is said once it was changed."""
    reads: dict[str, Any]
    writes: dict[str, Any]
    form: Form[Any]
    get: Callable[[Context], Awaitable[Any]]
    save: Callable[[Context, Any], Awaitable[Any]]
    values: Callable[[Any], Any] = lambda row: row
    """What it puts into the form."""
    about: str = ""
    template: str = "things/single.html"
    more: Callable[[Context], Awaitable[dict[str, Any]]] | None = None
    """What else the template shows."""

    def pages(self) -> list[Any]:
        """The handlers."""

        @show(self.path, self.reads)
        async def one(ui: UiOf) -> Response[str]:
            """How it is."""
            row = await self.get(ui.ctx)
            return ui.page(
                self.template, title=self.title, about=self.about, path=self.path, row=row, back="/settings",
                place=N_("Settings"), form=self.form.empty(self.values(row)),
                may_edit=ui.ctx.principal.may(self.writes["permission"]),
                **({} if self.more is None else await self.more(ui.ctx)),
            )  # fmt: skip

        @show(f"{self.path}/edit", self.writes)
        async def ask(ui: UiOf) -> Response[str]:
            """It, to be changed."""
            return self._asked(ui, self.form.empty(self.values(await self.get(ui.ctx))))

        @act(f"{self.path}/edit", self.writes)
        async def change(ui: UiOf) -> Response[Any]:
            """Change it."""
            try:
                await self.save(ui.ctx, await self.form.read(ui))
            except DomainError as error:
                return self._asked(ui, await self.form.again(ui, error), error.status)
            return ui.go(self.path, ui.words(self.changed))

        return [one, ask, change]

    def _asked(self, ui: UiOf, form: Any, status: int = 200) -> Response[str]:
        return ui.page(
            "things/form.html", status=status, title=ui.words(self.title), about=self.about, form=form,
            action=f"{self.path}/edit", back=self.path, place=self.title, path=self.path,
        )  # fmt: skip
