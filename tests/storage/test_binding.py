"""As the roles that serve requests: what binds an organisation is written by those above it, and by nobody else."""

from __future__ import annotations

import psycopg
import pytest

from control.core.ids import new_id
from tests.conftest import Urls
from tests.world import TREE

# Who works, with what access, for whose limit, and whether it may be set.
CASES = [
    ("apple", "own", "apple", False),
    ("apple", "tree", "apple", False),
    ("apple", "tree", "birch", False),
    ("apple", "tree", "north", False),
    ("north", "own", "north", False),
    ("north", "tree", "north", False),
    ("north", "own", "apple", False),
    ("north", "tree", "apple", True),
    ("north", "tree", "birch", True),
    ("north", "tree", "cherry", False),
    ("north", "tree", "platform", False),
    ("platform", "own", "apple", False),
    ("platform", "tree", "apple", True),
    ("platform", "tree", "north", True),
    ("platform", "own", "platform", True),
    ("platform", "tree", "platform", True),
    (None, "tree", "apple", False),
]


@pytest.mark.parametrize(("who", "access", "whose", "may"), CASES)
def test_limits(urls: Urls, who: str | None, access: str, whose: str, may: bool) -> None:
    ids = {name: new_id() for name in TREE}
    with psycopg.connect(urls["hcc_owner"]) as owner:
        for name, (parent, kind) in TREE.items():
            owner.execute(
                "INSERT INTO hcc.organizations (id, parent_id, kind, path, name, slug) VALUES (%s, %s, %s, '{}', %s, %s)",
                (ids[name], ids[parent] if parent else None, kind, name, name),
            )

    def working() -> psycopg.Connection[tuple[object, ...]]:
        connection = psycopg.connect(urls["hcc_app"])
        connection.execute(
            "SELECT set_config('app.current_org_id', %s, true), set_config('app.current_access', %s, true)",
            (str(ids[who]) if who else "", access),
        )
        return connection

    insert = "INSERT INTO hcc.metric_limits (organization_id, values_per_s, active_series) VALUES (%s, 10, 10)"
    replace = f"{insert} ON CONFLICT (organization_id) DO UPDATE SET values_per_s = 99, version = 7, updated_at = now()"
    for statement in (insert, replace):
        with working() as connection:
            if may:
                assert connection.execute(statement, (ids[whose],)).rowcount == 1
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement, (ids[whose],))
    if not may:
        with psycopg.connect(urls["hcc_owner"]) as owner:
            owner.execute(insert, (ids[whose],))
        with working() as connection:
            assert connection.execute("UPDATE hcc.metric_limits SET values_per_s = 0").rowcount == 0
    for statement in ("DELETE FROM hcc.metric_limits", "UPDATE hcc.metric_limits SET organization_id = organization_id"):
        with working() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
    with psycopg.connect(urls["hcc_app"]) as connection:
        connection.execute("SELECT set_config('app.current_org_id', %s, true)", (str(ids[whose]),))
        row = connection.execute("SELECT values_per_s FROM hcc.metric_limits").fetchone()
    assert row == ((99,) if may else (10,)), "the organisation reads what binds it"
