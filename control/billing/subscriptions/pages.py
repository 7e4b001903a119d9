"""The list of subscriptions, one subscription, and starting one: first what it will be charged, then the charge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath

from control.billing.customers import service as customers
from control.billing.parts import NONE, Link, choose, convert, full, listed, named, own_customer, wanted_customer
from control.billing.subscriptions import item_form, page_words, previewing, service
from control.billing.subscriptions.models import NewSubscription, Preview, Row, Status, Subscription
from control.core.context import Context
from control.core.errors import DomainError, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web import csrf
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Column, Filter, Table
from control.web.ui import KEY, Ui, UiOf
from control.web.view import tongue

_READ, _WRITE = needs("subscriptions:read"), needs("subscriptions:write")
_TITLE = N_("Start a subscription")
MENU = (
    Entry(label=N_("Subscriptions"), path="/subscriptions", icon="repeat", permission="subscriptions:read", group=N_("Billing")),
)  # fmt: skip


class Listed(Row, kw_only=True):
    """A subscription in a list."""

    customer_name: str


async def _page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Listed], int]:
    rows, total = await service.page(ctx, wanted, filters)
    return await named(ctx, rows, Listed), total


SUBSCRIPTIONS = Table(
    name="subscriptions",
    path="/subscriptions",
    service=_page,
    sortable=service.SORTABLE,
    tie="s.id",
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link"),
        Column(name="customer_name", label=N_("Customer")),
        Column(name="status", label=N_("Status"), sort="status", cell="badge", of=page_words.status),
        Column(name="interval", label=N_("Charged for"), of=lambda row: tongue().gettext(page_words.interval(row))),
        Column(name="started_on", label=N_("Since"), sort="started_on", cell="day"),
        Column(name="billed_until", label=N_("Charged until before"), cell="day"),
        Column(name="due_on", label=N_("Renews on"), sort="due_on", cell="day"),
        Column(name="currency", label=N_("Currency"), is_hidden=True),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="status", label=N_("Status"), kind=Status, words=page_words.STATUSES),
        Filter(name="due_until", label=N_("Renews until"), kind=date, input="date"),
        Filter(name="customer_id", label=N_("Customer"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link="/subscriptions/{id}",
    search=N_("Name"),
    empty=N_("There are no subscriptions yet."),
    live="subscription",
)


def may_sell(ui: Ui, found: Row) -> bool:
    """Whether the person sells it: who gets it reads it alone."""
    principal = ui.ctx.principal
    return principal.may("subscriptions:write") and found.customer_org_id != principal.organization_id


@show("/subscriptions", _READ)
async def subscriptions(ui: UiOf) -> Response[str]:
    """The subscriptions in reach."""
    links = [Link(_TITLE, "/subscriptions/new", "primary")] if ui.ctx.principal.may("subscriptions:write") else []
    if ui.ctx.principal.user_type == "customer" and ui.ctx.principal.may("subscriptions:order"):
        links = [Link(N_("Order"), "/order", "primary", "box")]
    return await listed(ui, SUBSCRIPTIONS, N_("Subscriptions"), *links, words=N_("What is charged again and again."))


@show("/subscriptions/{subscription_id:uuid}", _READ)
async def subscription(ui: UiOf, subscription_id: FromPath[UUID]) -> Response[str]:
    """One subscription: its positions, the periods that were charged, and what happened to it."""
    found = await service.get(ui.ctx, subscription_id)
    names = await customers.names(ui.ctx, [found.customer_id])
    return ui.page(
        "billing/subscription.html",
        sub=found,
        customer=names.get(found.customer_id, NONE),
        periods=await service.periods(ui.ctx, subscription_id),
        changes=await service.changes(ui.ctx, subscription_id),
        usage=await service.usage(ui.ctx, subscription_id),
        words=page_words,
        state=page_words.status(found),
        may_sell=may_sell(ui, found),
        actions=_actions(found),
        may_order=found.customer_org_id == ui.ctx.principal.organization_id and ui.ctx.principal.may("subscriptions:order"),
    )


def _actions(found: Subscription) -> list[tuple[str, str]]:
    """What can be done with it now: the label and the last part of the address."""
    live, ending = found.status in ("active", "past_due"), found.cancels_on is not None
    offered = [
        (live and not ending, N_("Pause"), "pause"),
        (found.status == "paused", N_("Resume"), "go-on/resume"),
        (live, N_("Suspend"), "suspend"),
        (found.status == "suspended", N_("Switch on again"), "go-on/unsuspend"),
        (ending and found.ended_on is None, N_("Take the cancellation back"), "go-on/reactivate"),
        (found.ended_on is None and not ending, N_("Cancel the subscription"), "cancel"),
    ]
    return [(label, path) for is_offered, label, path in offered if is_offered]


def fields_of(form: FormMultiDict) -> list[tuple[str, str]]:
    """What was posted, to be posted once more behind a preview."""
    ours = (KEY, csrf.FIELD, "confirmed", "shown")
    return [(name, str(value)) for name, value in form.multi_items() if name not in ours]


def preview_page(
    ui: Ui, found: Preview, fields: list[tuple[str, str]], *, title: str, action: str, back: tuple[str, str], label: str,
    look: str = "primary", words: str = "", is_other: bool = False, shown: str = "",
) -> Response[Any]:  # fmt: skip
    """What will be charged and credited, and the button that does it. `is_other`: it came to something else meanwhile."""
    return ui.page(
        "billing/preview.html", preview=found, fields=fields, title=title, action=action, back=back, label=label, look=look,
        words=words, is_other=is_other, shown=shown or sums(found), key=str(new_id()),
    )  # fmt: skip


def sums(found: Preview) -> str:
    """What a preview came to, as the page keeps it: the charge has to be the same."""
    parts: tuple[Decimal, ...] = (found.charge_total, found.credit_total, found.due_now)
    return "/".join(f"{part:f}" for part in parts) + f"/{found.effective_on}"


async def is_confirmed(ui: Ui, found: Preview) -> bool | None:
    """Whether this very preview was shown and confirmed; None when another one was."""
    posted = await ui.texts()
    if posted.get("confirmed") != "yes":
        return False
    return True if posted.get("shown") == sums(found) else None


@show("/subscriptions/new", _WRITE)
async def ask_new(ui: UiOf) -> Response[Any]:
    """For whom, and then what."""
    customer_id = wanted_customer(ui)
    if customer_id is None:
        return await choose(ui, _TITLE, ("/subscriptions", N_("Subscriptions")))
    customer = await own_customer(ui, customer_id)
    form = item_form.starting(await item_form.price_names(ui, customer.currency), page_words.COLLECTIONS)
    return _new(ui, form.empty({"collection": "invoice", "quantity_0": 1}), customer_id, customer.name)


def _new(ui: Ui, form: Any, customer_id: UUID, name: str) -> Response[Any]:
    text = N_("You see what is charged before anything is.")
    return full(
        ui, form, _TITLE, f"/customers/{customer_id}/subscriptions", (f"/customers/{customer_id}", name), words=text,
        label=N_("Show what is charged"),
    )  # fmt: skip


def _wanted(customer_id: UUID, data: Any, items: list[Any]) -> NewSubscription:
    given: Mapping[str, Any] = msgspec.structs.asdict(data)
    kept = {name: value for name, value in given.items() if not name.startswith(("price_", "quantity_")) and value is not None}
    return convert({**kept, "customer_id": customer_id, "items": msgspec.to_builtins(items)}, NewSubscription)


@act("/customers/{customer_id:uuid}/subscriptions", _WRITE)
async def create(ui: UiOf, customer_id: FromPath[UUID]) -> Response[Any]:
    """Show what it is charged; when that was confirmed, start it."""
    customer = await own_customer(ui, customer_id)
    form = item_form.starting(await item_form.price_names(ui, customer.currency), page_words.COLLECTIONS)
    lines: list[int] = []
    try:
        filled = await form.read(ui)
        items, lines = item_form.asked(filled)
        data = _wanted(customer_id, filled, items)
        found = await previewing.preview_new(ui.ctx, data)
        confirmed = await is_confirmed(ui, found)
        if confirmed is not True:
            return preview_page(
                ui, found, fields_of(await ui.form()), title=_TITLE, action=f"/customers/{customer_id}/subscriptions",
                back=(f"/subscriptions/new?customer_id={customer_id}", customer.name), label=_TITLE, is_other=confirmed is None,
            )  # fmt: skip
        made = await ui.once(lambda tx: service.create(ui.ctx, tx, data))
    except ValidationFailed as error:
        return _new(ui, await form.again(ui, item_form.on_lines(error, lines)), customer_id, customer.name)
    except DomainError as error:
        return _new(ui, await form.again(ui, error), customer_id, customer.name)
    return ui.go(f"/subscriptions/{made['id']}", ui.words(N_("The subscription was started.")))


PAGES = [subscriptions, ask_new, create, subscription]
