"""Searching security events, counting by rule, and making exclusions from an event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID

from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.pagination import PageRequest, like
from control.security.events import queries as q
from control.security.events.models import Excluded, ExclusionFromEvent, RuleCount, RuleMatch, SecurityEvent, Tally
from control.security.exclusions import service as exclusions
from control.security.exclusions.models import NewExclusion
from control.sites.checks import paths

SORTABLE = {"at": "at", "requests": "requests", "score": "coalesce(score, 0)"}
WINDOW = timedelta(days=1)
"""How far back is looked unless `since` says otherwise."""
_SUMS = ((949_000, 949_999), (959_000, 959_999), (980_000, 980_999))
"""Rules of the CRS that compare the score that others added up: leaving them out switches the firewall off."""


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[SecurityEvent], int]:
    """The events in reach, the last day's unless `since` says otherwise. Raises ValidationFailed."""
    params = _params(wanted.search, filters)
    async with ctx.transaction() as tx:
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(SecurityEvent, wanted.sorted(q.SQL.page), **params), total


async def tally(ctx: Context) -> Tally:
    """How many events of the last day are in reach."""
    until = datetime.now(UTC)
    async with ctx.transaction() as tx:
        return await tx.one(Tally, q.SQL.tally, since=until - WINDOW, until=until)


async def rules(ctx: Context, filters: dict[str, Any]) -> list[RuleCount]:
    """The firewall's rules by how often they matched, at most a hundred. Raises ValidationFailed."""
    async with ctx.transaction() as tx:
        return await tx.all(RuleCount, q.SQL.rules, **_params(None, filters))


async def get(ctx: Context, event_id: UUID) -> SecurityEvent:
    """One event. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await _find(tx, event_id)
        await ctx.audit_read(tx, "security_event", found.id, organization_id=found.organization_id)
    return found


async def exclude(ctx: Context, tx: Transaction, event_id: UUID, data: ExclusionFromEvent) -> Excluded:
    """An exclusion for each of the event's rules. Raises NotFound, ValidationFailed; Conflict for an event without rules."""
    event = await _find(tx, event_id)
    known = {match.rule_id: match for match in event.matches}
    wanted = data.rule_ids if data.rule_ids is not None else [rule for rule in known if not _only_adds_up(rule)]
    errors = [FieldError(f"/rule_ids/{n}", "is none of the event's rules") for n, rule in enumerate(wanted) if rule not in known]
    if errors:
        raise ValidationFailed(errors)
    if not wanted:
        raise Conflict("The event names no rule of the firewall that could be left out.")
    site_id = event.site_id if data.site else None
    if data.site and site_id is None:
        raise Conflict("The event is of no site.")
    made = []
    for rule in dict.fromkeys(wanted):
        new = NewExclusion(
            site_id=site_id,
            rule_from=rule,
            target=_target(known[rule]) if data.target else None,
            path_prefix=_path(event.path) if data.path else None,
            note=data.note,
            expires_at=data.expires_at,
        )
        made.append(await exclusions.create(ctx, tx, new, event_id=event.id))
    return Excluded(exclusions=made)


def _only_adds_up(rule: int) -> bool:
    return any(first <= rule <= last for first, last in _SUMS)


def _target(match: RuleMatch) -> str | None:
    """The variable as an exclusion names it; None, and so the whole rule, for one that cannot be named."""
    target = match.target.strip()
    return target if exclusions.is_target(target) else None


def _path(path: str) -> str | None:
    """The event's path as a prefix; None, and so every path, when it has no normal form."""
    try:
        normal = paths.normal(path)
        paths.plain(normal)
    except paths.PathError:
        return None
    return normal


async def _find(tx: Transaction, event_id: UUID) -> SecurityEvent:
    found = await tx.maybe(SecurityEvent, q.SQL.get, id=event_id)
    if found is None:
        raise NotFound("security event")
    return found


def _params(search: str | None, filters: dict[str, Any]) -> dict[str, Any]:
    errors = [
        FieldError(name, "needs a time zone, such as Z")
        for name in ("since", "until")
        if isinstance(filters[name], datetime) and filters[name].tzinfo is None
    ]
    client = filters["client"]
    if client is not None:
        try:
            client = str(ip_network(client, strict=False))
        except ValueError:
            errors.append(FieldError("client", "is no address or network"))
    rule_id = filters["rule_id"]
    if rule_id is not None and not 0 < rule_id < 2**31:
        errors.append(FieldError("rule_id", "is no rule's number"))
    if errors:
        raise ValidationFailed(errors, "The query has invalid parameters.")
    now = datetime.now(UTC)
    # A gateway's clock may be a little ahead.
    until = filters["until"] or now + timedelta(hours=2)
    since = filters["since"] or min(now, until) - WINDOW
    return {**filters, "client": client, "since": since, "until": until, "search": like(search)}
