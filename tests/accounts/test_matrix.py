"""Every operation of the API, asked by every role for a target in every organisation. See tests/accounts/matrix/grid.py."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from control.app import DOMAINS, create_litestar, http_handlers, routes_of
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.monitoring.agents.service import BUNDLE_PATH
from control.web.openapi import describe
from tests.accounts.matrix import OWN, PUBLIC, ROWS
from tests.accounts.matrix.bought import BOUGHT, BUYERS
from tests.accounts.matrix.grid import PLACES, ROLES, Own, Public, Row
from tests.accounts.matrix.paid import PAID
from tests.accounts.matrix.selling import SOLD
from tests.accounts.matrix.subscribed import SUBSCRIBED
from tests.accounts.matrix.targets import MAKE, Connection, Making, Target
from tests.accounts.matrix.watched import WATCHED
from tests.world import TREE, World

REFUSALS = {401, 403, 404, 409, 422}
TARGETS = {**MAKE, **SOLD, **SUBSCRIBED, **PAID, **WATCHED}
METHODS = ("get", "post", "put", "patch", "delete")
# What requests write in any case: counters, sessions, and when a key was last used.
UNCHANGED = """
SELECT md5(string_agg(row, '|' ORDER BY row)) FROM (
  SELECT (to_jsonb(t) - 'last_used_at')::text AS row FROM hcc.api_keys t
  UNION ALL SELECT t::text FROM hcc.users t UNION ALL SELECT t::text FROM hcc.organizations t
  UNION ALL SELECT t::text FROM hcc.memberships t UNION ALL SELECT t::text FROM hcc.user_roles t
  UNION ALL SELECT t::text FROM hcc.roles t
  UNION ALL SELECT t::text FROM hcc.operations t UNION ALL SELECT t::text FROM hcc.user_exports t
  UNION ALL SELECT t::text FROM hcc.webhook_endpoints t UNION ALL SELECT t::text FROM hcc.webhook_deliveries t
  UNION ALL SELECT t::text FROM hcc.gateway_sites t UNION ALL SELECT t::text FROM hcc.gateway_hosts t
  UNION ALL SELECT t::text FROM hcc.gateway_upstreams t UNION ALL SELECT t::text FROM hcc.gateway_targets t
  UNION ALL SELECT t::text FROM hcc.gateway_routes t UNION ALL SELECT t::text FROM hcc.gateway_certificates t
  UNION ALL SELECT t::text FROM hcc.gateway_settings t UNION ALL SELECT t::text FROM hcc.security_settings t
  UNION ALL SELECT t::text FROM hcc.customers t UNION ALL SELECT t::text FROM hcc.invoices t
  UNION ALL SELECT t::text FROM hcc.billing_settings t UNION ALL SELECT t::text FROM hcc.ledger_entries t
  UNION ALL SELECT t::text FROM hcc.security_policies t UNION ALL SELECT t::text FROM hcc.waf_exclusions t
  UNION ALL SELECT t::text FROM hcc.waf_rules t UNION ALL SELECT t::text FROM hcc.match_rules t
  UNION ALL SELECT t::text FROM hcc.access_entries t UNION ALL SELECT t::text FROM hcc.bans t
  UNION ALL SELECT t::text FROM hcc.threat_detectors t UNION ALL SELECT t::text FROM hcc.firewalls t
  UNION ALL SELECT t::text FROM hcc.ingest_tokens t UNION ALL SELECT t::text FROM hcc.metric_limits t
  UNION ALL SELECT t::text FROM hcc.agents t UNION ALL SELECT t::text FROM hcc.agent_claims t
  UNION ALL SELECT t::text FROM hcc.ingest_tokens t
  UNION ALL SELECT t::text FROM hcc.outbox_events t UNION ALL SELECT t::text FROM hcc.user_credentials t
  UNION ALL SELECT t::text FROM hcc.passkeys t
  UNION ALL SELECT t::text FROM hcc.alert_rules t UNION ALL SELECT t::text FROM hcc.alerts t
  UNION ALL SELECT t::text FROM hcc.builtin_rules t
  UNION ALL SELECT t::text FROM hcc.silences t UNION ALL SELECT t::text FROM hcc.maintenance_windows t
  UNION ALL SELECT t::text FROM hcc.inhibitions t UNION ALL SELECT t::text FROM hcc.notification_channels t
  UNION ALL SELECT t::text FROM hcc.notification_routes t UNION ALL SELECT t::text FROM hcc.notifications t
  UNION ALL SELECT t::text FROM hcc.checks t UNION ALL SELECT t::text FROM hcc.status_pages t
  UNION ALL SELECT t::text FROM hcc.incidents t UNION ALL SELECT t::text FROM hcc.incident_updates t
  UNION ALL SELECT t::text FROM hcc.products t UNION ALL SELECT t::text FROM hcc.plans t
  UNION ALL SELECT t::text FROM hcc.prices t UNION ALL SELECT t::text FROM hcc.coupons t
  UNION ALL SELECT t::text FROM hcc.reseller_terms t UNION ALL SELECT t::text FROM hcc.subscriptions t
  UNION ALL SELECT t::text FROM hcc.subscription_items t UNION ALL SELECT t::text FROM hcc.subscription_settings t
  UNION ALL SELECT t::text FROM hcc.dunning_schedules t UNION ALL SELECT t::text FROM hcc.dunning_cases t
  UNION ALL SELECT t::text FROM hcc.dunning_stops t
  UNION ALL SELECT t::text FROM hcc.invoice_mails t UNION ALL SELECT t::text FROM hcc.outgoing_mail t
  UNION ALL SELECT t::text FROM hcc.payments t UNION ALL SELECT t::text FROM hcc.payment_methods t
  UNION ALL SELECT t::text FROM hcc.mandate_consents t
  UNION ALL SELECT t::text FROM hcc.payment_allocations t UNION ALL SELECT t::text FROM hcc.refunds t
  UNION ALL SELECT t::text FROM hcc.customer_credits t UNION ALL SELECT t::text FROM hcc.credit_adjustments t
  UNION ALL SELECT t::text FROM hcc.payment_provider_accounts t UNION ALL SELECT t::text FROM hcc.sepa_batches t
  UNION ALL SELECT t::text FROM hcc.bank_statements t UNION ALL SELECT t::text FROM hcc.bank_entries t
  UNION ALL SELECT t::text FROM hcc.statement_profiles t UNION ALL SELECT t::text FROM hcc.ledger_charts t
  UNION ALL SELECT t::text FROM hcc.ledger_debtors t UNION ALL SELECT t::text FROM hcc.reseller_statements t) all_rows
