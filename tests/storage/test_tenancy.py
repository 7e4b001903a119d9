"""As the roles that serve requests: no verb reaches another organisation's row, or another person's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from psycopg import errors, sql

from tests.cluster import TEMPLATE, Server, Urls
from tests.storage.tables import PERSON_ROWS, ROWS
from tests.world import TREE

Connection = psycopg.Connection[Any]
SERVING = ("hcc_app", "hcc_worker")
NAMES = (
    "user", "role", "id", "endpoint", "site", "upstream", "session", "rule", "channel", "way", "check", "page", "incident",
    "customer", "invoice", "entry",
    "schedule", "product", "plan", "price", "coupon", "subscription", "item",
    "payment", "statement",
)  # fmt: skip


class Tree(msgspec.Struct):
    """Six organisations with one row in every table, written by the owner."""

    urls: Urls
    owner: Connection
    facts: dict[str, dict[str, Any]]

    def id(self, name: str) -> UUID:
        found: UUID = self.facts[name]["org"]
        return found

    @contextmanager
    def working(self, role: str, name: str | None, access: str = "own", *, person: str | None = None) -> Iterator[Connection]:
        """A transaction of a serving role that works for an organisation, a person, both or nobody."""
        with psycopg.connect(self.urls[role]) as connection:
            connection.execute(
                "SELECT set_config('app.current_org_id', %s, true), set_config('app.current_access', %s, true),"
                " set_config('app.current_user_id', %s, true)",
                (str(self.id(name)) if name else "", access, str(self.facts[person]["user"]) if person else ""),
            )
            yield connection

    def strangers(self, table: str, column: str, own: object) -> list[Any]:
        """The versions of all rows that are not one's own: any write changes one."""
        query = sql.SQL("SELECT xmin::text, ctid::text FROM {} WHERE {} IS DISTINCT FROM %s ORDER BY ctid")
        return self.owner.execute(query.format(sql.Identifier("hcc", table), sql.Identifier(column)), (own,)).fetchall()


@pytest.fixture(scope="module")
def grown(server: Server) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """A database with the tree in it, for the tests to copy, and what is in it."""
    database = f"tree_{uuid4().hex[:12]}"
    server.copy(TEMPLATE, database)
    with psycopg.connect(server.url("hcc_owner", database)) as owner:
        owner.execute("SELECT hcc.security_events_day((now() AT TIME ZONE 'UTC')::date)")
        facts = {name: {"org": uuid4(), "mark": f"m{uuid4().hex[:20]}"} | {n: uuid4() for n in NAMES} for name in TREE}
        for name, (parent, kind) in TREE.items():
            owner.execute(
                "INSERT INTO hcc.organizations (id, parent_id, kind, path, name, slug) VALUES (%s, %s, %s, '{}', %s, %s)",
                (facts[name]["org"], facts[parent]["org"] if parent else None, kind, name, name),
            )
            for statement in (*ROWS.values(), *PERSON_ROWS.values()):
                owner.execute(statement, facts[name])
    yield database, facts
    server.drop(database)


@pytest.fixture
def database_template(grown: tuple[str, dict[str, dict[str, Any]]]) -> str:
    return grown[0]


@pytest.fixture
def tree(urls: Urls, grown: tuple[str, dict[str, dict[str, Any]]]) -> Iterator[Tree]:
    with psycopg.connect(urls["hcc_owner"], autocommit=True) as owner:
        yield Tree(urls, owner, grown[1])


def seen(connection: Connection, table: str, column: str = "organization_id") -> set[UUID | None]:
    query = sql.SQL("SELECT DISTINCT {} FROM {}").format(sql.Identifier(column), sql.Identifier("hcc", table))
    return {value for (value,) in connection.execute(query)}


