"""What is done about a person's account: closing and opening, exporting, deleting and erasing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.accounts.api_keys.pages import API_KEYS
from control.accounts.users import personal_data, service
from control.accounts.users.models import User
from control.accounts.users.pages import WRITE
from control.core.permissions import authenticated
from control.web.asking import Asking
from control.web.depends import Hangs, hanging
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf


async def _get(ui: Ui, user_id: UUID) -> User:
    return await service.get(ui.ctx, user_id)


def _name(_: Ui, row: User) -> str:
    return row.full_name or row.username


async def _erase(ui: Ui, row: User, _: Any) -> Any:
    return await ui.once(lambda tx: personal_data.start_erasure(ui.ctx, tx, row.id, row.email))


_KEYS = hanging(Hangs(table=API_KEYS, label=N_("API keys"), permission="api-keys:read", by="user_id"))
CLOSE = Asking(
    path="/users/{row_id:uuid}/close", writes=WRITE, get=_get, name=_name, back="/users/{row.id}",
    label=N_("Close the account"),
    text=N_("They are logged out everywhere at once, and can log in no more until the account is opened again."),
    work=lambda ui, row, _: service.update(ui.ctx, row.id, {"is_active": False}), said=N_("The account was closed."),
)  # fmt: skip
DELETE = Asking(
    path="/users/{row_id:uuid}/delete", writes=WRITE, get=_get, name=_name, back="/users/{row.id}", after="/users",
    label=N_("Delete the account"),
    text=N_(
        "They are logged out everywhere, and their API keys end. What they did stays in the audit log. There is no way back."
    ),
    work=lambda ui, row, _: service.delete(ui.ctx, row.id), said=N_("The account was deleted."), dangerous=True,
    typed=lambda row: row.email, depends=_KEYS,
)  # fmt: skip
ERASE = Asking(
    path="/users/{row_id:uuid}/erase", writes=WRITE, get=_get, name=_name, back="/users/{row.id}",
    after="/operations/{made[id]}", label=N_("Erase for good"),
    text=N_(
        "The account and everything that is kept about the person is erased for good. "
        "The audit log keeps what was done, without their words."
    ),
    work=_erase, dangerous=True, typed=lambda row: row.email, depends=_KEYS,
)  # fmt: skip


@act("/users/{user_id:uuid}/open", WRITE)
async def reopen(ui: UiOf, user_id: FromPath[UUID]) -> Response[Any]:
    """Open a closed account."""
    await service.update(ui.ctx, user_id, {"is_active": True})
    return ui.go(f"/users/{user_id}", ui.words(N_("The account is open again.")))


@act("/users/{user_id:uuid}/export", WRITE)
async def export(ui: UiOf, user_id: FromPath[UUID]) -> Response[Any]:
    """Gather what is kept about a person; long work."""
    operation = await ui.once(lambda tx: personal_data.start_export(ui.ctx, tx, user_id))
    return ui.go(f"/operations/{operation['id']}")


async def _document(ui: Ui, user_id: UUID, export_id: UUID) -> Response[bytes]:
    document = await personal_data.fetch_export(ui.ctx, user_id, export_id)
    headers = {"Content-Disposition": f'attachment; filename="user-{user_id}.json"', "Cache-Control": "no-store"}
    return Response(document, media_type="application/json", headers={**headers, "X-Content-Type-Options": "nosniff"})


@show("/users/{user_id:uuid}/exports/{export_id:uuid}", WRITE)
async def fetch(ui: UiOf, user_id: FromPath[UUID], export_id: FromPath[UUID]) -> Response[bytes]:
    """What was gathered, as a file."""
    return await _document(ui, user_id, export_id)


@act("/profile/export", authenticated())
async def export_own(ui: UiOf) -> Response[Any]:
    """Gather what is kept about oneself (GDPR articles 15 and 20)."""
    operation = await ui.once(lambda tx: personal_data.start_export(ui.ctx, tx, ui.ctx.principal.user_id))
    return ui.go(f"/operations/{operation['id']}")


@show("/profile/exports/{export_id:uuid}", authenticated())
async def fetch_own(ui: UiOf, export_id: FromPath[UUID]) -> Response[bytes]:
    """The own data, as a file."""
    return await _document(ui, ui.ctx.principal.user_id, export_id)


PAGES = [
    *CLOSE.pages(), reopen, *DELETE.pages(), *ERASE.pages(), export, fetch, export_own, fetch_own,
]  # fmt: skip
