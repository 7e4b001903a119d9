"""Long work: how far it is, and what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.automation.health import pages as health
from control.automation.mail import pages as mail
from control.automation.operations import service
from control.automation.queue import pages as queue
from control.automation.webhooks import pages as webhooks
from control.automation.webhooks.pages import AUTOMATION
from control.core.operations import FINISHED, Operation, Status
from control.core.permissions import needs
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf
from control.web.view import gettext

STATES = {
    "pending": Badge(N_("Waiting"), "info"),
    "running": Badge(N_("At work"), "info"),
    "succeeded": Badge(N_("Done"), "success"),
    "failed": Badge(N_("Failed"), "error"),
    "cancelled": Badge(N_("Cancelled")),
}
KINDS = {
    "invoice.send": N_("Invoices are sent"),
    "invoice.finalise": N_("Invoices are finalised"),
    "invoice.document": N_("A document is made"),
    "user.export": N_("Personal data are gathered"),
    "user.erasure": N_("Personal data are erased"),
}
_RESULTS = {
    "queued": Badge(N_("Queued"), "success"),
    "finalised": Badge(N_("Finalised"), "success"),
    "failed": Badge(N_("Failed"), "error"),
}


OPERATIONS = Table(
    name="operations",
    path="/operations",
    service=service.page,
    sortable=service.SORTABLE,
    columns=(
        Column(name="kind", label=N_("What"), sort="kind", cell="link", of=lambda row: gettext(KINDS.get(row.kind, row.kind))),
        Column(name="status", label=N_("State"), sort="status", cell="badge", of=lambda row: STATES[row.status]),
        Column(name="progress", label=N_("Progress"), cell="number", of=lambda row: row.progress),
        Column(name="created_at", label=N_("Begun"), sort="created_at", cell="moment"),
        Column(name="finished_at", label=N_("Finished"), cell="moment"),
        Column(name="subject_type", label=N_("Of what"), is_hidden=True),
    ),
    filters=(
        Filter(name="status", label=N_("State"), kind=Status, words={name: badge.label for name, badge in STATES.items()}),
        Filter(name="kind", label=N_("What"), words=KINDS),
        Filter(name="organization_id", label=N_("Organization"), kind=UUID, input="hidden"),
    ),
    link="/operations/{id}",
    empty=N_("There was no long work yet."),
    live="operation",
)


@show("/operations", needs("operations:read"))
async def operations(ui: UiOf) -> Response[str]:
    """The long work in reach."""
    return await OPERATIONS.page(ui, "automation/operations.html")


def _download(ui: Ui, found: Operation) -> str:
    """Where the file is that was made; empty when none was. The API's address becomes that of the page that gives it."""
    made = str((found.result or {}).get("download") or "")
    if found.kind != "user.export" or not made.startswith("/v1/users/"):
        return ""
    if found.subject_id == str(ui.ctx.principal.user_id):
        return f"/profile/exports/{made.rpartition('/')[2]}"
    return made.removeprefix("/v1") if ui.ctx.principal.may("users:write") else ""


@show("/operations/{operation_id:uuid}", needs("operations:read"))
async def operation(ui: UiOf, operation_id: FromPath[UUID]) -> Response[str]:
    """One operation. It may be left at any time; the page looks again by itself."""
    found = await service.get(ui.ctx, operation_id)
    results = (found.result or {}).get("results")
    values: dict[str, Any] = {
        "operation": found,
        "state": STATES[found.status],
        "is_finished": found.status in FINISHED,
        "title": KINDS.get(found.kind, found.kind),
        "results": results if isinstance(results, list) else [],
        "states": _RESULTS,
        "download": _download(ui, found),
    }
    if ui.target == "operation":
        return ui.fragment("automation/progress.html", **values)
    return ui.page("automation/operation.html", **values)


PAGES = [operation, operations, *webhooks.PAGES, *queue.PAGES, *health.PAGES, *mail.PAGES]
CARDS = health.CARDS
WATCHES = health.WATCHES
SETTINGS = mail.SETTINGS
MENU = (
    *webhooks.MENU,
    Entry(label=N_("Operations"), path="/operations", icon="clock", permission="operations:read", group=AUTOMATION),
    *queue.MENU,
)
TABLES = (OPERATIONS, webhooks.WEBHOOKS, webhooks.LOG, queue.QUEUE, queue.OUTBOX)
