"""What is stored through the API becomes a snapshot that the compiled gateway takes whole: every field of the contract is set
to something other than its default, and none is refused."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import IsolationLevel

from control.core.settings import Settings
from control.security.bodies.match import HeaderMatch, Match
from control.security.bodies.policy import Policy
from control.sites.bodies.auth import Auth
from control.sites.bodies.common import Maintenance
from control.sites.bodies.platform import Defaults
from control.sites.bodies.route import Canary, Cors, HeaderRules, Limit, Respond, RouteBody, Validation
from control.sites.bodies.upstream import (
    Breaker,
    HealthCheck,
    Outlier,
    Retry,
    Target,
    UpstreamBody,
    UpstreamTls,
)
from dataplane.config import read_snapshot
from tests.sites.pem import make
from tests.sites.rust_shape import FOLDER, STRUCTS, walk
from tests.sites.support import PUBLIC, made, make_route, make_site, make_upstream
from tests.sites.test_routes import FULL as ROUTE
from tests.sites.test_upstreams import FULL as UPSTREAM
from tests.world import World

BODIES: dict[str, type[msgspec.Struct]] = {
    "AuthBody": Auth, "BreakerBody": Breaker, "CanaryBody": Canary, "CorsBody": Cors, "Defaults": Defaults,
    "HeaderRules": HeaderRules, "HealthBody": HealthCheck, "LimitBody": Limit, "MaintenanceBody": Maintenance,
    "OutlierBody": Outlier, "RespondBody": Respond, "RetryBody": Retry, "RouteBody": RouteBody, "TargetBody": Target,
    "UpstreamBody": UpstreamBody, "UpstreamTls": UpstreamTls, "ValidateBody": Validation,
    "PolicyBody": Policy, "MatchBody": Match, "HeaderMatchBody": HeaderMatch,
}  # fmt: skip
"""The struct of ours for each of Rust's; where there is none, a field's default is nothing."""
ROOTS = {
    "platform": "PlatformBody", "api_keys": "ApiKeysBody", "bans": "BansBody", "security": "ScopeBody", "site": "SiteBody",
    "certificate": "CertificateBody",
}  # fmt: skip
# Of a JWK, names that are not known are ignored (RFC 7517 section 4).
IGNORED = {("JwkBody", "use")}
# What control has no use for: a key in the clear, and the fields of kinds of keys that it does not sign with.
NEVER = {("CertificateBody", "key_pem"), *(("JwkBody", field) for field in ("y", "n", "e", "k", "alg"))}
DEFAULTS = {
    "max_body": 1000, "header_timeout_ms": 1, "body_timeout_ms": 2, "idle_timeout_ms": 3, "keep_alive_ms": 4,
    "tunnel_idle_ms": 5, "handshake_timeout_ms": 6, "max_connections": 7, "max_connections_per_client": 8, "max_in_flight": 9,
    "max_in_flight_per_client": 10, "max_header_bytes": 2048, "access_log_sample": 0.5,
}  # fmt: skip


END = "2099-01-01T00:00:00Z"
MATCH = {
    "paths": ["/a"], "methods": ["POST"], "countries": ["DE"], "asns": [64500], "networks": ["192.0.2.0/24"],
    "headers": [{"name": "Referer", "how": "is", "value": "x"}],
}  # fmt: skip
SECURITY: list[tuple[str, dict[str, Any]]] = [
    ("policies", {"mode": "block", "paranoia": 2, "inbound_threshold": 7, "outbound_threshold": 3, "rule_set": "4.28.0",
                  "response_bodies": True}),
    ("exclusions", {"rule_from": 942100, "target": "ARGS:q", "path_prefix": "/search"}),
    ("exclusions", {"tag": "attack-xss"}),
    ("rules", {"name": "own", "position": 3, "text": 'SecMarker "x"'}),
    ("match-rules", {"name": "own", "position": 2, "action": "limit", "quota": {"rate": 1, "per_s": 2, "burst": 3},
                     "conditions": MATCH}),
    ("access", {"action": "allow", "network": "192.0.2.0/24", "expires_at": END}),
    ("access", {"action": "deny", "asn": 64500}),
    ("access", {"action": "deny", "country": "DE"}),
]  # fmt: skip


async def everything(world: World, settings: Settings) -> None:
    """Two sites with every field somewhere, a certificate, a key to verify, a session that ended, and settings."""
    site = await make_site(world, "anna", "shop.example", https_redirect=True, hsts_s=60, error_pages={"502": "<p>"})
    patch = {"maintenance": {"on": True, "retry_after_s": 9, "message": "Soon", "allow": ["192.0.2.0/24"]}}
    await world.send("anna", "PATCH", f"/v1/sites/{site['id']}", patch)
    authority = make(ca=True).pem
    await make_upstream(world, site, **{**UPSTREAM, "name": "origin", "tls": {**UPSTREAM["tls"], "ca_pem": authority}})
    await make_upstream(world, site, name="next", policy="least_request", hash_key={"kind": "header", "name": "X-Key"})
    await make_route(world, site, **ROUTE)
    await make_route(world, site, path_prefix="/strip", upstream="origin", strip_prefix=True)
    await make_route(world, site, path="/gone", respond={"status": 410, "content_type": "text/html", "body": "gone"})
    await make_route(world, site, path_pattern="/old/{id}", redirect={"to": "/new/{id}", "status": 308})
    await make_route(world, site, path_prefix="/long", upstream="next", total_ms=5000, validate={"json": True})
    await make_site(world, "cleo", "bare.example")
    pair = make(["shop.example"])
    await made(world, "anna", "/v1/certificates", {"chain_pem": pair.pem, "private_key_pem": pair.key_pem})
    await made(world, "anna", "/v1/api-keys", {"name": "robot", "scopes": ["users:read"], "expires_at": "2099-01-01T00:00:00Z"})
    await world.send("bert", "POST", "/v1/auth/logout")
    route = await make_route(world, site, path_prefix="/guarded", upstream="origin")
    for place in ({}, {"site_id": site["id"]}):
        for what, body in SECURITY:
            await made(world, "anna", f"/v1/security/{what}", {**body, **place})
    await made(world, "anna", "/v1/security/policies", {"site_id": site["id"], "route_id": route["id"], "mode": "detect"})
    await made(world, "anna", "/v1/security/bans", {"network": "192.0.2.0/24", "reason": "x", "seconds": 600})
    changed = await world.send("root", "PUT", "/v1/security/settings", {"challenge_difficulty": 12, "challenge_ttl_s": 60})
    assert changed.status_code == 200
    body = {"trusted_proxies": ["10.0.0.0/8", "::1"], "defaults": DEFAULTS, "response_headers": {"X-Edge": "1"}}
    assert (await world.send("root", "PUT", "/v1/gateway/settings", body)).status_code == 200


async def snapshot_of(settings: Settings) -> tuple[bytes, dict[str, Any]]:
    """What gateways are given, and its sections by id."""
    async with await psycopg.AsyncConnection.connect(settings.gateway_database_url, autocommit=True) as connection:
        await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        raw = (await read_snapshot(connection, "hcc", "hcc")).snapshot
    return raw, {section["id"]: section["body"] for section in msgspec.json.decode(raw)["sections"]}


async def test_the_whole_contract_is_stored_and_handed_over(world: World, settings: Settings) -> None:
    await everything(world, settings)
    _, sections = await snapshot_of(settings)
    assert [name.partition(":")[0] for name in sections] == [
        "platform", "api_keys", "bans", "security", "site", "site", "certificate",
    ]  # fmt: skip
    seen: dict[tuple[str, str], list[Any]] = {}
    for name, body in sections.items():
        for struct, field, value in walk(ROOTS[name.partition(":")[0]], body):
            seen.setdefault((struct, field), []).append(value)
    wanted = {(struct, field) for struct, fields in STRUCTS.items() if struct not in ("Snapshot", "Section") for field in fields}
    assert set(seen) - wanted - IGNORED == set(), "fields that the contract does not know"
    assert wanted - set(seen) - NEVER == set(), "fields that no snapshot holds"
    plain = {key for key, values in seen.items() if all(value == default_of(*key) for value in values)}
    assert plain - NEVER - IGNORED == set(), "fields that have their default everywhere"


def default_of(struct: str, field: str) -> Any:
    """What a field is when nobody sets it; something that no value is where it must be set."""
    if struct not in BODIES:
        return None
    found = next((f for f in msgspec.structs.fields(BODIES[struct]) if f.encode_name == field), None)
    if found is None:
        return None
    if found.default is not msgspec.NODEFAULT:
        return msgspec.to_builtins(found.default)
    return msgspec.to_builtins(found.default_factory()) if found.default_factory is not msgspec.NODEFAULT else msgspec.NODEFAULT


async def test_the_gateway_takes_all_of_it(world: World, settings: Settings) -> None:
    from hcc_native import Gateway

    await everything(world, settings)
    raw, sections = await snapshot_of(settings)
    # Any version will do that is not the default one.
    rules = {version: ["/usr/share/modsecurity-crs/rules/*.conf"] for version in ("3.3.4", "4.28.0")}
    gateway = Gateway(
        threads=1, last_good_path=None, access_log=None, certificate_keys=settings.certificate_keys, rule_sets=rules
    )
    report = msgspec.json.decode(gateway.apply(raw))
    assert report["refused"] == []
    assert sorted(report["applied"]) == sorted(sections)


LITERALS = {
    "off": "Mode::Off",
    "3.3.4": '"3.3.4".to_owned()',
    "http": "CheckKind::Http",
    "/": '"/".to_owned()',
    "None": "None",
    "True": "true",
    "False": "false",
}


@pytest.mark.parametrize("struct", ["HealthBody", "OutlierBody", "RetryBody", "UpstreamTls", "Defaults", "PolicyBody"])
def test_the_defaults_are_the_gateways(struct: str) -> None:
    """What Rust takes for a field that is absent is what we say for it."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.rs")))
    body = text.partition(f"impl Default for {struct} {{")[2].partition("\n}")[0]
    written = dict(re.findall(r"(\w+): (\([^)]*\)|[^,\n}]+?)(?=,| }|\n)", body))
    ours = msgspec.to_builtins(BODIES[struct]())
    assert {name: value.replace("_", "") for name, value in written.items()} == {
        name: LITERALS.get(str(value), f"({value[0]}, {value[1]})" if isinstance(value, list) else str(value)).replace("_", "")
        for name, value in ours.items()
    }


