"""The firewall's own log: what test tools and log watchers read in it, and when it is there."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from control import cli
from tests.gateway.support import Client, Origin, route, site, snapshot, until, upstream
from tests.ports import free_port
from tests.waf.port import Port, answer, policy
from tests.waf.rules import crs3

MARKER = """
SecRule REQUEST_HEADERS:X-CRS-Test "@rx ." \\
  "id:999999,phase:1,t:none,pass,log,msg:'X-CRS-Test %{MATCHED_VAR}',ctl:ruleRemoveById=1-999999"
"""
"""What an operator adds so that a test tool finds its place in the log."""
RULES = """
SecRule ARGS:q "@contains evil" "id:11,phase:1,pass,msg:'evil',severity:ERROR,tag:'a',tag:'b',logdata:'%{MATCHED_VAR}'"
SecRule ARGS_POST:q "@contains bad" "id:12,phase:2,deny,status:403,msg:'bad',severity:CRITICAL"
SecRule ARGS "@contains secret" "id:13,phase:2,pass,msg:'hidden',logdata:'%{MATCHED_VAR}'"
SecRule RESPONSE_STATUS "@eq 404" "id:14,phase:3,pass,msg:'not there'"
SecRule ARGS:q "@contains quiet" "id:15,phase:1,pass,log,noauditlog"
SecRule REQUEST_URI "@contains \\"]x" "id:16,phase:1,allow,msg:'let in'"
"""
ID = re.compile(r'\[id "(\d+)"\]')
"""How go-ftw finds a rule in a line."""
DENIED = re.compile(r"^\[[^\]]*\] \[\S+:\S+\] \[client (\S+)\] ModSecurity:\s+Access denied with code [45]\d\d")
"""How fail2ban's filter for ModSecurity finds whom to ban."""


def wire(target: str = "/", *headers: str, body: str = "") -> bytes:
    form = ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"] if body else []
    lines = [f"{'POST' if body else 'GET'} {target} HTTP/1.1", "Host: shop.example", *headers, *form, "", body]
    return "\r\n".join(lines).encode()


def bare(folder: Path) -> list[str]:
    """A rule set without rules, so that only those of a test say something."""
    (folder / "none.conf").write_text("# nothing\n")
    return [str(folder / "none.conf")]


def logging(folder: Path, mode: str = "block", rules: list[str] | None = None, **options: Any) -> Port:
    return Port(folder, policy(mode), MARKER + RULES, rules or bare(folder), waf_log=str(folder / "waf.log"), **options)


def mark(port: Port, log: Path, name: str) -> None:
    """A request with a marker, until its line is there."""
    port.send(wire("/", f"X-CRS-Test: {name}"))
    until(lambda: any(f'[msg "X-CRS-Test {name}"]' in line for line in log.read_text().splitlines()))


def between(log: Path, start: str, end: str) -> list[str]:
    """The lines between two markers."""
    lines = log.read_text().splitlines()
    where = [next(at for at, line in enumerate(lines) if name in line) for name in (start, end)]
    return lines[where[0] + 1 : where[1]]


STAGES = [
    ("nothing", wire("/?q=fine"), []),
    ("a match", wire("/?q=evil"), [11]),
    ("several, and an end", wire("/?q=evil", body="q=bad"), [11, 12]),
    ("of the answer", wire("/%ff"), [14]),
]


@pytest.mark.parametrize(("sent", "ids"), [stage[1:] for stage in STAGES], ids=[stage[0] for stage in STAGES])
def test_hits_stand_between_markers(tmp_path: Path, sent: bytes, ids: list[int]) -> None:
    """As go-ftw does it: a marker, the request, another marker at once; the hits are the lines between."""
    log = tmp_path / "waf.log"
    with logging(tmp_path, threads=2) as port:
        for _ in range(15):
            start, end = (f"{uuid.uuid4()}-{which}" for which in "se")
            mark(port, log, start)
            port.send(sent)
            mark(port, log, end)
            assert [int(found[1]) for line in between(log, start, end) if (found := ID.search(line))] == ids


def test_lines_are_those_of_modsecurity(tmp_path: Path) -> None:
    with logging(tmp_path) as port:
        outcome = port.ask(wire("/shop?q=evil", body="q=bad"))
        found, denied = (tmp_path / "waf.log").read_text().splitlines()
        request_id = outcome.request_id
    assert re.fullmatch(
        r"\[20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] \[security2:error\] \[client 127\.0\.0\.1\] ModSecurity: Warning\. "
        r'Matched "@contains evil" at ARGS:q\. \[file "custom rules c"\] \[line "5"\] \[id "11"\] \[msg "evil"\] '
        r'\[data "evil"\] \[severity "ERROR"\] \[tag "a"\] \[tag "b"\] \[hostname "shop\.example"\] \[uri "/shop"\] '
        rf'\[unique_id "{request_id}"\]',
        found,
    )
    who = DENIED.match(denied)
    assert who is not None
    assert (who[1], "(phase 2)" in denied, '[id "12"]' in denied) == ("127.0.0.1", True, True)
    assert DENIED.match(found) is None


