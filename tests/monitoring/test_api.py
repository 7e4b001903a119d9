"""/v1/metrics and /prometheus/api/v1 as clients call them."""

from __future__ import annotations

import csv
import io
import math
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from control.core.settings import Settings
from control.monitoring.query.prometheus import BASE
from tests.monitoring.kept import keep
from tests.world import World

START = int(time.time()) // 3600 * 3600 - 7200
"""Recent: samples themselves are kept for some days only."""
FIRST = datetime.fromtimestamp(START, UTC)
SERIES = [
    ({"__name__": "load", "host": "a"}, [(START + 15.0 * n, float(n % 7)) for n in range(241)]),
    ({"__name__": "load", "host": "b"}, [(START + 15.0 * n, float(n)) for n in range(241)]),
    ({"__name__": "odd"}, [(START + 15.0, math.nan), (START + 30.0, math.inf), (START + 45.0, -math.inf), (START + 60.0, 0.5)]),
]


@pytest.fixture(autouse=True)
def metrics(world: World, settings: Settings) -> None:
    keep(settings, world.organizations["apple"], SERIES)


async def post(world: World, path: str, who: str | None = "anna", **params: Any) -> httpx.Response:
    return await world.client.post(f"{BASE}/{path}", data=params, headers=world.headers(who))


async def get(world: World, path: str, who: str | None = "anna", **params: Any) -> httpx.Response:
    return await world.get(who, f"{BASE}/{path}?{urlencode(params, doseq=True)}")


