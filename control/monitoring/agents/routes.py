"""/v1/monitoring/agents"""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.pagination import page_request
from control.core.permissions import needs, public
from control.monitoring.agents import service
from control.monitoring.agents.models import Agent, Claim, ClaimState, Enrolled, Enrolment, NewClaim, WaitingClaim
from dataplane.agent.bundle import bundle

_TAGS = ["agents"]
_READ, _WRITE = needs("agents:read"), needs("agents:write")


@get("/v1/monitoring/agents", opt=_READ, tags=_TAGS, operation_id="list_agents")
async def list_agents(
    ctx: Ctx, request: Request[Any, Any, State], organization_id: FromQuery[UUID | None] = None
) -> Response[Page[Agent]]:
    """The agents in reach, with when each was last seen."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await service.page(ctx, wanted, {"organization_id": organization_id})
    return ctx.page(rows, total, wanted)


@get("/v1/monitoring/agents/{agent_id:uuid}", opt=_READ, tags=_TAGS, operation_id="get_agent")
async def get_agent(ctx: Ctx, agent_id: FromPath[UUID]) -> Response[Envelope[Agent]]:
    """One agent."""
    found = await service.get(ctx, agent_id)
    return ctx.answer(found, version=found.version)


@delete("/v1/monitoring/agents/{agent_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="delete_agent")
async def delete_agent(ctx: Ctx, agent_id: FromPath[UUID]) -> None:
    """End an agent's token; what it pushed stays."""
    await service.delete(ctx, agent_id)


@get("/v1/monitoring/agents/claims", opt=_READ, tags=_TAGS, operation_id="list_agent_claims")
async def list_agent_claims(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    status: FromQuery[ClaimState | None] = None,
) -> Response[Page[WaitingClaim]]:
    """The claims in reach, with when each expires. What opens the door is not among it."""
    wanted = page_request(request, service.CLAIMS_SORTABLE, "created_at")
    rows, total = await service.claims(ctx, wanted, {"organization_id": organization_id, "state": status})
    return ctx.page(rows, total, wanted)


@delete("/v1/monitoring/agents/claims/{claim_id:uuid}", opt=_WRITE, tags=_TAGS, operation_id="revoke_agent_claim")
async def revoke_agent_claim(ctx: Ctx, claim_id: FromPath[UUID]) -> None:
    """Revoke a claim that nobody used; from now on it lets nobody in."""
    await service.revoke_claim(ctx, claim_id)


@post("/v1/monitoring/agents/claims", opt=_WRITE, tags=_TAGS, operation_id="create_agent_claim")
async def create_agent_claim(ctx: Ctx, data: JSONBody[NewClaim]) -> Response[Envelope[Claim]]:
    """Make a claim, with which one agent may be installed. It is shown this one time; only its hash is kept."""
    return await ctx.once(lambda tx: service.claim(ctx, tx, data))


@post("/v1/monitoring/agents/enrolments", opt=public("404"), tags=_TAGS, operation_id="enrol_agent")
async def enrol_agent(ctx: Ctx, data: JSONBody[Enrolment]) -> Response[Envelope[Enrolled]]:
    """Exchange a claim for a token of ingestion. The claim is the proof, so nobody is logged in; it is used up."""
    return ctx.answer(await service.enrol(ctx, data), status=201)


@cache
def _bundle() -> bytes:
    return bundle()


@get(service.BUNDLE_PATH, opt=public(), include_in_schema=False, sync_to_thread=True)
def agent_bundle() -> Response[bytes]:
    """The agent as one file for Python 3.11 or newer. It has no secret in it."""
    return Response(
        _bundle(),
        media_type="application/zip",
        headers={"Cache-Control": "public, max-age=300", "Content-Disposition": 'attachment; filename="hcc-agent.pyz"'},
    )


ROUTES = [
    list_agents,
    get_agent,
    delete_agent,
    list_agent_claims,
    revoke_agent_claim,
    create_agent_claim,
    enrol_agent,
    agent_bundle,
]
