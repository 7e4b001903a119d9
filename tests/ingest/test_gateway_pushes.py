"""The gateway pushes what it counts into a real ingester: its own figures to the platform, those of sites to their owners."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dataplane.agent.push import Answer, Outcome
from dataplane.traffic import TrafficPush, labelled
from tests.gateway.support import Client, Origin, Running, ok, route, site, snapshot, upstream
from tests.ingest.support import Ingester, Place, Program, Writer, until
from tests.ports import free_port

START = """
import os, sys
from dataplane.gateway import serve
sys.exit(
    serve(
        listen=sys.argv[1], ops_listen=sys.argv[2], last_good=sys.argv[3], threads=1, database_url="", access_log="/dev/null",
        drain_s=1, metrics_url=sys.argv[4], metrics_token=sys.argv[5],
    )
)
"""


def answer(conn: Any, head: bytes, _rest: bytes) -> bool:
    """As the path says."""
    conn.sendall(b"HTTP/1.1 500 X\r\nContent-Length: 3\r\n\r\nbad" if b" /bad" in head else ok())
    return True


@pytest.fixture
def origin() -> Iterator[Origin]:
    running = Origin(answer)
    yield running
    running.close()


def sites(place: Place, origin: Origin) -> bytes:
    shop = site(
        upstream(origin.port),
        route(id="all"),
        route("/few", id="few", rate_limits=[{"name": "few", "rate": 1, "per_s": 3600, "burst": 1, "key": "client"}]),
        name="s-shop", hosts=["shop.example"],
    )  # fmt: skip
    other = site(upstream(origin.port), route("/only", id="o"), name="s-root", hosts=["root.example"])
    shop["organization_id"], other["organization_id"] = str(place.organizations["shop"]), str(place.organizations["root"])
    return snapshot(shop, other)


def ask(port: int, host: str, path: str) -> int:
    with Client(port) as client:
        client.send(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        return client.read().status


def counted(place: Place, organization: str, name: str, **labels: str) -> float | None:
    """The highest value of one series, for of two at the same second either may come last."""
    values = [v for n, given, _, v in place.rows(organization) if n == name and labels.items() <= given.items()]
    return max(values, default=None)


def test_what_sites_did_goes_to_their_owners(
    place: Place, ingester: Ingester, writer: Writer, origin: Origin, tmp_path: Path
) -> None:
    with psycopg.connect(place.urls["hcc_owner"]) as owner:
        owner.execute("UPDATE hcc.ingest_tokens SET for_others = true WHERE id = %s", (place.token_ids["root"],))
    until(lambda: ingester.said().count("tokens read") == 2, "the token is a gateway's")
    last_good = tmp_path / "last-good.json"
    last_good.write_bytes(sites(place, origin))
    port, ops = free_port(), free_port()
    gateway = Program(
        tmp_path / "gateway.log",
        START,
        f"127.0.0.1:{port}",
        f"127.0.0.1:{ops}",
        str(last_good),
        ingester.url,
        place.tokens["root"],
    )
    try:
        # The first push is of nothing yet, and so the first request is a rise.
        until(lambda: counted(place, "shop", "hcc_site_requests_total", route="all", **{"class": "2xx"}) == 0, gateway.said())
        asked = [ask(port, "shop.example", path) for path in ("/", "/x", "/bad", "/few", "/few", "/few")]
        assert asked == [200, 200, 500, 200, 429, 429]
        assert [ask(port, "root.example", path) for path in ("/only", "/else")] == [200, 404]
        until(lambda: counted(place, "root", "hcc_site_requests_total", **{"class": "4xx"}) == 1, gateway.said(), 30)
    finally:
        gateway.kill()
    until(place.drained, "written")
    expected = [
        ("shop", "hcc_site_requests_total", {"site": "s-shop", "route": "all", "class": "2xx"}, 2),
        ("shop", "hcc_site_requests_total", {"site": "s-shop", "route": "all", "class": "5xx"}, 1),
        ("shop", "hcc_site_requests_total", {"site": "s-shop", "route": "few", "class": "4xx"}, 2),
        ("shop", "hcc_site_decisions_total", {"site": "s-shop", "route": "few", "action": "limited"}, 2),
        ("shop", "hcc_site_request_seconds_count", {"site": "s-shop", "route": "few"}, 3),
        ("shop", "hcc_site_sent_bytes_total", {"site": "s-shop", "route": "all"}, 5 + 5 + 3),
        ("root", "hcc_site_requests_total", {"site": "s-root", "route": "o", "class": "2xx"}, 1),
        # Its own figures, of all sites together.
        ("root", "hcc_gateway_requests_total", {"class": "5xx"}, 1),
        ("root", "hcc_gateway_limited_total", {}, 2),
    ]
    assert [(counted(place, organization, name, **labels), labels) for organization, name, labels, _ in expected] == [
        (value, labels) for _, _, labels, value in expected
    ]
    # Nobody sees what others' sites did, and every series says which gateway counted it.
    assert not [labels for _, labels, _, _ in place.rows("shop") if labels.get("site") != "s-shop"]
    assert {bool(labels.get("gateway")) for name in ("shop", "root") for _, labels, _, _ in place.rows(name)} == {True}


def test_what_is_refused_holds_nothing_up_and_a_server_that_is_away_is_asked_once(
    place: Place, ingester: Ingester, origin: Origin
) -> None:
    running = Running()
    running.start()
    try:
        running.native.apply(sites(place, origin))

        def push(url: str, token: str) -> tuple[TrafficPush, Answer | None]:
            made = TrafficPush(url, token, lambda: "a 1\n", running.native.traffic, lambda *_, **__: None)
            try:
                return made, made._push()
            finally:
                made.close()

        # A customer's token pushes the customer's own, and for nobody else.
        customer, answer = push(ingester.url, place.tokens["shop"])
        assert (customer.pushed, customer.failed) == (1, 2)
        assert answer is not None
        assert answer.why.startswith("403")
        away, answer = push(f"http://127.0.0.1:{free_port()}", "t")
        assert (away.pushed, away.failed) == (0, 1)
        assert answer is not None
        assert answer.outcome is Outcome.LATER
    finally:
        running.drain()


LABELLED = [
    ("a 1\n", 'a{gateway="g"} 1\n'),
    ('a{b="c"} 1 5\n', 'a{gateway="g",b="c"} 1 5\n'),
    ('# TYPE a counter\na{le="+Inf"} 2\n\n', '# TYPE a counter\na{gateway="g",le="+Inf"} 2\n\n'),
]


@pytest.mark.parametrize(("text", "expected"), LABELLED)
def test_labels(text: str, expected: str) -> None:
    assert labelled(text, "g") == expected
    assert labelled("a 1", 'x"\\') == 'a{gateway="x\\"\\\\"} 1\n'
