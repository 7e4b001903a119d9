"""What the database's own catalogue says about tenancy: no table is left open, no role has more than it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.conftest import Urls
from tests.storage.tables import BINDING_TABLES, PERSON, PERSON_ROWS, PERSON_TABLES, ROWS, TABLES, TENANT, TENANT_TABLES

Connection = psycopg.Connection[Any]


@pytest.fixture
def owner(urls: Urls) -> Iterator[Connection]:
    with psycopg.connect(urls["hcc_owner"], autocommit=True) as connection:
        yield connection


def test_every_table_is_classified(owner: Connection) -> None:
    found = owner.execute("SELECT relname FROM pg_class WHERE relnamespace = 'hcc'::regnamespace AND relkind IN ('r', 'p')")
    assert {name for (name,) in found} == set(TABLES)


def test_a_table_with_organization_id_is_a_tenants(owner: Connection) -> None:
    found = owner.execute(
        "SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relnamespace = 'hcc'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'organization_id'"
    )
    assert {name for (name,) in found} == set(TENANT_TABLES)
    assert set(ROWS) == set(TENANT_TABLES), "test_tenancy has a row for each"
    assert set(PERSON_ROWS) == set(PERSON_TABLES)


@pytest.mark.parametrize("table", [name for name, kind in TABLES.items() if kind in (TENANT, PERSON)])
def test_row_level_security_is_forced(owner: Connection, table: str) -> None:
    row = owner.execute(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", (f"hcc.{table}",)
    ).fetchone()
    assert row == (True, True)


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_every_verb_has_its_policy(owner: Connection, table: str) -> None:
    """The policies that make_tenant_table makes are there, and any other names the present person or a platform's row."""
    found = owner.execute(
        "SELECT policyname, cmd, roles, coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies"
        " WHERE schemaname = 'hcc' AND tablename = %s", (table,)
    ).fetchall()  # fmt: skip
    policies = {name: (verb, roles, rule) for name, verb, roles, rule in found}
    both = ["hcc_app", "hcc_worker"]
    writes = f"{'set_from_above' if table in BINDING_TABLES else 'writable'}(organization_id)"
    for name, verb, rule in (
        ("tenant_read", "SELECT", "reaches_all()"),
        ("tenant_insert", "INSERT", writes),
        ("tenant_update", "UPDATE", writes),
        ("tenant_delete", "DELETE", writes),
    ):
        assert policies[name][:2] == (verb, both)
        assert rule in policies[name][2]
    others = {name for name in policies if not name.startswith("tenant_")}
    assert others <= {"owner_all", "own_person", "own_person_used", "own_person_update", "member_read", "system_roles"}
    assert policies["owner_all"][1] == ["hcc_owner"]


def test_serving_roles_are_weak(owner: Connection) -> None:
    roles = owner.execute(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,"
        " (SELECT count(*) FROM pg_auth_members m WHERE m.member = r.oid)"
        "  FROM pg_roles r WHERE rolname LIKE 'hcc_%' ORDER BY rolname"
    ).fetchall()
    assert roles == [
        (name, False, False, False, False, False, 0)
        for name in ("hcc_app", "hcc_gateway", "hcc_ingest", "hcc_owner", "hcc_worker")
    ]
    owned = owner.execute(
        "SELECT DISTINCT r.rolname FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid"
        " WHERE d.deptype = 'o' AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))"
        " AND r.rolname LIKE 'hcc_%' AND r.rolname <> 'hcc_owner'"
    ).fetchall()
    assert owned == []


