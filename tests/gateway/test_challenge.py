"""The proof of work: the page's own script solves it, the cookie lets in, and nothing else does."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.asking import BOTH, Ask
from tests.gateway.support import Origin, Response, Running, route
from tests.gateway.test_security import events, from_, protected, put, rule

KEY = "ab" * 32
CHALLENGE = {"challenge": {"key": KEY, "difficulty": 8, "ttl_s": 600}}
HTML = "Accept: text/html,*/*;q=0.8"
WHERE = "/.well-known/hcc-challenge"


def challenged(gateway: Running, origin: Origin, **platform: Any) -> None:
    put(gateway, protected(origin, rules=[rule("challenge", conditions={"paths": ["/x*"]})]), **CHALLENGE, **platform)


def token_of(page: Response) -> str:
    found = re.search(rb'data-token="([^"]+)"', page.body)
    assert found is not None
    return found[1].decode()


def solve(token: str, bits: int = 8) -> int:
    number = 0
    while int.from_bytes(hashlib.sha256(f"{token}:{number}".encode()).digest()[:4]) >> (32 - bits):
        number += 1
    return number


def cookie_of(answer: Response) -> str:
    return (answer.get("set-cookie") or "").partition(";")[0]


@BOTH
def test_a_browser_passes(gateway: Running, origin: Origin, ask: Ask) -> None:
    challenged(gateway, origin, response_headers={"Content-Security-Policy": "default-src *", "X-Edge": "1"})
    page = ask(gateway, "/x", HTML, from_("192.0.2.1"))
    assert (page.status, page.get("content-type"), page.get("cache-control")) == (403, "text/html; charset=utf-8", "no-store")
    policy = page.get("content-security-policy") or ""
    nonce = re.findall(r"'nonce-([0-9a-f]{32})'", policy)
    assert policy.startswith("default-src 'none'")
    assert page.body.count(f'nonce="{nonce[0]}"'.encode()) == 2
    assert b"<noscript>" in page.body
    assert not re.search(rb"(https?:)?//[a-z]", page.body), "no third parties"
    token = token_of(page)
    solved = ask(gateway, f"{WHERE}?t={token}&n={solve(token)}", from_("192.0.2.1"))
    assert solved.status == 204
    assert re.fullmatch(
        r"hcc_passed=\d+\.[0-9a-f]{64}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Lax", solved.get("set-cookie") or ""
    )
    cookie = f"Cookie: {cookie_of(solved)}"
    assert ask(gateway, "/x", HTML, cookie, from_("192.0.2.200")).status == 200, "the same network"
    assert ask(gateway, "/x", HTML, cookie, from_("198.51.100.1")).status == 403, "another one"
    assert ask(gateway, "/y", HTML, from_("192.0.2.1")).status == 200, "not asked here"
    again = ask(gateway, f"{WHERE}?t={token}&n={solve(token)}", from_("192.0.2.1"))
    assert cookie_of(again) == cookie_of(solved), "sent again it buys nothing more"
    https = ask(gateway, f"{WHERE}?t={token}&n={solve(token)}", from_("192.0.2.1"), "X-Forwarded-Proto: https")
    assert (https.get("set-cookie") or "").endswith("; Secure")
    assert {(e["action"], e["subject"]) for e in events(gateway, 2)} == {("challenged", "rule-challenge-0")}


def test_a_preflight_is_not_asked(gateway: Running, origin: Origin) -> None:
    own = protected(
        origin,
        route(cors={"origins": ["https://app.example"], "credentials": True}),
        rules=[rule("challenge", conditions={"paths": ["/x*"]})],
    )
    put(gateway, own, **CHALLENGE)
    asking = ("Origin: https://app.example", "Access-Control-Request-Method: GET")
    assert gateway.get("/x", *asking, method="OPTIONS").status == 204
    assert gateway.get("/x", asking[0]).status == 403


@BOTH
def test_programs_are_told(gateway: Running, origin: Origin, ask: Ask) -> None:
    challenged(gateway, origin)
    for fields, method in ((("Accept: application/json",), "GET"), ((), "GET"), ((HTML,), "DELETE")):
        answer = ask(gateway, "/x", *fields, method=method)
        assert answer.status == 403
        if b"<html" not in answer.body:
            assert answer.json()["error"]["code"] == "CHALLENGE_REQUIRED"
    assert len(origin.heads) == 0


@BOTH
def test_what_is_no_proof(gateway: Running, origin: Origin, ask: Ask) -> None:
    challenged(gateway, origin)
    token = token_of(ask(gateway, "/x", HTML, from_("192.0.2.1")))
    number = solve(token)
    wrong = next(n for n in range(1000) if hashlib.sha256(f"{token}:{n}".encode()).digest()[0])
    issued, random, signature = token.split(".")
    forged = f"{issued}.{random}.{'0' * len(signature)}"
    for query, address in (
        ("", "192.0.2.1"), (f"t={token}", "192.0.2.1"), (f"t={token}&n=", "192.0.2.1"), (f"t={token}&n={wrong}", "192.0.2.1"),
        (f"t={token}&n={number}", "198.51.100.1"), (f"t={forged}&n={solve(forged)}", "192.0.2.1"),
        (f"t={int(issued) + 1}.{random}.{signature}&n=0", "192.0.2.1"),
    ):  # fmt: skip
        answer = ask(gateway, f"{WHERE}?{query}", from_(address))
        assert (answer.status, answer.get("set-cookie")) == (403, None), query
    for cookie in ("", "x", "1.2", f"99999999999.{'0' * 64}", f"{2**64}.00"):
        assert ask(gateway, "/x", HTML, f"Cookie: hcc_passed={cookie}", from_("192.0.2.1")).status == 403, cookie


SCRIPT = """
const source = require("fs").readFileSync(0, "utf8"), [script, token, bits] = JSON.parse(source);
const element = { set textContent(text) { console.error(text); process.exit(1); } };
globalThis.document = { body: { dataset: { token, bits } }, getElementById: () => element };
Object.defineProperty(globalThis, "navigator", { value: { cookieEnabled: true } });
globalThis.location = { reload() {} };
globalThis.fetch = (address) => { console.log(address); return Promise.resolve({ ok: true }); };
(0, eval)(script);
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node to run the page's script")
def test_the_pages_own_script_finds_the_proof(gateway: Running, origin: Origin, tmp_path: Path) -> None:
    challenged(gateway, origin)
    page = gateway.get("/x", HTML)
    script = re.search(rb"<script[^>]*>(.*)</script>", page.body, re.DOTALL)
    assert script is not None
    runner = tmp_path / "run.cjs"
    runner.write_text(SCRIPT)
    given = json.dumps([script[1].decode(), token_of(page), "8"])
    done = subprocess.run(["node", runner], input=given, capture_output=True, text=True, timeout=60, check=True)
    assert gateway.get(done.stdout.strip()).status == 204
