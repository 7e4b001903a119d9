"""/v1/users and /v1/roles."""

from __future__ import annotations

from tests.accounts.matrix.grid import Row, grid

LISTED = grid("""
                platform  north  apple  birch  cherry
    root               +      +      +      +       +
    agent              +      +      +      +       +
    nora               -      +      +      +       -
    ned                -      +      +      +       -
    anna               -      -      +      -       -
    alex               -      -      +      -       -
    key                -      -      +      -       -
    anonymous        401
""")
READ = grid("""
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent             ok     ok     ok     ok      ok
    nora             404     ok     ok     ok     404
    ned              404     ok     ok     ok     404
    anna             404    404     ok    404     404
    alex             404    404     ok    404     404
    key              404    404     ok    404     404
    anonymous        401
""")
WRITE = """
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent             ok     ok     ok     ok      ok
    nora             404     ok     ok     ok     404
    ned              404     ok     ok     ok     404
    anna             404    404     ok    404     404
    alex             403
    key              403
    anonymous        401
"""
# The organisation stands in the body, so that one out of reach is a wrong field.
ADD = grid("""
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent             ok     ok     ok     ok      ok
    nora             422     ok     ok     ok     422
    ned              422     ok     ok     ok     422
    anna             422    422     ok    422     422
    alex             403
    key              403
    anonymous        401
""", ok=201)  # fmt: skip
NEW = {"email": "{email}", "organization_id": "{organization_id}", "password": "violet-tractor-9-lagoon"}
PUT = {
    "email": "{email}", "username": "{mark}", "full_name": "Changed", "locale": "de", "timezone": "UTC", "is_active": True,
    "roles": ["{role}"],
}  # fmt: skip

ROLE = {"name": "{name}", "permissions": ["users:read"]}

ROWS = [
    Row("GET /v1/users", "user", LISTED),
    Row("POST /v1/users", "new_user", ADD, NEW),
    Row("GET /v1/users/{user_id}", "user", READ),
    Row("PUT /v1/users/{user_id}", "user", grid(WRITE), PUT),
    Row("PATCH /v1/users/{user_id}", "user", grid(WRITE), {"full_name": "Changed"}),
    Row("DELETE /v1/users/{user_id}", "user", grid(WRITE, ok=204)),
    Row("POST /v1/users/{user_id}/export", "user", grid(WRITE, ok=202)),
    Row("GET /v1/users/{user_id}/exports/{export_id}", "user_export", grid(WRITE)),
    Row("POST /v1/users/{user_id}/erase", "user", grid(WRITE, ok=202), {"confirm_email": "{email}"}),
    Row("GET /v1/roles", "roles_of", READ),
    Row("POST /v1/roles", "new_role", ADD, {**ROLE, "organization_id": "{organization_id}"}),
    Row("GET /v1/roles/{role_id}", "role", READ),
    Row("PUT /v1/roles/{role_id}", "role", grid(WRITE), {**ROLE, "description": "New"}),
    Row("PATCH /v1/roles/{role_id}", "role", grid(WRITE), {"description": "Changed"}),
    Row("DELETE /v1/roles/{role_id}", "role", grid(WRITE, ok=204)),
]
