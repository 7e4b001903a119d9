"""/v1/operations and /v1/webhooks."""

from __future__ import annotations

from tests.accounts.matrix.common import (
    LISTED_BY_MEMBERS,
    LISTED_BY_STAFF,
    MADE_BY_OWNERS,
    READ_BY_MEMBERS,
    READ_BY_STAFF,
    WRITTEN_BY_OWNERS,
)
from tests.accounts.matrix.grid import Row, grid

# The names of events are the same for everybody who may have a webhook.
TOPICS = grid("""
                platform  north  apple  birch  cherry
    root              ok
    agent             ok
    nora              ok
    ned               ok
    anna              ok
    alex             403
    key              403
    anonymous        401
""")
NEW = {"url": "https://hooks.example.com/in", "topics": ["user.created"]}
PUT = {**NEW, "description": "Changed", "is_active": True}
ONE = "/v1/webhooks/{webhook_id}"

ROWS = [
    Row("GET /v1/operations", "operation", LISTED_BY_MEMBERS),
    Row("GET /v1/operations/{operation_id}", "operation", READ_BY_MEMBERS),
    Row("GET /v1/webhook-topics", "nothing", TOPICS),
    Row("GET /v1/webhooks", "webhook", LISTED_BY_STAFF),
    Row("POST /v1/webhooks", "nothing", MADE_BY_OWNERS, NEW),
    Row(f"GET {ONE}", "webhook", grid(READ_BY_STAFF)),
    Row(f"PUT {ONE}", "webhook", grid(WRITTEN_BY_OWNERS), PUT),
    Row(f"PATCH {ONE}", "webhook", grid(WRITTEN_BY_OWNERS), {"description": "Changed"}),
    Row(f"DELETE {ONE}", "webhook", grid(WRITTEN_BY_OWNERS, ok=204)),
    Row(f"POST {ONE}/rotate-secret", "webhook", grid(WRITTEN_BY_OWNERS)),
    Row(f"POST {ONE}/test", "webhook", grid(WRITTEN_BY_OWNERS, ok=202)),
    Row(f"GET {ONE}/deliveries", "webhook_delivery", grid(READ_BY_STAFF, ok="+")),
    Row(f"GET {ONE}/deliveries/{{delivery_id}}", "webhook_delivery", grid(READ_BY_STAFF)),
    Row(f"POST {ONE}/deliveries/{{delivery_id}}/retry", "webhook_delivery", grid(WRITTEN_BY_OWNERS, ok=202)),
    Row(f"POST {ONE}/retry-failed", "webhook_delivery", grid(WRITTEN_BY_OWNERS, ok=202)),
]
