"""Webhooks: the list, one with what was sent to it, its secret shown once, testing and sending again."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.automation.webhooks import retry_pages, service
from control.automation.webhooks.models import Delivery, DeliveryStatus, NewWebhook, Webhook
from control.core.context import Context
from control.core.errors import DomainError
from control.core.events import TOPICS
from control.core.few import FEW
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web.asking import Asking
from control.web.depends import Dependent
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("webhooks:read"), needs("webhooks:write")
AUTOMATION = N_("Automation")
MENU = (Entry(label=N_("Webhooks"), path="/webhooks", icon="hook", permission="webhooks:read", group=AUTOMATION),)
SAID_BELOW = (
    N_("The webhook is switched off."),
    N_("leads to an address that is not public"),
    N_("is not a topic; see /v1/webhook-topics"),
)
DELIVERIES = {
    "pending": Badge(N_("Waiting"), "info"),
    "succeeded": Badge(N_("Delivered"), "success"),
    "retrying": Badge(N_("Tried again"), "warning"),
    "failed": Badge(N_("Failed"), "error"),
}


def state(row: Webhook) -> Badge:
    if row.is_active:
        return Badge(N_("Active"), "success")
    return Badge(N_("Switched off after failures"), "error") if row.disabled_reason else Badge(N_("Off"))


WEBHOOKS = Table(
    name="webhooks",
    path="/webhooks",
    service=service.page,
    sortable=service.SORTABLE,
    columns=(
        Column(name="url", label=N_("Address"), sort="url", cell="link"),
        Column(name="description", label=N_("Description"), of=lambda row: row.description or None),
        Column(name="state", label=N_("State"), cell="badge", of=state),
        Column(
            name="topics", label=N_("Events"), cell="number", of=lambda row: len(TOPICS) if "*" in row.topics else len(row.topics)
        ),
        Column(name="updated_at", label=N_("Changed"), sort="updated_at", cell="moment"),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),),
    link="/webhooks/{id}",
    search=N_("Address or description"),
    empty=N_("There are no webhooks yet."),
)


async def _deliveries(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Delivery], int]:
    return await service.deliveries(ctx, filters.pop("endpoint_id"), wanted, filters)


def _answer(row: Delivery) -> str | None:
    if row.response_status is None:
        return row.error
    return f"{row.response_status}" if row.response_ms is None else f"{row.response_status} · {row.response_ms} ms"


LOG = Table(
    name="deliveries",
    path="/webhooks",
    service=_deliveries,
    sortable=service.DELIVERIES_SORTABLE,
    columns=(
        Column(name="topic", label=N_("Event"), cell="link"),
        Column(name="status", label=N_("State"), cell="badge", of=lambda row: DELIVERIES[row.status]),
        Column(name="attempts", label=N_("Attempts"), sort="attempts", cell="number"),
        Column(name="answer", label=N_("Answer"), of=_answer),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment"),
        Column(name="next_attempt_at", label=N_("Next attempt"), cell="moment", is_hidden=True),
        Column(name="updated_at", label=N_("Changed"), sort="updated_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(
            name="status", label=N_("State"), kind=DeliveryStatus, words={name: one.label for name, one in DELIVERIES.items()}
        ),
        Filter(name="topic", label=N_("Event"), words={name: name for name in ["webhook.test", *sorted(TOPICS)]}),
    ),
    link="/webhooks/{endpoint_id}/deliveries/{id}",
    bulk=(retry_pages.AGAIN.choice,),
    empty=N_("Nothing was sent in the last 30 days."),
)
_FIELDS = (
    Field("url", N_("Address"), hint=N_("Events are sent here with POST, signed with the webhook's secret.")),
    Field("description", N_("Description")),
    Field(
        "topics", N_("Events"), kind="choices",
        choices={"*": N_("All events, those to come included")} | {name: TOPICS[name] for name in sorted(TOPICS)},
    ),
    Field("is_active", N_("Active")),
)  # fmt: skip
FORM = Form(NewWebhook, *_FIELDS)
"""For changing too: the fields are the same, and a description may be left empty."""


@show("/webhooks", _READ)
async def webhooks(ui: UiOf) -> Response[str]:
    """The webhooks in reach."""
    return await WEBHOOKS.page(ui, "automation/webhooks.html", may_write=ui.ctx.principal.may("webhooks:write"))


@show("/webhooks/new", _WRITE)
async def ask_new(ui: UiOf) -> Response[str]:
    """One to be."""
    return ui.page("automation/webhook_form.html", webhook=None, form=FORM.empty({"is_active": True}))


def _secret(ui: Ui, made: Any) -> Response[str]:
    return ui.page(
        "accounts/secret.html",
        title=ui.words(N_("Secret of the webhook")),
        text=ui.words(N_("What is sent is signed with this secret. It is shown now and never again.")),
        secret=made["secret"],
        back=(f"/webhooks/{made['id']}", ui.words(N_("To the webhook"))),
    )


@act("/webhooks", _WRITE)
async def create(ui: UiOf) -> Response[Any]:
    """Add one, and show its secret this one time."""
    try:
        data = await FORM.read(ui)
        made = await ui.once(lambda tx: service.create(ui.ctx, tx, data))
    except DomainError as error:
        return ui.page("automation/webhook_form.html", status=error.status, webhook=None, form=await FORM.again(ui, error))
    return _secret(ui, made)


@show("/webhooks/{webhook_id:uuid}", _READ)
async def webhook(ui: UiOf, webhook_id: FromPath[UUID]) -> Response[Any]:
    """One webhook, and what was sent to it."""
    table = await LOG.view(ui, {"endpoint_id": webhook_id}, f"/webhooks/{webhook_id}")
    if alone := table.alone(ui):
        return alone
    found = await service.get(ui.ctx, webhook_id)
    return ui.page(
        "automation/webhook.html",
        webhook=found,
        state=state(found),
        table=table,
        failed=await service.failed(ui.ctx, webhook_id),
        topics=[] if "*" in found.topics else found.topics,
        may_write=ui.ctx.principal.may("webhooks:write"),
    )


@show("/webhooks/{webhook_id:uuid}/edit", _WRITE)
async def ask_edit(ui: UiOf, webhook_id: FromPath[UUID]) -> Response[str]:
    """One to be changed."""
    found = await service.get(ui.ctx, webhook_id)
    return ui.page("automation/webhook_form.html", webhook=found, form=FORM.empty(found))


@act("/webhooks/{webhook_id:uuid}/edit", _WRITE)
async def edit(ui: UiOf, webhook_id: FromPath[UUID]) -> Response[Any]:
    """Change it; switching it on again forgets why it was off."""
    found = await service.get(ui.ctx, webhook_id)
    try:
        await service.update(ui.ctx, webhook_id, msgspec.structs.asdict(await FORM.read(ui)))
    except DomainError as error:
        again = await FORM.again(ui, error, found)
        return ui.page("automation/webhook_form.html", status=error.status, webhook=found, form=again)
    return ui.go(f"/webhooks/{webhook_id}", ui.words(N_("The webhook was changed.")))


@act("/webhooks/{webhook_id:uuid}/test", _WRITE)
async def test(ui: UiOf, webhook_id: FromPath[UUID]) -> Response[Any]:
    """Send a test event; the delivery shows what came of it."""
    sent = await ui.once(lambda tx: service.test(ui.ctx, tx, webhook_id))
    return ui.go(f"/webhooks/{webhook_id}/deliveries/{sent['id']}", ui.words(N_("A test event is on its way.")))


async def _get(ui: Ui, webhook_id: UUID) -> Webhook:
    return await service.get(ui.ctx, webhook_id)


async def _rotate(ui: Ui, row: Webhook, _: Any) -> Response[str]:
    return _secret(ui, await ui.once(lambda tx: service.rotate_secret(ui.ctx, tx, row.id)))


async def _waiting(ctx: Context, row: Webhook) -> list[Dependent]:
    """What is on its way to it."""
    found = []
    for status in ("pending", "retrying"):
        wanted = {"endpoint_id": row.id, "status": status, "topic": None}
        rows, total = await _deliveries(ctx, PageRequest(1, FEW, "created_at DESC, id DESC"), wanted)
        path = f"/webhooks/{row.id}?status={status}"
        found.append(
            Dependent(
                label=N_("Deliveries that wait") if status == "pending" else N_("Deliveries that are tried again"),
                total=total,
                rows=rows,
                name=lambda one: str(one.topic),
                where=LOG.address,
                path=path,
            )
        )
    return found


ROTATE = Asking(
    path="/webhooks/{row_id:uuid}/rotate", writes=_WRITE, get=_get, name=lambda _, row: row.url, back="/webhooks/{row.id}",
    label=N_("Make a new secret"),
    text=N_("From the next attempt on, all is signed with the new secret. Whoever checks with the old one refuses what comes."),
    work=_rotate, dangerous=True,
)  # fmt: skip
DELETE = Asking(
    path="/webhooks/{row_id:uuid}/delete", writes=_WRITE, get=_get, name=lambda _, row: row.url, back="/webhooks/{row.id}",
    after="/webhooks", label=N_("Delete the webhook"),
    text=N_("What is on its way to it is dropped, and it hears of nothing any more."),
    work=lambda ui, row, _: service.delete(ui.ctx, row.id), said=N_("The webhook was deleted."),
    typed=lambda row: urlsplit(row.url).hostname or row.url, depends=_waiting,
)  # fmt: skip


@show("/webhooks/{webhook_id:uuid}/deliveries/{delivery_id:uuid}", _READ)
async def delivery(ui: UiOf, webhook_id: FromPath[UUID], delivery_id: FromPath[UUID]) -> Response[str]:
    """One event on its way: what was sent, and what was answered."""
    found = await service.delivery(ui.ctx, webhook_id, delivery_id)
    return ui.page(
        "automation/delivery.html",
        webhook=await service.get(ui.ctx, webhook_id),
        delivery=found,
        state=DELIVERIES[found.status],
        body=json.dumps(found.body, indent=2, ensure_ascii=False),
        may_write=ui.ctx.principal.may("webhooks:write"),
    )


@act("/webhooks/{webhook_id:uuid}/deliveries/{delivery_id:uuid}/retry", _WRITE)
async def retry(ui: UiOf, webhook_id: FromPath[UUID], delivery_id: FromPath[UUID]) -> Response[Any]:
    """Send it once more, at once."""
    await ui.once(lambda tx: service.retry(ui.ctx, tx, webhook_id, delivery_id))
    return ui.go(f"/webhooks/{webhook_id}/deliveries/{delivery_id}", ui.words(N_("It is sent once more.")))


PAGES = [
    webhooks, ask_new, create, webhook, ask_edit, edit, test, *ROTATE.pages(), *DELETE.pages(), delivery, retry,
    *retry_pages.PAGES,
]  # fmt: skip