@pytest.mark.parametrize(
    ("change", "there"),
    [
        ("UPDATE hcc.gateway_sites SET is_active = false", False),
        ("UPDATE hcc.gateway_sites SET deleted_at = now()", False),
        ("UPDATE hcc.organizations SET is_active = false WHERE slug = 'apple'", False),
        ("UPDATE hcc.organizations SET deleted_at = now() WHERE slug = 'apple'", False),
        ("UPDATE hcc.gateway_sites SET name = 'x'", True),
    ],
)
async def test_which_sites_are_handed_over(world: World, settings: Settings, change: str, there: bool) -> None:
    site = await make_site(world)
    await make_upstream(world, site)
    await make_route(world, site, path_prefix="/", upstream="origin")
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute(change)
    _, sections = await snapshot_of(settings)
    assert (f"site:{site['id']}" in sections) is there


KEYS = [
    ("a plain key", "", True),
    ("deleted", "UPDATE hcc.api_keys SET deleted_at = now()", False),
    ("expired", "UPDATE hcc.api_keys SET expires_at = now()", False),
    ("its owner is off", "UPDATE hcc.users SET is_active = false WHERE username = 'anna'", False),
    ("its owner left", "DELETE FROM hcc.memberships m USING hcc.users u WHERE u.id = m.user_id AND u.username = 'anna'", False),
    ("its organisation is closed", "UPDATE hcc.organizations SET is_active = false WHERE slug = 'apple'", False),
    ("one above is closed", "UPDATE hcc.organizations SET is_active = false WHERE slug = 'north'", False),
    ("no route asks for it", """UPDATE hcc.gateway_routes SET auth = '{"mode": "jwt", "api_keys": "pass"}'""", False),
    ("the site is off", "UPDATE hcc.gateway_sites SET is_active = false", False),
]


