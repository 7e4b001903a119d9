"""`hcc check`, `hcc alert` and `hcc agent claims` against a real database and real servers."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from control import cli
from control.core.settings import Settings
from control.monitoring.commands.asking import kind_of, matcher
from control.monitoring.commands.table import plain, table
from control.sites.commands.operator import CommandError
from tests.ports import free_port as any_port
from tests.world import World


def spoken(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str) -> Any:
    monkeypatch.setenv("HCC_OWNER_DATABASE_URL", url)

    def hcc(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = cli.main(list(args))
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return hcc


@pytest.fixture
def run(settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `hcc` on the test's database; exit code, output and errors."""
    del world
    return spoken(monkeypatch, capsys, settings.owner_database_url)


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The same where there is no database."""
    return spoken(monkeypatch, capsys, "")


def answer(run: Any, *args: str) -> Any:
    code, out, err = run(*args, "--json")
    assert code == 0, err
    return msgspec.json.decode(out)


def test_checks(run: Any, world: World, tmp_path: Path) -> None:
    made = answer(
        run, "check", "add", "Shop", "https://shop.example/", "--org", "apple", "--every", "30", "--tls-days", "14",
        "--status", "200", "--keyword", "Basket", "--location", "default", "--location", "fra",
    )  # fmt: skip
    assert made["organization_id"] == str(world.organizations["apple"])
    assert (made["kind"], made["interval_s"], made["locations"]) == ("http", 30, ["default", "fra"])
    assert made["expects"] == {"statuses": ["200"], "keyword": "Basket", "tls_days": 14}
    beat = run("check", "add", "Backup", "--kind", "heartbeat", "--every", "86400")
    assert beat[0] == 0
    assert "/v1/heartbeats/hb_" in beat[1]
    more = tmp_path / "more.json"
    more.write_text('{"json_path": "status", "json_value": "ok"}')
    assert answer(run, "check", "add", "API", "http://api.example/", "--expects", str(more))["expects"]["json_value"] == "ok"
    lines = run("check", "list")[1].splitlines()
    assert lines[0].split()[:4] == ["ID", "NAME", "KIND", "STATE"]
    assert [line.split()[1] for line in lines[1:]] == ["API", "Backup", "Shop"]
    assert len(answer(run, "check", "list", "--org", "apple")) == 1
    assert run("check", "list", "--state", "down")[1] == "There is no check.\n"
    shown = run("check", "show", "Shop")[1]
    assert "https://shop.example/" in shown
    assert "fra" in shown
    assert "It was not tried yet." in shown
    assert answer(run, "check", "show", made["id"], "--org", "apple")["check"]["id"] == made["id"]
    code, _, err = run("check", "show", "Shop", "--org", "birch")
    assert (code, err) == (1, "hcc check: There is no check 'Shop'; `hcc check list` shows all.\n")
    answer(run, "check", "add", "Shop", "https://shop.example/", "--org", "birch")
    assert "2 are called 'Shop'" in run("check", "show", "Shop")[2]


WRONG = [
    (("check", "add", "x", "http://a.example/", "--every", "5"), "`int` >= 20"),
    (("check", "add", "x", "http://a.example/", "--timeout", "60"), "/timeout_s: must be shorter than the interval"),
    (("check", "add", "x", "a.example"), "say --kind"),
    (("check", "add", "x", "a.example", "--kind", "dns", "--keyword", "y"), "/expects/keyword: is not for dns"),
    (("check", "add", "x", "http://a.example/", "--org", "nowhere"), "There is no organisation 'nowhere'"),
    (("alert", "silence", "host", "--for", "1h", "--reason", "r"), "'host' is no condition on a label"),
    (("alert", "silence", "host=a", "--for", "1w", "--reason", "r"), "'1w' is no time"),
    (("alert", "silence", "host!=a", "--for", "1h", "--reason", "r"), "would silence everything"),
    (("alert", "silence", "host=~(", "--for", "1h", "--reason", "r"), "/matchers/0/value"),
    (("alert", "test", "nothing"), "There is no channel 'nothing'"),
    (("alert", "show", "x"), "'x' is no id; `hcc alert list` shows them"),
    (("alert", "builtin", "install", "nothing"), "is no pack: server, services, web"),
    (("alert", "builtin", "remove", "web"), "it is not installed"),
    (("agent", "claims", "make", "--for", "10s"), ">= 60"),
    (("agent", "claims", "revoke", "00000000-0000-0000-0000-000000000000"), "claim"),
]


@pytest.mark.parametrize(("args", "said"), WRONG, ids=[" ".join(args) for args, _ in WRONG])
def test_what_is_wrong_is_said(run: Any, args: tuple[str, ...], said: str) -> None:
    code, out, err = run(*args)
    assert (code, out) == (1, "")
    assert said in err
    assert "Traceback" not in err


def test_alerts(run: Any, world: World, settings: Settings) -> None:
    ids = {}
    with psycopg.connect(settings.owner_database_url) as owner:
        for name, org, severity, phase in (
            ("DiskFull", "apple", "warning", "firing"),
            ("HostDown", "birch", "critical", "firing"),
            ("Over", "apple", "info", "resolved"),
        ):
            row = owner.execute(
                "INSERT INTO hcc.alerts (id, organization_id, source, source_id, fingerprint, name, severity, series, labels,"
                " annotations, phase, since, known_at, value) VALUES (gen_random_uuid(), %s, 'rule', gen_random_uuid(),"
                " substr(sha256(%s::bytea), 1, 16), %s, %s, '{}', %s, %s, %s, now(), now(), 3) RETURNING id",
                (
                    world.organizations[org], name, name, severity, '{"host": "web1", "alertname": "x"}',
                    '{"summary": "it is full"}' if name == "DiskFull" else "{}", phase,
                ),
            ).fetchone()  # fmt: skip
            assert row is not None
            ids[name] = str(row[0])
        owner.execute(
            "INSERT INTO hcc.alert_changes (id, organization_id, alert_id, name, labels, before, after, value, at)"
            " VALUES (gen_random_uuid(), %s, %s, 'DiskFull', '{}', 'pending', 'firing', 3, now())",
            (world.organizations["apple"], ids["DiskFull"]),
        )
    lines = run("alert", "list")[1].splitlines()
    assert [line.split()[0] for line in lines[1:]] == [ids["HostDown"], ids["DiskFull"]], "the worst first"
    assert "host=web1" in lines[1]
    assert "it is full" in lines[2]
    assert [one["name"] for one in answer(run, "alert", "list", "--org", "apple", "--all")] == ["DiskFull", "Over"]
    assert [one["name"] for one in answer(run, "alert", "list", "--severity", "critical")] == ["HostDown"]
    assert run("alert", "list", "--org", "north")[1] == "No alert fires.\n"
    shown = run("alert", "show", ids["DiskFull"])[1]
    assert "it is full" in shown
    assert "pending  firing  3" in shown
    made = answer(
        run, "alert", "silence", "host=web1", "severity=~info|warning", "--org", "apple", "--for", "2h", "--reason", "x"
    )
    assert made["organization_id"] == str(world.organizations["apple"])
    assert [(m["name"], m.get("op", "="), m["value"]) for m in made["matchers"]] == [
        ("host", "=", "web1"), ("severity", "=~", "info|warning"),
    ]  # fmt: skip


async def test_a_test_goes_out(run: Any, world: World, settings: Settings) -> None:
    body = {"name": "On call", "kind": "mail", "recipients": ["ops@example.com"]}
    made = (await world.send("anna", "POST", "/v1/monitoring/channels", body)).json()["data"]
    sent = await asyncio.to_thread(answer, run, "alert", "test", "On call", "--org", "apple")
    assert sent["channel_id"] == made["id"]
    with psycopg.connect(settings.owner_database_url) as owner:
        assert owner.execute("SELECT channel_id::text FROM hcc.notifications").fetchall() == [(made["id"],)]


def test_builtin_rules(run: Any, world: World) -> None:
    listed = run("alert", "builtin", "list", "--rules")[1]
    assert "host_load_15m" in listed
    assert listed.splitlines()[1].split()[:4] == ["server", "1", "21", "no"]
    assert "There is no alert rule" in run("alert", "rules")[1]
    assert "server, version 1: 21 added" in run("alert", "builtin", "install", "server", "--org", "apple")[1]
    assert "server, version 1: 21 unchanged" in run("alert", "builtin", "install", "server", "--org", "apple")[1]
    assert "21 rules, version 1" in run("alert", "builtin", "list", "--org", "apple")[1]
    rules = answer(run, "alert", "rules", "--org", "apple")
    assert {rule["organization_id"] for rule in rules} == {str(world.organizations["apple"])}
    assert "Load is high" in run("alert", "rules")[1]
    assert answer(run, "alert", "builtin", "remove", "server", "--org", "apple")["rules"] == 21
    assert answer(run, "alert", "rules") == []


def test_claims(run: Any, world: World) -> None:
    made = answer(run, "agent", "claims", "make", "web1", "--org", "apple", "--for", "30m")
    assert made["claim"] in made["command"]
    listed = run("agent", "claims", "list", "--org", "apple")[1]
    assert made["id"] in listed
    assert made["claim"] not in listed
    assert run("agent", "claims", "list", "--org", "birch")[1] == "No claim waits to be used.\n"
    assert answer(run, "agent", "claims", "revoke", made["id"])["revoked"]
    assert run("agent", "claims", "list")[1] == "No claim waits to be used.\n"


@contextlib.contextmanager
def page(status: int) -> Iterator[str]:
    """A server on loopback that answers everything alike."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            serving.join()


