"""/v1/monitoring/agents"""

from __future__ import annotations

from functools import cache
from uuid import UUID

from litestar import Response, get, post
from litestar.params import JSONBody

from control.core.collection import collection
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import public
from control.monitoring.agents import service
from control.monitoring.agents.models import Agent, Claim, ClaimState, Enrolled, Enrolment, NewClaim, WaitingClaim
from dataplane.agent.bundle import bundle

agents = collection(Agent, "/v1/monitoring/agents", "{agent_id:uuid}", tags=["agents"], read="agents:read", write="agents:write")
claims = collection(
    WaitingClaim, "/v1/monitoring/agents/claims", "{claim_id:uuid}", tags=["agents"], read="agents:read", write="agents:write"
)


@post("/v1/monitoring/agents/enrolments", opt=public("404"), tags=agents.tags, operation_id="enrol_agent")
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
    agents.page(
        "list_agents",
        service.page,
        "The agents in reach, with when each was last seen.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID},
    ),
    agents.get("get_agent", service.get, "One agent."),
    agents.delete("delete_agent", service.delete, "End an agent's token; what it pushed stays."),
    claims.page(
        "list_agent_claims",
        service.claims,
        "The claims in reach, with when each expires. What opens the door is not among it.",
        sortable=service.CLAIMS_SORTABLE,
        filters={"organization_id": UUID, "status": ClaimState},
    ),
    claims.create(
        "create_agent_claim",
        NewClaim,
        service.claim,
        "Make a claim, with which one agent may be installed. It is shown this one time; only its hash is kept.",
        shown=Claim,
    ),
    claims.delete("revoke_agent_claim", service.revoke_claim, "Revoke a claim that nobody used; from now on it lets nobody in."),
    enrol_agent,
    agent_bundle,
]
