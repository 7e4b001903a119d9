"""Senders as people run them push to a real ingester, with the configurations that `hcc agent config` prints; what they sent is
found by a query. One that this machine lacks is skipped, which names its package."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import os
import shlex
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from control.core.db import Database, Scope
from control.core.settings import Settings
from control.monitoring.query.engine import Engine
from control.monitoring.query.postgres import PostgresStore
from dataplane.agent.configurations import KINDS, TOKEN_FILE
from tests.ingest.support import Ingester, Place, Writer, until
from tests.ports import free_port

EXPOSED = (
    '# TYPE demo_requests_total counter\ndemo_requests_total{path="/a b",code="200"} 42\n'
    '# TYPE demo_seconds histogram\ndemo_seconds_bucket{le="0.5"} 3\ndemo_seconds_bucket{le="+Inf"} 4\ndemo_seconds_sum 2.5\n'
    "demo_seconds_count 4\n"
)
Found = list[tuple[dict[str, str], float]]


def ask(place: Place, expression: str, organization: str = "shop") -> Found:
    """Labels and values of the answer now."""

    async def run() -> Found:
        database = Database(place.urls["hcc_app"], Settings(db_pool_min=1, db_pool_max=2))
        await database.open()
        try:
            now = time.time_ns() // 1000
            scope = Scope(place.organizations[organization])
            answer = await Engine(PostgresStore(lambda: database.transaction(scope), lambda: now)).at(expression, now)
        finally:
            await database.close()
        return [(dict(line.labels), float(line.values[0])) for line in answer.lines]

    return asyncio.run(run())


@contextmanager
def exposed() -> Iterator[str]:
    """Something to scrape, as host:port."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(EXPOSED.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def running(folder: Path, *argv: str, **environment: str) -> Iterator[Path]:
    """A program; what it says, as a file."""
    log = folder / f"{Path(argv[0]).name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(argv, stdout=output, stderr=output, cwd=folder, env={**os.environ, **environment})
    try:
        yield log
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
        process.wait()


def program(name: str, package: str) -> str:
    """Its path. Skips the test where it is not."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed ({package})")
    return found


def scraping(target: str) -> str:
    return f"scrape_configs:\n  - job_name: demo\n    scrape_interval: 1s\n    static_configs:\n      - targets: ['{target}']\n"


def printed(kind: str, ingester: Ingester, place: Place, folder: Path) -> str:
    """The configuration of a sender, with the token's file in a folder of the test."""
    file = folder / "token"
    file.write_text(place.tokens["shop"], encoding="utf-8")
    return KINDS[kind](ingester.url).replace(TOKEN_FILE, str(file))


def scraped_is_there(place: Place, writer: Writer, log: Path) -> None:
    until(lambda: ask(place, "demo_requests_total"), f"pushed: {log.read_text()[-2000:]} {writer.said()}", 40)
    [(labels, value)] = ask(place, "demo_requests_total")
    assert (labels["path"], labels["code"], labels["job"], value) == ("/a b", "200", "demo", 42.0)
    # Three of four are in the lower bucket: the half is at 2/3 of it.
    [(_, median)] = until(lambda: ask(place, "histogram_quantile(0.5, demo_seconds_bucket)"), "the histogram")
    assert median == pytest.approx(0.5 * 2 / 3)
    assert ask(place, "demo_requests_total", "root") == []


def test_prometheus(place: Place, ingester: Ingester, writer: Writer, tmp_path: Path) -> None:
    prometheus = program("prometheus", "Debian's package prometheus")
    with exposed() as target:
        file = tmp_path / "prometheus.yml"
        file.write_text(scraping(target) + printed("prometheus", ingester, place, tmp_path), encoding="utf-8")
        with running(
            tmp_path, prometheus, f"--config.file={file}", f"--storage.tsdb.path={tmp_path / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{free_port()}",
        ) as log:  # fmt: skip
            scraped_is_there(place, writer, log)


