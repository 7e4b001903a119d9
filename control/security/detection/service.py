"""Detectors: their thresholds, and the bans that follow from them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import structlog

from control.core import audit
from control.core.context import Context
from control.core.db import NOBODY, Database, Scope
from control.core.errors import FieldError, ValidationFailed
from control.security.bans import service as bans
from control.security.bans.models import Ban
from control.security.detection import queries as q
from control.security.detection.models import Detector, DetectorPut, Threat
from control.security.settings.service import only_platform

log = structlog.get_logger("hcc.detection")

WORDS = {
    "login": "refused log-ins",
    "unauthorized": "requests without a valid token",
    "not_found": "requests for what is not there",
    "scanner": "requests for what only scanners ask for",
    "limited": "requests beyond a limit",
    "waf_score": "points of the firewall",
}
_MOST_DOUBLINGS = 20
_WIDTH = {4: 32, 6: 64}
"""Prefix of a ban by version of IP: an IPv6 client has a /64 to itself."""


async def detectors(ctx: Context) -> list[Detector]:
    """All detectors. Raises Forbidden for everybody but the platform's people."""
    only_platform(ctx)
    async with ctx.transaction() as tx:
        return await tx.all(Detector, q.SQL.detectors)


async def replace(ctx: Context, name: str, data: DetectorPut) -> Detector:
    """Set all of a detector. Raises ValidationFailed, Forbidden."""
    only_platform(ctx)
    if data.most_ban_s < data.ban_s:
        raise ValidationFailed(FieldError("/most_ban_s", "is less than ban_s"))
    async with ctx.transaction() as tx:
        await tx.value(q.SQL.lock, name=name)
        before = await tx.one(Detector, q.SQL.detector, name=name)
        ctx.if_match(before.version)
        await tx.run(q.SQL.update, name=name, **msgspec.structs.asdict(data))
        after = await tx.one(Detector, q.SQL.detector, name=name)
        organization_id = ctx.principal.organization_id
        await ctx.audit(
            tx, "threat_detector.updated", "threat_detector", name, organization_id=organization_id, before=before, after=after
        )
    return after


def duration(threat: Threat) -> int:
    """Seconds of the ban: doubled with each earlier one, bounded."""
    return min(threat.ban_s << min(threat.earlier, _MOST_DOUBLINGS), threat.most_ban_s)


def reason(threat: Threat) -> str:
    """Why, in words that the banned person's helper understands."""
    again = f", the {threat.earlier + 1}. time in a week" if threat.earlier else ""
    return f"{threat.total} {WORDS[threat.detector]} within {threat.window_s} s, such as {threat.sample[:100]}{again}"


async def judge(database: Database) -> list[Ban]:
    """Ban every client that is past a threshold now; the bans made."""
    made = []
    async with database.transaction(NOBODY) as tx:
        if not await tx.value(q.SQL.lock_judging):
            return []
        threats = await tx.all(Threat, q.SQL.threats)
        seen = set()
        for threat in threats:
            # A client past several thresholds is banned once, for the one that it is furthest past.
            if (threat.organization_id, threat.client) in seen:
                continue
            seen.add((threat.organization_id, threat.client))
            await tx.switch(Scope(threat.organization_id))
            seconds = duration(threat)
            network = f"{threat.client}/{_WIDTH[6 if ':' in threat.client else 4]}"
            until = datetime.now(UTC) + timedelta(seconds=seconds)
            evidence = msgspec.to_builtins(threat) | {"seconds": seconds}
            del evidence["organization_id"]
            ban = await bans.insert(
                tx, threat.organization_id, network, reason(threat), until, detector=threat.detector, evidence=evidence
            )
            actor = audit.Actor(kind="system", organization_id=threat.organization_id)
            await audit.record(tx, actor, "ban.created", "ban", ban.id, organization_id=threat.organization_id, after=ban)
            made.append(ban)
    for ban in made:
        log.info("banned", network=ban.network, reason=ban.reason, detector=ban.detector, organization=str(ban.organization_id))
    return made