@pytest.mark.parametrize(("change", "there"), [case[1:] for case in KEYS], ids=[case[0] for case in KEYS])
async def test_which_keys_are_handed_over(world: World, settings: Settings, change: str, there: bool) -> None:
    site = await make_site(world)
    await make_upstream(world, site)
    auth = {"mode": "optional", "api_keys": "verify"}
    await make_route(world, site, path_prefix="/", upstream="origin", auth=auth)
    key = await made(world, "anna", "/v1/api-keys", {"name": "robot", "scopes": ["users:read"]})
    platform = await made(world, "root", "/v1/api-keys", {"name": "platform", "scopes": ["*"]})
    for other in ("nora", "bert"):
        await made(world, other, "/v1/api-keys", {"name": "other", "scopes": ["*"]})
    stranger = await made(world, "cleo", "/v1/api-keys", {"name": "stranger", "scopes": ["*"]})
    if change:
        with psycopg.connect(settings.owner_database_url) as connection:
            connection.execute(change)
    raw, sections = await snapshot_of(settings)
    found = {entry["id"]: entry for entry in sections["api_keys"]["keys"]}
    assert (key["id"] in found) is there
    assert stranger["id"] not in found
    if not change:
        assert found[key["id"]] == {
            "id": key["id"], "prefix": key["prefix"], "hash": hashlib.sha256(key["key"].encode()).hexdigest(),
            "organization_id": key["organization_id"], "user_id": key["user_id"],
            "user_type": "customer", "scopes": ["users:read"], "roles": ["owner"], "expires": None,
        }  # fmt: skip
        assert set(found) == {key["id"], platform["id"]}, "the site's own, and the platform's"
        assert key["key"].encode() not in raw