"""


def operations() -> set[str]:
    """Every operation of the document, as `METHOD /path`."""
    paths = describe(routes_of(DOMAINS), "http://hcc.test")["paths"]
    return {f"{method.upper()} {path}" for path, item in paths.items() for method in METHODS if method in item}


def test_every_operation_has_its_row() -> None:
    rows = [*(row.operation for row in ROWS), *(row.operation for row in OWN), *(row.operation for row in PUBLIC)]
    assert operations() - set(rows) == set(), "operations without a row in tests/accounts/matrix"
    assert set(rows) - operations() == set(), "rows without an operation"
    assert len(rows) == len(set(rows))


@pytest.fixture
def making(settings: Settings, runtime: Runtime, world: World) -> Iterator[Making]:
    with psycopg.connect(settings.owner_database_url, autocommit=True) as connection:
        assert runtime.certificate_keyring is not None
        yield Making(connection, runtime.keyring, runtime.certificate_keyring, world)


@pytest.fixture
def api_key(making: Making) -> str:
    """A key of anna's with one scope."""
    prefix = secrets.token_hex(6)
    key = f"hcc_{prefix}_{secrets.token_urlsafe(32)}"
    making.connection.execute(
        "INSERT INTO hcc.api_keys (id, organization_id, user_id, name, prefix, key_hash, scopes)"
        " VALUES (gen_random_uuid(), %s, %s, 'few scopes', %s, %s, '{users:read}')",
        (making.organization("apple"), making.world.users["anna"], prefix, hashlib.sha256(key.encode()).digest()),
    )
    return key


