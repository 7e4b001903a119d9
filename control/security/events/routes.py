"""/v1/security/events and /v1/security/event-rules"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from control.core.collection import collection
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.security.events import service
from control.security.events.models import Action, Excluded, ExclusionFromEvent, RuleCount, SecurityEvent, Source

events = collection(
    SecurityEvent,
    "/v1/security/events",
    "{event_id:uuid}",
    tags=["security-events"],
    read="security:read",
    write="security:write",
)


@get("/v1/security/event-rules", opt=events.reads, tags=events.tags, operation_id="count_security_events")
async def count_security_events(
    ctx: Ctx,
    organization_id: FromQuery[UUID | None] = None,
    site_id: FromQuery[UUID | None] = None,
    route_id: FromQuery[UUID | None] = None,
    client: FromQuery[str | None] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
) -> Response[Envelope[list[RuleCount]]]:
    """The firewall's rules by how often they matched, to find false positives."""
    filters = {
        "organization_id": organization_id, "site_id": site_id, "route_id": route_id, "action": None, "source": None,
        "rule_id": None, "client": client, "request_id": None, "since": since, "until": until,
    }  # fmt: skip
    return ctx.answer(await service.rules(ctx, filters))


@post(f"{events.one}/exclusion", opt=events.writes, tags=events.tags, operation_id="exclude_security_event")
async def exclude_security_event(
    ctx: Ctx, event_id: FromPath[UUID], data: JSONBody[ExclusionFromEvent]
) -> Response[Envelope[Excluded]]:
    """Leave out what the event was about: an exclusion for each of its rules, in force within two seconds."""
    return await ctx.once(lambda tx: service.exclude(ctx, tx, event_id, data))


ROUTES = [
    events.page(
        "list_security_events",
        service.page,
        "What gateways found, newest first: the last day's unless `since` says otherwise. `client` is an address or a network;\n"
        "`search` looks at paths, hosts and messages.",
        sortable=service.SORTABLE,
        by="at",
        filters={
            "organization_id": UUID,
            "site_id": UUID,
            "route_id": UUID,
            "action": Action,
            "source": Source,
            "rule_id": int,
            "client": str,
            "request_id": str,
            "since": datetime,
            "until": datetime,
        },
    ),
    count_security_events,
    events.get("get_security_event", service.get, "One event."),
    exclude_security_event,
]
