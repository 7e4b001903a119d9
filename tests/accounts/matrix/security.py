"""/v1/audit-log."""

from __future__ import annotations

from tests.accounts.matrix.api_keys import LISTED, READ
from tests.accounts.matrix.grid import Row

ROWS = [
    Row("GET /v1/audit-log", "audit_entry", LISTED),
    Row("GET /v1/audit-log/{entry_id}", "audit_entry", READ),
]
