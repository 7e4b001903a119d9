"""Counters of the control plane, in Prometheus' text form at /metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

REGISTRY = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)

REQUESTS = Counter("hcc_http_requests_total", "Requests answered", ["method", "route", "status"], registry=REGISTRY)
DURATION = Histogram(
    "hcc_http_request_duration_seconds",
    "Time from request to the last byte of the answer",
    ["method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
IN_FLIGHT = Gauge("hcc_http_requests_in_flight", "Requests being answered", registry=REGISTRY)
LOGINS = Counter("hcc_logins_total", "Login attempts by outcome", ["outcome"], registry=REGISTRY)
CACHE = Counter("hcc_cache_reads_total", "Cached reads by outcome", ["outcome"], registry=REGISTRY)
JOBS = Counter("hcc_jobs_total", "Background jobs by task and outcome", ["task", "outcome"], registry=REGISTRY)
OUTBOX = Counter("hcc_outbox_events_total", "Events handed on by the relay", ["topic", "outcome"], registry=REGISTRY)
WEBHOOKS = Counter("hcc_webhook_attempts_total", "Webhook attempts by outcome", ["outcome"], registry=REGISTRY)
MAIL = Counter("hcc_mail_total", "Outgoing mail by outcome", ["outcome"], registry=REGISTRY)


def exposition() -> bytes:
    """All counters in text form (Prometheus exposition format 0.0.4)."""
    return generate_latest(REGISTRY)
