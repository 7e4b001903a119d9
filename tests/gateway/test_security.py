"""Lists, simple rules and bans on the port: who gets in, what is said, and what is written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import mmdb
from tests.gateway.asking import BOTH, Ask
from tests.gateway.support import Origin, Running, route, site, snapshot, until, upstream

PLATFORM, RESELLER, CUSTOMER = "org-0", "org-1", "org-2"
TRUSTED: dict[str, Any] = {"trusted_proxies": ["127.0.0.1/32"]}


def protected(origin: Origin, *routes: dict[str, Any], **security: Any) -> dict[str, Any]:
    """A site with a security part."""
    own = {"scopes": [PLATFORM, RESELLER, CUSTOMER], **security}
    return site(upstream(origin.port), *routes) | {"security": own, "organization_id": CUSTOMER}


def section(name: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "hash": json.dumps(body), "body": body}


def put(gateway: Running, own: dict[str, Any], *more: dict[str, Any], **platform: Any) -> None:
    report = json.loads(gateway.native.apply(snapshot(own, sections_=more, **TRUSTED, **platform)))
    assert report["refused"] == []


def entry(action: str, until_: int | None = None, **what: Any) -> dict[str, Any]:
    return {"id": "e", "network": None, "asn": None, "country": None, "action": action, "until": until_, **what}


def scope(organization: str, **parts: Any) -> dict[str, Any]:
    return section(f"security:{organization}", {"organization_id": organization, **parts})


def bans(*found: dict[str, Any]) -> dict[str, Any]:
    return section("bans", {"bans": list(found)})


def ban(network: str = "192.0.2.0/24", scope_: str | None = None, until_: int | None = None) -> dict[str, Any]:
    return {"id": f"ban {network}", "network": network, "scope": scope_, "until": until_, "reason": "guesses passwords"}


def rule(action: str, position: int = 0, **more: Any) -> dict[str, Any]:
    conditions = more.pop("conditions", {"paths": ["/x*"]})
    body = {"id": f"rule-{action}-{position}", "name": f"no {action}", "position": position, "quota": None, "action": action}
    return {**body, "conditions": conditions, **more}


def events(gateway: Running, requests: int) -> list[dict[str, Any]]:
    """The events of so many requests; they are written down once the answer is on its way, so they are waited for."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}

    def whole() -> bool:
        for event in json.loads(gateway.native.take_events()):
            first = found.setdefault(tuple(event[name] for name in ("action", "source", "subject", "client", "site")), event)
            if first is not event:
                first["count"] += event["count"]
        return sum(int(event["count"]) for event in found.values()) >= requests

    until(whole)
    assert sum(event["count"] for event in found.values()) == requests
    return list(found.values())


def from_(address: str) -> str:
    return f"X-Forwarded-For: {address}"


@BOTH
def test_lists(gateway: Running, origin: Origin, ask: Ask) -> None:
    own = protected(
        origin,
        access=[
            entry("deny", network="192.0.2.0/24"),
            entry("allow", network="192.0.2.7/32"),
            entry("deny", until_=1, network="8.8.8.8/32"),
        ],
    )
    put(gateway, own, scope(RESELLER, access=[entry("deny", network="2001:db8::/32"), entry("allow", network="203.0.113.0/24")]))
    for address, status in (
        ("192.0.2.1", 403), ("192.0.2.7", 200), ("8.8.8.8", 200), ("2001:db8::1", 403), ("203.0.113.1", 200), ("9.9.9.9", 200),
    ):  # fmt: skip
        answer = ask(gateway, "/", from_(address))
        assert answer.status == status, address
        if status == 403:
            assert answer.json()["error"]["code"] == "ACCESS_DENIED"
    found = events(gateway, 2)
    assert [(e["action"], e["source"], e["client"], e["site"]) for e in found] == [
        ("denied", "list", "192.0.2.1", "s1"), ("denied", "list", "2001:db8::1", "s1"),
    ]  # fmt: skip


def test_countries_and_systems(make_gateway: Callable[..., Running], origin: Origin, tmp_path: Path) -> None:
    country, asn = tmp_path / "country.mmdb", tmp_path / "asn.mmdb"
    mmdb.write(
        country, "Country", {"198.51.100.0/24": {"country": {"iso_code": "DE"}}, "2001:db8::/32": {"country": {"iso_code": "NZ"}}}
    )
    mmdb.write(asn, "ASN", {"203.0.113.0/24": {"autonomous_system_number": 64500}})
    gateway = make_gateway(geo_country=str(country), geo_asn=str(asn))
    rules = [rule("block", conditions={"countries": ["NZ"], "paths": ["/shop*"]})]
    put(gateway, protected(origin, access=[entry("deny", country="DE"), entry("deny", asn=64500)], rules=rules))
    cases = [
        ("198.51.100.1", "/", 403),
        ("203.0.113.1", "/", 403),
        ("2001:db8::1", "/", 200),
        ("2001:db8::1", "/shop", 403),
        ("9.9.9.9", "/", 200),
    ]
    for address, path, status in cases:
        assert gateway.get(path, from_(address)).status == status, (address, path)
    assert [(e["country"], e["asn"]) for e in events(gateway, 3)] == [("DE", None), (None, 64500), ("NZ", None)]
    # A new file is read with the next snapshot.
    mmdb.write(country, "Country", {"9.9.9.0/24": {"country": {"iso_code": "DE"}}})
    put(gateway, protected(origin, access=[entry("deny", country="DE")]))
    assert [gateway.get("/", from_(a)).status for a in ("198.51.100.1", "9.9.9.9")] == [200, 403]
    assert json.loads(gateway.native.status())["geo_problems"] == []


