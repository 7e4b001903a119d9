"""Ready configurations of other senders, for those who have one already. The token is never in them: each reads it from a file
or from its environment, in the way it has for that."""

from __future__ import annotations

from collections.abc import Callable

TOKEN_FILE = "/etc/hcc-agent/token"  # noqa: S105 - a path


def telegraf(server: str) -> str:
    """For /etc/telegraf/telegraf.d/hcc.conf; the token comes from the environment of the service."""
    return f"""\
# /etc/telegraf/telegraf.d/hcc.conf
# HCC_INGEST_TOKEN stands in /etc/default/telegraf, which only root may read.
[agent]
  interval = "10s"
  flush_interval = "10s"
  metric_batch_size = 5000
  metric_buffer_limit = 100000

[[outputs.influxdb_v2]]
  urls = ["{server}"]
  token = "${{HCC_INGEST_TOKEN}}"
  organization = "hcc"
  bucket = "hcc"
  content_encoding = "gzip"

[[inputs.cpu]]
  percpu = false
  totalcpu = true
[[inputs.mem]]
[[inputs.swap]]
[[inputs.system]]
[[inputs.disk]]
  ignore_fs = ["tmpfs", "devtmpfs", "devfs", "overlay", "squashfs"]
[[inputs.diskio]]
[[inputs.net]]
[[inputs.systemd_units]]
[[inputs.postfix]]
"""


def prometheus(server: str) -> str:
    """For /etc/prometheus/prometheus.yml: what it scrapes is sent on as well."""
    return f"""\
# /etc/prometheus/prometheus.yml
# The token stands in {TOKEN_FILE}, which user prometheus may read.
remote_write:
  - url: {server}/api/v1/write
    authorization:
      credentials_file: {TOKEN_FILE}
    queue_config:
      max_samples_per_send: 5000
      batch_send_deadline: 5s
"""


def vmagent(server: str) -> str:
    """A command line; its queue on disk keeps what the server did not take yet."""
    return f"""\
# The token stands in {TOKEN_FILE}.
vmagent \\
  -promscrape.config=/etc/vmagent/scrape.yml \\
  -remoteWrite.url={server}/api/v1/write \\
  -remoteWrite.bearerTokenFile={TOKEN_FILE} \\
  -remoteWrite.tmpDataPath=/var/lib/vmagent \\
  -remoteWrite.maxDiskUsagePerURL=1GB
"""


def otel(server: str) -> str:
    """For the OpenTelemetry collector (the `contrib` distribution, for its receiver of the host's figures)."""
    return f"""\
# /etc/otelcol-contrib/config.yaml
# HCC_INGEST_TOKEN stands in the environment of the service.
receivers:
  otlp:
    protocols:
      http:
        endpoint: 127.0.0.1:4318
  hostmetrics:
    collection_interval: 10s
    scrapers:
      cpu:
      memory:
      load:
      disk:
      filesystem:
      network:
processors:
  batch:
    timeout: 5s
exporters:
  otlphttp:
    metrics_endpoint: {server}/v1/metrics
    headers:
      Authorization: "Bearer ${{env:HCC_INGEST_TOKEN}}"
    compression: gzip
service:
  pipelines:
    metrics:
      receivers: [otlp, hostmetrics]
      processors: [batch]
      exporters: [otlphttp]
"""


def node_exporter(server: str) -> str:
    """Debian's node exporter, scraped by the Prometheus beside it."""
    return f"""\
# apt-get install prometheus-node-exporter prometheus
# /etc/prometheus/prometheus.yml
global:
  scrape_interval: 15s
scrape_configs:
  - job_name: node
    static_configs:
      - targets: [127.0.0.1:9100]
{prometheus(server).partition("prometheus may read.")[2].lstrip()}"""


KINDS: dict[str, Callable[[str], str]] = {
    "telegraf": telegraf,
    "prometheus": prometheus,
    "vmagent": vmagent,
    "otel": otel,
    "node-exporter": node_exporter,
}
