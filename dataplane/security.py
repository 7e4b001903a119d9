"""The part of a snapshot that is about security: what organisations, sites and routes say, and the bans in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, LiteralString
from uuid import UUID

import msgspec

Rows = Callable[[LiteralString], Awaitable[list[dict[str, Any]]]]
_KINDS = ("access", "rules", "exclusions", "waf_rules")


class Security(msgspec.Struct):
    """What was read. `scopes` and the sites' own parts hold lists by kind."""

    challenge: dict[str, Any]
    detection: dict[str, Any]
    bans: list[dict[str, Any]]
    paths: dict[UUID, list[UUID]]
    policies: dict[UUID, dict[str, Any]]
    """By id of a route, where it differs from its site, or of a site."""
    scopes: dict[UUID, dict[str, list[dict[str, Any]]]]
    sites: dict[UUID, dict[str, list[dict[str, Any]]]]

    def of_site(self, site_id: UUID) -> dict[str, Any]:
        """A site's own part."""
        return {
            "scopes": self.paths[site_id],
            "waf": self.policies[site_id],
            **self.sites.get(site_id, {kind: [] for kind in _KINDS}),
        }


async def read_security(rows: Rows) -> Security:
    """Read it all in the snapshot's transaction."""
    challenge = await rows("SELECT key, difficulty, ttl_s FROM hcc.gateway_config_challenge")
    detection = await rows("SELECT login_paths, scanner_paths FROM hcc.gateway_config_detection")
    bans = await rows("SELECT id, network, scope, until, reason FROM hcc.gateway_config_bans ORDER BY id")
    paths = await rows("SELECT site_id, path FROM hcc.gateway_config_scopes")
    waf = await rows(
        "SELECT site_id, route_id, mode, paranoia, inbound_threshold, outbound_threshold, rule_set, response_bodies"
        " FROM hcc.gateway_config_waf"
    )
    found = {
        "access": await rows(
            "SELECT organization_id, site_id, id, network, asn, country, action, until FROM hcc.gateway_config_access ORDER BY id"
        ),
        "rules": await rows(
            "SELECT organization_id, site_id, id, name, position, conditions, action, quota"
            " FROM hcc.gateway_config_match_rules ORDER BY id"
        ),
        "exclusions": await rows(
            "SELECT organization_id, site_id, id, rule_from, rule_to, tag, target, path_prefix"
            " FROM hcc.gateway_config_exclusions ORDER BY id"
        ),
        "waf_rules": await rows(
            "SELECT organization_id, site_id, id, name, position, text FROM hcc.gateway_config_waf_rules ORDER BY id"
        ),
    }
    scopes: dict[UUID, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: {kind: [] for kind in _KINDS})
    sites: dict[UUID, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: {kind: [] for kind in _KINDS})
    for kind, several in found.items():
        for row in several:
            organization_id, site_id = row.pop("organization_id"), row.pop("site_id")
            (scopes[organization_id] if site_id is None else sites[site_id])[kind].append(row)
    return Security(
        challenge=challenge[0] if challenge else {},
        detection=detection[0] if detection else {},
        bans=bans,
        paths={row["site_id"]: row["path"] for row in paths},
        policies=_policies(waf),
        scopes=dict(scopes),
        sites=dict(sites),
    )


def _policies(rows: list[dict[str, Any]]) -> dict[UUID, dict[str, Any]]:
    """What is in force by site, and by route where that is something else."""
    of_site: dict[UUID, dict[str, Any]] = {}
    of_route: dict[UUID, tuple[UUID, dict[str, Any]]] = {}
    for row in rows:
        site_id, route_id = row.pop("site_id"), row.pop("route_id")
        if route_id is None:
            of_site[site_id] = row
        else:
            of_route[route_id] = (site_id, row)
    return of_site | {route_id: row for route_id, (site_id, row) in of_route.items() if row != of_site[site_id]}
