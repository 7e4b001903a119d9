"""`hcc waf try` and `hcc waf explain`."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest

from control import cli
from control.security.commands.explaining import as_sent
from control.security.commands.trying import transformations, unescaped, visible
from tests.waf.rules import crs3

RULES = r"""
SecRule ARGS:q "@rx ^(a)b" "id:1,phase:1,pass,capture,t:urlDecode,t:lowercase,msg:'is %{TX.1}',severity:ERROR,setvar:tx.a_score=4"
SecRule ARGS:q "@contains zebra" "id:2,phase:1,pass"
SecRule ARGS:none "@contains x" "id:3,phase:1,pass"
SecAction "id:4,phase:1,pass,nolog,skip:1"
SecRule ARGS "@rx ." "id:5,phase:1,deny"
SecRule ARGS:q "@rx b" "id:6,phase:2,deny,status:418,chain,msg:'a chain'"
  SecRule ARGS_POST:p "@streq 1" ""
"""


def hcc(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    """Exit code, and what was said."""
    capsys.readouterr()
    code = cli.main(["waf", *args])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_try_shows_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    operator = r"@rx (un)ion\s+(select)?"
    value = r"%55nion%20x%ff"
    code, out, _ = hcc(capsys, "try", "--transform", "t:urlDecodeUni,t:lowercase,trim", "--operator", operator, value)
    assert code == 0
    assert out.splitlines() == [
        r'input           "%55nion%20x%ff"  14 bytes',
        r't:urlDecodeUni  "Union x\xff"  8 bytes',
        r't:lowercase     "union x\xff"  8 bytes',
        r"t:trim          (no change)",
        operator,
        "                matches",
        '                TX.0 = "union "  6 bytes',
        '                TX.1 = "un"  2 bytes',
    ]


TRIED: list[tuple[list[str], dict[str, Any]]] = [
    (["a"], {"input": "a", "steps": []}),
    (["--escapes", r"a\xff\n\\"], {"input_base64": base64.b64encode(b"a\xff\n\\").decode(), "steps": []}),
    (["--base64", "Yf8="], {"input_base64": "Yf8=", "steps": []}),
    (["--operator", "!@streq b", "a"], {"input": "a", "steps": [], "operator": "!@streq b", "matched": True, "captured": []}),
    (["--operator", "^(x)?a", "a"],
     {"input": "a", "steps": [], "operator": "^(x)?a", "matched": True, "captured": [{"value": "a"}]}),
    (["--transform", "t:lowercase,t:none", "--transform", "t:hexEncode", "A"],
     {"input": "A", "steps": [{"transform": "t:hexEncode", "changed": True, "value": "41"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("args", "expected"), TRIED, ids=[" ".join(args) for args, _ in TRIED])
def test_try_in_json(capsys: pytest.CaptureFixture[str], args: list[str], expected: dict[str, Any]) -> None:
    code, out, _ = hcc(capsys, "try", "--json", *args)
    assert (code, json.loads(out)) == (0, expected)


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["--transform", "t:rot13", "a"], 'no transformation is named "rot13"'),
        (["--operator", "@rx (", "a"], "@rx: "),
        (["--operator", "@regex a", "a"], "no operator is named"),
        (["--base64", "%"], "no base64"),
        (["--batch", "/nowhere"], "/nowhere"),
    ],
)
def test_what_cannot_be_tried(capsys: pytest.CaptureFixture[str], args: list[str], why: str) -> None:
    code, out, err = hcc(capsys, "try", *args)
    assert (code, out) == (2, "")
    assert why in err


def test_a_batch(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        {"input": "A%42", "id": 1},
        {"input_base64": "Qf8="},
        {"input": "A", "transform": "t:length", "operator": "@eq 1"},
        {"inputs": "A"},
        {"input": "A", "operator": "@rx ("},
        {"input": "a", "transform": []},
    ]
    raw = "\n\n".join(json.dumps(line) for line in lines).encode() + b"\nnot json"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    code, out, _ = hcc(capsys, "try", "--transform", "t:urlDecode", "--operator", "@rx ^A(.)", "--batch", "-")
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [t.get("matched") for t in told] == [True, True, True, None, None, False, None]
    assert (told[0]["id"], told[0]["captured"][1], told[1]["captured"][1]) == (1, {"value": "B"}, {"value_base64": "/w=="})
    assert [t["line"] for t in told if "error" in t] == [7, 9, 12]


def test_bytes_are_seen_and_read() -> None:
    assert visible("a\\\n\tä".encode()) == r"a\\\n\t\xc3\xa4"
    everything = bytes(range(256))
    assert unescaped(visible(everything).encode()) == everything
    assert unescaped(rb"\x4\q\x4g") == rb"\x4\q\x4g"
    assert transformations(["a,t:none", " lowercase , t:trim"][1:]) == ["t:lowercase", "t:trim"]


SENT = [
    (b"GET / HTTP/1.1\nHost: a\n\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    (b"GET / HTTP/1.1\nHost: a", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    (b"POST / HTTP/1.1\nHost: a\n\nx=1\n", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nx=1"),
    (b"POST / HTTP/1.1\ncontent-length: 2\n\nx=1\n", b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\nx=1\n"),
    (b"POST / HTTP/1.1\r\nHost: a\r\n\r\nx=1\n", b"POST / HTTP/1.1\r\nHost: a\r\n\r\nx=1\n"),
    (b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"),
]


@pytest.mark.parametrize(("raw", "expected"), SENT, ids=[str(n) for n in range(len(SENT))])
def test_files_become_requests(raw: bytes, expected: bytes) -> None:
    assert as_sent(raw) == expected


def test_explain_tells_each_turn(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "own.conf").write_text(RULES)
    (tmp_path / "request").write_text("POST /?q=AB HTTP/1.1\nHost: a\nContent-Type: application/x-www-form-urlencoded\n\np=1\n")
    code, out, _ = hcc(capsys, "explain", str(tmp_path / "request"), "--rules", str(tmp_path / "own.conf"))
    shown = out[out.index("  1  matched") :].splitlines()
    assert (code, out.splitlines()[0]) == (0, "POST /?q=AB HTTP/1.1")
    assert shown == [
        "  1  matched  own.conf:2",
        "      ERROR: is a",
        "      of         ARGS:q",
        "      after      t:urlDecode, t:lowercase",
        "      test       @rx ^(a)b",
        "      looked at  ARGS:q",
        "      matched    ARGS:q = ab",
        "      captured   TX.0 = ab, TX.1 = a",
        "      sets       TX.a_score: unset -> 4",
        "",
        "phase 2: 5 rules: 5 not matched",
        "",
        "score: 0",
        "verdict: goes on to the site",
    ]  # fmt: skip


def test_explain_one_rule_and_all(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "own.conf").write_text(RULES)
    (tmp_path / "request").write_text("POST /?q=ab HTTP/1.1\nHost: a\nContent-Type: application/x-www-form-urlencoded\n\np=2\n")
    where = [str(tmp_path / "request"), "--rules", str(tmp_path / "own.conf")]
    _, out, _ = hcc(capsys, "explain", *where, "--rule", "6")
    shown = out[out.index("  6  ") :].splitlines()
    assert shown[:9] == [
        "  6  not matched  own.conf:7",
        "      link 1 of 2",
        "      of         ARGS:q",
        "      test       @rx b",
        "      looked at  ARGS:q = ab",
        "      matched    ARGS:q = ab",
        "      link 2 of 2",
        "      of         ARGS_POST:p",
        "      test       @streq 1",
    ]
    assert shown[9] == "      looked at  ARGS_POST:p = 2"
    _, out, _ = hcc(capsys, "explain", *where, "--all")
    assert [line.split("  own.conf")[0].strip() for line in out.splitlines() if "own.conf:" in line] == [
        "1  matched", "2  not matched", "3  nothing to look at", "4  matched", "5  skipped by rule 4", "6  not matched",
    ]  # fmt: skip
    _, out, _ = hcc(capsys, "explain", *where, "--json")
    told = json.loads(out)
    assert [t["outcome"] for t in told["turns"] if t["rule_id"] < 7] == [
        "matched", "not matched", "nothing to look at", "matched", "skipped", "not matched",
    ]  # fmt: skip


def test_explain_with_the_gateways_rule_set(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = tmp_path / "request"
    request.write_text("GET /?q=1%27%20UNION%20SELECT%20password%20FROM%20users-- HTTP/1.1\nHost: shop.example\nAccept: */*\n\n")
    monkeypatch.setenv("HCC_WAF_RULE_SETS", f"mine={':'.join(crs3())}")
    code, out, _ = hcc(capsys, "explain", str(request))
    assert code == 0
    assert "CRITICAL: SQL Injection Attack Detected via libinjection" in out
    assert "sets       TX.sql_injection_score: 0 -> 5" in out
    assert out.splitlines()[-2].endswith("(blocks from 5, paranoia level 1)")
    assert out.splitlines()[-1] == "verdict: 403, by rule 949110"
    own = tmp_path / "own.conf"
    own.write_text('SecRule ARGS:q "@rx ." "id:1,phase:1,pass,nolog,ctl:ruleRemoveTargetByTag=OWASP_CRS;ARGS:q"\n')
    assert hcc(capsys, "explain", str(request), "--own", str(own))[1].splitlines()[-1] == "verdict: goes on to the site"
    request.write_text("GET /a#b HTTP/1.1\nHost: shop.example\n\n")
    assert "The gateway itself answers 400 (byte in target)" in hcc(capsys, "explain", str(request))[1]


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["/nowhere"], "/nowhere"),
        (["{request}", "--rule-set", "9.9"], "no rule set 9.9; HCC_WAF_RULE_SETS has 3.3.4"),
        (["{request}", "--rules", "/nowhere/a.conf"], "no file"),
        (["{request}", "--rules", "{request}"], "request:1: unknown directive"),
        (["{empty}", "--rules", "{empty}"], "does not begin with a line"),
        (["{request}", "--rules", "{empty}", "--client", "me"], "no IP address"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_be_explained(capsys: pytest.CaptureFixture[str], tmp_path: Path, args: list[str], why: str) -> None:
    (tmp_path / "request").write_text("GET / HTTP/1.1\nHost: a\n\n")
    (tmp_path / "empty").write_text("")
    args = [arg.format(request=tmp_path / "request", empty=tmp_path / "empty") for arg in args]
    code, out, err = hcc(capsys, "explain", *args)
    assert (code, out) == (2, "")
    assert why in err
