"""/v1/metrics and /v1/monitoring."""

from __future__ import annotations

from tests.accounts.matrix.common import LISTED_BY_STAFF, MADE_BY_OWNERS, READ_BY_STAFF, WRITTEN_BY_OWNERS
from tests.accounts.matrix.grid import Public, Row, grid
from tests.accounts.matrix.security import SEEN_BY_MEMBERS

AGENT = "/v1/monitoring/agents/{agent_id}"

ROWS = [
    Row("GET /v1/metrics/query", "metric_question", SEEN_BY_MEMBERS),
    Row("GET /v1/metrics/query_range", "metric_question", SEEN_BY_MEMBERS),
    Row("GET /v1/monitoring/agents", "server_agent", LISTED_BY_STAFF),
    Row(f"GET {AGENT}", "server_agent", grid(READ_BY_STAFF)),
    Row(f"DELETE {AGENT}", "server_agent", grid(WRITTEN_BY_OWNERS, ok=204)),
    Row("GET /v1/monitoring/traffic", "nothing", SEEN_BY_MEMBERS),
    Row("POST /v1/monitoring/agents/claims", "nothing", MADE_BY_OWNERS, {"name": "web1"}),
]
PUBLIC = [Public("POST /v1/monitoring/agents/enrolments", 404, {"claim": "hcc_claim_x", "host": "web1"})]