def test_one_look(local: Any) -> None:
    with page(200) as url:
        code, out, _ = local("check", "run", url, "--keyword", "hello")
        assert code == 0
        lines = out.splitlines()
        assert lines[0] == f"http {url}"
        assert [line.split()[0] for line in lines[1:-1]] == ["resolve", "connect", "wait", "read"]
        assert lines[1].endswith("127.0.0.1")
        assert lines[-1].startswith("up: status 200 (")
        code, out, _ = local("check", "run", url, "--keyword", "other", "--json")
        found = msgspec.json.decode(out)
        assert (code, found["ok"], found["message"]) == (1, False, "'other' is not on the page")
        host = url.removeprefix("http://").rstrip("/")
        code, out, _ = local("check", "run", host, "--json")
        found = msgspec.json.decode(out)
        assert (code, found["kind"], [step["step"] for step in found["steps"]]) == (0, "tcp", ["resolve", "connect"])
    with page(500) as url:
        code, out, _ = local("check", "run", url)
        assert (code, out.splitlines()[-1].partition(" (")[0]) == (1, "DOWN: status 500 instead of 200-399")


def test_one_look_says_where_it_stopped(local: Any) -> None:
    code, out, _ = local("check", "run", f"https://127.0.0.1:{any_port()}/")
    lines = out.splitlines()
    assert code == 1
    assert lines[2].split() == ["connect", "-", "stopped", "here"]
    assert len(lines) == 4
    with page(200) as url:
        code, out, _ = local("check", "run", url.replace("http:", "https:"))
    assert code == 1
    assert out.splitlines()[3].split() == ["tls", "-", "stopped", "here"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("nothing",), "say --kind"),
        (("http://a.example/", "--status", "900"), "statuses"),
        (("a.example", "--kind", "dns", "--redirects", "1"), "expects/redirects is not for dns"),
        (("http://a.example/", "--expects", "nofile.json"), "nofile.json"),
    ],
)
def test_a_look_that_is_none(local: Any, args: tuple[str, ...], said: str) -> None:
    code, out, err = local("check", "run", *args)
    assert (code, out) == (1, "")
    assert said in err


