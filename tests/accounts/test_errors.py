"""Requests that are wrong: the envelope, RFC 9457 on request, and never a failure of the server."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from control.app import MAX_BODY
from tests.world import World

DEEP = b"[" * 100_000 + b"]" * 100_000
BODIES: dict[str, tuple[bytes, int]] = {
    "cut off": (b'{"email": "a@b.c"', 400),
    "not JSON": (b"email=a", 400),
    "empty": (b"", 422),
    "not UTF-8": (b'{"email": "\xff\xfe"}', 400),
    "half a surrogate": (b'{"email": "x@example.com", "full_name": "\\ud800"}', 400),
    "a NUL": (b'{"email": "x@example.com", "full_name": "a\\u0000b"}', 422),
    "nested deep": (DEEP, 400),
    "nested deep in a field": (b'{"email": ' + DEEP + b"}", 400),
    "a number too large": (b'{"email": 1e999}', 400),
    "twice the same field": (b'{"email": "not", "email": "x@example.com"}', 201),
    "null": (b"null", 422),
    "a string": (b'"x"', 422),
    "too large": (b'{"email": "' + b"a" * MAX_BODY + b'"}', 413),
}


@pytest.mark.parametrize("case", BODIES)
async def test_bodies(world: World, case: str) -> None:
    body, status = BODIES[case]
    headers = {**world.headers("anna"), "Content-Type": "application/json"}
    answer = await world.client.post("/v1/users", content=body, headers=headers)
    assert answer.status_code == status, answer.text[:500]
    found = answer.json()
    assert found["success"] is (status == 201)
    assert len(answer.content) < 2000, "what was sent is not sent back"


def pointers(answer: httpx.Response) -> set[str]:
    return {error["pointer"] for error in answer.json()["error"]["details"]["errors"]}


QUERIES: dict[str, set[str]] = {
    "page=0": {"page"},
    "page=-1": {"page"},
    "page=x": {"page"},
    "page=1.5": {"page"},
    "page=1e3": {"page"},
    "page=99999999999999999999": {"page"},
    "page=%D9%A1": {"page"},
    "limit=0": {"limit"},
    "limit=101": {"limit"},
    "limit=": {"limit"},
    "sort_by=password_hash": {"sort_by"},
    "sort_by=id;DROP TABLE users": {"sort_by"},
    "sort_order=up": {"sort_order"},
    "page=0&limit=0&sort_by=x&sort_order=y": {"page", "limit", "sort_by", "sort_order"},
    f"search={'x' * 201}": {"search"},
}


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("path", ["/v1/users", "/v1/organizations", "/v1/api-keys"])
async def test_queries(world: World, path: str, query: str) -> None:
    answer = await world.get("anna", f"{path}?{query}")
    assert answer.status_code == 422
    assert pointers(answer) == QUERIES[query]


@pytest.mark.parametrize(("query", "status"), [
    ("search=%00", 422),
    ("search=%ff", 200),
    ("search=%25", 200),
    ("organization_id=x", 422),
    ("is_active=perhaps", 422),
    ("unknown=1", 200),
    ("page=1000000&limit=100", 200),
])  # fmt: skip
async def test_strange_queries(world: World, query: str, status: int) -> None:
    answer = await world.get("anna", f"/v1/users?{query}")
    assert answer.status_code == status, answer.text


async def test_one_pointer_for_each_field(world: World) -> None:
    body = {
        "email": 5,
        "username": "UPPER",
        "full_name": "x" * 256,
        "locale": "deutsch!",
        "roles": ["member", 7],
        "is_admin": True,
    }
    answer = await world.send("anna", "POST", "/v1/users", body)
    assert answer.status_code == 422
    errors = answer.json()["error"]["details"]["errors"]
    assert sorted(e["pointer"] for e in errors) == ["/email", "/full_name", "/is_admin", "/locale", "/roles/1", "/username"]
    assert all(e["message"] for e in errors)
    put = await world.send("anna", "PUT", f"/v1/users/{world.users['alex']}", {})
    assert {e["pointer"] for e in put.json()["error"]["details"]["errors"]} == {
        "/email", "/username", "/full_name", "/locale", "/timezone", "/is_active", "/roles",
    }  # fmt: skip


PROBLEMS: dict[str, tuple[str, str, Any, int, str]] = {
    "validation": ("POST", "/v1/users", {}, 422, "VALIDATION_ERROR"),
    "not found": ("GET", "/v1/users/00000000-0000-0000-0000-000000000000", None, 404, "NOT_FOUND"),
    "no such path": ("GET", "/v1/nothing", None, 404, "NOT_FOUND"),
    "an id that is none": ("GET", "/v1/users/x", None, 404, "NOT_FOUND"),
    "method": ("PUT", "/v1/users", None, 405, "METHOD_NOT_ALLOWED"),
    "conflict": ("POST", "/v1/users", {"email": "alex@example.com"}, 409, "CONFLICT"),
    "forbidden": ("POST", "/v1/organizations", {"name": "x", "slug": "x"}, 403, "FORBIDDEN"),
}


@pytest.mark.parametrize("case", PROBLEMS)
@pytest.mark.parametrize("accept", ["application/problem+json", "application/problem+json, application/json;q=0.5", None])
async def test_both_shapes(world: World, case: str, accept: str | None) -> None:
    method, path, body, status, code = PROBLEMS[case]
    answer = await world.send("anna", method, path, body, **({"Accept": accept} if accept else {}))
    found = answer.json()
    assert answer.status_code == status
    if accept is None:
        assert answer.headers["content-type"] == "application/json"
        assert set(found) == {"success", "data", "error", "timestamp", "request_id"}
        assert (found["success"], found["data"], found["error"]["code"]) == (False, None, code)
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        assert (found["status"], found["code"], found["instance"]) == (status, code, path)
        assert set(found) >= {"type", "title", "detail", "request_id"}
        assert ("errors" in found) is (case == "validation")
    assert found["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(("kind", "status"), [
    ("text/plain", {415, 422, 201}), ("application/xml", {415, 422, 201}),
    ("multipart/form-data; boundary=x", {400, 415, 422, 201}),
])  # fmt: skip
async def test_other_kinds_of_body(world: World, kind: str, status: set[int]) -> None:
    headers = {**world.headers("anna"), "Content-Type": kind}
    answer = await world.client.post("/v1/users", content=b'{"email": "x@example.com"}', headers=headers)
    assert answer.status_code in status


@pytest.mark.parametrize(("sent", "kept"), [
    ("abcdefgh-1234", True), ("short", False), ("x" * 129, False), ("has space in it", False), ('a"b<script>cdef', False),
])  # fmt: skip
async def test_request_ids(world: World, sent: str, kept: bool) -> None:
    answer = await world.get("anna", "/v1/users", X_Request_Id=sent)
    assert (answer.headers["x-request-id"] == sent) is kept
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_what_is_unexpected_tells_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_args: object) -> None:
        raise RuntimeError("secret inner words")

    monkeypatch.setattr("control.accounts.users.service.page", broken)
    answer = await world.get("anna", "/v1/users")
    assert answer.status_code == 500
    assert answer.json()["error"] == {
        "code": "INTERNAL_ERROR", "message": "The server failed; the error was recorded.", "details": None,
    }  # fmt: skip
    assert "secret inner words" not in json.dumps(dict(answer.headers)) + answer.text
