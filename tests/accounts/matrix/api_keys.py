"""/v1/api-keys."""

from __future__ import annotations

from tests.accounts.matrix.common import LISTED_BY_STAFF, MADE_BY_OWNERS, READ_BY_STAFF, WRITTEN_BY_OWNERS
from tests.accounts.matrix.grid import Row, grid

PUT = {"name": "Changed", "scopes": ["users:read"], "expires_at": None}

ROWS = [
    Row("GET /v1/api-keys", "api_key", LISTED_BY_STAFF),
    Row("POST /v1/api-keys", "nothing", MADE_BY_OWNERS, {"name": "New", "scopes": ["users:read"]}),
    Row("GET /v1/api-keys/{key_id}", "api_key", grid(READ_BY_STAFF)),
    Row("PUT /v1/api-keys/{key_id}", "api_key", grid(WRITTEN_BY_OWNERS), PUT),
    Row("PATCH /v1/api-keys/{key_id}", "api_key", grid(WRITTEN_BY_OWNERS), {"name": "Changed"}),
    Row("DELETE /v1/api-keys/{key_id}", "api_key", grid(WRITTEN_BY_OWNERS, ok=204)),
]