@pytest.mark.parametrize(("name", "access", "sees"), [
    ("apple", "own", {"apple"}),
    ("apple", "tree", {"apple"}),
    ("north", "own", {"north"}),
    ("north", "tree", {"north", "apple", "birch"}),
    ("south", "tree", {"south", "cherry"}),
    ("platform", "own", {"platform"}),
    ("platform", "tree", set(TREE)),
    (None, "own", set()),
    (None, "tree", set()),
])  # fmt: skip
@pytest.mark.parametrize("role", SERVING)
def test_reading(tree: Tree, role: str, name: str | None, access: str, sees: set[str]) -> None:
    expected = {tree.id(other) for other in sees}
    with tree.working(role, name, access) as connection:
        found = {table: seen(connection, table) - {None} for table in ROWS}
        found["organizations"] = seen(connection, "organizations", "id")
    assert found == dict.fromkeys(found, expected)


@pytest.mark.parametrize("role", SERVING)
@pytest.mark.parametrize("table", ROWS)
def test_writing_as_a_customer(tree: Tree, role: str, table: str) -> None:
    """For the sibling's row: no insert, no update, no delete, and no handing over of one's own."""
    writing(tree, role, table, "apple", "own", {"apple"}, "birch")


@pytest.mark.parametrize("table", ROWS)
def test_writing_as_a_reseller(tree: Tree, table: str) -> None:
    """With access to the tree the customers' rows are in reach, another reseller's customer's are not."""
    writing(tree, "hcc_app", table, "north", "tree", {"north", "apple", "birch"}, "cherry")


def writing(tree: Tree, role: str, table: str, name: str, access: str, reach: set[str], stranger: str) -> None:
    row = {**tree.facts[stranger], "mark": f"m{uuid4().hex[:20]}", "id": uuid4()}
    with tree.working(role, name, access) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(ROWS[table], row)
    name_of = sql.Identifier("hcc", table)
    outside = sql.SQL("SELECT organization_id, xmin::text, ctid::text FROM {} ORDER BY ctid").format(name_of)

    def strangers() -> list[Any]:
        return [row for row in tree.owner.execute(outside) if row[0] not in {tree.id(n) for n in reach}]

    before = strangers()
    assert before
    columns = tree.owner.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND has_column_privilege(%s, attrelid, attnum, 'UPDATE')", (f"hcc.{table}", role),
    ).fetchall()  # fmt: skip
    for (column,) in columns:
        with tree.working(role, name, access) as connection:
            try:
                connection.execute(sql.SQL("UPDATE {} SET {} = {}").format(name_of, *[sql.Identifier(column)] * 2))
            except errors.GeneratedAlways:
                connection.rollback()
    with tree.working(role, name, access) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(
            sql.SQL("UPDATE {} SET organization_id = %s WHERE organization_id = %s").format(name_of),
            (tree.id(stranger), tree.id(name)),
        )
    with tree.working(role, name, access) as connection:
        try:
            connection.execute(
                sql.SQL("DELETE FROM {} WHERE organization_id IS DISTINCT FROM %s").format(name_of), (tree.id(name),)
            )
        except (errors.InsufficientPrivilege, errors.ForeignKeyViolation):
            connection.rollback()
    assert strangers() == before


@pytest.mark.parametrize("role", SERVING)
@pytest.mark.parametrize("table", PERSON_ROWS)
def test_what_is_a_persons_is_only_theirs(tree: Tree, role: str, table: str) -> None:
    """Not even the platform with access to everything reads a credential of somebody else."""
    with tree.working(role, "platform", "tree") as connection:
        assert seen(connection, table, "user_id") == set()
    with tree.working(role, "birch", person="apple") as connection:
        assert seen(connection, table, "user_id") == {tree.facts["apple"]["user"]}
    before = tree.strangers(table, "user_id", tree.facts["apple"]["user"])
    row = {**tree.facts["birch"], "mark": uuid4().hex, "session": uuid4()}
    with tree.working(role, "apple", "tree", person="apple") as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(PERSON_ROWS[table], row)
    for statement in ("UPDATE {} SET user_id = user_id", "DELETE FROM {}"):
        with tree.working(role, "platform", "tree", person="apple") as connection:
            try:
                connection.execute(sql.SQL(statement).format(sql.Identifier("hcc", table)))
            except (errors.InsufficientPrivilege, errors.ForeignKeyViolation):
                connection.rollback()
    assert tree.strangers(table, "user_id", tree.facts["apple"]["user"]) == before


