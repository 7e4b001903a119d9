"""What is done with a subscription. Where money moves, the page first shows how much: computed by the code that moves it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.billing.parts import ask, convert, full
from control.billing.subscriptions import changing, item_form, lifecycle, page_words, previewing, service
from control.billing.subscriptions.models import Cancellation, ChangedSubscription, Pause, Subscription, Suspension
from control.billing.subscriptions.pages import fields_of, is_confirmed, may_sell, preview_page
from control.billing.subscriptions.previewing import PreviewOf
from control.core.context import Context
from control.core.errors import DomainError, NotFound, ValidationFailed
from control.core.permissions import needs
from control.web.asking import Asking
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf

_WRITE = needs("subscriptions:write")
_CHANGE, _CANCEL = N_("Change the subscription"), N_("Cancel the subscription")
_UNUSED = {"true": N_("Are credited"), "false": N_("Are not credited")}
CANCEL = Form(
    Cancellation,
    Field("when", N_("When"), choices=page_words.WHENS),
    Field("credit_unused", N_("Unused days"), choices=_UNUSED, hint=N_("As your settings say when left empty.")),
    Field("reason", N_("Reason"), kind="textarea"),
)
PAUSE = Form(Pause, Field("resumes_on", N_("Until"), hint=N_("Until somebody resumes it when left empty.")))
SUSPEND = Form(Suspension, Field("reason", N_("Reason"), kind="textarea"))


async def _own(ui: Ui, subscription_id: UUID) -> Subscription:
    found = await service.get(ui.ctx, subscription_id)
    if not may_sell(ui, found):
        raise NotFound("subscription of yours to change")
    return found


async def _form(ui: Ui, found: Subscription) -> Form[Any]:
    names = await item_form.price_names(ui, found.currency)
    return item_form.changing(found.items, names, page_words.WHENS, page_words.COLLECTIONS)


def _change(ui: Ui, found: Subscription, form: Any) -> Response[Any]:
    path = f"/subscriptions/{found.id}"
    text = N_("Other plans, other numbers; a line without a price ends. You see what is charged before anything is.")
    label = N_("Show what is charged")
    return full(ui, form, _CHANGE, f"{path}/change", (path, found.name), words=text, label=label)


@show("/subscriptions/{subscription_id:uuid}/change", _WRITE)
async def ask_change(ui: UiOf, subscription_id: FromPath[UUID]) -> Response[Any]:
    """The positions as they are, to be changed."""
    found = await _own(ui, subscription_id)
    shown = {**item_form.values(found.items), "collection": found.collection}
    return _change(ui, found, (await _form(ui, found)).empty(shown))


@act("/subscriptions/{subscription_id:uuid}/change", _WRITE)
async def change(ui: UiOf, subscription_id: FromPath[UUID]) -> Response[Any]:
    """Show what the change comes to; when that was confirmed, change it."""
    found = await _own(ui, subscription_id)
    form = await _form(ui, found)
    path = f"/subscriptions/{subscription_id}"
    lines: list[int] = []
    try:
        filled = await form.read(ui)
        items, lines = item_form.asked(filled, found.items)
        given = {name: value for name in ("when", "coupon", "collection") if (value := getattr(filled, name)) is not None}
        data = convert({**given, "items": msgspec.to_builtins(items)}, ChangedSubscription)
        preview = await previewing.preview(ui.ctx, subscription_id, PreviewOf(change=data))
        confirmed = await is_confirmed(ui, preview)
        if confirmed is not True:
            return preview_page(
                ui, preview, fields_of(await ui.form()), title=_CHANGE, action=f"{path}/change",
                back=(f"{path}/change", found.name), label=_CHANGE, is_other=confirmed is None,
            )  # fmt: skip
        await changing.replace(ui.ctx, subscription_id, data)
    except ValidationFailed as error:
        return _change(ui, found, await form.again(ui, item_form.on_lines(error, lines)))
    except DomainError as error:
        return _change(ui, found, await form.again(ui, error))
    return ui.go(path, ui.words(N_("The subscription was changed.")))


def _cancel(ui: Ui, found: Subscription, form: Any) -> Response[Any]:
    path = f"/subscriptions/{found.id}"
    text = N_("Now, unused days are credited as your settings say; with the period, it runs until then and is not renewed.")
    label = N_("Show what happens")
    return ask(ui, form, _CANCEL, f"{path}/cancel", path, words=text, subject=found.name, label=label)


@show("/subscriptions/{subscription_id:uuid}/cancel", _WRITE)
async def ask_cancel(ui: UiOf, subscription_id: FromPath[UUID]) -> Response[Any]:
    """When, and why."""
    return _cancel(ui, await _own(ui, subscription_id), CANCEL.empty({"when": "period_end"}))


@act("/subscriptions/{subscription_id:uuid}/cancel", _WRITE)
async def cancel(ui: UiOf, subscription_id: FromPath[UUID]) -> Response[Any]:
    """Show what the end comes to; when that was confirmed, end it."""
    found = await _own(ui, subscription_id)
    path = f"/subscriptions/{subscription_id}"
    try:
        data = await CANCEL.read(ui)
        preview = await previewing.preview(ui.ctx, subscription_id, PreviewOf(cancel=data))
        confirmed = await is_confirmed(ui, preview)
        if confirmed is not True:
            text = N_("It ends on the day below. Services that hang on it are switched off then.")
            return preview_page(
                ui, preview, fields_of(await ui.form()), title=_CANCEL, action=f"{path}/cancel", back=(path, found.name),
                label=_CANCEL, look="danger", words=text, is_other=confirmed is None,
            )  # fmt: skip
        await lifecycle.cancel(ui.ctx, subscription_id, data)
    except DomainError as error:
        return _cancel(ui, found, await CANCEL.again(ui, error))
    return ui.go(path, ui.words(N_("The subscription is cancelled.")))


PAUSING = Asking(
    path="/subscriptions/{row_id:uuid}/pause", writes=_WRITE, get=_own, back="/subscriptions/{row.id}", form=PAUSE,
    label=N_("Pause"), text=N_("It stops today, and unused days are credited. Nothing is charged until it goes on."),
    work=lambda ui, row, data: lifecycle.pause(ui.ctx, row.id, data), said=N_("The subscription is paused."), look="primary",
)  # fmt: skip
SUSPENDING = Asking(
    path="/subscriptions/{row_id:uuid}/suspend", writes=_WRITE, get=_own, back="/subscriptions/{row.id}", form=SUSPEND,
    label=N_("Suspend"), text=N_("Its services are switched off, and it does not renew. What is paid stays paid."),
    work=lambda ui, row, data: lifecycle.suspend(ui.ctx, row.id, data), said=N_("The subscription is suspended."),
)  # fmt: skip


def _going_on(way: str, label: str, text: str, said: str, work: Callable[[Context, UUID], Awaitable[Any]]) -> Asking:
    return Asking(
        path=f"/subscriptions/{{row_id:uuid}}/go-on/{way}", writes=_WRITE, get=_own, back="/subscriptions/{row.id}", label=label,
        text=text, work=lambda ui, row, _: work(ui.ctx, row.id), said=said, look="primary",
    )  # fmt: skip


RESUMING = _going_on(
    "resume", N_("Resume"), N_("It goes on today: a period begins, and is charged at once."), N_("The subscription goes on."),
    lifecycle.resume_,
)  # fmt: skip
SWITCHING_ON = _going_on(
    "unsuspend", N_("Switch on again"),
    N_("Its services are switched on again. What is paid stays paid; what is due is charged at once."),
    N_("The subscription goes on."), lifecycle.unsuspend,
)  # fmt: skip
TAKING_BACK = _going_on(
    "reactivate", N_("Take the cancellation back"), N_("It renews at the end of its period as if nobody had cancelled it."),
    N_("The cancellation was taken back."), lifecycle.reactivate,
)  # fmt: skip


PAGES = [
    ask_change, change, ask_cancel, cancel, *PAUSING.pages(), *SUSPENDING.pages(), *RESUMING.pages(),
    *SWITCHING_ON.pages(), *TAKING_BACK.pages(),
]  # fmt: skip
