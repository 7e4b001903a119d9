"""Each protocol's senders are answered as they expect, and what they sent is in the database."""

from __future__ import annotations

import base64
import gzip
import time
import zlib

import httpx
import msgspec
import pytest

from tests.ingest.messages import otlp, snappy, write_request, write_request_2
from tests.ingest.support import Ingester, Place, Writer, until

NOW_S = int(time.time())
NOW_MS = NOW_S * 1000
NOW_US = NOW_S * 1_000_000
PROTOBUF = {"content_type": "application/x-protobuf"}
V2 = {"content_type": "application/x-protobuf;proto=io.prometheus.write.v2.Request", "content_encoding": "snappy"}
UP = {"__name__": "up", "job": "j"}
OTLP_JSON = (
    b'{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"g","gauge":{"dataPoints":['
    b'{"timeUnixNano":"%d","asDouble":1.5}]}}]}]}]}'
)


@pytest.mark.parametrize(("path", "body", "headers", "rows"), [
    ("/write?db=x&precision=s", f"m,h=a v=1,w=2i {NOW_S}", {},
     [("m_v", {"h": "a"}, NOW_US, 1.0), ("m_w", {"h": "a"}, NOW_US, 2.0)]),
    ("/api/v2/write?org=o&bucket=b&precision=ms", f"m v=t {NOW_MS}", {}, [("m_v", {}, NOW_US, 1.0)]),
    ("/write?precision=u", gzip.compress(f"m v=1 {NOW_US}".encode()), {"content_encoding": "gzip"}, [("m_v", {}, NOW_US, 1.0)]),
    ("/write", zlib.compress(f"m v=1 {NOW_US}000".encode()), {"content_encoding": "deflate"}, [("m_v", {}, NOW_US, 1.0)]),
    ("/api/v1/write", snappy(write_request([(UP, [(NOW_MS, 1.0), (NOW_MS + 1, 0.0)])])), PROTOBUF,
     [("up", {"job": "j"}, NOW_US, 1.0), ("up", {"job": "j"}, NOW_US + 1000, 0.0)]),
    ("/api/v1/write", snappy(write_request_2([(UP, [(NOW_MS, 7.0)])])), V2, [("up", {"job": "j"}, NOW_US, 7.0)]),
    ("/api/v1/import/prometheus", f'# TYPE up gauge\nup{{job="j"}} 1 {NOW_MS}\n', {}, [("up", {"job": "j"}, NOW_US, 1.0)]),
    ("/v1/metrics", OTLP_JSON % (NOW_US * 1000), {"content_type": "application/json"}, [("g", {}, NOW_US, 1.5)]),
], ids=range(8))  # fmt: skip
def test_what_was_pushed_is_in_the_database(
    place: Place, ingester: Ingester, writer: Writer, path: str, body: bytes, headers: dict[str, str],
    rows: list[tuple[str, dict[str, str], int, float]],
) -> None:  # fmt: skip
    answer = ingester.push(path, body, place.tokens["shop"], **headers)
    assert answer.status_code in {200, 204}, answer.text
    if headers is V2:
        assert answer.headers["x-prometheus-remote-write-samples-written"] == "1"
        assert answer.headers["x-prometheus-remote-write-histograms-written"] == "0"
    until(lambda: len(place.rows()) >= len(rows), f"rows written: {writer.said()}")
    assert place.rows() == rows
    assert place.rows("root") == []
    until(place.drained, "the segment is removed")


def test_otlp_in_protobuf_with_its_resource(place: Place, ingester: Ingester, writer: Writer) -> None:
    answer = ingester.push("/v1/metrics", otlp([(NOW_US * 1000, 21.5)]), place.tokens["shop"], **PROTOBUF)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"", "application/x-protobuf")
    rows = until(place.rows, f"rows written: {writer.said()}")
    assert ("temperature", NOW_US, 21.5) in [(name, at, value) for name, _, at, value in rows]
    labels = next(labels for name, labels, _, _ in rows if name == "temperature")
    assert labels["job"] == "boiler"
    assert labels["room"] == "k"