@pytest.mark.parametrize("kind", ["prometheus", "node-exporter"])
def test_promtool_takes_the_configuration(place: Place, ingester: Ingester, tmp_path: Path, kind: str) -> None:
    promtool = program("promtool", "Debian's package prometheus")
    file = tmp_path / "prometheus.yml"
    file.write_text(printed(kind, ingester, place, tmp_path), encoding="utf-8")
    done = subprocess.run([promtool, "check", "config", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_vmagent(place: Place, ingester: Ingester, writer: Writer, tmp_path: Path) -> None:
    vmagent = program("vmagent", "Debian's package victoria-metrics")
    text = printed("vmagent", ingester, place, tmp_path)
    text = text.replace("/etc/vmagent/scrape.yml", str(tmp_path / "scrape.yml")).replace(
        "/var/lib/vmagent", str(tmp_path / "queue")
    )
    command = shlex.split(text.replace("\\\n", " "), comments=True)
    assert command[0] == "vmagent"
    with exposed() as target:
        (tmp_path / "scrape.yml").write_text(scraping(target), encoding="utf-8")
        with running(tmp_path, vmagent, *command[1:], f"-httpListenAddr=127.0.0.1:{free_port()}") as log:
            scraped_is_there(place, writer, log)


def test_opentelemetry_sdk(place: Place, ingester: Ingester, writer: Writer) -> None:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource

    exporter = OTLPMetricExporter(
        f"{ingester.url}/v1/metrics", headers={"Authorization": f"Bearer {place.tokens['shop']}"}, compression=Compression.Gzip
    )
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
    provider = MeterProvider([reader], Resource.create({"service.name": "shop"}))
    meter = provider.get_meter("test")
    meter.create_counter("orders", unit="1").add(3, {"kind": "new"})
    meter.create_gauge("room.temperature", unit="Cel").set(21.5)
    times = meter.create_histogram("checkout.duration", unit="s", explicit_bucket_boundaries_advisory=[0.1, 1.0])
    for seconds in (0.05, 0.5, 0.5, 5.0):
        times.record(seconds)
    assert provider.force_flush()
    provider.shutdown()
    until(lambda: ask(place, '{__name__=~"orders.*"}'), f"pushed: {writer.said()}")
    found = {
        labels["__name__"]: (labels, value) for labels, value in ask(place, '{__name__=~"orders.*|room.*|checkout.*_count"}')
    }
    assert {value for _, value in found.values()} == {3.0, 21.5, 4.0}
    orders = next(labels for name, (labels, _) in found.items() if name.startswith("orders"))
    assert orders["kind"] == "new"
    # Three of four within the second bucket, of which two are in it: the half is at its middle.
    [(_, median)] = ask(place, 'histogram_quantile(0.5, {__name__=~"checkout.*_bucket"})')
    assert median == pytest.approx(0.1 + 0.9 / 2)


def test_influxdb_client(place: Place, ingester: Ingester, writer: Writer) -> None:
    influxdb_client = pytest.importorskip("influxdb_client", reason="influxdb-client of requirements/dev.txt is not installed")
    from influxdb_client.client.write_api import SYNCHRONOUS

    with influxdb_client.InfluxDBClient(ingester.url, place.tokens["shop"], org="any", enable_gzip=True) as client:
        assert client.ping()
        write = client.write_api(write_options=SYNCHRONOUS)
        point = (
            influxdb_client.Point("room").tag("floor", "1 st").field("temperature", 21.5).field("people", 7).field("note", "text")
        )
        write.write("any", record=[point, "plain,a=b v=1"])
        write.close()
    until(lambda: ask(place, "plain_v"), f"pushed: {writer.said()}")
    assert [value for _, value in ask(place, 'room_temperature{floor="1 st"}')] == [21.5]
    assert [value for _, value in ask(place, "room_people")] == [7.0]
    assert ask(place, "room_note") == []


OTLP = (
    '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"load","gauge":{"dataPoints":['
    '{"timeUnixNano":"NOW","asDouble":0.5}]}}]}]}]}'
)
CURL = [
    ("/write", "load,host=web1 one=0.5", [], "load_one"),
    ("/api/v1/import/prometheus", '# TYPE load gauge\nload{host="web1"} 0.5\n', [], "load"),
    ("/v1/metrics", OTLP, ["-H", "Content-Type: application/json"], "load"),
]


@pytest.mark.parametrize(("path", "body", "more", "name"), CURL, ids=["line protocol", "text", "OTLP in JSON"])
def test_curl(place: Place, ingester: Ingester, writer: Writer, path: str, body: str, more: list[str], name: str) -> None:
    curl = program("curl", "Debian's package curl")
    command = [
        curl,
        "-fsS",
        "-H",
        f"Authorization: Bearer {place.tokens['shop']}",
        *more,
        "--data-binary",
        "@-",
        ingester.url + path,
    ]
    subprocess.run(command, input=body.replace("NOW", str(time.time_ns())), text=True, check=True, capture_output=True)
    until(lambda: [value for _, value in ask(place, name)] == [0.5], f"pushed: {writer.said()}")


def test_telegraf(place: Place, ingester: Ingester, writer: Writer, tmp_path: Path) -> None:
    telegraf = program("telegraf", "no Debian package: InfluxData's, in PATH")
    file = tmp_path / "telegraf.conf"
    file.write_text(printed("telegraf", ingester, place, tmp_path).replace('"10s"', '"1s"'), encoding="utf-8")
    with running(tmp_path, telegraf, "--config", str(file), HCC_INGEST_TOKEN=place.tokens["shop"]) as log:
        until(lambda: ask(place, "mem_total"), f"pushed: {log.read_text()[-2000:]} {writer.said()}", 40)
