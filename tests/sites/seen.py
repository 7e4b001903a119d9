"""Requests of watched sites as gateways write them: through their role and the function that it has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from control.core.settings import Settings


def request(**fields: Any) -> dict[str, Any]:
    """A request as the compiled gateway shows it."""
    return {
        "time": datetime.now(UTC).isoformat(), "client": "192.0.2.7", "status": 200, "us": 1500, "in": 0, "out": 42,
        "request_id": "r1", "method": "GET", "host": "shop.example", "path": "/", "upstream": "10.0.0.1:80", **fields,
    }  # fmt: skip


def start_watching(settings: Settings, site: dict[str, Any]) -> None:
    """As if somebody looked at the site."""
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute(
            "INSERT INTO hcc.site_watches (site_id, organization_id, until) VALUES (%s, %s, now() + interval '60 seconds')",
            (site["id"], site["organization_id"]),
        )


def show(settings: Settings, site: dict[str, Any], *requests: dict[str, Any], left_out: int = 0, gateway: str = "edge-1") -> None:
    """Hand over what a gateway saw."""
    seen = {"site": site["id"], "left_out": left_out, "requests": list(requests)}
    with psycopg.connect(settings.gateway_database_url) as connection:
        connection.execute("SELECT hcc.seen_requests_add(%s, %s)", (gateway, Jsonb(seen)))
