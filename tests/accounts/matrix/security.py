"""/v1/audit-log."""

from __future__ import annotations

from tests.accounts.matrix.common import LISTED_BY_STAFF, READ_BY_STAFF
from tests.accounts.matrix.grid import Row, grid

ROWS = [
    Row("GET /v1/audit-log", "audit_entry", LISTED_BY_STAFF),
    Row("GET /v1/audit-log/{entry_id}", "audit_entry", grid(READ_BY_STAFF)),
]
