"""What is done with many rows of a table at once: a question that says how many, then one by one, then what came of each.

REVOKE = Many(
    path="/api-keys/revoke", back="/api-keys", writes=needs("api-keys:write"), label=N_("Take back"), icon="close",
    text=N_("Programs that use these keys are refused from now on."), work=service.delete, name=_name,
)
API_KEYS = Table(…, bulk=(REVOKE.choice,))
PAGES = [api_keys, …, REVOKE.page()]
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response

from control.core.context import Context
from control.core.errors import DomainError, FieldError, ValidationFailed
from control.core.pagination import MAX_LIMIT
from control.web.language import N_
from control.web.routing import act
from control.web.tables import Bulk
from control.web.ui import Ui, UiOf, is_local


class Failed(msgspec.Struct, frozen=True):
    """A row with which it did not work, and why."""

    name: str
    message: str


class Many(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do with rows. `work` is the room's service for one of them, in a transaction of its own."""

    path: str
    back: str
    """The list."""
    writes: dict[str, Any]
    label: str
    text: str
    """What will happen."""
    work: Callable[[Context, Any], Awaitable[Any]]
    name: Callable[[Context, Any], Awaitable[str]] | None = None
    """How a row is called with which it did not work; its id otherwise."""
    kind: Any = UUID
    icon: str = "check"
    look: str = "primary"
    dangerous: bool = False
    """Whether the password is wanted, as for one of them."""

    @property
    def choice(self) -> Bulk:
        """For the table."""
        return Bulk(label=self.label, path=self.path, permission=self.writes["permission"], icon=self.icon)

    def page(self) -> Any:
        """The handler: it asks first, and does it when that was confirmed."""

        @act(self.path, self.writes, dangerous=self.dangerous)
        async def many(ui: UiOf) -> Response[Any]:
            ids = await self._chosen(ui)
            posted = await ui.texts()
            back = posted.get("back", "")
            back = back if is_local(back) else self.back
            if posted.get("confirmed") != "yes":
                return ui.page("bulk/ask.html", many=self, ids=ids, back=back)
            failed = [one for row in ids if (one := await self._one(ui, row)) is not None]
            done = len(ids) - len(failed)
            if not failed:
                said = ui.view.tongue.ngettext("Done with %(num)s entry.", "Done with %(num)s entries.", done)
                return ui.go(back, said % {"num": done})
            return ui.page("bulk/results.html", many=self, failed=failed, done=done, back=back)

        return many

    async def _chosen(self, ui: Ui) -> list[Any]:
        """The rows, each once. Raises ValidationFailed."""
        form = await ui.form()
        sent = list(dict.fromkeys(str(one) for one in form.getall("ids", [])))
        try:
            ids = msgspec.convert(sent, list[self.kind], strict=False)  # type: ignore[name-defined]
        except msgspec.ValidationError:
            raise ValidationFailed(FieldError("ids", N_("are not ids"))) from None
        if not 1 <= len(ids) <= MAX_LIMIT:
            raise ValidationFailed(FieldError("ids", N_("choose from 1 to 100")), N_("Choose some entries first."))
        return list(ids)

    async def _one(self, ui: Ui, row: Any) -> Failed | None:
        try:
            await self.work(ui.ctx, row)
        except DomainError as error:
            name = str(row)
            if self.name is not None:
                with contextlib.suppress(DomainError):
                    name = await self.name(ui.ctx, row)
            if isinstance(error, ValidationFailed) and error.errors:
                return Failed(name, error.errors[0].message)
            return Failed(name, error.message)
        return None
