"""The platform's own site behind its gateway: what the gateway does at each path of the panel, the API and ingestion.

`hcc up` makes its site of this; elsewhere somebody follows docs/monitoring.md, which a test holds against it.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

API_LIMIT = {"name": "api", "key": "client", "rate": 100, "per_s": 60, "burst": 20, "shared": True}
"""The guide's default: 100 requests a minute and address, 20 at once, counted by all gateways together."""
EVENTS_LIMIT = {"name": "card-events", "key": "client", "rate": 6000, "per_s": 60, "burst": 500}
"""A run of charges tells several events of each."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A path and all below it, as far as no longer one holds."""

    path: str
    upstream: Literal["control", "ingest"] = "control"
    wants_login: bool = False
    """Whether the gateway lets in nobody without a token or an API key."""
    limit: dict[str, Any] | None = None
    firewall: Literal["off", "detect"] | None = None
    """How the firewall works there; as on the whole site when it is None, which blocks."""
    is_packed: bool = False
    """Whether answers are compressed."""
    strip_prefix: bool = False
    max_body: int | None = None
    """Bytes."""

    def route(self) -> dict[str, Any]:
        """The route as the API takes it, without its upstream; only what is not the default."""
        made: dict[str, Any] = {"path_prefix": self.path}
        if self.wants_login:
            made["auth"] = {"mode": "jwt", "api_keys": "pass"}
        if self.limit is not None:
            made["rate_limits"] = [self.limit]
        if self.is_packed:
            made["compress"] = True
        if self.strip_prefix:
            made["strip_prefix"] = True
        if self.max_body is not None:
            made["max_body"] = self.max_body
        return made


PLACES = (
    # Pages, which hold other tokens each time, so that their length tells nothing (BREACH).
    *(Place(path=path, is_packed=True) for path in ("/", "/docs", "/openapi.json")),
    # Here people type passwords and expressions, which look like attacks; and rules and templates, which may.
    *(Place(path=path, is_packed=True, firewall="off") for path in ("/login", "/confirm-password", "/profile", "/monitoring")),
    *(Place(path=path, is_packed=True, firewall="detect") for path in ("/security", "/sites")),
    *(Place(path=path) for path in ("/health", "/.well-known/jwks.json")),
    Place(path="/v1", wants_login=True, limit=API_LIMIT, firewall="detect"),
    Place(path="/v1/auth", limit=API_LIMIT, firewall="off"),
    *(
        Place(path=path, wants_login=True, limit=API_LIMIT, firewall="off")
        for path in ("/v1/profile", "/v1/metrics", "/prometheus")
    ),
    # A job that says it ran, and a server that gets its agent, have no account: the address called names the one, a claim the
    # other, and both are looked at behind here.
    *(
        Place(path=path, limit=API_LIMIT)
        for path in ("/v1/heartbeats", "/v1/monitoring/agents/enrolments", "/v1/monitoring/agents/hcc-agent.pyz")
    ),
    # The card processor signs what it tells.
    Place(path="/v1/payments/webhooks", limit=EVENTS_LIMIT),
    # Ingestion looks at tokens itself, and bounds what it takes.
    Place(path="/ingest", upstream="ingest", firewall="off", strip_prefix=True, max_body=32 << 20),
)