def test_functions_with_the_owners_rights_are_closed(owner: Connection) -> None:
    """Each has a fixed search_path and is not for PUBLIC; the application reaches exactly these."""
    functions = owner.execute(
        "SELECT proname, coalesce(array_to_string(proconfig, ';'), ''), has_function_privilege('hcc_app', oid, 'EXECUTE'),"
        " proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0)"
        "  FROM pg_proc WHERE pronamespace = 'hcc'::regnamespace AND prosecdef"
    ).fetchall()
    other = {name: config for name, config, _, _ in functions if config != "search_path=hcc, pg_temp"}
    assert other == {"job_again": "search_path=jobs, hcc, pg_temp"}, "whose own functions name each other without their schema"
    created = "SELECT has_schema_privilege('hcc_app', 'hcc', 'CREATE') OR has_schema_privilege('hcc_app', 'jobs', 'CREATE')"
    assert owner.execute(created).fetchone() == (False,)
    assert {name for name, _, _, public in functions if public} == set()
    assert {name for name, _, app, _ in functions if app} == {
        "agent_claim_take", "check_beat",
        "erase_person", "find_api_key", "find_login", "find_refresh_token", "find_reset_token", "gateway_hosts_refused",
        "gateway_site_certificates", "in_subtree", "metric_figures_of",
        "metric_series_of", "metric_values_of", "metric_waiting_since", "my_organizations", "person_visible",
        "reaches_all", "revoke_session",
        "status_page_owner", "waf_in_force",
        "seller_of_current", "supplier_prices", "find_web_session", "find_passkey", "job_again", "outbox_again", "outbox_state",
        "tell_live", "watch_site",
    }  # fmt: skip


def test_a_gateway_reads_views_and_writes_its_report(owner: Connection) -> None:
    rows = owner.execute(
        "SELECT c.relname, c.relkind, p.privilege FROM pg_class c CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE',"
        " 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p(privilege)"
        " WHERE c.relnamespace = 'hcc'::regnamespace AND c.relkind IN ('r', 'v', 'p', 'm')"
        "   AND (has_table_privilege('hcc_gateway', c.oid, p.privilege)"
        "    OR (p.privilege IN ('SELECT', 'INSERT', 'UPDATE') AND has_any_column_privilege('hcc_gateway', c.oid, p.privilege)))"
    ).fetchall()
    views = {
        "access", "api_keys", "bans", "certificates", "challenge", "detection", "exclusions", "keys", "match_rules", "platform",
        "revoked", "routes", "scopes", "sites", "upstreams", "waf", "waf_rules", "watches",
    }  # fmt: skip
    assert {(name, kind, privilege) for name, kind, privilege in rows} == {
        *((f"gateway_config_{view}", "v", "SELECT") for view in views),
        *(("gateway_reports", "r", privilege) for privilege in ("SELECT", "INSERT", "UPDATE")),
    }


@pytest.mark.parametrize("statement", [
    "UPDATE hcc.audit_log SET action = 'x'",
    "UPDATE hcc.audit_log SET after = NULL",
    "DELETE FROM hcc.audit_log",
    "TRUNCATE hcc.audit_log",
])  # fmt: skip
@pytest.mark.parametrize("role", ["hcc_owner", "hcc_app", "hcc_worker"])
def test_the_audit_log_is_append_only(urls: Urls, owner: Connection, role: str, statement: str) -> None:
    owner.execute("INSERT INTO hcc.organizations (kind, path, name, slug) VALUES ('platform', '{}', 'P', 'p')")
    owner.execute(
        "INSERT INTO hcc.audit_log (organization_id, actor_type, action, subject_type, subject_id, after)"
        " SELECT id, 'system', 'thing.done', 'thing', '1', '{}' FROM hcc.organizations"
    )
    with psycopg.connect(urls[role]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_erasing_opens_only_what_quotes_a_person(owner: Connection) -> None:
    owner.execute("INSERT INTO hcc.organizations (kind, path, name, slug) VALUES ('platform', '{}', 'P', 'p')")
    owner.execute(
        "INSERT INTO hcc.audit_log (organization_id, actor_type, action, subject_type, subject_id, after)"
        " SELECT id, 'system', 'thing.done', 'thing', '1', '{}' FROM hcc.organizations"
    )
    owner.execute("SET app.erasing = 'on'")
    owner.execute("UPDATE hcc.audit_log SET before = NULL, after = NULL, address = NULL")
    for change in ("action = 'x'", "actor_id = gen_random_uuid()", "at = now()", "subject_id = '2'"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute(f"UPDATE hcc.audit_log SET {change}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("DELETE FROM hcc.audit_log")
