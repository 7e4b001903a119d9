"""`hcc site`, `upstream`, `route`, `limit`, `canary` and `certificate` against a real database."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from control import cli
from control.core.crypto import Keyring, place
from control.core.settings import Settings
from tests.sites.pem import make
from tests.world import World

HOST = "shop.example"
ADD = ("site", "add", HOST, "www.shop.example", "--org", "apple", "--target", "http://192.0.2.10:8080")


@pytest.fixture
def run(settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `hcc` with the settings of the test; exit code, output and errors."""
    monkeypatch.setenv("HCC_OWNER_DATABASE_URL", settings.owner_database_url)
    monkeypatch.setenv("HCC_CERTIFICATE_KEYS", settings.certificate_keys)

    def hcc(*args: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = cli.main(list(args))
        said = capsys.readouterr()
        return code, said.out, said.err

    return hcc


def answer(run: Any, *args: str, stdin: str = "") -> Any:
    code, out, err = run(*args, "--json", stdin=stdin)
    assert code == 0, err
    return msgspec.json.decode(out)


def test_a_site_from_nothing(run: Any, world: World, settings: Settings) -> None:
    made = answer(run, *ADD)
    assert made["site"]["hosts"] == [HOST, "www.shop.example"]
    assert made["site"]["organization_id"] == str(world.organizations["apple"])
    assert made["upstreams"][0]["targets"] == [{"address": "192.0.2.10:8080", "weight": 1}]
    assert [(route["path_prefix"], route["upstream"]) for route in made["routes"]] == [("/", "origin")]
    code, out, _ = run("site", "show", "WWW.shop.example.")
    assert code == 0
    for words in (
        "shop.example www.shop.example",
        "upstream origin: http://192.0.2.10:8080",
        "* / -> origin",
        "gateways: unknown",
    ):
        assert words in out
    assert HOST in run("site", "list")[1]
    assert HOST in run("site", "list", "--org", "apple")[1]
    assert HOST not in run("site", "list", "--org", "birch")[1]
    with psycopg.connect(settings.owner_database_url) as connection:
        trail = connection.execute(
            "SELECT actor_type, action FROM hcc.audit_log WHERE action ~ '^(site|route|upstream)'"
        ).fetchall()
        events = connection.execute("SELECT count(*) FROM hcc.outbox_events WHERE topic = 'site.created'").fetchone()
    assert trail == [("system", "site.created"), ("system", "upstream.created"), ("system", "route.created")]
    assert events == (1,)
    assert answer(run, "site", "remove", HOST)["deleted"]
    assert run("site", "list")[1].startswith("There are no sites")


def test_settings_of_a_site(run: Any) -> None:
    run(*ADD)
    changed = answer(run, "site", "set", HOST, "--https-redirect", "on", "--hsts", "60", "--active", "off")
    assert (changed["https_redirect"], changed["hsts_s"], changed["is_active"]) == (True, 60, False)
    on = answer(run, "site", "set", HOST, "--maintenance", "on", "--message", "Soon", "--allow", "198.51.100.7")
    assert on["maintenance"] == {"on": True, "retry_after_s": 0, "message": "Soon", "allow": ["198.51.100.7/32"]}
    off = answer(run, "site", "set", HOST, "--maintenance", "off")
    assert off["maintenance"] == {**on["maintenance"], "on": False}
    assert off["hsts_s"] == 60


def test_routes(run: Any, tmp_path: Path) -> None:
    run(*ADD)
    answer(run, "route", "add", HOST, "/api", "--upstream", "origin", "--strip-prefix", "--method", "POST", "--method", "GET")
    answer(run, "route", "add", HOST, "/old", "--redirect", "https://shop.example{path}", "--status", "308", "--exact")
    answer(run, "route", "add", HOST, "/users/{id}", "--pattern", "--upstream", "origin", "--rewrite", "/u/{id}")
    answer(run, "route", "add", HOST, "/robots.txt", "--exact", "--respond", "200", "--body", "User-agent: *")
    fields = tmp_path / "fields.json"
    fields.write_text('{"max_body": 1000, "validate": {"json": true}}', encoding="utf-8")
    full = answer(run, "route", "add", HOST, "/orders", "--upstream", "origin", "--fields", str(fields))
    assert (full["max_body"], full["validate"]["json"]) == (1000, True)
    piped = answer(run, "route", "add", HOST, "/more", "--upstream", "origin", "--fields", "-", stdin='{"compress": true}')
    assert piped["compress"] is True
    listed = run("route", "list", HOST)[1].splitlines()
    assert set(listed) == {
        "* / -> origin", "GET POST /api -> origin", "* /old (exact) -> 308 to https://shop.example{path}",
        "* /users/{id} (pattern) -> origin", "* /robots.txt (exact) -> answers 200", "* /orders -> origin", "* /more -> origin",
    }  # fmt: skip
    assert answer(run, "route", "remove", HOST, "/old")["deleted"]
    assert answer(run, "route", "remove", HOST, "/api", "--method", "GET", "--method", "POST")["deleted"]
    assert len(answer(run, "route", "list", HOST)) == 5


def test_limits(run: Any) -> None:
    run(*ADD)
    answer(run, "limit", "add", HOST, "/", "--name", "a", "--rate", "100/60", "--burst", "20", "--shared")
    both = answer(
        run, "limit", "add", HOST, "/", "--name", "b", "--rate", "5/1", "--burst", "5", "--key", "header", "--header", "X-K"
    )
    assert [(limit["name"], limit["rate"], limit["per_s"], limit["shared"]) for limit in both["rate_limits"]] == [
        ("a", 100, 60, True), ("b", 5, 1, False),
    ]  # fmt: skip
    replaced = answer(run, "limit", "add", HOST, "/", "--name", "a", "--rate", "1/1", "--burst", "1")
    assert {limit["name"]: limit["rate"] for limit in replaced["rate_limits"]} == {"a": 1, "b": 5}
    assert "limit a 1/1 s burst 1 by client" in run("route", "list", HOST)[1]
    assert [limit["name"] for limit in answer(run, "limit", "remove", HOST, "/", "--name", "b")["rate_limits"]] == ["a"]


def test_canaries(run: Any) -> None:
    run(*ADD)
    answer(
        run, "upstream", "add", HOST, "next", "--target", "https://[2001:db8::1]", "--policy", "least_request", "--health", "/up"
    )
    upstream = answer(run, "upstream", "list", HOST)[0]
    assert (upstream["targets"][0]["address"], upstream["tls"]["verify"]) == ("[2001:db8::1]:443", True)
    assert upstream["health"]["path"] == "/up"
    route = answer(run, "canary", "set", HOST, "/", "--upstream", "next", "--percent", "2.5", "--header", "X-Preview: yes")
    assert route["canary"] == {"upstream": "next", "percent": 2.5, "header": ["X-Preview", "yes"]}
    assert "* / -> origin, 2.5 % to next and X-Preview: yes" in run("route", "list", HOST)[1]
    code, _, err = run("upstream", "remove", HOST, "next")
    assert (code, "Routes lead to this upstream: * /" in err) == (1, True)
    assert answer(run, "canary", "remove", HOST, "/")["canary"] is None
    assert answer(run, "upstream", "remove", HOST, "next")["deleted"]


def test_certificates(run: Any, tmp_path: Path, world: World) -> None:
    pair, other = make(["shop.example"]), make(["else.example"])
    for name, text in (
        ("chain.pem", pair.pem),
        ("key.pem", pair.key_pem),
        ("other.pem", other.pem),
        ("other.key", other.key_pem),
    ):
        (tmp_path / name).write_text(text, encoding="ascii")
    chain, key = str(tmp_path / "chain.pem"), str(tmp_path / "key.pem")
    made = answer(run, "certificate", "add", "--org", "apple", "--chain", chain, "--key", key)
    assert (made["hosts"], made["organization_id"]) == (["shop.example"], str(world.organizations["apple"]))
    code, out, _ = run("certificate", "list", "--org", "apple")
    assert (code, "shop.example" in out, made["id"] in out, "PRIVATE" in out) == (0, True, True, False)
    another = ("--chain", str(tmp_path / "other.pem"), "--key", str(tmp_path / "other.key"))
    changed = answer(run, "certificate", "replace", made["id"], *another)
    assert (changed["id"], changed["hosts"]) == (made["id"], ["else.example"])
    code, _, err = run("certificate", "add", "--org", "apple", "--chain", chain, "--key", str(tmp_path / "other.key"))
    assert (code, "/private_key_pem: does not belong to the certificate" in err) == (1, True)
    code, _, err = run("certificate", "add", "--org", "apple", "--chain", chain, "--key", str(tmp_path / "missing"))
    assert (code, "missing" in err) == (1, True)
    default = answer(run, "certificate", "add", "--org", "platform", "--default", "--chain", chain, "--key", key)
    assert default["is_default"] is True
    assert answer(run, "certificate", "remove", made["id"])["deleted"]
    assert [c["id"] for c in answer(run, "certificate", "list")] == [default["id"]]


WRONG: list[tuple[tuple[str, ...], str]] = [
    (("site", "add", HOST, "--org", "nowhere", "--target", "http://192.0.2.1"), "no organisation 'nowhere'"),
    (("site", "add", "bad_host", "--org", "apple", "--target", "http://192.0.2.1"), "/hosts/0: is no host name"),
    (("site", "add", "shop.example", "--org", "birch", "--target", "http://192.0.2.1"), "Not to be had: shop.example"),
    (("site", "add", "new.example", "--org", "apple", "--target", "ftp://192.0.2.1"), "is no target"),
    (("site", "add", "new.example", "--org", "apple", "--target", "http://192.0.2.1/path"), "is no target"),
    (("site", "add", "new.example", "--org", "apple", "--target", "http://a", "--target", "https://b"), "all http or all https"),
    (("site", "show", "missing.example"), "`hcc site list` shows all"),
    (("site", "show", "no host"), "is no host name"),
    (("route", "add", HOST, "/x", "--upstream", "missing"), "/upstream: is no upstream of this site"),
    (("route", "add", HOST, "/", "--upstream", "origin"), "already"),
    (("route", "add", HOST, "/a//b", "--upstream", "origin"), "/path_prefix: is not in its normal form, which is /a/b"),
    (("route", "add", HOST, "/x", "--upstream", "origin", "--method", "get"), "/methods/0"),
    (("route", "add", HOST, "/x", "--upstream", "origin", "--fields", "-"), "must be a JSON object"),
    (("route", "remove", HOST, "/missing"), f"hcc route list {HOST}"),
    (("limit", "add", HOST, "/", "--name", "a", "--rate", "fast", "--burst", "1"), "100/60"),
    (("limit", "add", HOST, "/", "--name", "a b", "--rate", "0/1", "--burst", "1"), "/name"),
    (("limit", "remove", HOST, "/", "--name", "a"), "no limit 'a'"),
    (("canary", "set", HOST, "/", "--upstream", "missing", "--percent", "5"), "/canary/upstream: is no upstream"),
    (("canary", "set", HOST, "/", "--upstream", "origin", "--percent", "500"), "/percent"),
    (("canary", "set", HOST, "/", "--upstream", "origin", "--percent", "5", "--header", "x"), "NAME:VALUE"),
    (("upstream", "remove", HOST, "missing"), f"hcc upstream list {HOST}"),
    (("certificate", "remove", "x"), "`hcc certificate list` shows them"),
    (("certificate", "remove", "018f0000-0000-7000-8000-000000000000"), "no such certificate"),
]


@pytest.mark.parametrize(("args", "words"), WRONG, ids=[" ".join(args) for args, _ in WRONG])
def test_what_cannot_be_done_is_said(run: Any, args: tuple[str, ...], words: str) -> None:
    run(*ADD)
    code, out, err = run(*args)
    assert (code, out) == (1, "")
    assert words in err


def test_several_routes_of_a_path(run: Any) -> None:
    run(*ADD)
    run("route", "add", HOST, "/x", "--upstream", "origin", "--method", "GET")
    run("route", "add", HOST, "/x", "--upstream", "origin", "--method", "POST")
    code, _, err = run("route", "remove", HOST, "/x")
    assert (code, "GET /x -> origin" in err, "--method" in err) == (1, True, True)


def test_without_a_database_it_is_said_what_is_needed(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HCC_OWNER_DATABASE_URL")
    code, _, err = run("site", "list")
    assert (code, "HCC_OWNER_DATABASE_URL" in err) == (2, True)


def test_private_keys_are_sealed_anew(run: Any, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = make(["shop.example"])
    (tmp_path / "chain.pem").write_text(pair.pem, encoding="ascii")
    (tmp_path / "key.pem").write_text(pair.key_pem, encoding="ascii")
    files = ("--chain", str(tmp_path / "chain.pem"), "--key", str(tmp_path / "key.pem"))
    made = answer(run, "certificate", "add", "--org", "apple", *files)
    new = "c2:" + "A" * 43 + "="
    monkeypatch.setenv("HCC_ENCRYPTION_KEYS", settings.encryption_keys)
    monkeypatch.delenv("HCC_CERTIFICATE_KEYS")
    code, out, _ = run("keys", "rotate-encryption")
    assert (code, "gateway_certificates.private_key: left as it is, HCC_CERTIFICATE_KEYS is not set" in out) == (0, True)
    monkeypatch.setenv("HCC_CERTIFICATE_KEYS", f"{new},{settings.certificate_keys}")
    done = {entry["column"]: entry for entry in answer(run, "keys", "rotate-encryption")}
    assert done["gateway_certificates.private_key"]["changed"] == 1
    with psycopg.connect(settings.owner_database_url) as connection:
        row = connection.execute("SELECT private_key FROM hcc.gateway_certificates").fetchone()
    assert row is not None
    where = place("gateway_certificates", "private_key", made["id"])
    assert Keyring.parse(new).open(row[0], where).decode() == pair.key_pem
