"""What is done with a subscription. Where money moves, the page first shows how much: computed by the code that moves it."""

from __future__ import annotations

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
from control.core.errors import DomainError, NotFound, ValidationFailed
from control.core.permissions import needs
from control.web.asking import PLAIN
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


def _pause(ui: Ui, found: Subscription, form: Any) -> Response[Any]:
    path = f"/subscriptions/{found.id}"
    text = N_("It stops today, and unused days are credited. Nothing is charged until it goes on.")
    return ask(ui, form, N_("Pause"), f"{path}/pause", path, words=text, subject=found.name)


@show("/subscriptions/{subscription_id:uuid}/pause", _WRITE)
async def ask_pause(ui: UiOf, subscription_id: FromPath[UUID]) -> Response[Any]:
    """Until when."""
    return _pause(ui, await _own(ui, subscription_id), PAUSE.empty())


@act("/subscriptions/{subscription_id:uuid}/pause", _WRITE)
async def pause(ui: UiOf, subscription_id: FromPath[UUID]) -> Response[Any]:
    """Stop it today."""
    found = await _own(ui, subscription_id)
    try:
        await lifecycle.pause(ui.ctx, subscription_id, await PAUSE.read(ui))
    except DomainError as error:
        return _pause(ui, found, await PAUSE.again(ui, error))
    return ui.go(f"/subscriptions/{subscription_id}", ui.words(N_("The subscription is paused.")))


def _suspend(ui: Ui, found: Subscription, form: Any) -> Response[Any]:
    path = f"/subscriptions/{found.id}"
    text = N_("Its services are switched off, and it does not renew. What is paid stays paid.")
    return ask(ui, form, N_("Suspend"), f"{path}/suspend", path, words=text, subject=found.name, look="danger")


@show("/subscriptions/{subscription_id:uuid}/suspend", _WRITE)
async def ask_suspend(ui: UiOf, subscription_id: FromPath[UUID]) -> Response[Any]:
    """Why."""
    return _suspend(ui, await _own(ui, subscription_id), SUSPEND.empty())


@act("/subscriptions/{subscription_id:uuid}/suspend", _WRITE)
async def suspend(ui: UiOf, subscription_id: FromPath[UUID]) -> Response[Any]:
    """Have its services switched off."""
    found = await _own(ui, subscription_id)
    try:
        await lifecycle.suspend(ui.ctx, subscription_id, await SUSPEND.read(ui))
    except DomainError as error:
        return _suspend(ui, found, await SUSPEND.again(ui, error))
    return ui.go(f"/subscriptions/{subscription_id}", ui.words(N_("The subscription is suspended.")))


_BACK = {
    "resume": (N_("Resume"), N_("It goes on today: a period begins, and is charged at once."), N_("The subscription goes on.")),
    "unsuspend": (
        N_("Switch on again"),
        N_("Its services are switched on again. What is paid stays paid; what is due is charged at once."),
        N_("The subscription goes on."),
    ),
    "reactivate": (
        N_("Take the cancellation back"),
        N_("It renews at the end of its period as if nobody had cancelled it."),
        N_("The cancellation was taken back."),
    ),
}
_WAYS = {"resume": lifecycle.resume_, "unsuspend": lifecycle.unsuspend, "reactivate": lifecycle.reactivate}


def _go_on(ui: Ui, found: Subscription, way: str, form: Any) -> Response[Any]:
    title, text, _ = _BACK[way]
    path = f"/subscriptions/{found.id}"
    return ask(ui, form, title, f"{path}/go-on/{way}", path, words=text, subject=found.name)


@show("/subscriptions/{subscription_id:uuid}/go-on/{way:str}", _WRITE)
async def ask_go_on(ui: UiOf, subscription_id: FromPath[UUID], way: FromPath[str]) -> Response[Any]:
    """What going on means."""
    if way not in _WAYS:
        raise NotFound("page")
    return _go_on(ui, await _own(ui, subscription_id), way, PLAIN.empty())


@act("/subscriptions/{subscription_id:uuid}/go-on/{way:str}", _WRITE)
async def go_on(ui: UiOf, subscription_id: FromPath[UUID], way: FromPath[str]) -> Response[Any]:
    """After a pause, a suspension or a cancellation."""
    if way not in _WAYS:
        raise NotFound("page")
    found = await _own(ui, subscription_id)
    try:
        await _WAYS[way](ui.ctx, subscription_id)
    except DomainError as error:
        return _go_on(ui, found, way, await PLAIN.again(ui, error))
    return ui.go(f"/subscriptions/{subscription_id}", ui.words(_BACK[way][2]))


PAGES = [
    ask_change, change, ask_cancel, cancel, ask_pause, pause, ask_suspend, suspend, ask_go_on, go_on,
]  # fmt: skip
