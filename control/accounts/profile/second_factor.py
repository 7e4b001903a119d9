"""The second factor: which passkeys there are, setting up an authenticator with a picture that it reads, recovery codes, and
switching it off."""

from __future__ import annotations

import re
from typing import Any

import segno
from litestar import Response

from control.accounts.auth import account
from control.accounts.auth.models import PasswordConfirmed, TotpCode, TotpDisable, TotpEnrolment
from control.accounts.passkeys import parties, service
from control.core.errors import DomainError
from control.core.permissions import authenticated
from control.web import passkeys
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf, me_key

_CODE = N_("Code")
SAID_BELOW = (
    N_("is not right"),
    N_("is not right; check the clock of your device"),
    N_("is not right, or was used before"),
    N_("A second factor is on already; disable it first."),
)
ENROL = Form(PasswordConfirmed, Field("password", N_("Password"), kind="password", autocomplete="current-password"))
CONFIRM = Form(
    TotpCode,
    Field("code", _CODE, kind="code", autocomplete="one-time-code", hint=N_("Six digits that your authenticator shows.")),
)
RENEW = Form(TotpCode, Field("code", _CODE, autocomplete="one-time-code", hint=N_("Of your authenticator, or a recovery code.")))
DISABLE = Form(
    TotpDisable,
    Field("password", N_("Password"), kind="password", autocomplete="current-password"),
    Field("code", _CODE, autocomplete="one-time-code", hint=N_("Of your authenticator, or a recovery code.")),
)
_SECRET = re.compile(r"^[A-Z2-7]{32}$")


async def _state(
    ui: Ui, status: int = 200, *, enrol: Inputs | None = None, renew: Inputs | None = None, disable: Inputs | None = None
) -> Response[str]:
    me = await account.me(ui.ctx)
    return ui.page(
        "accounts/second_factor.html",
        status=status,
        is_on=me.totp_enabled,
        passkeys=await service.all_of(ui.ctx),
        works=parties.at(ui.request) is not None,
        elsewhere=passkeys.elsewhere(ui),
        enrol=enrol or ENROL.empty(),
        renew=renew or RENEW.empty(),
        disable=disable or DISABLE.empty(),
    )


def _set_up(ui: Ui, enrolment: TotpEnrolment, form: Inputs, status: int = 200) -> Response[str]:
    """The picture and the secret. They go round with the form, so that a wrong code shows the same once more."""
    picture = segno.make(enrolment.uri, error="m").svg_data_uri(scale=5, border=3, dark="#111", light="#fff")
    return ui.page("accounts/second_factor_setup.html", status=status, secret=enrolment.secret, picture=picture, form=form)


async def _changed(ui: Ui) -> None:
    await ui.runtime.cache.drop(me_key(ui.ctx.principal))


@show("/profile/second-factor", authenticated())
async def second_factor(ui: UiOf) -> Response[str]:
    """Whether it is on, and what can be done about it."""
    return await _state(ui)


@act("/profile/second-factor/set-up", authenticated())
async def enrol(ui: UiOf) -> Response[str]:
    """Begin: a new secret, for the password."""
    try:
        enrolment = await account.enrol_totp(ui.ctx, (await ENROL.read(ui)).password)
    except DomainError as error:
        return await _state(ui, error.status, enrol=await ENROL.again(ui, error))
    return _set_up(ui, enrolment, CONFIRM.empty())


@act("/profile/second-factor/confirm", authenticated())
async def confirm(ui: UiOf) -> Response[Any]:
    """Put it in force with a first code, and show the recovery codes this one time."""
    try:
        codes = await account.confirm_totp(ui.ctx, (await CONFIRM.read(ui)).code)
    except DomainError as error:
        secret = (await ui.texts()).get("secret", "")
        if error.status != 422 or not _SECRET.match(secret):
            return await _state(ui, error.status, enrol=await ENROL.again(ui, error))
        me = await account.me(ui.ctx)
        return _set_up(ui, account.enrolment(ui.ctx, me.email, secret), await CONFIRM.again(ui, error), error.status)
    await _changed(ui)
    return ui.page("accounts/recovery_codes.html", codes=codes, is_new=True)


@act("/profile/second-factor/recovery-codes", authenticated())
async def renew(ui: UiOf) -> Response[Any]:
    """New recovery codes in place of the old."""
    try:
        codes = await account.renew_recovery_codes(ui.ctx, (await RENEW.read(ui)).code)
    except DomainError as error:
        return await _state(ui, error.status, renew=await RENEW.again(ui, error))
    return ui.page("accounts/recovery_codes.html", codes=codes, is_new=False)


@act("/profile/second-factor/off", authenticated())
async def disable(ui: UiOf) -> Response[Any]:
    """Switch it off, for the password and a code; a mail says so."""
    try:
        data = await DISABLE.read(ui)
        await account.disable_totp(ui.ctx, data.password, data.code)
    except DomainError as error:
        return await _state(ui, error.status, disable=await DISABLE.again(ui, error))
    await _changed(ui)
    return ui.go(
        "/profile/second-factor",
        ui.words(N_("The authenticator is off.") if (await account.me(ui.ctx)).passkeys else N_("The second factor is off.")),
    )


PAGES = [second_factor, enrol, confirm, renew, disable]
