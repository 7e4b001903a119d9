"""/v1/metrics, /v1/monitoring and /v1/heartbeats."""

from __future__ import annotations

from typing import Any

from tests.accounts.matrix.common import (
    LISTED_BY_MEMBERS,
    LISTED_BY_STAFF,
    MADE_BY_OWNERS,
    READ_BY_MEMBERS,
    READ_BY_STAFF,
    WRITTEN_BY_OWNERS,
)
from tests.accounts.matrix.grid import Grid, Public, Row, grid
from tests.accounts.matrix.security import SEEN_BY_MEMBERS

ALL = "/v1/monitoring"
AGENT = f"{ALL}/agents/{{agent_id}}"
WRITTEN, DELETED = grid(WRITTEN_BY_OWNERS), grid(WRITTEN_BY_OWNERS, ok=204)
HOST = [{"name": "host", "value": "a"}]
RULE = {"name": "{mark}", "expression": "up == 0"}
SILENCE = {"matchers": HOST, "reason": "why", "ends_at": "2035-01-01T00:00:00Z", "starts_at": "2034-12-31T00:00:00Z"}
WINDOW = {"name": "night", "starts_at": "2034-12-31T00:00:00Z", "duration_s": 3600}
INHIBITION = {"name": "host", "source": HOST, "target": HOST}
CHANNEL = {"name": "{mark}", "kind": "mail", "recipients": ["ops@example.com"]}
ROUTE = {"name": "{mark}", "steps": [{"channel_ids": ["{channel_id}"]}]}
CHECK = {"name": "{mark}", "kind": "icmp", "target": "192.0.2.1"}
PAGE = {"slug": "{slug}", "title": "Status"}
INCIDENT = {"page_id": "{page_id}", "title": "Mail is late", "text": "We look."}

# Routes name channels, and incidents pages, of the caller's own organisation.
OWN_ONLY = grid("""
                platform  north  apple  birch  cherry
    root             201    422    422    422     422
    agent            403
    nora             422    201    422    422     422
    ned              403
    anna             422    422    201    422     422
    alex             403
    key              403
    anonymous        401
""")
OWN_PAGES = grid("""
                platform  north  apple  birch  cherry
    root             201    422    422    422     422
    agent            403
    nora             404    201    422    422     404
    ned              403
    anna             404    404    201    404     404
    alex             403
    key              403
    anonymous        401
""")


# Packs are always those of the caller's own organisation; the one that a cell names has the pack.
OWN_PACKS = grid("""
                platform  north  apple  birch  cherry
    root              ok
    agent            403
    nora              ok
    ned              403
    anna              ok
    alex             403
    key              403
    anonymous        401
""")
REMOVED = grid("""
                platform  north  apple  birch  cherry
    root             204    404    404    404     404
    agent            403
    nora             404    204    404    404     404
    ned              403
    anna             404    404    204    404     404
    alex             403
    key              403
    anonymous        401
""")
TOKEN = f"{ALL}/ingest-tokens/{{token_id}}"
LIMITS = f"{ALL}/limits/{{organization_id}}"
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


def _kept(path: str, target: str, name: str, body: dict[str, Any], made: str, made_by: Grid = MADE_BY_OWNERS) -> list[Row]:
    """Listed and read by members, made and changed by owners."""
    one = f"{ALL}/{path}/{{{name}}}"
    return [
        Row(f"GET {ALL}/{path}", target, LISTED_BY_MEMBERS),
        Row(f"POST {ALL}/{path}", made, made_by, body),
        Row(f"GET {one}", target, READ_BY_MEMBERS),
        Row(f"DELETE {one}", target, DELETED),
    ]


