"""Maintenance in both versions of HTTP: who is told what, and who is let through."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gateway.asking import BOTH, Ask
from tests.gateway.support import Origin, Running, route, site, upstream

ON = {"on": True, "retry_after_s": 120, "message": "Back at noon.", "allow": ["198.51.100.0/24", "2001:db8::/32"]}


@BOTH
@pytest.mark.parametrize(
    ("whole", "of_route", "path", "fields", "status"),
    [
        (ON, None, "/", [], 503),
        (ON, None, "/nowhere", [], 503),
        (ON, None, "/", ["X-Forwarded-For: 198.51.100.9"], 200),
        (ON, None, "/", ["X-Forwarded-For: 2001:db8:1::1"], 200),
        (ON, None, "/", ["X-Forwarded-For: 198.51.100.9, 203.0.113.1"], 503),
        ({**ON, "on": False}, None, "/", [], 200),
        (None, ON, "/shop", [], 503),
        (None, ON, "/shop", ["X-Forwarded-For: 198.51.100.9"], 200),
        (None, ON, "/", [], 200),
    ],
)
def test_who_waits(
    gateway: Running,
    origin: Origin,
    ask: Ask,
    whole: dict[str, Any] | None,
    of_route: dict[str, Any] | None,
    path: str,
    fields: list[str],
    status: int,
) -> None:
    body = {**site(upstream(origin.port), route("/"), route("/shop", maintenance=of_route)), "maintenance": whole}
    assert gateway.apply(body, trusted_proxies=["127.0.0.0/8"])["refused"] == []
    response = ask(gateway, path, *fields)
    assert response.status == status
    assert len(origin.heads) == (status == 200)
    if status == 503:
        error = response.json()["error"]
        assert (response.get("retry-after"), error["code"], error["message"]) == ("120", "MAINTENANCE", "Back at noon.")
        assert b"<h1>" in ask(gateway, path, "Accept: text/html", *fields).body
        assert ask(gateway, path, *fields, method="HEAD").body == b""


def test_it_begins_and_ends_with_a_snapshot_on_open_connections(gateway: Running, origin: Origin) -> None:
    with gateway.client() as client:
        for on, status in ((False, 200), (True, 503), (False, 200)):
            gateway.apply({**site(upstream(origin.port)), "maintenance": {"on": on}})
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            response = client.read()
            assert (response.status, response.get("retry-after")) == (status, "300" if on else None)
