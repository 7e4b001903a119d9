"""`hcc waf`, `access` and `ban` against a real database."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from control import cli
from control.core.settings import Settings
from tests.world import World

HOST = "shop.example"


@pytest.fixture
def run(settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `hcc` with the settings of the test, a site of apple's there; exit code, output and errors."""
    monkeypatch.setenv("HCC_OWNER_DATABASE_URL", settings.owner_database_url)

    def hcc(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main(list(args))
        said = capsys.readouterr()
        return code, said.out, said.err

    assert hcc("site", "add", HOST, "--org", "apple", "--target", "http://192.0.2.10:8080")[0] == 0
    assert hcc("route", "add", HOST, "/api", "--upstream", "origin")[0] == 0
    return hcc


def answer(run: Any, *args: str) -> Any:
    code, out, err = run(*args, "--json")
    assert code == 0, err
    return msgspec.json.decode(out)


def test_policies(run: Any, world: World) -> None:
    assert answer(run, "waf", "set", "--mode", "detect", "--paranoia", "2")["organization_id"] == str(
        world.organizations["platform"]
    )
    site = answer(run, "waf", "set", HOST, "--mode", "block")
    assert (site["mode"], site["paranoia"]) == ("block", None)
    assert answer(run, "waf", "set", HOST, "--inbound", "9")["version"] == 2
    assert answer(run, "waf", "set", HOST, "/api", "--mode", "off")["route_id"]
    shown = run("waf", "show", HOST)[1]
    assert "all of it: block, paranoia 2, thresholds 9 in, 4 out, CRS 3.3.4" in shown
    assert "* /api -> origin: off" in shown
    assert answer(run, "waf", "set", HOST, "--response-bodies", "on")["response_bodies"] is True
    assert "CRS 3.3.4, bodies of answers" in run("waf", "show", HOST)[1]
    assert answer(run, "waf", "set", HOST, "--response-bodies", "off")["response_bodies"] is False
    assert answer(run, "waf", "set", HOST, "--response-bodies", "inherit")["response_bodies"] is None
    assert answer(run, "waf", "set", HOST, "--mode", "inherit")["mode"] is None
    assert "all of it: detect" in run("waf", "show", HOST)[1]


def test_exclusions(run: Any, world: World) -> None:
    made = answer(
        run, "waf", "exclude", HOST, "--rule", "942100-942199", "--target", "ARGS:q", "--path", "/search", "--days", "30"
    )
    assert (made["rule_from"], made["rule_to"], made["target"], made["created_by"]) == (942100, 942199, "ARGS:q", None)
    assert made["organization_id"] == str(world.organizations["apple"])
    assert answer(run, "waf", "exclude", "--tag", "attack-xss")["site_id"] is None
    assert "rules 942100 to 942199 for ARGS:q below /search until 2" in run("waf", "exclusions")[1]
    assert "attack-xss" not in run("waf", "exclusions", HOST)[1]
    assert answer(run, "waf", "include", made["id"])["deleted"]
    assert run("waf", "exclusions", HOST)[1] == "Nothing is left out.\n"


def test_custom_rules(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "own.conf"
    file.write_text('SecRule ARGS "@rx a" "id:1,phase:2,deny"\n')
    assert answer(run, "waf", "load", str(file), "--name", "own", "--host", HOST)["version"] == 1
    assert answer(run, "waf", "load", str(file), "--name", "own", "--host", HOST)["version"] == 2
    file.write_text("Nonsense\n")
    code, _, err = run("waf", "load", str(file), "--name", "own")
    assert code == 1
    assert "/text: line 1: Nonsense is no directive" in err
    monkeypatch.setattr(sys, "stdin", io.StringIO("Nonsense"))
    assert run("waf", "load", "-", "--name", "own")[0] == 1


def test_lists(run: Any) -> None:
    made = answer(run, "access", "add", "203.0.113.9/24", "--deny", "--note", "spam", "--days", "1")
    assert (made["network"], made["action"], made["note"]) == ("203.0.113.0/24", "deny", "spam")
    assert answer(run, "access", "add", "as64500", "--deny", "--host", HOST)["asn"] == 64500
    assert answer(run, "access", "add", "de", "--allow", "--org", "apple")["country"] == "DE"
    listed = run("access", "list")[1]
    for words in ("deny 203.0.113.0/24 until 2", "deny AS64500", "allow DE"):
        assert words in listed
    assert "allow DE" not in run("access", "list", "--host", HOST)[1]
    assert answer(run, "access", "remove", made["id"])["deleted"]
    assert "203.0.113" not in run("access", "list")[1]


def test_bans(run: Any, world: World) -> None:
    made = answer(run, "ban", "add", "203.0.113.7", "--reason", "guesses passwords", "--for", "2h")
    assert made["organization_id"] == str(world.organizations["platform"])
    assert answer(run, "ban", "add", "2001:db8::/32", "--reason", "scans", "--org", "apple")["until"] is None
    listed = run("ban", "list", "--address", "203.0.113.7")[1]
    assert "203.0.113.7/32  until 2" in listed
    assert "2001:db8" not in listed
    assert "without end  scans" in run("ban", "list", "--org", "apple")[1]
    assert answer(run, "ban", "lift", made["id"], "--reason", "our own")["lift_reason"] == "our own"
    assert "203.0.113.7" not in run("ban", "list")[1]
    assert "203.0.113.7/32  lifted" in run("ban", "list", "--all")[1]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("waf", "set", HOST), "Nothing to set"),
        (("waf", "set", HOST, "--paranoia", "9"), "not possible"),
        (("waf", "set", HOST, "/nowhere", "--mode", "off"), "no route /nowhere"),
        (("waf", "set", "other.example", "--mode", "off"), "No site answers to"),
        (("waf", "exclude", HOST, "--rule", "sqli"), "neither a rule's number nor a range"),
        (("waf", "include", "7"), "is no id"),
        (("access", "add", "nowhere", "--deny"), "/network"),
        (("ban", "add", "203.0.113.7", "--reason", "x", "--for", "soon"), "is no time"),
        (("ban", "lift", "00000000-0000-0000-0000-000000000000"), "no such ban"),
    ],
)
def test_what_cannot_be_done_is_said(run: Any, args: tuple[str, ...], words: str) -> None:
    code, _, err = run(*args)
    assert code == 1
    assert words in err
