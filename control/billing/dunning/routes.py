"""/v1/dunning-schedules, and dunning of invoices and customers"""

from __future__ import annotations

from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from control.billing.dunning import service
from control.billing.dunning.models import DunningCase, DunningSchedule, NewDunningSchedule, Stop
from control.billing.invoices.models import Nothing
from control.core.collection import collection
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs

_TAGS, _READ, _WRITE = ["billing"], "subscriptions:read", "subscriptions:write"
schedules = collection(
    DunningSchedule,
    "/v1/dunning-schedules",
    "{schedule_id:uuid}",
    tags=_TAGS,
    read="catalogue:read",
    write="subscription-settings:write",
)
_CASE = "/v1/invoices/{invoice_id:uuid}/dunning"
_CUSTOMER = "/v1/customers/{customer_id:uuid}/dunning-stop"


@get(_CASE, opt=needs(_READ), tags=_TAGS, operation_id="get_dunning_case")
async def get_dunning_case(ctx: Ctx, invoice_id: FromPath[UUID]) -> Response[Envelope[DunningCase]]:
    """What was done about an overdue invoice, and what comes next."""
    return ctx.answer(await service.case(ctx, invoice_id))


@post(f"{_CASE}/stop", opt=needs(_WRITE), tags=_TAGS, status_code=200, operation_id="stop_dunning")
async def stop_dunning(ctx: Ctx, invoice_id: FromPath[UUID], data: JSONBody[Stop]) -> Response[Envelope[DunningCase]]:
    """Take no further step over an invoice."""
    return ctx.answer(await service.stop(ctx, invoice_id, data))


@post(f"{_CASE}/continue", opt=needs(_WRITE), tags=_TAGS, status_code=200, operation_id="continue_dunning")
async def continue_dunning(ctx: Ctx, invoice_id: FromPath[UUID], data: JSONBody[Nothing]) -> Response[Envelope[DunningCase]]:
    """Go on with the steps."""
    del data
    return ctx.answer(await service.go_on(ctx, invoice_id))


@put(_CUSTOMER, opt=needs(_WRITE), tags=_TAGS, status_code=204, operation_id="stop_dunning_of_customer")
async def stop_dunning_of_customer(ctx: Ctx, customer_id: FromPath[UUID], data: JSONBody[Stop]) -> None:
    """Take no step over any invoice of a customer."""
    await service.stop_customer(ctx, customer_id, data)


@delete(_CUSTOMER, opt=needs(_WRITE), tags=_TAGS, operation_id="continue_dunning_of_customer")
async def continue_dunning_of_customer(ctx: Ctx, customer_id: FromPath[UUID]) -> None:
    """Go on with a customer's invoices."""
    await service.go_on_customer(ctx, customer_id)


ROUTES = [
    schedules.page(
        "list_dunning_schedules",
        service.ROWS.page,
        "The schedules in reach; `search` looks at names.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID},
    ),
    schedules.get("get_dunning_schedule", service.ROWS.get, "One schedule."),
    schedules.create(
        "create_dunning_schedule", NewDunningSchedule, service.create, "Add a schedule; plans name it, or it is the default."
    ),
    schedules.replace(
        "replace_dunning_schedule", NewDunningSchedule, service.replace, "Set all; what is overdue keeps its steps."
    ),
    schedules.delete("delete_dunning_schedule", service.delete, "Delete a schedule that no plan names."),
    get_dunning_case,
    stop_dunning,
    continue_dunning,
    stop_dunning_of_customer,
    continue_dunning_of_customer,
]
