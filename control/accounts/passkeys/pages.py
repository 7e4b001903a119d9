"""The own passkeys in the panel: adding, renaming and removing them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.accounts.auth.pages import passkey_of
from control.accounts.passkeys import ceremonies, login_pages, service
from control.accounts.passkeys.models import NewPasskey, PasskeyRename
from control.core.errors import BadRequest, Conflict, DomainError, Unauthorized
from control.core.permissions import authenticated
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf, me_key

SAID_BELOW = (
    N_("The passkey could not be checked. Try again, perhaps with another device."),
    N_("This passkey is known already."),
    N_("There are 20 passkeys already; remove one first."),
)
_HOME = "/profile/second-factor"
RENAME = Form(PasskeyRename, Field("name", N_("Name"), hint=N_("Such as the device that it lies on.")))


async def _changed(ui: Ui) -> None:
    await ui.runtime.cache.drop(me_key(ui.ctx.principal))


async def _new(ui: Ui, status: int = 200, name: str = "", error: str = "") -> Response[Any]:
    """The page on which the browser makes one, each time with a challenge of its own."""
    return ui.page("accounts/passkey_new.html", status=status, passkey=await service.begin(ui.ctx), name=name, error=error)


@act("/profile/passkeys/new", authenticated(), dangerous=True)
async def begin(ui: UiOf) -> Response[Any]:
    """Begin to add one."""
    return await _new(ui)


@act("/profile/passkeys", authenticated(), dangerous=True)
async def add(ui: UiOf) -> Response[Any]:
    """Keep what the browser made. With the first second factor, the recovery codes are shown this one time."""
    posted = await ui.texts()
    name = posted.get("name", "")[:100]
    try:
        added = await service.add(ui.ctx, msgspec.convert({**passkey_of(posted), "name": name}, NewPasskey))
    except msgspec.ValidationError:
        return await _new(ui, 422, name, ceremonies.refused().message)
    except (BadRequest, Conflict, Unauthorized) as error:
        return await _new(ui, 422, name, error.message)
    await _changed(ui)
    if added.recovery_codes:
        return ui.page("accounts/recovery_codes.html", codes=added.recovery_codes, is_new=False)
    return ui.go(_HOME, ui.words(N_("The passkey was added.")))


@show("/profile/passkeys/{passkey_id:uuid}/rename", authenticated())
async def rename_page(ui: UiOf, passkey_id: FromPath[UUID]) -> Response[str]:
    """Ask for another name."""
    found = await service.one_of(ui.ctx, passkey_id)
    return ui.page("accounts/passkey_rename.html", passkey=found, form=RENAME.empty(found))


@act("/profile/passkeys/{passkey_id:uuid}/rename", authenticated())
async def rename(ui: UiOf, passkey_id: FromPath[UUID]) -> Response[Any]:
    """Call it so."""
    try:
        await service.rename(ui.ctx, passkey_id, (await RENAME.read(ui)).name)
    except DomainError as error:
        found = await service.one_of(ui.ctx, passkey_id)
        again = await RENAME.again(ui, error)
        return ui.page("accounts/passkey_rename.html", status=error.status, passkey=found, form=again)
    return ui.go(_HOME, ui.words(N_("The passkey was renamed.")))


@show("/profile/passkeys/{passkey_id:uuid}/remove", authenticated())
async def remove_page(ui: UiOf, passkey_id: FromPath[UUID]) -> Response[str]:
    """Say what removing it means."""
    found = await service.one_of(ui.ctx, passkey_id)
    is_last = ui.me is not None and not ui.me.totp_enabled and len(await service.all_of(ui.ctx)) == 1
    return ui.page("accounts/passkey_remove.html", passkey=found, is_last=is_last)


@act("/profile/passkeys/{passkey_id:uuid}/remove", authenticated(), dangerous=True)
async def remove(ui: UiOf, passkey_id: FromPath[UUID]) -> Response[Any]:
    """Take it away; a mail says so."""
    is_left = await service.remove(ui.ctx, passkey_id)
    await _changed(ui)
    return ui.go(_HOME, ui.words(N_("The passkey was removed.") if is_left else N_("The second factor is off.")))


@act("/profile/passkeys/recovery-codes", authenticated(), dangerous=True)
async def renew_codes(ui: UiOf) -> Response[Any]:
    """New recovery codes, for those who have passkeys alone and so no other code to give."""
    return ui.page("accounts/recovery_codes.html", codes=await service.renew_recovery_codes(ui.ctx), is_new=False)


PAGES = [*login_pages.PAGES, begin, add, rename_page, rename, remove_page, remove, renew_codes]
