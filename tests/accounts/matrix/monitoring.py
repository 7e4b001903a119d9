"""/v1/metrics and /v1/monitoring."""

from __future__ import annotations

from tests.accounts.matrix.common import (
    LISTED_BY_MEMBERS,
    LISTED_BY_STAFF,
    MADE_BY_OWNERS,
    READ_BY_MEMBERS,
    READ_BY_STAFF,
    WRITTEN_BY_OWNERS,
)
from tests.accounts.matrix.grid import Public, Row, grid
from tests.accounts.matrix.security import SEEN_BY_MEMBERS

AGENT = "/v1/monitoring/agents/{agent_id}"
TOKEN = "/v1/monitoring/ingest-tokens/{token_id}"
LIMITS = "/v1/monitoring/limits/{organization_id}"
SET_FROM_ABOVE = grid("""
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent            403
    nora             404    403     ok     ok     404
    ned              403
    anna             403
    alex             403
    key              403
    anonymous        401
""")

ROWS = [
    Row("GET /v1/metrics/query", "metric_question", SEEN_BY_MEMBERS),
    Row("GET /v1/metrics/query_range", "metric_question", SEEN_BY_MEMBERS),
    Row("GET /v1/monitoring/agents", "server_agent", LISTED_BY_STAFF),
    Row(f"GET {AGENT}", "server_agent", grid(READ_BY_STAFF)),
    Row(f"DELETE {AGENT}", "server_agent", grid(WRITTEN_BY_OWNERS, ok=204)),
    Row("GET /v1/monitoring/ingest-tokens", "ingest_token", LISTED_BY_STAFF),
    Row("POST /v1/monitoring/ingest-tokens", "nothing", MADE_BY_OWNERS, {"name": "web servers"}),
    Row(f"GET {TOKEN}", "ingest_token", grid(READ_BY_STAFF)),
    Row(f"DELETE {TOKEN}", "ingest_token", grid(WRITTEN_BY_OWNERS, ok=204)),
    Row("GET /v1/monitoring/limits", "organization", LISTED_BY_MEMBERS),
    Row(f"GET {LIMITS}", "organization", READ_BY_MEMBERS),
    Row(f"PUT {LIMITS}", "organization", SET_FROM_ABOVE, {"values_per_s": 1000, "active_series": 5000}),
    Row("GET /v1/monitoring/traffic", "nothing", SEEN_BY_MEMBERS),
    Row("POST /v1/monitoring/agents/claims", "nothing", MADE_BY_OWNERS, {"name": "web1"}),
]
PUBLIC = [Public("POST /v1/monitoring/agents/enrolments", 404, {"claim": "hcc_claim_x", "host": "web1"})]