def filled(value: Any, facts: dict[str, str]) -> Any:
    """A body with the target's facts in it."""
    if isinstance(value, str):
        return value.format_map(facts)
    if isinstance(value, list):
        return [filled(item, facts) for item in value]
    if isinstance(value, dict):
        return {name: filled(item, facts) for name, item in value.items()}
    return value


def proof(world: World, role: str, api_key: str) -> dict[str, str]:
    """What a role sends to say who asks."""
    if role == "key":
        return {"X-API-Key": api_key}
    return world.headers(None if role == "anonymous" else role)


async def ask(row: Row | Own | Public, target: Target, world: World, headers: dict[str, str]) -> httpx.Response:
    """Send the operation, aimed at the target."""
    method, _, path = row.operation.partition(" ")
    facts = {"mark": target.mark, **target.facts}
    body = filled(row.body, facts) if row.body is not None else None
    query = "?" + facts["query"] if "query" in facts else "?limit=100" if isinstance(row, Row) and method == "GET" else ""
    return await world.client.request(method, path.format_map(facts) + query, json=body, headers=headers)


def fingerprint(connection: Connection) -> Any:
    found = connection.execute(UNCHANGED).fetchone()
    assert found is not None
    return found[0]


def told(answer: httpx.Response, target: Target, expected: str) -> str:
    """An answer as a cell: whether a list shows the target, or the status."""
    if expected not in "+-" or answer.status_code != 200:
        return str(answer.status_code)
    return "+" if target.id in {str(item["id"]) for item in answer.json()["data"]} else "-"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
async def test_operation(row: Row, making: Making, api_key: str) -> None:
    wrong = []
    for place in PLACES:
        for role in ROLES:
            target = TARGETS[row.target](making, place)
            before = fingerprint(making.connection)
            answer = await ask(row, target, making.world, proof(making.world, role, api_key))
            expected = row.expected[role, place]
            got = told(answer, target, expected)
            if got != expected:
                wrong.append(f"{role} in {place}: {got}, expected {expected}: {answer.text[:200]}")
            if got == "-" or answer.status_code in REFUSALS:
                if target.mark in answer.text:
                    wrong.append(f"{role} in {place}: the answer quotes the target: {answer.text[:200]}")
                if fingerprint(making.connection) != before:
                    wrong.append(f"{role} in {place}: a refused request changed a row")
            elif answer.status_code >= 300:
                wrong.append(f"{role} in {place}: {answer.status_code} is no refusal: {answer.text[:200]}")
    assert wrong == []


@pytest.mark.parametrize("operation", BOUGHT)
async def test_operation_as_the_customer(operation: str, making: Making, api_key: str) -> None:
    [row] = [row for row in ROWS if row.operation == operation]
    wrong = []
    made: dict[tuple[str, str], Target] = {}
    for (role, (place, buyer)), expected in zip(BUYERS.items(), BOUGHT[operation], strict=True):
        making.buyer = buyer
        # Bert and anna ask for one target: an organisation is a seller's customer once.
        target = made.get((place, buyer)) or TARGETS[row.target](making, place)
        made[place, buyer] = target
        before = fingerprint(making.connection)
        answer = await ask(row, target, making.world, proof(making.world, role, api_key))
        if (got := told(answer, target, expected)) != expected:
            wrong.append(f"{role}: {got}, expected {expected}: {answer.text[:200]}")
        if got == "-" or answer.status_code in REFUSALS:
            if target.mark in answer.text:
                wrong.append(f"{role}: the answer quotes the target: {answer.text[:200]}")
            if fingerprint(making.connection) != before:
                wrong.append(f"{role}: a refused request changed a row")
    assert wrong == []