ROWS = [
    *_kept("rules", "alert_rule", "rule_id", RULE, "new_watched"),
    Row(f"PUT {ALL}/rules/{{rule_id}}", "alert_rule", WRITTEN, RULE),
    Row(f"POST {ALL}/rules/try", "nothing", SEEN_BY_MEMBERS, {"expression": "up == 0"}),
    Row(f"GET {ALL}/alerts", "alert", LISTED_BY_MEMBERS),
    Row(f"GET {ALL}/alerts/{{alert_id}}", "alert", READ_BY_MEMBERS),
    Row(f"POST {ALL}/alerts/{{alert_id}}/acknowledge", "alert", WRITTEN, {"note": "seen"}),
    Row(f"DELETE {ALL}/alerts/{{alert_id}}/acknowledge", "alert", WRITTEN),
    Row(f"GET {ALL}/alert-changes", "alert_change", LISTED_BY_MEMBERS),
    *_kept("silences", "silence", "silence_id", SILENCE, "new_watched"),
    Row(f"PUT {ALL}/silences/{{silence_id}}", "silence", WRITTEN, SILENCE),
    *_kept("maintenance-windows", "maintenance_window", "window_id", WINDOW, "new_watched"),
    Row(f"PUT {ALL}/maintenance-windows/{{window_id}}", "maintenance_window", WRITTEN, WINDOW),
    *_kept("inhibitions", "inhibition", "inhibition_id", INHIBITION, "new_watched"),
    Row(f"PUT {ALL}/inhibitions/{{inhibition_id}}", "inhibition", WRITTEN, INHIBITION),
    *_kept("channels", "channel", "channel_id", CHANNEL, "new_watched"),
    Row(f"PUT {ALL}/channels/{{channel_id}}", "channel", WRITTEN, CHANNEL),
    Row(f"POST {ALL}/channels/{{channel_id}}/test", "channel", grid(WRITTEN_BY_OWNERS, ok=202)),
    *_kept("notification-routes", "notification_route", "route_id", ROUTE, "channel", OWN_ONLY),
    Row(f"PUT {ALL}/notification-routes/{{route_id}}", "notification_route", WRITTEN, ROUTE),
    Row(f"GET {ALL}/notifications", "notification", LISTED_BY_MEMBERS),
    Row(f"GET {ALL}/notifications/{{notification_id}}", "notification", READ_BY_MEMBERS),
    *_kept("checks", "check", "check_id", CHECK, "new_watched"),
    Row(f"PUT {ALL}/checks/{{check_id}}", "check", WRITTEN, CHECK),
    Row(f"GET {ALL}/checks/{{check_id}}/locations", "check", READ_BY_MEMBERS),
    Row(f"GET {ALL}/checks/{{check_id}}/results", "check", READ_BY_MEMBERS),
    *_kept("status-pages", "status_page", "page_id", PAGE, "new_watched"),
    Row(f"PUT {ALL}/status-pages/{{page_id}}", "status_page", WRITTEN, PAGE),
    Row(f"GET {ALL}/status-pages/{{page_id}}/preview", "status_page", READ_BY_MEMBERS),
    *_kept("incidents", "incident", "incident_id", INCIDENT, "status_page", OWN_PAGES),
    Row(f"POST {ALL}/incidents/{{incident_id}}/updates", "incident", WRITTEN, {"status": "resolved", "text": "Fixed."}),
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
    Row("GET /v1/monitoring/agents/claims", "agent_claim", LISTED_BY_STAFF),
    Row("POST /v1/monitoring/agents/claims", "nothing", MADE_BY_OWNERS, {"name": "web1"}),
    Row("DELETE /v1/monitoring/agents/claims/{claim_id}", "agent_claim", grid(WRITTEN_BY_OWNERS, ok=204)),
    Row(f"GET {ALL}/packs", "nothing", SEEN_BY_MEMBERS),
    Row(f"GET {ALL}/packs/{{pack_id}}", "builtin_pack", SEEN_BY_MEMBERS),
    Row(f"POST {ALL}/packs/install", "builtin_pack", OWN_PACKS, {"packs": ["{pack_id}"]}),
    Row(f"DELETE {ALL}/packs/{{pack_id}}", "builtin_pack", REMOVED),
    Row("GET /v1/metrics/dashboards", "nothing", SEEN_BY_MEMBERS),
    Row("GET /v1/metrics/dashboards/{dashboard_id}", "dashboard", SEEN_BY_MEMBERS),
]
PUBLIC = [
    Public("GET /v1/heartbeats/{token}", 404),
    Public("POST /v1/heartbeats/{token}", 404),
    Public("POST /v1/monitoring/agents/enrolments", 404, {"claim": "hcc_claim_x", "host": "web1"}),
]
