"""What customers buy themselves: what is offered, ordering, changing and leaving. First what it costs, then the button."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.billing.catalogue import words as catalogue_words
from control.billing.invoices import listing
from control.billing.ordering import forms, service
from control.billing.ordering.models import CameToSomethingElse, ChangePreview, Leaving, Offer, Order, OrderedChange, OrderPreview
from control.billing.parts import full
from control.billing.subscriptions import item_form
from control.billing.subscriptions import service as subscriptions
from control.billing.subscriptions.models import Preview, Subscription
from control.billing.subscriptions.pages import fields_of, preview_page
from control.core.errors import DomainError, NotFound, ValidationFailed
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.core.validation import value_errors
from control.web.asking import Asking
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.ui import Ui, UiOf

_READ, _ORDER = needs("subscriptions:read"), needs("subscriptions:order")
_TITLE, _CHANGE, _CANCEL = N_("Order"), N_("Change the subscription"), N_("Cancel the subscription")
_BACK = ("/order", N_("What you can order"))
MENU = (
    Entry(
        label=N_("Order"),
        path="/order",
        icon="box",
        permission="subscriptions:order",
        group=N_("Billing"),
        for_types=frozenset({"customer"}),
    ),
)
LEAVING = Form(Leaving, Field("reason", N_("Reason"), kind="textarea", hint=N_("If you want to tell us.")))


@show("/order", _READ)
async def offered(ui: UiOf) -> Response[str]:
    """What the seller offers, with its prices."""
    try:
        found: Offer | None = await service.offer(ui.ctx)
    except NotFound:
        found = None
    may_order = found is not None and found.may_order and ui.ctx.principal.may("subscriptions:order")
    return ui.page("billing/order.html", offer=found, may_order=may_order, tongue=ui.view.tongue, words=catalogue_words)


def _asked(ui: Ui, form: Any) -> Response[Any]:
    text = N_("You see what it costs before anything is ordered.")
    return full(ui, form, _TITLE, "/order/new", _BACK, words=text, label=N_("Show what it costs"))


@show("/order/new", _ORDER)
async def ask_new(ui: UiOf) -> Response[Any]:
    """How many, with what, and how it is paid."""
    offer = await service.offer(ui.ctx)
    return _asked(ui, forms.ordering(ui, offer).empty(forms.chosen(offer, ui.request.query_params.get("price", ""))))


def _digest(shown: str | None, confirmed: str | None) -> str | None:
    """The digest that a page confirms; None for a first look, and for what is no digest."""
    wrong = value_errors({"items": [{"price_id": str(UUID(int=0))}], "digest": shown or ""}, OrderedChange, strict=False)
    return shown if confirmed == "yes" and not wrong else None


@act("/order/new", _ORDER)
async def new(ui: UiOf) -> Response[Any]:
    """Show what it costs; when that was confirmed, order it. What costs something else meanwhile is shown again."""
    offer = await service.offer(ui.ctx)
    form, posted = forms.ordering(ui, offer), await ui.texts()
    lines: list[int] = []

    async def shown(found: Preview, *, is_other: bool = False) -> Response[Any]:
        text = N_("It begins today, and renews by itself until you cancel it.")
        return preview_page(
            ui, found, fields_of(await ui.form()), title=_TITLE, action="/order/new", back=_BACK, words=text,
            label=N_("Order with costs"), is_other=is_other, shown=found.digest,
        )  # fmt: skip

    try:
        filled = await form.read(ui)
        items, lines = item_form.asked(filled)
        wanted: dict[str, Any] = {"items": items, "coupon": filled.coupon or None, "collection": filled.collection}
        digest = _digest(posted.get("shown"), posted.get("confirmed"))
        if digest is None:
            return await shown(await service.preview_order(ui.ctx, OrderPreview(**wanted)), is_other="shown" in posted)
        data = Order(**wanted, digest=digest)
        made = await ui.once(lambda tx: service.order(ui.ctx, tx, data))
    except CameToSomethingElse as other:
        return await shown(other.preview, is_other=True)
    except ValidationFailed as error:
        return _asked(ui, await form.again(ui, item_form.on_lines(error, lines)))
    except DomainError as error:
        return _asked(ui, await form.again(ui, error))
    return await _onward(ui, made["id"], data.collection, N_("Thank you for your order."))


async def _onward(ui: Ui, subscription_id: Any, collection: str, text: str) -> Response[Any]:
    """To what is to be paid now, or to the subscription."""
    periods = await subscriptions.periods(ui.ctx, UUID(str(subscription_id)))
    invoice_id = next((one.invoice_id for one in periods if one.invoice_id is not None), None)
    if collection == "invoice" and invoice_id is not None and ui.ctx.principal.may("payments:pay"):
        newest = PageRequest(1, 20, "i.created_at DESC, i.id DESC")
        rows, _ = await listing.page(ui.ctx, newest, {"status": "sent"})
        if any(one.id == invoice_id for one in rows):
            return ui.go(f"/invoices/{invoice_id}/pay", ui.words(text))
    return ui.go(f"/subscriptions/{subscription_id}", ui.words(text))


async def _own(ui: Ui, subscription_id: UUID) -> Subscription:
    found = await subscriptions.get(ui.ctx, subscription_id)
    if found.customer_org_id != ui.ctx.principal.organization_id:
        raise NotFound("subscription of yours")
    return found


def _change(ui: Ui, found: Subscription, form: Any) -> Response[Any]:
    path = f"/subscriptions/{found.id}"
    text = N_("Another plan, another number, or something beside it. You see what it costs before anything changes.")
    return full(ui, form, _CHANGE, f"{path}/switch", (path, found.name), words=text, label=N_("Show what it costs"))


@show("/subscriptions/{subscription_id:uuid}/switch", _ORDER)
async def ask_change(ui: UiOf, subscription_id: FromPath[UUID]) -> Response[Any]:
    """What there is, to be changed."""
    found = await _own(ui, subscription_id)
    form = forms.changing(ui, found.items, await service.offer(ui.ctx))
    return _change(ui, found, form.empty(item_form.values(found.items)))


@act("/subscriptions/{subscription_id:uuid}/switch", _ORDER)
async def change(ui: UiOf, subscription_id: FromPath[UUID]) -> Response[Any]:
    """Show what the change comes to; when that was confirmed, change it."""
    found = await _own(ui, subscription_id)
    form, posted = forms.changing(ui, found.items, await service.offer(ui.ctx)), await ui.texts()
    path = f"/subscriptions/{subscription_id}"
    lines: list[int] = []

    async def shown(preview: Preview, *, is_other: bool = False) -> Response[Any]:
        return preview_page(
            ui, preview, fields_of(await ui.form()), title=_CHANGE, action=f"{path}/switch", back=(f"{path}/switch", found.name),
            label=N_("Change with costs"), is_other=is_other, shown=preview.digest,
        )  # fmt: skip

    try:
        filled = await form.read(ui)
        items, lines = item_form.asked(filled, found.items)
        wanted: dict[str, Any] = {"items": items, "coupon": filled.coupon or None}
        digest = _digest(posted.get("shown"), posted.get("confirmed"))
        if digest is None:
            seen = await service.preview_change(ui.ctx, subscription_id, ChangePreview(**wanted))
            return await shown(seen, is_other="shown" in posted)
        after = await service.change(ui.ctx, subscription_id, OrderedChange(**wanted, digest=digest))
    except CameToSomethingElse as other:
        return await shown(other.preview, is_other=True)
    except ValidationFailed as error:
        return _change(ui, found, await form.again(ui, item_form.on_lines(error, lines)))
    except DomainError as error:
        return _change(ui, found, await form.again(ui, error))
    later = after.pending_items is not None
    text = N_("Noted: it changes with the next period.") if later else N_("The subscription was changed.")
    return ui.go(path, ui.words(text))


def _until(ui: Ui, found: Subscription) -> str:
    on = found.trial_ends_on if found.status == "trialing" and found.trial_ends_on else found.billed_until
    return ui.words(
        N_("It runs until %(day)s and is not renewed. You can take this back until then. Only usage is still charged."),
        day=ui.view.tongue.day(on),
    )


CANCELLING = Asking(
    path="/subscriptions/{row_id:uuid}/leave", writes=_ORDER, get=_own, back="/subscriptions/{row.id}",
    label=_CANCEL, text=_until, form=LEAVING, work=lambda ui, row, data: service.cancel(ui.ctx, row.id, data),
    said=N_("The subscription is cancelled."),
)  # fmt: skip
STAYING = Asking(
    path="/subscriptions/{row_id:uuid}/stay", writes=_ORDER, get=_own, back="/subscriptions/{row.id}",
    label=N_("Take the cancellation back"), text=N_("It renews at the end of its period as if nobody had cancelled it."),
    work=lambda ui, row, _: service.reactivate(ui.ctx, row.id), said=N_("The cancellation was taken back."), look="primary",
)  # fmt: skip
PAGES = [offered, ask_new, new, ask_change, change, *CANCELLING.pages(), *STAYING.pages()]
