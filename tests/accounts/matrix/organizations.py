"""/v1/organizations."""

from __future__ import annotations

from tests.accounts.matrix.common import LISTED_BY_MEMBERS, READ_BY_MEMBERS
from tests.accounts.matrix.grid import Row, grid

WRITE = grid("""
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent            403
    nora             404     ok     ok     ok     404
    ned              403
    anna             404    404     ok    404     404
    alex             403
    key              403
    anonymous        401
""")
# Nobody closes the organisation that they work in, or one with others below it.
CLOSE = grid("""
                platform  north  apple  birch  cherry
    root             403    409     ok     ok      ok
    agent            403
    nora             404    403     ok     ok     404
    ned              403
    anna             403
    alex             403
    key              403
    anonymous        401
""", ok=204)  # fmt: skip
# A customer has none below it; a parent out of reach is a wrong field.
PLACE = grid("""
                platform  north  apple  birch  cherry
    root              ok     ok    422    422     422
    agent            403
    nora             422     ok    422    422     422
    ned              403
    anna             403
    alex             403
    key              403
    anonymous        401
""", ok=201)  # fmt: skip
PUT = {"name": "Changed", "slug": "{slug}", "plan": "standard", "is_active": True}

ROWS = [
    Row("GET /v1/organizations", "organization", LISTED_BY_MEMBERS),
    Row("POST /v1/organizations", "new_organization", PLACE, {"name": "New", "slug": "{slug}", "parent_id": "{parent_id}"}),
    Row("GET /v1/organizations/{organization_id}", "organization", READ_BY_MEMBERS),
    Row("PUT /v1/organizations/{organization_id}", "organization", WRITE, PUT),
    Row("PATCH /v1/organizations/{organization_id}", "organization", WRITE, {"name": "Changed"}),
    Row("DELETE /v1/organizations/{organization_id}", "organization", CLOSE),
]
