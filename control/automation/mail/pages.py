"""Mail among the settings: where it goes out, how it went, and a button that tries it."""

from __future__ import annotations

from typing import Any

from litestar import Response

from control.automation.mail import service
from control.core.context import Context
from control.core.errors import Unauthorized
from control.core.permissions import needs
from control.web.language import N_
from control.web.menu import Setting, Standing
from control.web.routing import act, show
from control.web.tables import Badge
from control.web.ui import UiOf

_PATH = "/settings/mail"
STATES = {
    "pending": Badge(N_("Waiting"), "info"),
    "retrying": Badge(N_("Tried again"), "warning"),
    "sent": Badge(N_("Sent"), "success"),
    "failed": Badge(N_("Failed"), "error"),
    "bounced": Badge(N_("Came back"), "error"),
}


async def standing(ctx: Context) -> Standing:
    """By what became of mail lately."""
    found = await service.mail(ctx)
    bad = found.by_status.get("failed", 0) + found.by_status.get("retrying", 0)
    if bad:
        return (
            Standing(N_("Does not go out"), "error") if not found.newest_sent else Standing(N_("Some does not go out"), "warning")
        )
    return Standing(N_("Goes out"), "success") if found.newest_sent else Standing(N_("Not tried yet"), "info")


SETTINGS = (
    Setting(
        label=N_("Mail"), about=N_("The server, who mail comes from, and a test."), path=_PATH, permission="jobs:read",
        group=N_("Platform"), standing=standing, for_types=frozenset({"admin"}),
    ),
)  # fmt: skip


@show(_PATH, needs("jobs:read"))
async def mail(ui: UiOf) -> Response[str]:
    """How mail goes out."""
    may_test = ui.ctx.principal.may("jobs:write")
    return ui.page("automation/mail.html", found=await service.mail(ui.ctx), states=STATES, may_test=may_test)


@act(f"{_PATH}/test", needs("jobs:write"))
async def test(ui: UiOf) -> Response[Any]:
    """Send one to oneself. It stands in the platform's mail as any other, and is tried again as any other."""
    if ui.me is None:
        raise Unauthorized("Log in first.")
    email, name = ui.me.email, ui.me.full_name or ui.me.username
    async with ui.ctx.transaction("own") as tx:
        await service.test(ui.ctx, tx, email, name, ui.view.tongue.code)
    return ui.go(_PATH, ui.words(N_("A mail to %(email)s is on its way. This page says when it went out."), email=email))


PAGES = [mail, test]
