"""/v1/metrics."""

from __future__ import annotations

from tests.accounts.matrix.grid import Row
from tests.accounts.matrix.security import SEEN_BY_MEMBERS

ROWS = [
    Row("GET /v1/metrics/query", "metric_question", SEEN_BY_MEMBERS),
    Row("GET /v1/metrics/query_range", "metric_question", SEEN_BY_MEMBERS),
]