def test_bad_rows_do_not_take_good_ones_with_them(place: Place, ingester: Ingester, writer: Writer) -> None:
    old_ms = NOW_MS - 40 * 86_400_000
    token = place.tokens["shop"]
    line = ingester.push("/write?precision=s", f"a v=1 {NOW_S}\nnonsense\nb v=2 {NOW_S}\nc v=3 {old_ms // 1000}", token)
    assert line.status_code == 400
    found = line.json()
    assert [one["line"] for one in found["lines"]] == [2, 4]
    assert (found["lines_kept"], found["lines_refused"]) == (2, 2)
    assert "line 2: " in found["error"]
    assert "past" in found["error"]
    second = ingester.push("/api/v2/write", "nonsense\nd v=4", token)
    assert (second.status_code, second.json()["code"]) == (400, "invalid")
    nameless = write_request([(UP, [(NOW_MS, 5.0)]), ({"job": "j"}, [(NOW_MS, 1.0)])])
    remote = ingester.push("/api/v1/write", snappy(nameless), token, **PROTOBUF)
    assert remote.status_code == 400
    assert "series 2" in remote.text
    two = ingester.push("/api/v1/write", snappy(write_request_2([(UP, [(old_ms, 1.0), (NOW_MS + 5, 6.0)])])), token, **V2)
    assert two.status_code == 400
    assert two.headers["x-prometheus-remote-write-samples-written"] == "1"
    text = ingester.push("/api/v1/import/prometheus", "good 7\nbad one two three\n", token)
    assert text.status_code == 400
    assert "line 2" in text.text
    body = otlp([(old_ms * 1_000_000, 1.0), (NOW_US * 1000, 8.0)])
    points = ingester.push("/v1/metrics", body, token, **PROTOBUF)
    assert points.status_code == 200
    assert points.content[0] == 0x0A
    assert b"past" in points.content
    values = [1.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    until(lambda: set(values) <= {value for _, _, _, value in place.rows()}, f"rows written: {writer.said()}")
    names = {name for name, _, _, _ in place.rows()}
    assert "c_v" not in names


def test_otlp_tells_rejected_points_in_json(place: Place, ingester: Ingester) -> None:
    old = OTLP_JSON % ((NOW_S - 40 * 86_400) * 1_000_000_000)
    answer = ingester.push("/v1/metrics", old, place.tokens["shop"], content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["partialSuccess"]["rejectedDataPoints"] == "1"


@pytest.mark.parametrize(("path", "body", "headers", "status"), [
    ("/write?precision=fortnight", b"a v=1", {}, 400),
    ("/write", b"a v=1", {"content_encoding": "br"}, 415),
    ("/write", b"not gzip", {"content_encoding": "gzip"}, 400),
    ("/api/v1/write", b"\xff\xff\xff\xff", PROTOBUF, 400),
    ("/api/v1/write", snappy(b"\xff\xff"), PROTOBUF, 400),
    ("/api/v1/write", b"{}", {"content_type": "application/json"}, 415),
    ("/api/v1/write", b"", {"content_type": "application/x-protobuf;proto=io.prometheus.write.v9.Request"}, 415),
    ("/v1/metrics", b"\xff", PROTOBUF, 400),
    ("/v1/metrics", b"{", {"content_type": "application/json"}, 400),
    ("/v1/metrics", b"a 1", {"content_type": "text/plain"}, 415),
    ("/nowhere", b"a v=1", {}, 404),
])  # fmt: skip
def test_what_cannot_be_read(
    place: Place, ingester: Ingester, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    assert ingester.push(path, body, place.tokens["shop"], **headers).status_code == status
    assert ingester.push(path, body, "wrong", **headers).status_code == (404 if status == 404 else 401)


def test_ways_to_show_a_token(place: Place, ingester: Ingester) -> None:
    token = place.tokens["shop"]
    basic = base64.b64encode(f"anybody:{token}".encode()).decode()
    alone = base64.b64encode(token.encode()).decode()
    for query, headers, status in (
        ("", {"authorization": f"Bearer {token}"}, 204),
        ("", {"authorization": f"Token {token}"}, 204),
        ("", {"authorization": f"Basic {basic}"}, 204),
        ("", {"authorization": f"basic {alone}"}, 204),
        (f"?db=x&u=me&p={token}", {}, 204),
        ("", {}, 401),
        ("?p=", {}, 401),
        ("", {"authorization": "Bearer"}, 401),
        ("", {"authorization": f"Bearer {token}x"}, 401),
        ("", {"authorization": "Basic !!"}, 401),
        (f"?p={token}", {"authorization": "Bearer wrong"}, 401),
    ):
        answer = httpx.post(f"{ingester.url}/write{query}", content="a v=1", headers=headers, timeout=10)
        assert answer.status_code == status, (query, headers)
        if status == 401:
            assert "www-authenticate" in answer.headers


def test_what_clients_ask_before_they_push(place: Place, ingester: Ingester) -> None:
    for path, status in (("/ping", 204), ("/health", 200), ("/readyz", 200), ("/metrics", 200), ("/nowhere", 404)):
        assert httpx.get(ingester.url + path, timeout=5).status_code == status, path
    assert httpx.get(f"{ingester.url}/ping", timeout=5).headers["x-influxdb-version"].startswith("1.8")
    forwarded = httpx.get(f"{ingester.url}/metrics", headers={"x-forwarded-for": "203.0.113.9"}, timeout=5)
    assert forwarded.status_code == 404
    made = httpx.post(f"{ingester.url}/query?q=CREATE+DATABASE+x&p={place.tokens['shop']}", timeout=5)
    assert msgspec.json.decode(made.content) == {"results": [{"statement_id": 0}]}
