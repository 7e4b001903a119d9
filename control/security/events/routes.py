"""/v1/security/events"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.pagination import page_request
from control.core.permissions import needs
from control.security.events import service
from control.security.events.models import Action, Excluded, ExclusionFromEvent, RuleCount, SecurityEvent, Source

_TAGS = ["security-events"]
_READ, _WRITE = needs("security:read"), needs("security:write")
_ALL, _ONE = "/v1/security/events", "/v1/security/events/{event_id:uuid}"


@get(_ALL, opt=_READ, tags=_TAGS, operation_id="list_security_events")
async def list_security_events(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    site_id: FromQuery[UUID | None] = None,
    route_id: FromQuery[UUID | None] = None,
    action: FromQuery[Action | None] = None,
    source: FromQuery[Source | None] = None,
    rule_id: FromQuery[int | None] = None,
    client: FromQuery[str | None] = None,
    request_id: FromQuery[str | None] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
) -> Response[Page[SecurityEvent]]:
    """What gateways found, newest first: the last day's unless `since` says otherwise. `client` is an address or a network;
    `search` looks at paths, hosts and messages."""
    wanted = page_request(request, service.SORTABLE, "at")
    filters = {
        "organization_id": organization_id, "site_id": site_id, "route_id": route_id, "action": action, "source": source,
        "rule_id": rule_id, "client": client, "request_id": request_id, "since": since, "until": until,
    }  # fmt: skip
    rows, total = await service.page(ctx, wanted, filters)
    return ctx.page(rows, total, wanted)


@get("/v1/security/event-rules", opt=_READ, tags=_TAGS, operation_id="count_security_events")
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


@get(_ONE, opt=_READ, tags=_TAGS, operation_id="get_security_event")
async def get_security_event(ctx: Ctx, event_id: FromPath[UUID]) -> Response[Envelope[SecurityEvent]]:
    """One event."""
    return ctx.answer(await service.get(ctx, event_id))


@post(f"{_ONE}/exclusion", opt=_WRITE, tags=_TAGS, operation_id="exclude_security_event")
async def exclude_security_event(
    ctx: Ctx, event_id: FromPath[UUID], data: JSONBody[ExclusionFromEvent]
) -> Response[Envelope[Excluded]]:
    """Leave out what the event was about: an exclusion for each of its rules, in force within two seconds."""
    return await ctx.once(lambda tx: service.exclude(ctx, tx, event_id, data))


ROUTES = [list_security_events, count_security_events, get_security_event, exclude_security_event]
