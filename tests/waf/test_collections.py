"""What rules remember of clients, shared by gateways through Redis."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hcc_native
import pytest

from control.stack.redis import PrivateRedis
from tests.conftest import free_port
from tests.gateway.conftest import make_gateway, make_origin
from tests.gateway.support import Origin, Running, site, snapshot, until, upstream
from tests.waf.port import policy
from tests.waf.rules import crs3

__all__ = ["make_gateway", "make_origin"]
SOON = 2.0
RULES = """
SecAction "id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR}"
SecRule REQUEST_FILENAME "@streq /raise" "id:2,phase:1,pass,nolog,setvar:ip.count=+1,expirevar:ip.count=3600"
SecRule REQUEST_FILENAME "@streq /name" "id:3,phase:1,pass,nolog,setvar:ip.name=ada"
SecRule REQUEST_FILENAME "@streq /forget" "id:4,phase:1,pass,nolog,setvar:!ip.count"
SecRule REQUEST_FILENAME "@beginsWith /count/" "id:5,phase:1,pass,nolog,setvar:tx.wanted=%{REQUEST_BASENAME}"
SecRule REQUEST_FILENAME "@beginsWith /count/" "id:6,phase:1,deny,status:418,log,msg:'so many',chain"
  SecRule IP:count "@streq %{tx.wanted}" "t:none"
SecRule REQUEST_FILENAME "@streq /named" "id:7,phase:1,deny,status:418,log,msg:'that one',chain"
  SecRule IP:name "@streq ada" "t:none"
"""
FIELDS = ("User-Agent: x", "Accept: */*")


class Pair:
    """Two gateways that share collections."""

    def __init__(self, make: Callable[..., Running], port: int, redis_url: str) -> None:
        self.gateways = [make(redis_url=redis_url, share_collections=True) for _ in range(2)]
        self.port = port
        for gateway in self.gateways:
            self.protect(gateway)

    def protect(self, gateway: Running, owners: dict[str, str] | None = None, text: str = RULES) -> None:
        """Sites by host name, with whose they are."""
        rules = [{"id": "c", "name": "c", "position": 1, "text": text}]
        sites = [
            site(upstream(self.port), name=host, hosts=[host])
            | {"organization_id": organization, "security": {"waf": policy("block"), "waf_rules": rules}}
            for host, organization in (owners or {"shop.example": "org-1"}).items()
        ]
        assert json.loads(gateway.native.apply(snapshot(*sites, trusted_proxies=["127.0.0.1/32"])))["refused"] == []

    def ask(self, which: int, path: str, client: str = "192.0.2.1", host: str = "shop.example") -> int:
        return self.gateways[which].get(path, *FIELDS, f"X-Forwarded-For: {client}", host=host).status

    def status(self, which: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.gateways[which].native.status())["shared_collections"]
        return found


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[PrivateRedis]:
    tmp_path.chmod(0o755)
    server = PrivateRedis(tmp_path / "redis", free_port(), secrets.token_hex(16))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def pair(make_gateway: Callable[..., Running], make_origin: Callable[..., Origin], redis: PrivateRedis) -> Pair:
    crs3()
    return Pair(make_gateway, make_origin().port, redis.url)


def within(seconds: float, condition: Callable[[], bool]) -> None:
    begun = time.monotonic()
    until(condition, seconds)
    assert time.monotonic() - begun < seconds


def test_a_counter_is_seen_by_the_other_within_two_seconds(pair: Pair) -> None:
    for _ in range(3):
        assert pair.ask(0, "/raise") == 200
    assert pair.ask(0, "/count/3") == 418, "here at once"
    within(SOON, lambda: pair.ask(1, "/count/3") == 418)
    assert pair.ask(1, "/count/3", "192.0.2.2") == 200, "nobody else's"
    for which in (0, 1, 1, 0):
        assert pair.ask(which, "/raise") == 200
    for which in (0, 1):
        within(SOON, lambda which=which: pair.ask(which, "/count/7") == 418)  # type: ignore[misc]
    pair.ask(1, "/name")
    within(SOON, lambda: pair.ask(0, "/named") == 418)
    pair.ask(0, "/forget")
    within(SOON, lambda: pair.ask(1, "/count/7") == 200)
    assert pair.ask(1, "/named") == 418, "only what was forgotten"


@pytest.mark.parametrize("answering", [0, 1], ids=["in one gateway", "through Redis"])
def test_organisations_do_not_see_each_other(pair: Pair, answering: int) -> None:
    owners = {"a.example": "org-1", "b.example": "org-2", "a2.example": "org-1"}
    for gateway in pair.gateways:
        pair.protect(gateway, owners)
    for _ in range(3):
        assert pair.ask(0, "/raise", host="a.example") == 200
    assert pair.ask(0, "/raise", host="b.example") == 200
    within(SOON, lambda: pair.ask(answering, "/count/3", host="a.example") == 418)
    within(SOON, lambda: pair.ask(answering, "/count/1", host="b.example") == 418)
    assert pair.ask(answering, "/count/3", host="a2.example") == 418, "the same organisation's other site"
    assert pair.ask(answering, "/count/3", host="b.example") == 200
    # A site that changes hands leaves behind what was known of its visitors.
    pair.protect(pair.gateways[answering], owners | {"a2.example": "org-2"})
    assert pair.ask(answering, "/count/3", host="a2.example") == 200
    assert pair.ask(answering, "/count/1", host="a2.example") == 418


def test_applications_do_not_see_each_other(pair: Pair) -> None:
    assert pair.ask(0, "/raise") == 200
    within(SOON, lambda: pair.ask(1, "/count/1") == 418)
    pair.protect(pair.gateways[1], text="SecWebAppId shop:two\n" + RULES)
    assert pair.ask(1, "/count/1") == 200
    pair.protect(pair.gateways[0], text="SecWebAppId shop:two\n" + RULES)
    for _ in range(2):
        assert pair.ask(0, "/raise") == 200
    within(SOON, lambda: pair.ask(1, "/count/2") == 418)


def test_without_redis_each_goes_on_and_tells_later(pair: Pair, redis: PrivateRedis) -> None:
    assert pair.ask(0, "/raise") == 200
    within(SOON, lambda: pair.ask(1, "/count/1") == 418)
    redis.stop()
    begun = time.monotonic()
    for _ in range(4):
        assert pair.ask(0, "/raise") == 200
    assert pair.ask(0, "/count/5") == 418
    assert time.monotonic() - begun < 1, "no request waits"
    within(5, lambda: not pair.status(0)["connected"])
    redis.start()
    within(10, lambda: pair.status(0)["connected"] and pair.status(1)["connected"])
    # The new server remembers nothing of what was told before.
    within(SOON, lambda: pair.ask(1, "/count/4") == 418 or pair.ask(1, "/count/5") == 418)


def test_one_that_comes_later_learns_what_was(pair: Pair, make_gateway: Callable[..., Running], redis: PrivateRedis) -> None:
    assert pair.ask(0, "/raise") == 200
    within(SOON, lambda: pair.ask(1, "/count/1") == 418)
    third = make_gateway(redis_url=redis.url, share_collections=True)
    pair.protect(third)
    pair.gateways.append(third)
    within(SOON, lambda: pair.ask(2, "/count/1") == 418)


def test_sharing_needs_a_redis() -> None:
    with pytest.raises(OSError, match="no Redis"):
        hcc_native.Gateway(threads=1, last_good_path=None, access_log=None, share_collections=True)
