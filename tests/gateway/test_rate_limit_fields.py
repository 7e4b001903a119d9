"""What limits count, and what the fields of an answer say of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gateway.asking import BOTH, Ask
from tests.gateway.support import Origin, Running, Signer, route, site, upstream
from tests.gateway.test_credentials import configure, key_body

ONE = "hcc_aaa_one"
TWO = "hcc_bbb_two"


def limit(key: str, name: str = "it", **more: Any) -> dict[str, Any]:
    return {"name": name, "key": key, "rate": 60, "per_s": 3600, "burst": 2} | more


def api_key(value: str) -> str:
    return f"X-API-Key: {value}"


@BOTH
@pytest.mark.parametrize(
    ("limits", "asked", "statuses"),
    [
        # Each value of the field counts apart, requests without it do not count.
        (
            [limit("header", header="X-Shop")],
            ["X-Shop: a", "X-Shop: a", "X-Shop: a", "X-Shop: b", "X-Other: 1", "X-Other: 1", "X-Other: 1"],
            [200, 200, 429, 200, 200, 200, 200],
        ),
        ([limit("route")], ["X: 1", api_key(ONE), "X: 2"], [401, 200, 429]),
        ([limit("api_key")], [api_key(ONE)] * 3 + [api_key(TWO)], [200, 200, 429, 200]),
        # Two keys of one organisation, and of one user.
        ([limit("organization")], [api_key(ONE), api_key(TWO), api_key(ONE)], [200, 200, 429]),
        ([limit("user")], [api_key(ONE), api_key(TWO), api_key(ONE), "Authorization"], [200, 200, 429, 200]),
        # The tightest of several decides.
        (
            [limit("client", "a", burst=5), limit("api_key", "b", burst=1)],
            [api_key(ONE), api_key(ONE), api_key(TWO)],
            [200, 429, 200],
        ),
    ],
)
def test_what_is_counted(
    gateway: Running,
    origin: Origin,
    signer: Signer,
    ask: Ask,
    limits: list[dict[str, Any]],
    asked: list[str],
    statuses: list[int],
) -> None:
    keys = [key_body(ONE, id="key-1"), key_body(TWO, id="key-2")]
    mode = "none" if limits[0]["key"] == "header" else "jwt"
    auth = {"mode": mode, "api_keys": "refuse" if mode == "none" else "verify"}
    jwt = {"issuer": "hcc", "audience": "hcc", "keys": [signer.jwk()]}
    configure(gateway, keys, site(upstream(origin.port), route("/", auth=auth, rate_limits=limits)), jwt=jwt)
    bearer = f"Authorization: Bearer {signer.token()}"
    assert [ask(gateway, "/", bearer if a == "Authorization" else a).status for a in asked] == statuses


@BOTH
def test_the_fields(gateway: Running, origin: Origin, ask: Ask) -> None:
    limits = [limit("client", "each", burst=3), limit("header", "shop", header="X-Shop", burst=2)]
    gateway.apply(site(upstream(origin.port), route("/", rate_limits=limits)))

    def asked(*fields: str) -> tuple[int, str | None, str | None, str | None]:
        response = ask(gateway, "/", *fields)
        return response.status, response.get("ratelimit-policy"), response.get("ratelimit"), response.get("retry-after")

    # Of several that of which least is left is told.
    assert asked() == (200, '"each";q=60;w=3600', '"each";r=2', None)
    assert asked("X-Shop: a") == (200, '"each";q=60;w=3600', '"each";r=1', None)
    assert asked("X-Shop: a") == (200, '"each";q=60;w=3600', '"each";r=0', None)
    status, policy, state, retry = asked()
    assert (status, policy) == (429, '"each";q=60;w=3600')
    assert retry is not None
    # One comes back each minute.
    assert 50 < int(retry) <= 60
    assert state == f'"each";r=0;t={retry}'
    assert gateway.metric("limited_total") == 1


def test_limits_outlive_a_snapshot_and_count_by_name(gateway: Running, origin: Origin) -> None:
    for number in range(3):
        routes = [route(f"/{r}", rate_limits=[limit("client", "shared-name", burst=3)]) for r in ("a", "b")]
        gateway.apply(site(upstream(origin.port), *routes, route(f"/new{number}")))
        assert gateway.get("/a" if number % 2 else "/b").status == 200
    assert [gateway.get(p).status for p in ("/a", "/b")] == [429, 429]
