"""Events and counts as gateways write them: through their role and the functions that it has."""

from __future__ import annotations

import time
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from control.core.ids import new_id
from control.core.settings import Settings

SQLI = {"rule_id": 942100, "message": "SQL injection", "target": "ARGS:q", "excerpt": "1' UNION", "tags": ["attack-sqli"]}
SUM = {"rule_id": 949110, "message": "score exceeded", "target": "TX:ANOMALY_SCORE", "excerpt": "5", "tags": []}


def event(**fields: Any) -> dict[str, Any]:
    """An event as the compiled gateway makes it."""
    return {
        "id": str(new_id()), "at_ms": int(time.time() * 1000), "count": 1, "action": "blocked", "source": "waf", "subject": None,
        "message": "blocked", "matches": [SQLI, SUM], "score": 5, "client": "192.0.2.7", "country": "DE", "asn": 64500,
        "site": None, "route": None, "method": "GET", "host": "shop.example", "path": "/search", "user_agent": "curl/8",
        "status": 403, "request_id": "r1", **fields,
    }  # fmt: skip


def write(settings: Settings, *events: dict[str, Any]) -> int:
    """Write events as role hcc_gateway; how many were new."""
    with psycopg.connect(settings.gateway_database_url) as connection:
        found = connection.execute("SELECT hcc.security_events_add('edge', %s)", (Jsonb(list(events)),)).fetchone()
    assert found is not None
    return int(found[0])


def tally(client: str, site: str | None = None, **counts: Any) -> dict[str, Any]:
    """Counts of one client as the compiled gateway makes them."""
    none = dict.fromkeys(("login", "unauthorized", "not_found", "scanner", "limited", "score"), 0)
    return {"client": client, "site": site, "sample": "/sample", **none, **counts}


def count(settings: Settings, *tallies: dict[str, Any]) -> None:
    """Write counts as role hcc_gateway."""
    with psycopg.connect(settings.gateway_database_url) as connection:
        connection.execute("SELECT hcc.client_tallies_add('edge', %s)", (Jsonb(list(tallies)),))
