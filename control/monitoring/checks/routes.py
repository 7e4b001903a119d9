"""/v1/monitoring/checks and /v1/heartbeats"""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from control.core.collection import collection, collection_below
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import public
from control.monitoring.checks import service
from control.monitoring.checks.models import Check, CheckKind, CheckLocation, CheckResult, CheckState, CheckWithToken, NewCheck

_TAGS, _READ, _WRITE = ["checks"], "monitoring:read", "monitoring:write"

checks = collection(Check, "/v1/monitoring/checks", "{check_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
results = collection_below(CheckResult, f"{checks.one}/results", tags=_TAGS, read=_READ)


@get("/v1/heartbeats/{token:str}", opt=public("404"), tags=_TAGS, operation_id="heartbeat")
async def heartbeat(ctx: Ctx, token: FromPath[str]) -> Response[Envelope[str]]:
    """A sign of life of a heartbeat check, from whoever knows its token."""
    await service.heartbeat(ctx, token)
    return ctx.answer("noted")


@post("/v1/heartbeats/{token:str}", opt=public("404"), tags=_TAGS, operation_id="post_heartbeat", status_code=200)
async def post_heartbeat(ctx: Ctx, token: FromPath[str]) -> Response[Envelope[str]]:
    """The same, for programs that only post. A body is not looked at."""
    await service.heartbeat(ctx, token)
    return ctx.answer("noted")


ROUTES = [
    checks.page(
        "list_checks",
        service.page,
        "The checks in reach, each with how it is.",
        sortable=service.SORTABLE,
        tie="c.id",
        filters={"organization_id": UUID, "kind": CheckKind, "status": CheckState},
    ),
    checks.get("get_check", service.CHECKS.get, "One check."),
    checks.create(
        "create_check",
        NewCheck,
        service.create_check,
        "Add a check; it is made at once. A heartbeat's `push_url` is shown this one time.",
        shown=CheckWithToken,
    ),
    checks.replace(
        "replace_check", NewCheck, service.replace_check, "Set all fields of a check; a secret that is left out stays."
    ),
    checks.delete("delete_check", service.CHECKS.delete, "Delete a check, its history and its alerts."),
    checks.part(
        "list_check_locations", "locations", list[CheckLocation], service.locations, "What each location knows of a check."
    ),
    results.page(
        "list_check_results",
        service.results,
        "The tries of the last two days; metrics have them for longer, as `check_up` and others.",
        sortable=service.RESULTS_SORTABLE,
        by="at",
    ),
    heartbeat,
    post_heartbeat,
]