def test_a_file_that_is_none_is_told(make_gateway: Callable[..., Running], origin: Origin, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"nothing")
    gateway = make_gateway(geo_country=str(broken), geo_asn=str(tmp_path / "missing.mmdb"))
    put(gateway, protected(origin, access=[entry("deny", country="DE")]))
    assert gateway.get("/", from_("198.51.100.1")).status == 200
    assert len(json.loads(gateway.native.status())["geo_problems"]) == 2


@BOTH
def test_bans_of_a_snapshot(gateway: Running, origin: Origin, ask: Ask) -> None:
    own = protected(origin, access=[entry("allow", network="203.0.113.7/32")])
    put(
        gateway, own, scope(PLATFORM, access=[entry("allow", network="198.51.100.7/32")]),
        bans(ban(), ban("198.51.100.0/24"), ban("203.0.113.0/24", CUSTOMER),
             ban("9.9.9.9/32", "another"), ban("8.8.8.8/32", until_=1)),
    )  # fmt: skip
    cases = [
        ("192.0.2.1", 403), ("198.51.100.1", 403), ("203.0.113.1", 403), ("9.9.9.9", 200), ("8.8.8.8", 200), ("1.1.1.1", 200),
        # The platform's list outweighs the platform's ban, the customer's list the customer's own.
        ("198.51.100.7", 200), ("203.0.113.7", 200),
    ]  # fmt: skip
    for address, status in cases:
        answer = ask(gateway, "/", from_(address))
        assert answer.status == status, address
        if status == 403:
            assert answer.json()["error"]["code"] == "BANNED"
    # A customer's list does not outweigh the platform's ban.
    put(gateway, protected(origin, access=[entry("allow", network="192.0.2.1/32")]), bans(ban()))
    assert ask(gateway, "/", from_("192.0.2.1")).status == 403
    assert ask(gateway, "/", from_("192.0.2.1"), host="shop.example").status == 403


def test_bans_that_are_told_in_between(gateway: Running, origin: Origin) -> None:
    put(gateway, protected(origin), bans())

    def tell(*, lifted: bool) -> None:
        gateway.native.ban(json.dumps({**ban(), "lifted": lifted}).encode())

    assert gateway.get("/", from_("192.0.2.1")).status == 200
    tell(lifted=False)
    assert gateway.get("/", from_("192.0.2.1")).status == 403
    assert gateway.metric("banned_networks") == 1
    tell(lifted=True)
    assert gateway.get("/", from_("192.0.2.1")).status == 200
    tell(lifted=False)
    # What the snapshot says holds, also when its section is as before: a notification may have been lost.
    put(gateway, protected(origin), bans())
    assert gateway.get("/", from_("192.0.2.1")).status == 200
    for nonsense in (b"", b"{}", b"[]", json.dumps({**ban(), "network": "x", "lifted": False}).encode()):
        with pytest.raises(ValueError, match=r"."):
            gateway.native.ban(nonsense)


def test_the_log_and_the_counters_say_why(make_gateway: Callable[..., Running], origin: Origin, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    gateway = make_gateway(access_log=str(log))
    put(gateway, protected(origin, rules=[rule("block")]), bans(ban()))
    gateway.get("/", from_("192.0.2.1"))
    gateway.get("/x?secret=1", from_("9.9.9.9"), "User-Agent: curl/8")
    until(lambda: log.read_text().count("\n") == 2)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["reason"], line["detail"]) for line in lines] == [
        ("banned", "ban 192.0.2.0/24 guesses passwords"), ("blocked by a rule", "rule-block-0 no block"),
    ]  # fmt: skip
    text = gateway.native.metrics().decode()
    for action, count in (("banned", 1), ("blocked", 1), ("denied", 0)):
        assert f'hcc_gateway_security_total{{action="{action}"}} {count}\n' in text
    first, second = events(gateway, 2)
    assert (first["action"], first["subject"], first["message"]) == ("banned", "ban 192.0.2.0/24", "guesses passwords")
    wanted = {"route": "route /", "method": "GET", "host": "shop.example", "path": "/x", "user_agent": "curl/8", "status": 403}
    assert {name: second[name] for name in wanted} == wanted
    assert second["request_id"] == lines[1]["request_id"]
    assert events(gateway, 0) == [], "they are taken once"


