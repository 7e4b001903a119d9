"""Snapshots applied while requests flow: none fails, and what is wrong with one section hurts no other."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

import pytest

from tests.gateway.asking import Ask, over_h1, over_h2
from tests.gateway.h2_origin import H2Origin
from tests.gateway.support import Client, Origin, Running, ok, route, site, until, upstream
from tests.gateway.test_http2 import H2Client, head

CLIENTS = 4
SNAPSHOTS = 200


class Load:
    """Clients that ask again and again on kept connections, until told to stop."""

    def __init__(self, gateway: Running, one: Callable[[Running, Load], None], clients: int = CLIENTS) -> None:
        self.done = threading.Event()
        self.answers: Counter[tuple[int, bytes]] = Counter()
        self.lost: list[BaseException] = []
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(gateway, one)) for _ in range(clients)]

    def _run(self, gateway: Running, one: Callable[[Running, Load], None]) -> None:
        try:
            one(gateway, self)
        except BaseException as error:  # noqa: BLE001 - whatever went wrong is what the test is about
            self.lost.append(error)

    def count(self, status: int, body: bytes) -> None:
        with self._lock:
            self.answers[status, body] += 1

    def go_on(self) -> None:
        """Waits until something was answered since now, or a client gave up."""
        before = self.answers.total()
        until(lambda: self.lost or self.answers.total() > before)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        for thread in self._threads:
            thread.join(20)


def keep_asking_h1(gateway: Running, load: Load) -> None:
    """One connection for all: a reload is no reason to close it."""
    with Client(gateway.port) as client:
        while not load.done.is_set():
            client.send(b"POST /same HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
            response = client.read()
            load.count(response.status, response.body)
            assert response.get("connection") is None


def keep_asking_h2(gateway: Running, load: Load) -> None:
    client = H2Client(gateway.port)
    while not load.done.is_set():
        status, _, body = client.answer(client.request(head("/same", "POST"), b"abc"))
        load.count(status, body)
        client.events.clear()
    client.close()


def named(make_origin: Callable[..., Origin], name: bytes) -> Origin:
    def handler(conn: Any, _head: bytes, rest: bytes) -> bool:
        while not rest.endswith((b"abc", b"0\r\n\r\n")):
            rest += conn.recv(65536)
        conn.sendall(ok(name))
        return True

    return make_origin(handler)


@pytest.mark.parametrize("one", [keep_asking_h1, keep_asking_h2], ids=["h1", "h2"])
def test_no_request_fails(make_gateway: Callable[..., Running], make_origin: Callable[..., Origin], one: Any) -> None:
    """Targets come and go, routes and settings change, the platform's section too."""
    gateway = make_gateway(threads=2)
    origins = [named(make_origin, b"%d" % n) for n in range(3)]

    def snapshot(number: int) -> None:
        ports = [origins[(number + n) % 3].port for n in range(1 + number % 3)]
        changes = {"policy": ["round_robin", "least_request", "consistent_hash"][number % 3], "connect_ms": 1000 + number}
        limits = [{"name": "wide", "key": "client", "rate": 1_000_000, "per_s": 1, "burst": 1_000_000}]
        routes = [route("/"), route(f"/r{number}"), route("/same", rate_limits=limits, compress=bool(number % 2))]
        report = gateway.apply(
            site(upstream(*ports) | changes, *routes),
            site(upstream(1), name=f"s-{number % 5}", hosts=[f"{number}.example"]),
            defaults={"max_body": 1_000_000 + number},
        )
        assert report["refused"] == []

    snapshot(0)
    with Load(gateway, one) as load:
        for number in range(1, SNAPSHOTS + 1):
            snapshot(number)
            load.go_on()
    assert load.lost == []
    assert {status for status, _ in load.answers} == {200}
    assert {body for _, body in load.answers} == {b"0", b"1", b"2"}
    assert load.answers.total() > SNAPSHOTS


def test_over_an_upstream_in_http2(gateway: Running) -> None:
    """Its connections outlive snapshots that leave the target as it is."""
    origin = H2Origin(lambda connection, request: connection.respond(request, b"0"))
    try:
        gateway.apply(site(upstream(origin.port) | {"protocol": "h2"}))
        with Load(gateway, keep_asking_h1) as load:
            for number in range(SNAPSHOTS):
                changed = upstream(origin.port) | {"protocol": "h2", "connect_ms": 1000 + number}
                assert gateway.apply(site(changed, route(), route(f"/r{number}")))["refused"] == []
                load.go_on()
        assert (load.lost, set(load.answers)) == ([], {(200, b"0")})
        assert len(origin.connections) == 1
    finally:
        origin.close()


@pytest.mark.parametrize("ask", [over_h1, over_h2], ids=["h1", "h2"])
def test_a_bad_section_in_the_middle_is_refused_alone(gateway: Running, make_origin: Callable[..., Origin], ask: Ask) -> None:
    first, second, third = (make_origin(lambda conn, _h, _r, n=n: conn.sendall(ok(b"%d" % n)) is None) for n in range(3))
    good = [site(upstream(o.port), name=f"s{n}", hosts=[f"{n}.example"]) for n, o in enumerate((first, second))]
    assert gateway.apply(*good)["refused"] == []
    # The first moves to another target, the second says nonsense, a third is new.
    moved = site(upstream(third.port), name="s0", hosts=["0.example"])
    bad = {**good[1], "routes": [route("/", upstream="nowhere")]}
    new = site(upstream(third.port), name="s2", hosts=["2.example"])
    report = gateway.apply(moved, bad, new)
    assert [r["id"] for r in report["refused"]] == ["site:s1"]
    assert "nowhere" in report["refused"][0]["error"]
    assert [ask(gateway, "/", host=f"{n}.example").body for n in range(3)] == [b"2", b"1", b"2"]
    assert gateway.metric("sections_refused") == 1


@pytest.mark.parametrize("nonsense", [b"", b"{", b'{"version": 2, "sections": []}', b"[]"])
def test_a_snapshot_that_is_none_changes_nothing(gateway: Running, origin: Origin, nonsense: bytes) -> None:
    gateway.apply(site(upstream(origin.port)))
    with pytest.raises(ValueError, match="snapshot"):
        gateway.native.apply(nonsense)
    assert gateway.get("/").status == 200
