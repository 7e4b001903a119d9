"""What is done about a person's account: closing and opening, exporting, deleting and erasing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.accounts.users import personal_data, service
from control.accounts.users.models import User
from control.accounts.users.pages import WRITE
from control.core.errors import DomainError
from control.core.permissions import authenticated
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf


def _sure(ui: Ui, found: User, act_name: str, status: int = 200, error: str = "") -> Response[str]:
    """Asks whether it is meant, and says what will happen."""
    name = found.full_name or found.username
    title, text, label = {
        "close": (
            N_("Close the account of %(name)s?"),
            N_("They are logged out everywhere at once, and can log in no more until the account is opened again."),
            N_("Close the account"),
        ),
        "delete": (
            N_("Delete the account of %(name)s?"),
            N_(
                "They are logged out everywhere, and their API keys end. What they did stays in the audit log. "
                "There is no way back."
            ),
            N_("Delete the account"),
        ),
        "erase": (
            N_("Erase all data of %(name)s?"),
            N_(
                "The account and everything that is kept about the person is erased for good. "
                "The audit log keeps what was done, without their words."
            ),
            N_("Erase for good"),
        ),
    }[act_name]
    return ui.page(
        "accounts/confirm.html",
        status=status,
        title=ui.words(title, name=name),
        text=ui.words(text),
        label=label,
        action=f"/users/{found.id}/{act_name}",
        back=f"/users/{found.id}",
        typed="" if act_name == "close" else found.email,
        error=error,
    )


@show("/users/{user_id:uuid}/close", WRITE)
async def ask_close(ui: UiOf, user_id: FromPath[UUID]) -> Response[str]:
    """What closing does."""
    return _sure(ui, await service.get(ui.ctx, user_id), "close")


@act("/users/{user_id:uuid}/close", WRITE)
async def close(ui: UiOf, user_id: FromPath[UUID]) -> Response[Any]:
    """Close the account; it can be opened again."""
    found = await service.get(ui.ctx, user_id)
    try:
        await service.update(ui.ctx, user_id, {"is_active": False})
    except DomainError as error:
        return _sure(ui, found, "close", error.status, error.message)
    return ui.go(f"/users/{user_id}", ui.words(N_("The account was closed.")))


@act("/users/{user_id:uuid}/open", WRITE)
async def reopen(ui: UiOf, user_id: FromPath[UUID]) -> Response[Any]:
    """Open a closed account."""
    await service.update(ui.ctx, user_id, {"is_active": True})
    return ui.go(f"/users/{user_id}", ui.words(N_("The account is open again.")))


@show("/users/{user_id:uuid}/delete", WRITE)
async def ask_delete(ui: UiOf, user_id: FromPath[UUID]) -> Response[str]:
    """What deleting does."""
    return _sure(ui, await service.get(ui.ctx, user_id), "delete")


@act("/users/{user_id:uuid}/delete", WRITE, dangerous=True)
async def delete(ui: UiOf, user_id: FromPath[UUID]) -> Response[Any]:
    """Delete the account, once its address was typed."""
    found = await service.get(ui.ctx, user_id)
    if (await ui.texts()).get("typed", "").strip().lower() != found.email:
        return _sure(ui, found, "delete", 422, N_("What you typed is not the same."))
    try:
        await service.delete(ui.ctx, user_id)
    except DomainError as error:
        return _sure(ui, found, "delete", error.status, error.message)
    return ui.go("/users", ui.words(N_("The account was deleted.")))


@show("/users/{user_id:uuid}/erase", WRITE)
async def ask_erase(ui: UiOf, user_id: FromPath[UUID]) -> Response[str]:
    """What erasing does."""
    return _sure(ui, await service.get(ui.ctx, user_id), "erase")


@act("/users/{user_id:uuid}/erase", WRITE, dangerous=True)
async def erase(ui: UiOf, user_id: FromPath[UUID]) -> Response[Any]:
    """Erase the data, once the address was typed; long work."""
    found = await service.get(ui.ctx, user_id)
    typed = (await ui.texts()).get("typed", "")
    if typed.strip().lower() != found.email:
        return _sure(ui, found, "erase", 422, N_("What you typed is not the same."))
    try:
        operation = await ui.once(lambda tx: personal_data.start_erasure(ui.ctx, tx, user_id, typed))
    except DomainError as error:
        return _sure(ui, found, "erase", error.status, error.message)
    return ui.go(f"/operations/{operation['id']}")


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
    ask_close, close, reopen, ask_delete, delete, ask_erase, erase, export, fetch, export_own, fetch_own,
]  # fmt: skip
