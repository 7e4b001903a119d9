"""/v1/subscriptions, /v1/billing/subscription-settings"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from control.billing.invoices.models import Nothing
from control.billing.subscriptions import changing, lifecycle, previewing, service
from control.billing.subscriptions.models import (
    BilledPeriod,
    Cancellation,
    Change,
    ChangedSubscription,
    NewSubscription,
    NewSubscriptionSettings,
    Pause,
    Preview,
    Row,
    Status,
    Subscription,
    SubscriptionSettings,
    Suspension,
    UsageReading,
    When,
)
from control.billing.subscriptions.previewing import PreviewOf
from control.core.collection import collection
from control.core.context import Context, Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs

_TAGS, _READ, _WRITE = ["billing"], "subscriptions:read", "subscriptions:write"
_PATH, _ONE = "/v1/subscriptions", "{subscription_id:uuid}"
listed = collection(Row, _PATH, _ONE, tags=_TAGS, read=_READ, write=_WRITE)
subscriptions = collection(Subscription, _PATH, _ONE, tags=_TAGS, read=_READ, write=_WRITE)


async def _resume(ctx: Context, subscription_id: UUID, _: Nothing) -> Subscription:
    return await lifecycle.resume_(ctx, subscription_id)


async def _reactivate(ctx: Context, subscription_id: UUID, _: Nothing) -> Subscription:
    return await lifecycle.reactivate(ctx, subscription_id)


async def _unsuspend(ctx: Context, subscription_id: UUID, _: Nothing) -> Subscription:
    return await lifecycle.unsuspend(ctx, subscription_id)


@delete(f"{_PATH}/{_ONE}", opt=needs(_WRITE), tags=_TAGS, status_code=200, operation_id="delete_subscription")
async def delete_subscription(
    ctx: Ctx,
    subscription_id: FromPath[UUID],
    when: FromQuery[When] = "period_end",
    reason: FromQuery[str] = "",
    credit_unused: FromQuery[bool | None] = None,
) -> Response[Envelope[Subscription]]:
    """Cancel it with its period, or now with `when=now`; it stays readable. Unused days are credited as the settings say, or as
    `credit_unused` does."""
    found = await lifecycle.cancel(
        ctx, subscription_id, Cancellation(when=when, reason=reason[:1000], credit_unused=credit_unused)
    )
    return ctx.answer(found, version=found.version)


@post(f"{_PATH}/{_ONE}/preview", opt=needs(_READ), tags=_TAGS, status_code=200, operation_id="preview_subscription")
async def preview_subscription(
    ctx: Ctx, subscription_id: FromPath[UUID], data: JSONBody[PreviewOf]
) -> Response[Envelope[Preview]]:
    """What a change or a cancellation would credit and charge, computed by the code that does it. Nothing is written."""
    return ctx.answer(await previewing.preview(ctx, subscription_id, data))


@post(f"{_PATH}/preview", opt=needs(_READ), tags=_TAGS, status_code=200, operation_id="preview_new_subscription")
async def preview_new_subscription(ctx: Ctx, data: JSONBody[NewSubscription]) -> Response[Envelope[Preview]]:
    """What a new subscription would be charged. Nothing is written."""
    return ctx.answer(await previewing.preview_new(ctx, data))


@get("/v1/billing/subscription-settings", opt=needs(_READ), tags=_TAGS, operation_id="get_subscription_settings")
async def get_subscription_settings(ctx: Ctx) -> Response[Envelope[SubscriptionSettings]]:
    """How the own organization's subscriptions are invoiced."""
    found = await service.get_settings(ctx)
    return ctx.answer(found, version=found.version)


@put(
    "/v1/billing/subscription-settings",
    opt=needs("subscription-settings:write"),
    tags=_TAGS,
    operation_id="set_subscription_settings",
)
async def set_subscription_settings(
    ctx: Ctx, data: JSONBody[NewSubscriptionSettings]
) -> Response[Envelope[SubscriptionSettings]]:  # fmt: skip
    """Say whether a customer's subscriptions share invoices, and when changes take effect."""
    found = await service.save_settings(ctx, data)
    return ctx.answer(found, version=found.version)


ROUTES = [
    listed.page(
        "list_subscriptions",
        service.page,
        "The subscriptions in reach; `search` looks at names.",
        sortable=service.SORTABLE,
        tie="s.id",
        filters={"organization_id": UUID, "customer_id": UUID, "status": Status, "due_until": date},
    ),
    subscriptions.get("get_subscription", service.get, "One subscription with its items."),
    subscriptions.create(
        "create_subscription", NewSubscription, service.create, "Start a subscription; what is due today is invoiced at once."
    ),
    subscriptions.replace(
        "replace_subscription",
        ChangedSubscription,
        changing.replace,
        "Other plans or quantities, now with credit and charge by day, or from the next period on.",
    ),
    delete_subscription,
    subscriptions.action(
        "cancel_subscription", "cancel", Cancellation, lifecycle.cancel, "As DELETE, with what it takes in the body."
    ),
    subscriptions.action(
        "reactivate_subscription", "reactivate", Nothing, _reactivate, "Take a cancellation back while the subscription runs."
    ),
    subscriptions.action("pause_subscription", "pause", Pause, lifecycle.pause, "Stop today; unused days are credited."),
    subscriptions.action("resume_subscription", "resume", Nothing, _resume, "Go on after a pause, charged from today on."),
    subscriptions.action(
        "suspend_subscription", "suspend", Suspension, lifecycle.suspend, "Have its services switched off; it does not renew."
    ),
    subscriptions.action(
        "unsuspend_subscription",
        "unsuspend",
        Nothing,
        _unsuspend,
        "Have its services switched on again; what is paid stays paid.",
    ),
    preview_subscription,
    preview_new_subscription,
    subscriptions.part(
        "list_subscription_changes", "changes", list[Change], service.changes, "What happened to it, the latest first."
    ),
    subscriptions.part(
        "list_subscription_periods", "periods", list[BilledPeriod], service.periods, "The periods that were charged."
    ),
    subscriptions.part("list_subscription_usage", "usage", list[UsageReading], service.usage, "What was measured."),
    get_subscription_settings,
    set_subscription_settings,
]
