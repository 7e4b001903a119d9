"""A server with its agent, checks with a month behind them, alerts, those who are told, and a status page."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from control.core.ids import new_id
from tests.browser.stock.desk import Desk
from tests.browser.stock.sites import counter, wave
from tests.monitoring.kept import keep

HOSTS = ("web-1.olivia.example", "db-1.olivia.example")
_GIB = 1 << 30


def fill(desk: Desk) -> None:
    """What the shop watches. The reseller and the platform watch the gateways alone."""
    _servers(desk)
    checks = _checks(desk)
    _alerts(desk, checks)
    _told(desk)
    _status_page(desk, checks)


def _servers(desk: Desk) -> None:
    owner = desk.organizations["shop"]
    for host in HOSTS:
        claim = desk.post("customer", "/v1/monitoring/agents/claims", name=host)
        desk.ask(
            "customer",
            "POST",
            "/v1/monitoring/agents/enrolments",
            {"claim": claim["claim"], "host": host, "agent_version": "0.1.0"},
        )
    desk.post("customer", "/v1/monitoring/agents/claims", name="the new one", expires_in_s=3600)
    desk.post("customer", "/v1/monitoring/ingest-tokens", name="Telegraf in the office")
    desk.sql(
        "INSERT INTO hcc.ingest_token_uses (token_id, organization_id, last_used_at)"
        " SELECT token_id, organization_id, now() FROM hcc.agents"
    )
    series: list[tuple[dict[str, str], Any]] = []
    for n, host in enumerate(HOSTS):
        at = {"host": host}
        busy = 1 + n
        series.append(({"__name__": "agent_up", **at}, wave(desk, 1, 1, period=1e9, noise=0)))
        for mode, share in (("user", 0.31), ("system", 0.09), ("iowait", 0.03 * busy), ("idle", 3.2)):
            series.append(({"__name__": "host_cpu_seconds_total", **at, "mode": mode, "cpu": "0"}, counter(desk, share)))
        for span, swing in (("1m", 1.6), ("5m", 1.1), ("15m", 0.7)):
            series.append(({"__name__": f"host_load_{span}", **at}, wave(desk, 0.6, 0.6 + swing * busy, period=1900)))
        for name, low, high in (
            ("memory_available", 4.1, 6.2),
            ("memory_cached", 2.0, 2.9),
            ("memory_total", 16, 16),
            ("swap_total", 2, 2),
            ("swap_free", 1.8, 1.95),
        ):
            series.append(({"__name__": f"host_{name}_bytes", **at}, wave(desk, low * _GIB, high * _GIB, period=3300)))
        for mount, size, low, high in (("/", 40, 12, 13), ("/var/lib/postgresql", 200, 38 - 20 * n, 41 - 20 * n)):
            place = at | {"mount": mount}
            series.append(
                ({"__name__": "host_filesystem_size_bytes", **place}, wave(desk, size * _GIB, size * _GIB, period=9e9, noise=0))
            )
            series.append(
                ({"__name__": "host_filesystem_available_bytes", **place}, wave(desk, low * _GIB, high * _GIB, period=9000))
            )
        for name, per_s in (("network_received", 3e5), ("network_sent", 9e5)):
            series.append(({"__name__": f"host_{name}_bytes_total", **at, "device": "eth0"}, counter(desk, per_s * busy)))
        for name, per_s in (("read", 2e5), ("written", 7e5)):
            series.append(({"__name__": f"host_disk_{name}_bytes_total", **at, "device": "vda"}, counter(desk, per_s * busy)))
        series.append(({"__name__": "host_tcp_established", **at}, wave(desk, 30, 140, period=2000)))
    keep(desk.settings, owner, series)
    keep(
        desk.settings,
        desk.organizations["platform"],
        [
            ({"__name__": "hcc_requests_total", "gateway": "edge-1", "class": "2xx"}, counter(desk, 90.0)),
            ({"__name__": "hcc_requests_total", "gateway": "edge-1", "class": "5xx"}, counter(desk, 0.2)),
        ],
    )


def _checks(desk: Desk) -> dict[str, str]:
    bodies: dict[str, dict[str, Any]] = {
        "Shop front": {
            "kind": "http",
            "target": "https://shop.olivia.example/",
            "expects": {"keyword": "Welcome", "tls_days": 14},
        },
        "Checkout": {"kind": "http", "target": "https://shop.olivia.example/checkout", "interval_s": 30},
        "Mail": {"kind": "tcp", "target": "mail.olivia.example:587", "severity": "warning"},
        "Name server": {"kind": "dns", "target": "olivia.example", "expects": {"record_type": "A"}, "severity": "warning"},
        "Nightly backup": {"kind": "heartbeat", "interval_s": 86_400, "expects": {"grace_s": 3600}},
    }
    made = {name: str(desk.post("customer", "/v1/monitoring/checks", name=name, **body)["id"]) for name, body in bodies.items()}
    desk.post(
        "customer", "/v1/monitoring/checks", name="Old shop", kind="http", target="https://old.olivia.example/", is_active=False
    )
    usual = {"Shop front": 84.0, "Checkout": 142.0, "Mail": 31.0, "Name server": 12.0}
    owner, results, spans = desk.organizations["shop"], [], []
    for name, check in made.items():
        down = name == "Checkout"
        if name in usual:
            for n in range(180):
                at = desk.ago(minutes=3 * n + 1)
                ms = usual[name] * (1 + 0.2 * math.sin(n / 9)) * desk.dice.uniform(0.9, 1.3)
                bad = down and n < 6
                said = "It answered with 502, and 200 was expected." if bad else ""
                results.append((new_id(), owner, UUID(check), at, not bad, None if bad else ms, said))
        spans += _spans(desk, owner, UUID(check), down, outage={"Shop front": 12, "Mail": 5}.get(name))
        desk.sql(
            "UPDATE hcc.check_states SET state = %s, since = %s, last_at = %s, due_at = now() + interval '1 day',"
            " ms = %s, message = %s,"
            " beat_at = %s, failures = %s WHERE check_id = %s",
            "down" if down else "up",
            desk.ago(minutes=18) if down else desk.ago(days=6),
            desk.ago(seconds=40),
            None if down else usual.get(name),
            "It answered with 502, and 200 was expected." if down else "",
            desk.ago(hours=5) if name == "Nightly backup" else None,
            6 if down else 0,
            check,
        )
    desk.many(
        "INSERT INTO hcc.check_results (id, organization_id, check_id, location, at, ok, ms, message)"
        " VALUES (%s, %s, %s, 'default', %s, %s, %s, %s)",
        results,
    )
    desk.many(
        "INSERT INTO hcc.check_spans (id, organization_id, check_id, state, began, ended, message)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        spans,
    )
    desk.sql(
        "INSERT INTO hcc.check_locations (location, since, seen_at) VALUES ('default', now() - interval '60 days', now())"
        " ON CONFLICT (location) DO UPDATE SET since = excluded.since, seen_at = excluded.seen_at"
    )
    desk.sql("UPDATE hcc.checks SET created_at = created_at - interval '60 days'")
    desk.made["checks"] = made
    return made


def _spans(desk: Desk, owner: UUID, check: UUID, down: bool, outage: int | None) -> list[tuple[Any, ...]]:
    """What it was over sixty days: up, with one outage some days ago, and perhaps down now."""
    turns: list[tuple[datetime, str, str]] = [(desk.ago(days=60), "up", "")]
    if outage is not None:
        turns += [(desk.ago(days=outage, minutes=52), "down", "No connection within 10 s."), (desk.ago(days=outage), "up", "")]
    if down:
        turns.append((desk.ago(minutes=18), "down", "It answered with 502, and 200 was expected."))
    ends = [*(began for began, _, _ in turns[1:]), None]
    return [(new_id(), owner, check, state, began, ended, text) for (began, state, text), ended in zip(turns, ends, strict=True)]


def _alerts(desk: Desk, checks: dict[str, str]) -> None:
    desk.made["rule"] = rule = desk.post(
        "customer",
        "/v1/monitoring/rules",
        name="Orders stand still",
        severity="critical",
        for_s=300,
        expression="sum(rate(shop_orders_total[10m])) == 0",
        annotations={"summary": "No order for ten minutes"},
    )
    rows: tuple[tuple[Any, ...], ...] = (
        ("check", checks["Checkout"], "Checkout", "critical", "firing", 18, None, {}, "Checkout does not work", None),
        (
            "rule",
            _rule(desk, "disk"),
            "DiskFillsUp",
            "warning",
            "firing",
            96,
            None,
            {"host": HOSTS[1], "mount": "/var/lib/postgresql"},
            "The disk of db-1 is full in two days",
            0.91,
        ),
        (
            "rule",
            _rule(desk, "load"),
            "HighLoad",
            "warning",
            "pending",
            4,
            None,
            {"host": HOSTS[1]},
            "More waits than processors do",
            4.2,
        ),
        ("rule", rule["id"], "Orders stand still", "critical", "resolved", 900, 870, {}, "No order for ten minutes", 0.0),
        (
            "rule",
            _rule(desk, "certificate"),
            "CertificateExpires",
            "info",
            "resolved",
            4000,
            2100,
            {"host": HOSTS[0]},
            "The certificate of the shop ends in a week",
            6.0,
        ),
    )
    for source, source_id, name, severity, phase, began, ended, labels, summary, value in rows:
        found, labelled = new_id(), {"alertname": name, "severity": severity, **labels}
        fired = desk.ago(minutes=began) if phase != "pending" else None
        resolved = desk.ago(minutes=ended) if ended is not None else None
        desk.sql(
            "INSERT INTO hcc.alerts (id, organization_id, source, source_id, fingerprint, name, severity, series, labels,"
            " annotations,"
            " phase, since, fired_at, resolved_at, known_at, value, updated_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now(), %s, %s)",
            found,
            desk.organizations["shop"],
            source,
            source_id,
            found.bytes,
            name,
            severity,
            Jsonb(labels),
            Jsonb(labelled),
            Jsonb({"summary": summary}),
            phase,
            resolved or desk.ago(minutes=began),
            fired,
            resolved,
            value,
            resolved or desk.ago(minutes=began),
        )
        for before, after, at in (
            ("inactive", "pending", began + 5),
            ("pending", "firing", began),
            ("firing", "resolved", ended),
        ):
            if at is not None and not (phase == "pending" and after == "firing"):
                desk.sql(
                    "INSERT INTO hcc.alert_changes (id, organization_id, alert_id, name, labels, before, after, value, at)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                    new_id(),
                    desk.organizations["shop"],
                    found,
                    name,
                    Jsonb(labelled),
                    before,
                    after,
                    value,
                    desk.ago(minutes=at),
                )
        if name == "DiskFillsUp":
            desk.ask("customer", "POST", f"/v1/monitoring/alerts/{found}/acknowledge", {"note": "A larger disk is ordered"})
    desk.post(
        "customer",
        "/v1/monitoring/silences",
        reason="The new disk is being built in",
        matchers=[{"name": "host", "value": HOSTS[1]}],
        ends_at=(desk.now + timedelta(hours=4)).isoformat(),
    )
    night = (desk.now + timedelta(days=3)).replace(hour=1, minute=0, second=0, microsecond=0).isoformat()
    desk.post("customer", "/v1/monitoring/maintenance-windows", name="A newer kernel", starts_at=night, duration_s=7200)
    down, slow = ([{"name": "severity", "value": word}] for word in ("critical", "warning"))
    desk.post("customer", "/v1/monitoring/inhibitions", name="A host that is down", source=down, target=slow)


def _rule(desk: Desk, word: str) -> str:
    """A rule of the built-in ones of the shop whose name has this word."""
    rows = desk.sql(
        "SELECT id FROM hcc.alert_rules WHERE organization_id = %s ORDER BY name ILIKE %s DESC, name LIMIT 1",
        desk.organizations["shop"],
        f"%{word}%",
    )
    return str(rows[0][0])


def _told(desk: Desk) -> None:
    mail = desk.post("customer", "/v1/monitoring/channels", name="On call", kind="mail", recipients=["oncall@olivia.example"])
    chat = desk.post(
        "customer", "/v1/monitoring/channels", name="Chat of the shop", kind="slack", url="https://chat.example/hooks/1"
    )
    desk.post(
        "customer",
        "/v1/monitoring/notification-routes",
        name="Critical at any hour",
        position=10,
        matchers=[{"name": "severity", "value": "critical"}],
        steps=[{"channel_ids": [mail["id"]]}, {"channel_ids": [chat["id"]], "after_s": 900}],
    )
    desk.post("customer", "/v1/monitoring/notification-routes", name="All others", steps=[{"channel_ids": [chat["id"]]}])
    message = {
        "kind": "alerts",
        "group": {"alertname": "Checkout"},
        "items": [
            {"id": str(new_id()), "status": "firing", "name": "Checkout", "severity": "critical", "labels": {}, "annotations": {}}
        ],
    }
    for channel, status, attempts, code, error, back in (
        (mail, "succeeded", 1, None, None, 17),
        (chat, "failed", 8, 404, "The receiver answered with 404.", 95),
        (chat, "succeeded", 1, 200, None, 900),
    ):
        desk.sql(
            "INSERT INTO hcc.notifications (id, organization_id, channel_id, kind, message, status, attempts, response_status,"
            " error,"
            " next_attempt_at, created_at, updated_at) VALUES (%s, %s, %s, 'alerts', %s, %s, %s, %s, %s, NULL, %s, %s)",
            new_id(),
            desk.organizations["shop"],
            channel["id"],
            Jsonb(message),
            status,
            attempts,
            code,
            error,
            desk.ago(minutes=back),
            desk.ago(minutes=back),
        )


def _status_page(desk: Desk, checks: dict[str, str]) -> None:
    parts = [("Shop front", "Shop", "For customers"), ("Checkout", "Checkout", "For customers"), ("Mail", "Mail", "In the house")]
    page = desk.post(
        "customer",
        "/v1/monitoring/status-pages",
        slug="olivia",
        title="Olivia's Shop",
        description="How our services are.",
        is_public=True,
        components=[{"check_id": checks[check], "name": name, "group": group} for check, name, group in parts],
    )
    for title, text, status, back in (
        ("Mail was late", "The queue is empty again.", "resolved", 130),
        ("The checkout does not answer", "We look into it.", "investigating", 1),
    ):
        incident = desk.post(
            "customer",
            "/v1/monitoring/incidents",
            page_id=page["id"],
            title=title,
            text=text,
            impact="major",
            started_at=desk.ago(hours=back).isoformat(),
        )
        desk.post(
            "customer",
            f"/v1/monitoring/incidents/{incident['id']}/updates",
            status="identified",
            text="A node of the checkout is gone.",
        )
        if status == "resolved":
            desk.post("customer", f"/v1/monitoring/incidents/{incident['id']}/updates", status="resolved", text=text)
