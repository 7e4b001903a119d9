"""Sending again what was sent to webhooks: chosen deliveries, or all of one webhook that failed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.automation.webhooks import service
from control.core.permissions import needs
from control.web.asking import confirm
from control.web.bulk import Many
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf

_WRITE = needs("webhooks:write")
AGAIN = Many(
    path="/webhooks/deliveries/retry", back="/webhooks", writes=_WRITE, label=N_("Send again"), icon="send",
    text=N_("Each event is sent once more, at once, with the same webhook-id."), work=service.retry_one,
)  # fmt: skip


def _many(ui: Ui, number: int) -> str:
    said = ui.view.tongue.ngettext("%(num)s failed delivery", "%(num)s failed deliveries", number)
    return said % {"num": ui.view.tongue.number(number)}


@show("/webhooks/{webhook_id:uuid}/retry-failed", _WRITE)
async def ask_retry_failed(ui: UiOf, webhook_id: FromPath[UUID]) -> Response[str]:
    """How many have failed."""
    text = ui.words(N_("Each event is sent once more, at once, with the same webhook-id."))
    found = await service.failed(ui.ctx, webhook_id)
    if found > service.MOST_AT_ONCE:
        text += " " + ui.words(N_("At one time, the oldest 500 are."))
    back = f"/webhooks/{webhook_id}"
    return confirm(
        ui, title=_many(ui, found), text=text, label=N_("Send again"), action=f"{back}/retry-failed", back=back, look="primary"
    )


@act("/webhooks/{webhook_id:uuid}/retry-failed", _WRITE)
async def retry_failed(ui: UiOf, webhook_id: FromPath[UUID]) -> Response[Any]:
    """Send them again."""
    made = await ui.once(lambda tx: service.retry_failed(ui.ctx, tx, webhook_id))
    said = ui.view.tongue.ngettext("%(num)s delivery is sent again.", "%(num)s deliveries are sent again.", made["deliveries"])
    said %= {"num": ui.view.tongue.number(made["deliveries"])}
    if made["left"]:
        said += " " + ui.words(N_("There are more; do it once more for them."))
    return ui.go(f"/webhooks/{webhook_id}", said)


PAGES = [AGAIN.page(), ask_retry_failed, retry_failed]