KINDS = [
    ("https://a.example/", None, "http"),
    ("redis://a.example/0", None, "database"),
    ("a.example:25", None, "tcp"),
    ("[2001:db8::1]:25", None, "tcp"),
    ("a.example", "icmp", "icmp"),
    ("a.example:25", "tcp", "tcp"),
]


@pytest.mark.parametrize(("target", "named", "kind"), KINDS)
def test_kinds(target: str, named: str | None, kind: str) -> None:
    assert kind_of(target, named) == kind


@pytest.mark.parametrize("target", ["a.example", "ftp://a.example/", "2001:db8::1", ""])
def test_no_kind(target: str) -> None:
    with pytest.raises(CommandError):
        kind_of(target, None)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a=b", ("a", "=", "b")),
        ("a=", ("a", "=", "")),
        ("a!=b=c", ("a", "!=", "b=c")),
        ("a=~b|c", ("a", "=~", "b|c")),
        ("a!~b", ("a", "!~", "b")),
    ],
)
def test_matchers(text: str, parts: tuple[str, str, str]) -> None:
    found = matcher(text)
    assert (found.name, found.op, found.value) == parts


def test_tables() -> None:
    rows = [("a", 1, None), ("long", True, {"y": "2", "x": "1"})]
    assert table(("name", "n", "what"), rows, "none") == ["NAME  N    WHAT", "a     1    -", "long  yes  x=1 y=2"]
    assert table(("name",), [], "none") == ["none"]
    assert plain("red\x1b[31m\nline") == "red [31m line"


@pytest.mark.parametrize("command", [("check",), ("alert",), ("alert", "builtin"), ("agent", "claims"), ("check", "run")])
def test_help_has_examples(local: Any, command: tuple[str, ...]) -> None:
    code, out, _ = local(*command, "--help")
    assert code == 0
    assert "examples:\n  hcc " in out
