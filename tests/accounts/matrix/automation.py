"""/v1/operations."""

from __future__ import annotations

from tests.accounts.matrix.grid import Row
from tests.accounts.matrix.organizations import LISTED, READ

ROWS = [
    Row("GET /v1/operations", "operation", LISTED),
    Row("GET /v1/operations/{operation_id}", "operation", READ),
]
