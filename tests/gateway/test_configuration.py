"""Snapshots: applied without a failed request, refused by section, kept on disk; drain and access log."""

from __future__ import annotations

import json
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway.support import Origin, Running, ok, route, site, snapshot, until, upstream


def test_apply_under_load_loses_no_request(gateway: Running, make_origin: Callable[..., Origin]) -> None:
    origins = [make_origin(), make_origin()]
    gateway.apply(site(upstream(origins[0].port)))
    stop = threading.Event()
    failures: list[object] = []
    done = [0] * 4

    def load(number: int) -> None:
        with gateway.client() as client:
            while not stop.is_set():
                client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                response = client.read()
                if response.status != 200:
                    failures.append(response)
                done[number] += 1

    threads = [threading.Thread(target=load, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for turn in range(200):
        gateway.apply(site(upstream(origins[turn % 2].port), route(), *[route(f"/r{n}") for n in range(turn % 5)]))
    until(lambda: min(done) > 50)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert all(o.heads for o in origins)


def test_a_bad_section_is_refused_alone(gateway: Running, origin: Origin) -> None:
    good, other = (
        site(upstream(origin.port), hosts=["a.example"], name="a"),
        site(upstream(origin.port), hosts=["b.example"], name="b"),
    )
    assert sorted(gateway.apply(good, other)["applied"]) == ["platform", "site:a", "site:b"]
    bad = {**good, "routes": [route("/", upstream="missing")]}
    other["routes"].append(route("/new"))
    report = gateway.apply(bad, other)
    assert (report["applied"], report["unchanged"]) == (["site:b"], ["platform"])
    assert [r["id"] for r in report["refused"]] == ["site:a"]
    assert "missing" in report["refused"][0]["error"]
    assert gateway.get("/", host="a.example").status == 200
    status = json.loads(gateway.native.status())
    assert status["refused"] == report["refused"]
    assert {s["id"] for s in status["sections"]} == {"platform", "site:a", "site:b"}


@pytest.mark.parametrize(
    "change",
    [
        {"surprise": 1},
        {"hosts": ["bad host"]},
        {"hosts": []},
        {"routes": [route("no-slash")]},
        {"routes": [route("/a/../b")]},
        {"routes": [route(auth={"mode": "magic"})]},
        {"routes": [route(rate_limits=[{"name": "x", "key": "client", "rate": 0, "per_s": 1, "burst": 1}])]},
        {"upstreams": {"o": {**upstream(1), "policy": "magic"}}},
        {"upstreams": {"o": {**upstream(1), "targets": [{"address": "nowhere", "weight": 1}]}}},
        {"upstreams": {"o": {**upstream(1), "connect_ms": 0}}},
        {"routes": [route(methods=["G T"])]},
    ],
)
def test_what_does_not_compile(gateway: Running, change: dict[str, object]) -> None:
    assert [r["id"] for r in gateway.apply({**site(upstream(1)), **change})["refused"]] == ["site:s1"]


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"version":2,"sections":[]}', b'{"version":1,"sections":[],"more":1}'])
def test_a_snapshot_that_cannot_be_read_changes_nothing(gateway: Running, origin: Origin, raw: bytes) -> None:
    gateway.apply(site(upstream(origin.port)))
    with pytest.raises(ValueError, match="snapshot"):
        gateway.native.apply(raw)
    assert gateway.get("/").status == 200


def test_last_good_survives_a_cold_start(tmp_path: Path, origin: Origin) -> None:
    path = tmp_path / "last-good.json"
    first = Running(last_good=str(path))
    assert not first.native.load_last_good()
    good = site(upstream(origin.port))
    first.apply(good)
    first.apply({**good, "hosts": ["bad host"]})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    second = Running(last_good=str(path))
    assert second.native.load_last_good()
    second.start()
    assert second.get("/").status == 200
    assert json.loads(second.native.apply(snapshot(good)))["unchanged"] == ["platform", "site:s1"]
    second.drain()
    first.drain()
    path.write_text("{broken")
    third = Running(last_good=str(path))
    assert not third.native.load_last_good()
    third.drain()


def test_drain_lets_running_requests_finish(make_origin: Callable[..., Origin]) -> None:
    held = threading.Event()
    arrived = threading.Event()

    def handler(conn: socket.socket, _head: bytes, _rest: bytes) -> bool:
        arrived.set()
        held.wait(10)
        conn.sendall(ok())
        return True

    running = Running(threads=2)
    running.start()
    running.apply(site(upstream(make_origin(handler).port)))
    idle, busy = running.client(), running.client()
    busy.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert arrived.wait(5)
    drained = threading.Thread(target=running.drain, args=(10.0,))
    drained.start()
    assert idle.is_closed()
    held.set()
    response = busy.read()
    assert (response.body, response.get("connection")) == (b"hello", "close")
    drained.join(5)
    assert not drained.is_alive()
    for client in (idle, busy):
        client.close()


def test_drain_cuts_after_its_time(make_origin: Callable[..., Origin]) -> None:
    running = Running()
    running.start()
    running.apply(site(upstream(make_origin(lambda conn, _h, _r: bool(conn.recv(1))).port)))
    with running.client() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: running.metric("connections_open") == 1)
        running.drain(0.2)
        assert client.is_closed()


def test_access_log(tmp_path: Path, origin: Origin) -> None:
    path = tmp_path / "access.log"
    running = Running(access_log=str(path))
    running.start()
    running.apply(site(upstream(origin.port), route("/"), route("/no", auth={"mode": "jwt"})))
    running.get("/a%22b?secret=1", "X-Request-Id: my-request-id")
    running.get("/no")
    with running.client() as client:
        client.send(b"GET / HTTP/1.1\r\n\r\n")
        client.read()
    running.drain()
    until(lambda: path.exists() and path.read_bytes().count(b"\n") == 3)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(x["status"], x.get("reason")) for x in lines] == [(200, None), (401, "no token"), (400, "no Host")]
    assert lines[0]["request_id"] == "my-request-id"
    assert lines[0]["path"] == "/a%22b"
    assert lines[0]["upstream"] == f"127.0.0.1:{origin.port}"
    assert "secret" not in path.read_text()
