"""A share of the clients goes to the new version, and stays there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.gateway.asking import BOTH, Ask
from tests.gateway.support import Origin, Running, Signer, ok, route, site, upstream


def configure(gateway: Running, make_origin: Callable[..., Origin], canary: dict[str, Any], **more: Any) -> None:
    old, new = (make_origin(lambda conn, _h, _r, name=name: conn.sendall(ok(name)) is None) for name in (b"old", b"new"))
    body = site(upstream(old.port), route("/", canary={"upstream": "new", **canary}, **more.pop("route", {})))
    body["upstreams"]["new"] = upstream(new.port)
    assert gateway.apply(body, trusted_proxies=["127.0.0.0/8"], **more)["refused"] == []


@BOTH
@pytest.mark.parametrize(
    ("canary", "fields", "want"),
    [
        ({"percent": 0}, [], b"old"),
        ({"percent": 100}, [], b"new"),
        ({"percent": 0, "header": ["X-Version", "next"]}, ["X-Version: next"], b"new"),
        ({"percent": 0, "header": ["X-Version", "next"]}, ["X-Version: nextish"], b"old"),
        ({"percent": 100, "header": ["X-Version", "next"]}, [], b"new"),
    ],
)
def test_who_goes_where(
    gateway: Running, make_origin: Callable[..., Origin], ask: Ask, canary: dict[str, Any], fields: list[str], want: bytes
) -> None:
    configure(gateway, make_origin, canary)
    assert {ask(gateway, "/", *fields).body for _ in range(3)} == {want}


def share(gateway: Running, clients: int) -> dict[int, bytes]:
    """The side of each client, by addresses that a trusted proxy tells."""
    sides: dict[int, bytes] = {}
    with gateway.client() as connection:
        for n in range(clients):
            address = f"198.51.{n // 250}.{n % 250}"
            connection.send(f"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {address}\r\n\r\n".encode())
            sides[n] = connection.read().body
    return sides


def test_a_share_of_the_clients_who_stay_when_it_grows(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    configure(gateway, make_origin, {"percent": 20})
    first = share(gateway, 400)
    assert share(gateway, 400) == first
    assert 40 <= Counter(first.values())[b"new"] <= 120
    configure(gateway, make_origin, {"percent": 60})
    grown = share(gateway, 400)
    assert 190 <= Counter(grown.values())[b"new"] <= 290
    assert all(grown[n] == b"new" for n, side in first.items() if side == b"new")


def test_a_bearer_keeps_his_side_wherever_he_comes_from(
    gateway: Running, make_origin: Callable[..., Origin], signer: Signer
) -> None:
    jwt = {"issuer": "hcc", "audience": "hcc", "keys": [signer.jwk()]}
    configure(gateway, make_origin, {"percent": 50}, route={"auth": {"mode": "jwt"}}, jwt=jwt)
    sides = []
    for user in range(20):
        token = signer.token(sub=f"user-{user}")
        asked = [gateway.get("/", f"Authorization: Bearer {token}", f"X-Forwarded-For: 198.51.100.{n}") for n in range(4)]
        assert len({a.body for a in asked}) == 1
        sides.append(asked[0].body)
    assert set(sides) == {b"old", b"new"}
