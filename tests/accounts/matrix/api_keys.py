"""/v1/api-keys."""

from __future__ import annotations

from tests.accounts.matrix.grid import Row, grid

LISTED = grid("""
                platform  north  apple  birch  cherry
    root               +      +      +      +       +
    agent              +      +      +      +       +
    nora               -      +      +      +       -
    ned                -      +      +      +       -
    anna               -      -      +      -       -
    alex             403
    key              403
    anonymous        401
""")
READ = grid("""
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent             ok     ok     ok     ok      ok
    nora             404     ok     ok     ok     404
    ned              404     ok     ok     ok     404
    anna             404    404     ok    404     404
    alex             403
    key              403
    anonymous        401
""")
WRITE = """
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent            403
    nora             404     ok     ok     ok     404
    ned              403
    anna             404    404     ok    404     404
    alex             403
    key              403
    anonymous        401
"""
# A key is always made for oneself, in one's own organisation.
MAKE = grid("""
                platform  north  apple  birch  cherry
    root              ok
    agent            403
    nora              ok
    ned              403
    anna              ok
    alex             403
    key              403
    anonymous        401
""", ok=201)  # fmt: skip
PUT = {"name": "Changed", "scopes": ["users:read"], "expires_at": None}

ROWS = [
    Row("GET /v1/api-keys", "api_key", LISTED),
    Row("POST /v1/api-keys", "nothing", MAKE, {"name": "New", "scopes": ["users:read"]}),
    Row("GET /v1/api-keys/{key_id}", "api_key", READ),
    Row("PUT /v1/api-keys/{key_id}", "api_key", grid(WRITE), PUT),
    Row("PATCH /v1/api-keys/{key_id}", "api_key", grid(WRITE), {"name": "Changed"}),
    Row("DELETE /v1/api-keys/{key_id}", "api_key", grid(WRITE, ok=204)),
]