@pytest.mark.parametrize(
    ("scopes", "held", "narrowed"),
    [
        (["a:read"], ["a:read", "b:read"], ["a:read"]),
        (["a:read"], ["b:read"], []),
        (["*"], ["a:read", "b:*"], ["a:read", "b:*"]),
        (["a:*"], ["a:read", "b:read"], ["a:read"]),
        (["a:read", "b:write"], ["*"], ["a:read", "b:write"]),
        (["a:*", "a:read"], ["a:*"], ["a:*", "a:read"]),
        (["*"], ["*"], ["*"]),
        ([], ["*"], []),
        (["a:read"], [], []),
    ],
)
def test_a_key_opens_no_more_than_its_owner_may(
    settings: Settings, scopes: list[str], held: list[str], narrowed: list[str]
) -> None:
    with psycopg.connect(settings.owner_database_url) as connection:
        row = connection.execute("SELECT hcc.narrowed(%s, %s)", (scopes, held)).fetchone()
    assert row == (narrowed,)


async def test_targets_of_customers_look_like_those_of_staff(world: World, settings: Settings) -> None:
    site = await make_site(world)
    await make_upstream(world, site, "root", name="socket", targets=[{"address": "unix:/run/app.sock"}, {"address": PUBLIC}])
    _, sections = await snapshot_of(settings)
    targets = sections[f"site:{site['id']}"]["upstreams"]["socket"]["targets"]
    assert targets == [{"address": PUBLIC, "weight": 1}, {"address": "unix:/run/app.sock", "weight": 1}]
