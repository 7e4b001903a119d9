"""Reminders: schedules of steps, and what is done about one invoice."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, get_args
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.billing.dunning import service
from control.billing.dunning.models import Action, DunningSchedule, NewDunningSchedule, Stop
from control.billing.invoices import service as invoices
from control.billing.parts import Link, ask, convert, full, listed
from control.core.context import Context
from control.core.errors import DomainError, FieldError, ValidationFailed
from control.core.permissions import needs
from control.core.words import said
from control.web.asking import PLAIN, Asking
from control.web.depends import Dependent, named
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf
from control.web.view import tongue

_READ, _WRITE = needs("catalogue:read"), needs("subscription-settings:write")
_SEE, _DO = needs("subscriptions:read"), needs("subscriptions:write")
_PATH = "/dunning"
_BACK = (_PATH, N_("Reminders"))
ACTIONS = {
    "remind": N_("Remind"),
    "late_fee": N_("Charge a late fee"),
    "suspend": N_("Suspend"),
    "cancel": N_("Cancel"),
    "write_off": N_("Write off"),
}
OUTCOMES = {
    "done": Badge(N_("Done"), "success"),
    "nothing_to_do": Badge(N_("Nothing to do")),
    "not_retried": Badge(N_("Not tried again"), "warning"),
}


def _steps(row: DunningSchedule) -> str:
    return ", ".join(f"{one.days}: {tongue().gettext(ACTIONS[one.action])}" for one in row.steps)


def _whose(row: DunningSchedule) -> str:
    return tongue().gettext(N_("All plans that name none") if row.is_default else N_("Plans that name it"))


SCHEDULES = Table(
    name="dunning_schedules",
    path=_PATH,
    service=service.ROWS.page,
    sortable=service.SORTABLE,
    columns=(
        Column(name="name", label=N_("Name"), sort="name", cell="link"),
        Column(name="steps", label=N_("Days after the due date, and what is done"), of=_steps),
        Column(name="is_default", label=N_("For"), of=_whose),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),),
    link=f"{_PATH}/{{id}}/edit",
    search=N_("Name"),
    empty=N_("There are no schedules: nobody is reminded of what is overdue."),
)  # fmt: skip


class ScheduleFields(msgspec.Struct, kw_only=True):
    """A schedule as it is typed: one step a line."""

    name: str
    is_default: bool = False
    steps: list[str]


SCHEDULE = Form(
    ScheduleFields,
    Field("name", N_("Name")),
    Field(
        "steps", N_("Steps"), hint=N_("One a line: days; remind, late_fee, suspend, cancel or write_off; fee; text of the mail.")
    ),
    Field("is_default", N_("For all plans that name none")),
)
STOP = Form(Stop, Field("reason", N_("Reason"), kind="textarea"))


def _written(found: DunningSchedule) -> dict[str, Any]:
    """A schedule as its form shows it."""
    lines = []
    for one in found.steps:
        parts = [str(one.days), one.action, "" if one.fee is None else f"{one.fee:f}", one.text.replace("\n", " ")]
        lines.append("; ".join(parts).rstrip("; "))
    return {"name": found.name, "is_default": found.is_default, "steps": lines}


def _read(data: ScheduleFields) -> NewDunningSchedule:
    """What was typed. Raises ValidationFailed that names the line."""
    steps = []
    for n, line in enumerate(data.steps, 1):
        days, action, fee, text = (part.strip() for part in (*line.split(";", 3), "", "", "")[:4])
        if action not in get_args(Action):
            raise ValidationFailed(
                FieldError(
                    "/steps", said("line %(line)s must name one of %(choices)s", line=n, choices=", ".join(get_args(Action)))
                )
            )
        try:
            wanted = Decimal(fee.replace(",", ".")) if fee else None
        except InvalidOperation:
            raise ValidationFailed(FieldError("/steps", said("line %(line)s: %(fee)s is no amount", line=n, fee=fee))) from None
        steps.append({"days": days, "action": action, "fee": wanted, "text": text})
    return convert({"name": data.name, "is_default": data.is_default, "steps": steps}, NewDunningSchedule)


async def _from(ui: Ui) -> NewDunningSchedule:
    return _read(await SCHEDULE.read(ui))


@show(_PATH, _READ)
async def schedules(ui: UiOf) -> Response[str]:
    """The schedules in reach."""
    links = [Link(N_("Add a schedule"), f"{_PATH}/new", "primary")] if ui.ctx.principal.may("subscription-settings:write") else []
    return await listed(ui, SCHEDULES, N_("Reminders"), *links, words=N_("What is done about invoices that are overdue."))


@show(f"{_PATH}/new", _WRITE)
async def ask_new(ui: UiOf) -> Response[Any]:
    """A schedule to be."""
    start = {"steps": ["7; remind", "14; remind", "21; suspend"]}
    return full(ui, SCHEDULE.empty(start), N_("Add a schedule"), _PATH, _BACK)


@act(_PATH, _WRITE)
async def create(ui: UiOf) -> Response[Any]:
    """Add a schedule."""
    try:
        data = await _from(ui)
        await ui.once(lambda tx: service.create(ui.ctx, tx, data))
    except DomainError as error:
        return full(ui, await SCHEDULE.again(ui, error), N_("Add a schedule"), _PATH, _BACK)
    return ui.go(_PATH, ui.words(N_("The schedule was added.")))


def _edit(ui: Ui, found: DunningSchedule, form: Any) -> Response[Any]:
    text = N_("Invoices that are overdue already go on with the steps as they were.")
    return full(
        ui, form, N_("Edit the schedule"), f"{_PATH}/{found.id}/edit", _BACK, words=text, delete=f"{_PATH}/{found.id}/delete"
    )


@show(f"{_PATH}/{{schedule_id:uuid}}/edit", _WRITE)
async def ask_edit(ui: UiOf, schedule_id: FromPath[UUID]) -> Response[Any]:
    """A schedule to be changed."""
    found = await service.ROWS.get(ui.ctx, schedule_id)
    return _edit(ui, found, SCHEDULE.empty(_written(found), version=found.version))


@act(f"{_PATH}/{{schedule_id:uuid}}/edit", _WRITE)
async def edit(ui: UiOf, schedule_id: FromPath[UUID]) -> Response[Any]:
    """Change a schedule."""
    found = await service.ROWS.get(ui.ctx, schedule_id)
    try:
        await service.replace(ui.ctx, schedule_id, await _from(ui))
    except DomainError as error:
        return _edit(ui, found, await SCHEDULE.again(ui, error, _written(found)))
    return ui.go(_PATH, ui.words(N_("The schedule was changed.")))


async def _plans(ctx: Context, row: DunningSchedule) -> list[Dependent]:
    return [named(N_("Plans that name it"), await service.plans_of(ctx, row.id), "/plans", keeps=True)]


DELETE = Asking(
    path=f"{_PATH}/{{row_id:uuid}}/delete", writes=_WRITE, get=lambda ui, row_id: service.ROWS.get(ui.ctx, row_id),
    back=f"{_PATH}/{{row.id}}/edit", after=_PATH, label=N_("Delete the schedule"),
    text=N_("Invoices that are overdue already go on with its steps."),
    work=lambda ui, row, _: service.delete(ui.ctx, row.id), said=N_("The schedule was deleted."), depends=_plans,
)  # fmt: skip


@show("/invoices/{invoice_id:uuid}/dunning", _SEE)
async def case(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[str]:
    """What was done about an overdue invoice, and what comes next."""
    invoice = await invoices.get(ui.ctx, invoice_id)
    found = await service.case(ui.ctx, invoice_id)
    principal = ui.ctx.principal
    return ui.page(
        "billing/dunning_case.html",
        invoice=invoice,
        case=found,
        actions=ACTIONS,
        outcomes=OUTCOMES,
        may_write=principal.may("subscriptions:write") and invoice.customer_org_id != principal.organization_id,
    )


def _stop(ui: Ui, invoice_id: UUID, form: Any) -> Response[Any]:
    back = f"/invoices/{invoice_id}/dunning"
    text = N_("No further step is taken over this invoice until you go on.")
    return ask(ui, form, N_("Stop the reminders"), f"{back}/stop", back, words=text)


@show("/invoices/{invoice_id:uuid}/dunning/stop", _DO)
async def ask_stop(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """Why."""
    return _stop(ui, invoice_id, STOP.empty())


@act("/invoices/{invoice_id:uuid}/dunning/stop", _DO)
async def stop(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """Take no further step."""
    try:
        await service.stop(ui.ctx, invoice_id, await STOP.read(ui))
    except DomainError as error:
        return _stop(ui, invoice_id, await STOP.again(ui, error))
    return ui.go(f"/invoices/{invoice_id}/dunning", ui.words(N_("The reminders are stopped.")))


def _go_on(ui: Ui, invoice_id: UUID, form: Any) -> Response[Any]:
    back = f"/invoices/{invoice_id}/dunning"
    text = N_("Steps whose day has come are taken with the next runs, one a run.")
    return ask(ui, form, N_("Go on with the reminders"), f"{back}/continue", back, words=text)


@show("/invoices/{invoice_id:uuid}/dunning/continue", _DO)
async def ask_go_on(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """What that means."""
    return _go_on(ui, invoice_id, PLAIN.empty())


@act("/invoices/{invoice_id:uuid}/dunning/continue", _DO)
async def go_on(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """Go on with the steps."""
    try:
        await service.go_on(ui.ctx, invoice_id)
    except DomainError as error:
        return _go_on(ui, invoice_id, await PLAIN.again(ui, error))
    return ui.go(f"/invoices/{invoice_id}/dunning", ui.words(N_("The reminders go on.")))


PAGES = [
    schedules, ask_new, create, ask_edit, edit, *DELETE.pages(), case, ask_stop, stop, ask_go_on, go_on,
]  # fmt: skip