@pytest.mark.parametrize(("name", "access", "parent", "kind"), [
    ("apple", "tree", "apple", "customer"),
    ("apple", "own", "north", "customer"),
    ("north", "tree", "platform", "reseller"),
    ("north", "tree", "south", "customer"),
    ("north", "own", "apple", "customer"),
    ("north", "tree", "north", "reseller"),
])  # fmt: skip
def test_planting_an_organization(tree: Tree, name: str, access: str, parent: str, kind: str) -> None:
    with (
        tree.working("hcc_app", name, access) as connection,
        pytest.raises((errors.InsufficientPrivilege, errors.CheckViolation)),
    ):
        connection.execute(
            "INSERT INTO hcc.organizations (parent_id, kind, path, name, slug) VALUES (%s, %s, %s, 'New', 'new')",
            (tree.id(parent), kind, [tree.id(name)]),
        )


def test_the_tree_cannot_be_rehung(tree: Tree) -> None:
    for change in ("parent_id = parent_id", "path = path", "kind = kind", "id = id"):
        with tree.working("hcc_app", "north", "tree") as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute(f"UPDATE hcc.organizations SET {change}")


@pytest.mark.parametrize("role", SERVING)
def test_doors_open_only_for_their_caller(tree: Tree, role: str) -> None:
    """The functions with the owner's rights look at who calls."""
    bert = tree.facts["birch"]
    with tree.working(role, "apple", "tree", person="apple") as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("SELECT hcc.erase_person(%s)", (bert["user"],))
    with tree.working(role, "birch", "tree", person="apple") as connection:
        ended = connection.execute("SELECT hcc.revoke_session(%s, 'x', '1 minute')", (bert["session"],)).fetchone()
        assert ended == (False,)
    with tree.working(role, "birch", "tree", person="apple") as connection:
        mine = {row[0] for row in connection.execute("SELECT organization_id FROM hcc.my_organizations()")}
        assert mine == {tree.id("apple")}


@pytest.mark.parametrize(("name", "access", "into", "person", "taken"), [
    ("apple", "own", "apple", "birch", False),
    ("apple", "tree", "apple", "cherry", False),
    ("north", "tree", "north", "cherry", False),
    ("north", "own", "north", "apple", False),
    ("north", "tree", "north", "apple", True),
])  # fmt: skip
@pytest.mark.parametrize("role", SERVING)
def test_a_membership_needs_a_visible_person(
    tree: Tree, role: str, name: str, access: str, into: str, person: str, taken: bool
) -> None:
    """Who knows a stranger's id cannot make the stranger a member, and so read the account."""
    with tree.working(role, name, access) as connection:
        row = (tree.id(into), tree.facts[person]["user"])
        insert = "INSERT INTO hcc.memberships (organization_id, user_id) VALUES (%s, %s)"
        if taken:
            assert connection.execute(insert, row).rowcount == 1
        else:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(insert, row)


def test_a_named_customer_reads_and_does_not_write(tree: Tree) -> None:
    """The second column that later domains give to make_tenant_table."""
    tree.owner.execute("CREATE TABLE hcc.thing (organization_id uuid, customer_id uuid)")
    tree.owner.execute("CALL hcc.make_tenant_table('thing', 'customer_id')")
    tree.owner.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.thing TO hcc_app")
    tree.owner.execute("INSERT INTO hcc.thing VALUES (%s, %s)", (tree.id("north"), tree.id("apple")))
    for name, access, rows in (
        ("apple", "own", 1),
        ("birch", "tree", 0),
        ("north", "own", 1),
        ("south", "tree", 0),
        ("platform", "tree", 1),
    ):
        with tree.working("hcc_app", name, access) as connection:
            assert connection.execute("SELECT FROM hcc.thing").rowcount == rows, name
    for statement in ("UPDATE hcc.thing SET customer_id = NULL", "DELETE FROM hcc.thing"):
        with tree.working("hcc_app", "apple") as connection:
            assert connection.execute(statement).rowcount == 0