async def both(world: World, path: str, **params: Any) -> Any:
    """The data, which is the same by GET and by POST."""
    answers = [await get(world, path, **params), await post(world, path, **params)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["status"] == "success"
    return answers[0].json()["data"]


DATA: list[tuple[str, dict[str, Any], Any]] = [
    (
        "query",
        {"query": 'load{host="a"}', "time": START + 60},
        {"resultType": "vector", "result": [{"metric": {"__name__": "load", "host": "a"}, "value": [START + 60, "4"]}]},
    ),
    (
        "query",
        {"query": "1.5", "time": f"{FIRST:%Y-%m-%dT%H:%M:%S}.25Z"},
        {"resultType": "scalar", "result": [START + 0.25, "1.5"]},
    ),
    ("query", {"query": '"x"', "time": START}, {"resultType": "string", "result": [START, "x"]}),
    (
        "query",
        {"query": "odd[1m]", "time": START + 60},
        {
            "resultType": "matrix",
            "result": [
                {
                    "metric": {"__name__": "odd"},
                    "values": [[START + 15, "NaN"], [START + 30, "+Inf"], [START + 45, "-Inf"], [START + 60, "0.5"]],
                }
            ],
        },
    ),
    (
        "query_range",
        {"query": "sum(load)", "start": START, "end": START + 60, "step": "30s"},
        {"resultType": "matrix", "result": [{"metric": {}, "values": [[START, "0"], [START + 30, "4"], [START + 60, "8"]]}]},
    ),
    ("labels", {}, ["__name__", "host"]),
    ("labels", {"match[]": "odd"}, ["__name__"]),
    ("label/host/values", {}, ["a", "b"]),
    ("label/__name__/values", {}, ["load", "odd"]),
    ("label/host/values", {"match[]": ['load{host="b"}', "odd"], "start": START, "end": START + 60}, ["b"]),
    ("label/host/values", {"limit": 1}, ["a"]),
    ("label/nosuch/values", {}, []),
    ("label/__name__/values", {"match[]": '{host=~"a|b"}'}, ["load"]),
    ("label/__name__/values", {"match[]": '{host="a"}'}, ["load"]),
    ("label/host/values", {"match[]": 'load{host!="a"}'}, ["b"]),
    ("label/host/values", {"match[]": '{__name__=~"load|odd"}'}, ["a", "b"]),
    ("labels", {"match[]": 'load{host=~"a.*"}'}, ["__name__", "host"]),
    ("labels", {"match[]": "nosuch"}, []),
    ("series", {"match[]": ["odd", 'load{host="a"}']}, [{"__name__": "load", "host": "a"}, {"__name__": "odd"}]),
    ("metadata", {}, {}),
    ("query_exemplars", {"query": "load", "start": START, "end": START + 60}, []),
]


@pytest.mark.parametrize(("path", "params", "expected"), DATA, ids=[f"{path} {n}" for n, (path, _, _) in enumerate(DATA)])
async def test_prometheus_answers(world: World, path: str, params: dict[str, Any], expected: Any) -> None:
    assert await both(world, path, **params) == expected


async def test_grafanas_health_check(world: World) -> None:
    """Adding a data source asks for 1+1 and for the version."""
    assert (await both(world, "query", query="1+1", time=START))["result"] == [START, "2"]
    assert (await both(world, "status/buildinfo"))["version"] == "2.42.0"


ERRORS: list[tuple[str, dict[str, Any], int, str, str]] = [
    (
        "query",
        {"query": "load{"},
        400,
        "bad_data",
        'invalid parameter "query": 1:6: parse error: unexpected end of input inside braces',
    ),
    ("query", {}, 400, "bad_data", 'invalid parameter "query": 1:1: parse error: no expression found in input'),
    (
        "query",
        {"query": "load", "time": "noon"},
        400,
        "bad_data",
        'invalid parameter "time": cannot parse "noon" to a valid timestamp',
    ),
    ("query", {"query": "load + on() odd"}, 422, "execution", "many-to-one matching must be explicit"),
    ("query_range", {"query": "load", "end": 1, "step": 1}, 400, "bad_data", 'invalid parameter "start"'),
    ("query_range", {"query": "load", "start": 1, "end": 2}, 400, "bad_data", 'invalid parameter "step"'),
    (
        "query_range",
        {"query": "load", "start": 1, "end": 2, "step": 0},
        400,
        "bad_data",
        'invalid parameter "step": zero or negative',
    ),
    ("query_range", {"query": "load", "start": 2, "end": 1, "step": 1}, 400, "bad_data", 'invalid parameter "end"'),
    (
        "query_range",
        {"query": "load", "start": 1, "end": 11_002, "step": 1},
        400,
        "bad_data",
        "exceeded maximum resolution of 11,000",
    ),
    (
        "query_range",
        {"query": "load[1m]", "start": 1, "end": 2, "step": 1},
        400,
        "bad_data",
        'invalid expression type "range vector"',
    ),
    ("series", {}, 400, "bad_data", "no match[] parameter provided"),
    ("series", {"match[]": "load["}, 400, "bad_data", 'invalid parameter "match[]": 1:6: parse error'),
    ("series", {"match[]": "sum(load)"}, 400, "bad_data", 'invalid parameter "match[]"'),
    ("label/a-b/values", {}, 400, "bad_data", 'invalid label name: "a-b"'),
    ("labels", {"limit": "x"}, 400, "bad_data", 'invalid parameter "limit"'),
]


@pytest.mark.parametrize(("path", "params", "status", "kind", "words"), ERRORS, ids=[f"{e[0]} {n}" for n, e in enumerate(ERRORS)])
async def test_prometheus_errors(world: World, path: str, params: dict[str, Any], status: int, kind: str, words: str) -> None:
    params = {"time": START + 60, **params} if path == "query" else params
    for answer in (await get(world, path, **params), await post(world, path, **params)):
        assert answer.status_code == status, answer.text
        body = answer.json()
        assert (body["status"], body["errorType"]) == ("error", kind)
        assert words in body["error"]


PATHS = ["query?query=load", "query_range?query=load&start=1&end=2&step=1", "labels", "label/host/values", "series?match[]=load",
         "metadata", "status/buildinfo", "query_exemplars"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
async def test_who_may_ask_prometheus(world: World, path: str) -> None:
    stranger = await world.get(None, f"{BASE}/{path}")
    assert (stranger.status_code, stranger.json()["errorType"]) == (401, "unauthorized")
    assert stranger.headers["www-authenticate"] == "Bearer"
    for who in ("root", "agent", "nora", "ned", "anna", "alex"):
        assert (await world.get(who, f"{BASE}/{path}")).status_code == 200, who


@pytest.mark.parametrize("who", ["root", "agent", "nora", "ned", "bert", "cleo"])
async def test_others_see_none_of_it(world: World, who: str) -> None:
    """Not even those above, unless they enter the organisation."""
    for path, params in (("query", {"query": "load", "time": START + 60}), ("query", {"query": "load[1m]", "time": START + 60})):
        answer = await get(world, path, who, **params)
        assert answer.json()["data"]["result"] == []
    assert (await get(world, "label/host/values", who)).json()["data"] == []


async def test_staff_enter(world: World) -> None:
    apple = str(world.organizations["apple"])
    answer = await world.get("nora", f"{BASE}/label/host/values", X_Organization_Id=apple)
    assert answer.json()["data"] == ["a", "b"]


async def test_columns(world: World) -> None:
    answer = await world.get("anna", f"/v1/metrics/query?query=odd[1m]&time={START + 60}")
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["kind"], data["resolution"]) == ("matrix", 0)
    assert data["series"] == [
        {
            "labels": {"__name__": "odd"},
            "times": [(START + n) * 1000 for n in (15, 30, 45, 60)],
            "values": ["NaN", "+Inf", "-Inf", 0.5],
        }
    ]


RANGE = f"/v1/metrics/query_range?start={START}&end={START + 3600}&step=15&query="


async def test_width_keeps_the_look(world: World) -> None:
    whole = (await world.get("anna", f'{RANGE}load{{host="a"}}')).json()["data"]["series"][0]
    thin = (await world.get("anna", f'{RANGE}load{{host="a"}}&width=50')).json()["data"]["series"][0]
    assert (len(whole["times"]), len(thin["times"])) == (241, 50)
    assert {thin["times"][0], thin["times"][-1]} == {whole["times"][0], whole["times"][-1]}
    assert max(thin["values"]) == 6


@pytest.mark.parametrize("how", ["accept", "format"])
async def test_csv(world: World, how: str) -> None:
    path = f'{RANGE}load{{host="a"}}' + ("&format=csv" if how == "format" else "")
    answer = await world.get("anna", path, **({"Accept": "text/csv"} if how == "accept" else {}))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[:3] == [
        ["time", "__name__", "host", "value"],
        [f"{FIRST:%Y-%m-%dT%H:%M:%S}.000Z", "load", "a", "0"],
        [f"{FIRST + timedelta(seconds=15):%Y-%m-%dT%H:%M:%S}.000Z", "load", "a", "1"],
    ]
    assert len(rows) == 242


@pytest.mark.parametrize("form", ["arrow", "parquet"])
async def test_arrow_and_parquet(world: World, form: str) -> None:
    pa = pytest.importorskip("pyarrow", reason="pyarrow, which the extra `arrow` brings, is not installed")
    from pyarrow import parquet

    answer = await world.get("anna", f"{RANGE}load or odd&format={form}")
    assert (
        answer.headers["content-type"]
        == {
            "arrow": "application/vnd.apache.arrow.stream",
            "parquet": "application/vnd.apache.parquet",
        }[form]
    )
    source = io.BytesIO(answer.content)
    table = parquet.read_table(source) if form == "parquet" else pa.ipc.open_stream(source).read_all()
    assert table.column_names == ["time", "__name__", "host", "value"]
    rows = table.to_pylist()
    assert len([row for row in rows if row["host"] == "b"]) == 241
    assert {row["__name__"] for row in rows if row["host"] is None} == {"odd"}
    first = next(row for row in rows if row["host"] == "b")
    assert (first["time"], first["value"]) == (FIRST, 0.0)


WRONG = [
    ("query?query=load{", 422, "query"),
    ("query?query=load&time=noon", 422, ""),
    ("query?query=load + on() odd&time=" + str(START + 60), 422, "query"),
    ("query_range?query=load&start=1&end=2&step=0", 422, ""),
    ("query_range?query=load&start=1&end=2&step=1&width=0", 422, "width"),
    ("query?query=load&format=xml", 422, "format"),
]


@pytest.mark.parametrize(("path", "status", "pointer"), WRONG, ids=range(len(WRONG)))
async def test_what_is_wrong_is_said(world: World, path: str, status: int, pointer: str) -> None:
    answer = await world.get("anna", f"/v1/metrics/{path}")
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["details"]["errors"][0]["pointer"].removeprefix("/") == pointer