@BOTH
def test_simple_rules(gateway: Running, origin: Origin, ask: Ask) -> None:
    own = protected(
        origin,
        rules=[
            rule("allow", 0, conditions={"paths": ["/x/open"]}),
            rule("block", 1, conditions={"paths": ["/x*"], "methods": ["GET"]}),
            rule("log", 2, conditions={"headers": [{"name": "User-Agent", "value": "bot"}]}),
            rule("block", 3, conditions={"headers": [{"name": "X-No", "how": "is", "value": "1"}]}),
        ],
    )
    put(gateway, own, scope(PLATFORM, rules=[rule("block", 9, conditions={"paths": ["/never"]})]))
    cases: list[tuple[str, tuple[str, ...], str, int]] = [
        ("/", (), "GET", 200), ("/x", (), "GET", 403), ("/x/y", (), "GET", 403), ("/x/./y", (), "GET", 403),
        ("/%78", (), "GET", 403),
        ("/x/open", (), "GET", 200), ("/x", (), "DELETE", 200), ("/", ("User-Agent: MyBot",), "GET", 200),
        ("/", ("X-No: 1",), "GET", 403),
        ("/", ("X-No: 2",), "GET", 200), ("/never", (), "GET", 403),
    ]  # fmt: skip
    for path, fields, method, status in cases:
        assert ask(gateway, path, *fields, method=method).status == status, (path, fields, method)
    found = events(gateway, 7)
    assert [(e["action"], e["subject"], e["count"]) for e in found] == [
        ("blocked", "rule-block-1", 4), ("logged", "rule-log-2", 1), ("blocked", "rule-block-3", 1),
        ("blocked", "rule-block-9", 1),
    ]  # fmt: skip


@BOTH
def test_a_rule_that_limits(gateway: Running, origin: Origin, ask: Ask) -> None:
    put(gateway, protected(origin, rules=[rule("limit", quota={"rate": 1, "per_s": 60, "burst": 2})]))
    statuses = [ask(gateway, "/x", from_("192.0.2.1")).status for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    assert ask(gateway, "/x", from_("192.0.2.2")).status == 200
    assert ask(gateway, "/y", from_("192.0.2.1")).status == 200
    assert [(e["action"], e["source"], e["count"]) for e in events(gateway, 2)] == [("limited", "rule", 2)]


def test_a_routes_own_limit_is_an_event_too(gateway: Running, origin: Origin) -> None:
    limit = {"name": "l", "key": "client", "rate": 1, "per_s": 60, "burst": 1}
    put(gateway, protected(origin, route(rate_limits=[limit])))
    assert [gateway.get("/").status for _ in range(3)] == [200, 429, 429]
    assert [(e["action"], e["source"], e["count"]) for e in events(gateway, 2)] == [("limited", "limit", 2)]


def test_what_clients_do_is_counted(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    def answer(conn: Any, head: bytes, _rest: bytes) -> bool:
        path = head.split()[1]
        status = {b"/login": b"401 No", b"/gone": b"404 No", b"/.env": b"404 No", b"/api": b"401 No"}.get(path, b"200 OK")
        conn.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
        return True

    origin = make_origin(answer)
    detection = {"login_paths": ["/login"], "scanner_paths": ["/.env"]}
    allowed = [entry("allow", network="203.0.113.0/24")]
    put(gateway, protected(origin, access=allowed), bans(ban("198.51.100.0/24")), detection=detection)
    for path in ("/login", "/login", "/gone", "/.env", "/api", "/"):
        for address in ("192.0.2.1", "203.0.113.1", "198.51.100.1"):
            gateway.get(path, from_(address))
    until(lambda: gateway.metric("request_seconds_count") == 18)
    found = json.loads(gateway.native.take_tallies())
    assert found == [
        {"client": "192.0.2.1", "site": "s1", "login": 2, "unauthorized": 1, "not_found": 2, "scanner": 1, "limited": 0,
         "score": 0, "sample": "/login"},
    ]  # fmt: skip
    assert json.loads(gateway.native.take_tallies()) == []


WRONG = [
    section("security:x", {"organization_id": "x", "access": [entry("deny")]}),
    section("security:x", {"organization_id": "x", "rules": [rule("limit")]}),
    section("security:x", {"organization_id": "x", "other": []}),
    section("bans", {"bans": [ban("nowhere")]}),
]


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_a_section_that_is_wrong_is_refused_alone(gateway: Running, origin: Origin, wrong: dict[str, Any]) -> None:
    report = json.loads(gateway.native.apply(snapshot(protected(origin), sections_=[wrong])))
    assert [refused["id"] for refused in report["refused"]] == [wrong["id"]]
    assert gateway.get("/").status == 200


def test_policies_are_carried(gateway: Running, origin: Origin) -> None:
    waf = {"mode": "block", "paranoia": 2, "inbound_threshold": 7, "outbound_threshold": 3, "rule_set": "3.3.4"}
    put(gateway, protected(origin, route(waf={**waf, "mode": "off"}), waf=waf))
    assert gateway.get("/").status == 200
    report = json.loads(gateway.native.apply(snapshot(protected(origin, waf={**waf, "paranoia": 5}))))
    assert len(report["refused"]) == 1
