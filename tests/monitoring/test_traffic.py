"""/v1/monitoring/traffic: what it makes of counters, over several gateways."""

from __future__ import annotations

import math
import time
from typing import Any
from uuid import UUID

import pytest

from control.core.settings import Settings
from control.monitoring.query.store import Resolution, series
from control.monitoring.traffic.counting import rise
from tests.monitoring.kept import keep
from tests.world import World

START = int(time.time()) // 60 * 60 - 3600
SHOP, BLOG = UUID(int=1), UUID(int=2)


def counter(name: str, per_s: float, **labels: str) -> tuple[dict[str, str], list[tuple[float, float]]]:
    """A counter that rises evenly over the hour, and did before."""
    return {"__name__": f"hcc_site_{name}", **labels}, [(START + at, (at + 100) * per_s) for at in range(-30, 3631, 10)]


@pytest.fixture(autouse=True)
def counted(world: World, settings: Settings) -> None:
    kept = []
    for gateway in ("g1", "g2"):
        for route, good, bad in (("r1", 2.0, 0.5), ("r2", 0.25, 0.0)):
            at = {"gateway": gateway, "site": str(SHOP), "route": route}
            kept += [
                counter("requests_total", good, **at, **{"class": "2xx"}),
                counter("requests_total", bad, **at, **{"class": "5xx"}),
            ]
            kept += [counter("decisions_total", good / 10, **at, action="blocked")]
            kept += [counter("sent_bytes_total", 1000 * good, **at), counter("received_bytes_total", 10 * good, **at)]
            # A tenth takes up to five seconds, the others up to half a second.
            for le, share in (("0.1", 0.0), ("0.5", 0.9), ("5", 1.0), ("+Inf", 1.0)):
                kept.append(counter("request_seconds_bucket", share * (good + bad), **at, le=le))
    kept.append(counter("requests_total", 0.1, gateway="g1", site=str(SHOP), **{"class": "4xx"}))
    kept.append(counter("requests_total", 0.01, gateway="g1", site=str(BLOG), **{"class": "2xx"}))
    kept.append(counter("requests_total", 5.0, gateway="g1", site="not a site", **{"class": "2xx"}))
    keep(settings, world.organizations["apple"], kept)


async def ask(world: World, who: str = "anna", **more: str) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in {"start": str(START), "end": str(START + 3600), **more}.items())
    answer = await world.get(who, f"/v1/monitoring/traffic?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]["traffic"]
    return found


async def test_by_site(world: World) -> None:
    shop, blog = await ask(world)
    assert (shop["site_id"], shop["route_id"], blog["site_id"]) == (str(SHOP), None, str(BLOG))
    assert shop["requests"] == pytest.approx(3600 * 5.6, rel=1e-6)
    assert shop["errors"] == pytest.approx(3600 * 1.0, rel=1e-6)
    assert shop["error_share"] == pytest.approx(1 / 5.6, rel=1e-6)
    assert shop["by_class"] == pytest.approx({"2xx": 3600 * 4.5, "5xx": 3600.0, "4xx": 360.0}, rel=1e-6)
    assert shop["decisions"] == pytest.approx({"blocked": 3600 * 0.45}, rel=1e-6)
    assert (shop["sent_bytes"], shop["received_bytes"]) == pytest.approx((3600 * 4500, 3600 * 45), rel=1e-6)
    assert shop["latency_s"] == pytest.approx({"p50": 0.1 + 0.4 * 5 / 9, "p95": 0.5 + 4.5 / 2, "p99": 0.5 + 4.5 * 0.9}, rel=1e-6)
    assert blog["latency_s"] == {"p50": None, "p95": None, "p99": None}


async def test_by_route(world: World) -> None:
    found = await ask(world, by="route", site_id=str(SHOP))
    assert [one["route_id"] for one in found] == ["r1", "r2", None]
    assert [one["requests"] for one in found] == pytest.approx([3600 * 5, 3600 * 0.5, 360], rel=1e-6)
    assert {one["site_id"] for one in found} == {str(SHOP)}


@pytest.mark.parametrize("who", ["root", "nora", "bert", "cleo"])
async def test_others_see_none_of_it(world: World, who: str) -> None:
    assert await ask(world, who) == []


RISES = [
    # Times and values, from 100 on, of samples; what a counter rose by.
    (Resolution.RAW, [(90, 5), (110, 7), (120, 9)], 4),
    (Resolution.RAW, [(100, 5), (110, 7)], 2),
    (Resolution.RAW, [(90, 5), (110, 2), (120, 3)], 3),
    (Resolution.RAW, [(110, 5), (120, 7)], 2),
    (Resolution.RAW, [(80, 1), (90, 5)], 0),
    (Resolution.RAW, [(90, 5), (110, math.nan), (120, 6)], 1),
    (Resolution.RAW, [], 0),
    (Resolution.MINUTE, [(60, 3), (120, 7), (180, 8)], 5),
    (Resolution.MINUTE, [(120, 7), (180, 8)], 8),
]


@pytest.mark.parametrize(("resolution", "points", "expected"), RISES)
def test_rises(resolution: Resolution, points: list[tuple[float, float]], expected: float) -> None:
    one = series({"__name__": "c"}, points)
    one.resolution = resolution
    assert rise(one, 100 * 1_000_000) == expected


WRONG = ["start=noon", f"start={START}&end={START}", f"start={START - 40 * 86_400}&end={START}", "by=gateway", "site_id=x"]


@pytest.mark.parametrize("query", WRONG, ids=range(len(WRONG)))
async def test_what_is_wrong_is_said(world: World, query: str) -> None:
    assert (await world.get("anna", f"/v1/monitoring/traffic?{query}")).status_code == 422
