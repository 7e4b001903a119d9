"""Rules, transformations and operators from Python."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hcc_native import Waf, waf_operator, waf_transform

RULES = r"""
SecRule ARGS:q "@rx (\d+)" "id:1,phase:1,pass,capture,msg:'number %{TX.1}',tag:'n',severity:WARNING,setvar:tx.score=+3"
SecRule REQUEST_HEADERS:Content-Type "@contains json" "id:2,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule ARGS:json.user "@streq root" "id:3,phase:2,deny,status:418"
SecRule REQUEST_PROTOCOL "@streq HTTP/1.0" "id:4,phase:1,drop"
SecRule REMOTE_ADDR "@ipMatch 2001:db8::/32" "id:5,phase:1,redirect:https://a.example/"
SecRule RESPONSE_STATUS "@ge 500" "id:6,phase:3,deny,status:502"
SecRule RESPONSE_BODY "@contains secret" "id:7,phase:4,deny,status:503"
SecRule REQUEST_HEADERS:X-Raw "@rx \xff" "id:8,phase:1,pass,setvar:tx.raw=%{MATCHED_VAR}"
SecResponseBodyAccess On
"""
JSON = [("Content-Type", "application/json")]


def ask(
    uri: str | bytes = "/",
    headers: Any = (),
    body: str | bytes = b"",
    *,
    version: str = "1.1",
    client: str = "192.0.2.7",
    response: Any = None,
) -> Any:
    return Waf.from_text(RULES).inspect("POST", uri, version, headers, body, client, response)


HTML = {"Content-Type": "text/html"}
VERDICTS: list[tuple[str, dict[str, Any], tuple[str, int | None, int | None, list[int]]]] = [
    ("nothing found", {}, ("pass", None, None, [])),
    ("found", {"uri": "/?q=a42"}, ("pass", None, None, [1])),
    ("bytes", {"uri": b"/?q=a42"}, ("pass", None, None, [1])),
    ("in a body", {"headers": JSON, "body": b'{"user":"root"}'}, ("deny", 418, 3, [3])),
    ("mapping, str", {"headers": {"content-type": "a/json"}, "body": '{"user":"root"}'}, ("deny", 418, 3, [3])),
    ("bare version", {"version": "1.0"}, ("drop", 403, 4, [4])),
    ("full version", {"version": "HTTP/1.0"}, ("drop", 403, 4, [4])),
    ("client", {"client": "2001:db8::1"}, ("redirect", 302, 5, [5])),
    ("an answer's status", {"response": (500, {}, b"")}, ("deny", 502, 6, [6])),
    ("an answer's body", {"response": (200, HTML, b"a secret")}, ("deny", 503, 7, [7])),
    ("another answer", {"response": (200, HTML, b"a page")}, ("pass", None, None, [])),
]


@pytest.mark.parametrize(("request_", "expected"), [case[1:] for case in VERDICTS], ids=[case[0] for case in VERDICTS])
def test_verdicts(request_: dict[str, Any], expected: tuple[Any, ...]) -> None:
    verdict = ask(**request_)
    assert (verdict.action, verdict.status, verdict.rule_id, [m.rule_id for m in verdict.matched]) == expected


def test_what_matched_is_told() -> None:
    verdict = ask("/?q=a42")
    (match,) = verdict.matched
    assert (match.message, match.target, match.excerpt, match.severity) == ("number 42", "ARGS:q", "a42", "WARNING")
    assert (match.tags, match.phase, match.file, match.line) == (["n"], 1, "rules", 2)
    assert (verdict.tx["score"], verdict.tx["1"]) == (3, "42")
    assert ask(headers=[("X-Raw", b"a\xff")]).tx["raw"] == b"a\xff"
    assert repr(verdict) == 'Verdict(action="pass", status=None, rule_id=None, matched=[1], score=0)'


def test_modes_and_scores() -> None:
    score = 'SecAction "id:1,phase:1,pass,setvar:tx.anomaly_score=7"\nSecRule TX:anomaly_score "@ge 5" "id:2,phase:1,deny"'
    for mode, action in [(None, "deny"), ("block", "deny"), ("detect", "pass")]:
        verdict = Waf.from_text(score, mode=mode).inspect("GET", "/", "1.1", {}, b"", "192.0.2.7")
        assert (verdict.action, verdict.score) == (action, 7)
    assert Waf.from_text(score).rules == [1, 2]


MISTAKES: list[tuple[Callable[[], object], str]] = [
    (lambda: Waf.from_text('\nSecRule ARGS "@nothing" "id:1"\nSecRul x'), r"rules:2: .*@nothing.*\nrules:3: unknown directive"),
    (lambda: Waf.from_text('SecRule ARGS "@pmFromFile words" "id:1"'), r"rules:1: .*words"),
    (lambda: Waf.from_text("Include /etc/passwd"), "no file"),
    (lambda: Waf.from_text("", mode="off"), "detect or block"),
    (lambda: Waf.from_text("", paranoia=5), "1 to 4"),
    (lambda: Waf.from_files(["/nowhere/a.conf"]), "no file"),
    (lambda: ask(client="localhost"), "no IP address"),
    (lambda: waf_transform("rot13", b""), 'no transformation is named "rot13"'),
    (lambda: waf_operator("rx", "(", b""), "@rx: "),
    (lambda: waf_operator("regex", "a", b""), "no operator is named"),
    (lambda: waf_operator("streq", "%{tx.a}", b""), "macro"),
    (lambda: Waf.from_text("").explain(b""), "does not begin with a line"),
]


@pytest.mark.parametrize(("call", "what"), MISTAKES, ids=[str(n) for n in range(len(MISTAKES))])
def test_mistakes_are_told(call: Callable[[], object], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        call()


def test_wrong_types_are_told() -> None:
    with pytest.raises(TypeError, match="expected str or bytes, not int"):
        ask(headers=[("a", 1)])


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("urlDecodeUni", b"%u0041%42", b"AB"),
        ("t:lowercase", "AÄ", "aÄ".encode()),
        ("t:LowerCase", b"A\xff", b"a\xff"),
        ("none", b"A", b"A"),
        ("NORMALIZEPATH", b"/a/../b", b"/b"),
        ("length", b"abc", b"3"),
    ],
)  # fmt: skip
def test_transformations(name: str, data: str | bytes, expected: bytes) -> None:
    assert waf_transform(name, data) == expected


@pytest.mark.parametrize(
    ("name", "parameter", "data", "matched", "captured"),
    [
        ("rx", r"a(b)?(\xff)", b"xa\xff", True, [b"a\xff", None, b"\xff"]),
        ("@rx", "^b", "ab", False, []),
        ("!@rx", "^b", "ab", True, []),
        ("@pm", "union select", b"a SELECT b", True, [b"SELECT"]),
        ("@ge", "5", b"7", True, []),
        ("@detectXSS", "", b"<script>", True, []),
    ],
)
def test_operators(name: str, parameter: str, data: str | bytes, matched: bool, captured: list[bytes | None]) -> None:
    tried = waf_operator(name, parameter, data)
    assert (tried.matched, tried.captured) == (matched, captured)


def test_files_are_named_in_complaints(tmp_path: Any) -> None:
    (tmp_path / "words").write_text("sleep\n")
    (tmp_path / "a.conf").write_text('SecRule ARGS "@pmFromFile words" "id:1,phase:1,deny"\n')
    verdict = Waf.from_files([f"{tmp_path}/*.conf"]).inspect("GET", "/?a=sleep", "1.1", {}, b"", "192.0.2.7")
    assert verdict.rule_id == 1
    (tmp_path / "b.conf").write_text("\n\nSecNothing\n")
    with pytest.raises(ValueError, match=rf"{tmp_path}/b.conf:3: unknown directive"):
        Waf.from_files([f"{tmp_path}/*.conf"])


def test_the_gateways_rules_come_first(tmp_path: Any) -> None:
    (tmp_path / "platform.conf").write_text('SecRule ARGS:json.a "@streq x" "id:1,phase:2,deny"\n')
    waf = Waf.from_files([f"{tmp_path}/platform.conf"], gateway=True)
    assert waf.rules[0] == 200000
    assert waf.inspect("POST", "/", "1.1", JSON, b'{"a":"x"}', "192.0.2.7").rule_id == 1


def test_other_threads_run_meanwhile() -> None:
    """A thread that counts gets on while another inspects a long body."""
    waf = Waf.from_text('SecRule ARGS "@rx (?:a|b|ab)+c" "id:1,phase:2,pass,multiMatch,t:urlDecode,t:lowercase"')
    body = b"&".join(b"k%d=%s" % (n, b"abAB" * 200) for n in range(900))
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    turns, done = [0], threading.Event()

    def count() -> None:
        while not done.is_set():
            turns[0] += 1
            done.wait(0.001)

    # Nobody is made to give way: the other thread gets on only where an inspection lets it.
    usual = sys.getswitchinterval()
    thread = threading.Thread(target=count)
    thread.start()
    try:
        sys.setswitchinterval(60)
        before = turns[0]
        for _ in range(2_000):
            waf.inspect("POST", "/", "1.1", form, body, "192.0.2.7")
            if turns[0] > before:
                break
        assert turns[0] > before
    finally:
        sys.setswitchinterval(usual)
        done.set()
        thread.join()