def test_lines_hold_no_secrets_and_stay_lines(tmp_path: Path) -> None:
    with logging(tmp_path, "detect") as port:
        port.ask(wire("/?password=secret1"))
        port.ask(wire('/?x="]x%0a%0dsecret2'))
        lines = (tmp_path / "waf.log").read_text().splitlines()
    assert [int(found[1]) for line in lines if (found := ID.search(line))] == [13, 16, 13]
    assert "secret1" not in "".join(lines)
    assert '[data "***"]' in lines[0]
    assert r'[data "\"]x\x0a\x0dsecret2"]' in lines[2]


def test_objects_of_requests(tmp_path: Path) -> None:
    log = tmp_path / "waf.log"
    with logging(tmp_path, rules=crs3(), waf_log_format="json") as port:
        blocked = port.ask(wire("/shop?q=1%27%20UNION%20SELECT%20a%20FROM%20b--", body="password=secret"))
        port.ask(wire("/?q=quiet"))
        port.ask(wire("/?q=fine"))
        noted = port.ask(wire("/%ff?q=fine"))
        first, second = (json.loads(line) for line in log.read_text().splitlines())
    assert (first["request_id"], first["action"], first["status"], first["rule_id"]) == (
        blocked.request_id,
        "blocked",
        403,
        949110,
    )
    assert first["score"] >= 5
    assert (first["client"], first["host"], first["method"], first["path"]) == ("127.0.0.1", "shop.example", "POST", "/shop")
    matches = {match["id"]: match for match in first["matches"]}
    assert (matches[942100]["target"], matches[942100]["severity"], matches[942100]["phase"]) == ("ARGS:q", "CRITICAL", 2)
    assert matches[942100]["excerpt"].startswith("1' UNION")
    assert (matches[13]["data"], matches[13]["excerpt"]) == ("***", "***")
    assert (second["request_id"], second["action"], second["status"]) == (noted.request_id, "detected", 404)
    assert [match["id"] for match in second["matches"]] == [14]


def test_a_renamed_file_is_let_go(tmp_path: Path) -> None:
    log = tmp_path / "waf.log"
    with logging(tmp_path) as port:
        port.ask(wire("/?q=evil"))
        log.rename(tmp_path / "waf.log.1")
        port.gateway.native.reopen_log()
        port.ask(wire("/?q=evil"))
        until(lambda: len(log.read_text().splitlines()) == 1)
        # Emptied in place, as copytruncate does it.
        os.truncate(log, 0)
        port.ask(wire("/?q=evil"))
        until(lambda: log.read_text().startswith("[") and len(log.read_text().splitlines()) == 1)
    assert len((tmp_path / "waf.log.1").read_text().splitlines()) == 1


def test_the_command(tmp_path: Path) -> None:
    """`hcc gateway` with the setting, its logs renamed and told so by signal."""
    origin = Origin(answer)
    port, ops = free_port(), free_port()
    last_good, log = tmp_path / "last-good.json", tmp_path / "waf.log"
    own = {"waf": policy("block"), "waf_rules": [{"id": "c", "name": "c", "position": 1, "text": RULES}]}
    last_good.write_bytes(snapshot(site(upstream(origin.port), route()) | {"security": own}))
    command = [sys.executable, "-m", "control.cli", "gateway", "--threads", "1", "--last-good", str(last_good)]
    command += ["--listen", f"127.0.0.1:{port}", "--ops-listen", f"127.0.0.1:{ops}", "--access-log", str(tmp_path / "access.log")]
    rule_sets = f"3.3.4={bare(tmp_path)[0]}"
    environ = os.environ | {"HCC_WAF_LOG": str(log), "HCC_WAF_LOG_FORMAT": "json", "HCC_WAF_RULE_SETS": rule_sets}
    environ.pop("HCC_GATEWAY_DATABASE_URL", None)
    process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)

    def ask() -> bool:
        try:
            with Client(port) as client:
                client.send(wire("/?q=evil"))
                return client.read().status == 200
        except OSError:
            return False

    try:
        until(ask, 20)
        until(lambda: log.exists() and bool(log.read_text()))
        assert [match["id"] for match in json.loads(log.read_text().splitlines()[0])["matches"]] == [11]
        log.rename(tmp_path / "waf.log.1")
        process.send_signal(signal.SIGUSR1)
        until(log.exists)
        until(lambda: ask() and bool(log.read_text()))
    finally:
        process.terminate()
        process.wait(20)
        origin.close()


def test_a_format_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["gateway", "--waf-log-format", "xml"])
    assert "invalid choice: 'xml'" in capsys.readouterr().err
