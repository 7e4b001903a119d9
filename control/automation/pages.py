"""Long work: how far it is, and what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.automation.operations import service
from control.core.operations import FINISHED
from control.core.permissions import needs
from control.web.language import N_
from control.web.routing import show
from control.web.tables import Badge
from control.web.ui import UiOf

STATES = {
    "pending": Badge(N_("Waiting"), "info"),
    "running": Badge(N_("At work"), "info"),
    "succeeded": Badge(N_("Done"), "success"),
    "failed": Badge(N_("Failed"), "error"),
    "cancelled": Badge(N_("Cancelled")),
}
KINDS = {"invoice.send": N_("Invoices are sent"), "invoice.finalise": N_("Invoices are finalised")}
_RESULTS = {
    "queued": Badge(N_("Queued"), "success"),
    "finalised": Badge(N_("Finalised"), "success"),
    "failed": Badge(N_("Failed"), "error"),
}


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
    }
    if ui.target == "operation":
        return ui.fragment("automation/progress.html", **values)
    return ui.page("automation/operation.html", **values)


PAGES = [operation]