@pytest.mark.parametrize("row", OWN, ids=lambda row: row.operation)
async def test_own_account(row: Own, making: Making, api_key: str) -> None:
    world = making.world
    stranger = making.connection.execute("SELECT id FROM hcc.sessions WHERE user_id = %s", (world.users["cleo"],)).fetchone()
    assert stranger is not None
    if row.operation.endswith("confirm"):
        for role in set(ROLES) - {"key", "anonymous"}:
            await world.send(role, "POST", "/v1/auth/totp/enrol", {"password": "violet-tractor-9-lagoon"})
    passkey = making.connection.execute(
        "INSERT INTO hcc.passkeys (id, user_id, credential_id, public_key, sign_count, aaguid, rp_id, name, is_backed_up)"
        " VALUES (gen_random_uuid(), %s, %s, '\\x00', 0, gen_random_uuid(), 'localhost', 'Theirs', false) RETURNING id",
        (world.users["cleo"], secrets.token_bytes(32)),
    ).fetchone()
    assert passkey is not None
    target = Target("", "", {"session_id": str(stranger[0]), "passkey_id": str(passkey[0])})
    got = {role: (await ask(row, target, world, proof(world, role, api_key))).status_code for role in ROLES}
    assert got == {**dict.fromkeys(ROLES, row.status), "key": 403, "anonymous": 401}
    assert (await world.get("cleo", "/v1/auth/me")).status_code == 200


@pytest.mark.parametrize("row", PUBLIC, ids=lambda row: row.operation)
async def test_public(row: Public, world: World) -> None:
    answer = await ask(row, Target("", "", {"token": "nobodys", "seller_id": str(UUID(int=0))}), world, {})
    assert answer.status_code == row.status, answer.text


def test_what_the_document_leaves_out_is_public(runtime: Runtime) -> None:
    """But for pages, which tests/web tries, and the API of Prometheus, which has a description of its own;
    tests/monitoring/test_api.py tries who may call it."""
    handlers = [(path, each) for path, each in http_handlers(create_litestar(runtime)) if not each.opt.get("page")]
    hidden = {path: handler.opt.get("permission") for path, handler in handlers if not handler.resolve_include_in_schema()}
    asking = {path for path in hidden if path.startswith("/prometheus/")}
    assert {hidden.pop(path) for path in asking} == {"metrics:read"}
    pages = ["/", "/assets/{name}", "/.well-known/jwks.json", "/docs", "/livez", "/metrics", "/openapi.json", "/readyz"]
    assert hidden == dict.fromkeys([*pages, BUNDLE_PATH], "public")


ENTERING = {
    ("root", "cherry"): 200,
    ("nora", "north"): 200,
    ("nora", "apple"): 200,
    ("ned", "birch"): 200,
    ("nora", "platform"): 404,
    ("nora", "south"): 404,
    ("nora", "cherry"): 404,
    ("anna", "apple"): 200,
    ("anna", "birch"): 403,
    ("anna", "north"): 403,
    ("alex", "birch"): 403,
}


@pytest.mark.parametrize(("role", "place"), ENTERING, ids=lambda name: name)
async def test_entering_an_organization(role: str, place: str, world: World) -> None:
    answer = await world.get(role, "/v1/users", X_Organization_Id=str(world.organizations[place]))
    assert answer.status_code == ENTERING[role, place]
    if answer.status_code == 200:
        below = {name for name, (parent, _) in TREE.items() if place in (name, parent, TREE[parent][0] if parent else None)}
        assert {user["organization_id"] for user in answer.json()["data"]} == {str(world.organizations[name]) for name in below}


@pytest.mark.parametrize(
    ("sent", "status"),
    [("not-a-uuid", 422), ("00000000-0000-0000-0000-000000000000", 404), ("", 422)],
)
async def test_entering_nowhere(sent: str, status: int, world: World) -> None:
    assert (await world.get("nora", "/v1/users", X_Organization_Id=sent)).status_code == status
