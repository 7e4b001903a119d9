"""Agents: a claim lets one in, once; its token is ended when it is deleted."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from control import ingest_tokens
from control.core import audit, events
from control.core.context import Context
from control.core.db import NOBODY, Scope, Transaction
from control.core.envelope import now
from control.core.errors import Conflict, NotFound
from control.core.ids import new_id
from control.core.pagination import PageRequest, like
from control.core.words import said
from control.monitoring.agents import queries as q
from control.monitoring.agents.models import Agent, Claim, Enrolled, Enrolment, NewClaim, WaitingClaim

CLAIM_PREFIX = "hcc_claim_"
INTERVAL_S = 10
MOST_CLAIMS = 100
"""Claims that may wait at one time in an organisation."""
BUNDLE_PATH = "/v1/monitoring/agents/hcc-agent.pyz"
CLAIMS_SORTABLE = {"created_at": "created_at", "expires_at": "expires_at", "name": "name"}
SORTABLE = {"created_at": "a.created_at", "name": "a.name", "last_seen_at": "u.last_used_at"}


class _Taken(msgspec.Struct):
    organization_id: UUID
    name: str


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Agent], int]:
    """The agents in reach."""
    params = {"search": like(wanted.search), **filters}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(Agent, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, agent_id: UUID) -> Agent:
    """One agent. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await tx.maybe(Agent, q.SQL.get, id=agent_id)
        if found is None:
            raise NotFound("agent")
        await ctx.audit_read(tx, "agent", found.id, organization_id=found.organization_id)
    return found


async def claim(ctx: Context, tx: Transaction, data: NewClaim) -> Claim:
    """A claim for the caller's organisation. Raises Conflict when too many wait to be used."""
    owner = ctx.principal.organization_id
    await tx.run(q.SQL.forget_claims, organization_id=owner)
    if await tx.value(q.SQL.waiting_claims, organization_id=owner) >= MOST_CLAIMS:
        raise Conflict(said("%(number)s claims wait to be used already.", number=MOST_CLAIMS))
    secret, server = CLAIM_PREFIX + secrets.token_urlsafe(24), ctx.runtime.settings.public_url.rstrip("/")
    made = Claim(
        id=new_id(),
        organization_id=owner,
        name=data.name,
        expires_at=now() + timedelta(seconds=data.expires_in_s),
        claim=secret,
        command=f"curl -fsS {server}{BUNDLE_PATH} -o hcc-agent.pyz"
        f" && sudo python3 hcc-agent.pyz install --server {server} --claim {secret}",
    )
    await tx.run(
        q.SQL.insert_claim,
        id=made.id,
        organization_id=owner,
        name=made.name,
        claim_hash=_hash(secret),
        expires_at=made.expires_at,
    )
    shown = {"name": made.name, "expires_at": made.expires_at}
    await ctx.audit(tx, "agent_claim.created", "agent_claim", made.id, organization_id=owner, after=shown)
    return made


async def claims(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[WaitingClaim], int]:
    """The claims in reach, none with its secret: that is kept nowhere."""
    params = {"search": like(wanted.search), "organization_id": filters["organization_id"], "state": filters["status"]}
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.claim_count, **params)
        return await tx.all(WaitingClaim, wanted.sorted(q.SQL.claim_page), **params), total


async def revoke_claim(ctx: Context, claim_id: UUID) -> None:
    """Make a claim good for nothing. Raises NotFound; Conflict for one that let an agent in already."""
    async with ctx.transaction() as tx:
        before = await tx.maybe(WaitingClaim, q.SQL.claim_get, id=claim_id)
        if before is None:
            raise NotFound("claim")
        if await tx.run(q.SQL.claim_revoke, id=claim_id) == 0:
            raise Conflict("The claim was used; end the agent that it let in.")
        await ctx.audit(tx, "agent_claim.revoked", "agent_claim", claim_id, organization_id=before.organization_id, before=before)


async def enrol(ctx: Context, data: Enrolment) -> Enrolled:
    """Exchange a claim for a token, all or nothing. Raises NotFound for a claim that is not good, or no longer."""
    async with ctx.runtime.database.transaction(NOBODY) as tx:
        taken = await tx.maybe(_Taken, q.SQL.take_claim, claim_hash=_hash(data.claim))
        if taken is None:
            raise NotFound("claim, or it was used or has expired")
        owner, name = taken.organization_id, taken.name or data.host
        await tx.switch(Scope(owner))
        token, token_id, agent_id = ingest_tokens.fresh(), new_id(), new_id()
        await tx.run(
            q.SQL.insert_token,
            id=token_id,
            organization_id=owner,
            name=f"agent {name}"[:100],
            prefix=ingest_tokens.shown(token),
            token_hash=ingest_tokens.hashed(token),
        )
        await tx.run(
            q.SQL.insert, id=agent_id, organization_id=owner, name=name, agent_version=data.agent_version, token_id=token_id
        )
        made = await tx.one(Agent, q.SQL.get, id=agent_id)
        actor = audit.Actor(kind="system", address=None if ctx.address is None else str(ctx.address), request_id=ctx.request_id)
        await audit.record(tx, actor, "agent.created", "agent", agent_id, organization_id=owner, after=made)
        await events.emit(tx, "agent.created", owner, made)
    server = ctx.runtime.settings.public_url.rstrip("/")
    return Enrolled(
        agent_id=agent_id, organization_id=owner, name=name, token=token, ingest_url=f"{server}/ingest", interval_s=INTERVAL_S
    )


async def delete(ctx: Context, agent_id: UUID) -> None:
    """Send an agent away; ingestion refuses its token within two seconds. Raises NotFound."""
    async with ctx.transaction() as tx:
        before = await tx.maybe(Agent, q.SQL.lock, id=agent_id)
        if before is None:
            raise NotFound("agent")
        ctx.if_match(before.version)
        await tx.run(q.SQL.delete, id=agent_id)
        await ctx.audit(tx, "agent.deleted", "agent", agent_id, organization_id=before.organization_id, before=before)
        await events.emit(tx, "agent.deleted", before.organization_id, {"id": agent_id, "name": before.name})


async def series(ctx: Context, agent_id: UUID) -> int:
    """How many series there are of the host that an agent is called after."""
    async with ctx.transaction() as tx:
        return int(await tx.value(q.SQL.series, id=agent_id))


def _hash(claim: str) -> bytes:
    """What is stored: the claim is random and long, so one round of SHA-256 does."""
    return hashlib.sha256(claim.encode()).digest()
