"""What operations of monitoring are aimed at; see targets.py."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from control.core.ids import new_id
from control.monitoring.notifications.sending import Sealed, where
from tests.accounts.matrix.targets import Making, Target


def _put(
    making: Making, place: str, table: str, fact: str, mark: str, facts: dict[str, str] | None = None, **columns: Any
) -> Target:
    """A row of a table with these columns."""
    row = {"id": new_id(), "organization_id": making.organization(place), **columns}
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    making.connection.execute(f"INSERT INTO hcc.{table} ({names}) VALUES ({marks})", list(row.values()))
    return Target(str(row["id"]), mark, {**(facts or {}), fact: str(row["id"]), "mark": mark})


def _mark() -> str:
    return f"mark{secrets.token_hex(8)}"


def new_watched(making: Making, place: str) -> Target:
    """Nothing yet: names that nobody has."""
    mark = _mark()
    return Target("", "no such mark", {"organization_id": str(making.organization(place)), "mark": mark, "slug": mark})


def alert_rule(making: Making, place: str) -> Target:
    """A rule with its evaluation."""
    mark = _mark()
    found = _put(making, place, "alert_rules", "rule_id", mark, name=mark, expression="up == 0")
    making.connection.execute(
        "INSERT INTO hcc.alert_evaluations (rule_id, organization_id) VALUES (%s, %s)", (found.id, making.organization(place))
    )
    return found


def builtin_pack(making: Making, place: str) -> Target:
    """A pack that this organisation alone has, one rule of it."""
    mark = _mark()
    making.connection.execute("DELETE FROM hcc.alert_rules r USING hcc.builtin_rules b WHERE b.rule_id = r.id")
    making.connection.execute("DELETE FROM hcc.builtin_rules")
    rule = alert_rule(making, place)
    making.connection.execute(
        "INSERT INTO hcc.builtin_rules (organization_id, pack, key, version, given, rule_id) VALUES (%s, 'web', %s, 1, %s, %s)",
        (making.organization(place), "site-errors", Jsonb({"name": rule.mark, "expression": "up == 0"}), rule.id),
    )
    return Target("", mark, {"pack_id": "web", "organization_id": str(making.organization(place))})


def dashboard(making: Making, place: str) -> Target:
    """A dashboard, which is the same for all; its values are those of the caller's organisation."""
    return Target("", "no such mark", {"dashboard_id": "server", "organization_id": str(making.organization(place))})


def agent_claim(making: Making, place: str) -> Target:
    """A claim that waits to be used."""
    mark = _mark()
    return _put(
        making, place, "agent_claims", "claim_id", mark, name=mark, claim_hash=secrets.token_bytes(32),
        expires_at="2035-01-01T00:00:00Z",
    )  # fmt: skip


def alert(making: Making, place: str) -> Target:
    """An alert that fires."""
    mark, moment = _mark(), "2026-01-05T00:00:00Z"
    return _put(
        making, place, "alerts", "alert_id", mark, source="rule", source_id=new_id(), fingerprint=secrets.token_bytes(16),
        name=mark,
        severity="warning", series=Jsonb({}), labels=Jsonb({"host": mark}), phase="firing", since=moment, known_at=moment,
    )  # fmt: skip


def alert_change(making: Making, place: str) -> Target:
    """A step in an alert's life."""
    mark = _mark()
    return _put(
        making, place, "alert_changes", "change_id", mark, alert_id=new_id(), name=mark, labels=Jsonb({}), before="pending",
        after="firing", at="2026-01-05T00:00:00Z",
    )  # fmt: skip


def silence(making: Making, place: str) -> Target:
    """A silence."""
    mark = _mark()
    return _put(
        making, place, "silences", "silence_id", mark, matchers=Jsonb([]), reason=mark, starts_at="2026-01-05T00:00:00Z",
        ends_at="2035-01-01T00:00:00Z",
    )  # fmt: skip


def maintenance_window(making: Making, place: str) -> Target:
    """A maintenance window."""
    mark = _mark()
    return _put(
        making, place, "maintenance_windows", "window_id", mark, name=mark, starts_at="2026-01-05T00:00:00Z", duration_s=3600
    )  # fmt: skip


def inhibition(making: Making, place: str) -> Target:
    """An inhibition."""
    mark = _mark()
    return _put(making, place, "inhibitions", "inhibition_id", mark, name=mark, source=Jsonb([]), target=Jsonb([]))


def channel(making: Making, place: str) -> Target:
    """A channel for mail."""
    mark, channel_id = _mark(), new_id()
    sealed = making.keyring.seal(msgspec.json.encode(Sealed()), where(channel_id))
    return _put(
        making, place, "notification_channels", "channel_id", mark, {"route_name": mark}, id=channel_id, name=mark, kind="mail",
        recipients=[f"{mark}@example.com"], sealed=sealed,
    )  # fmt: skip


def notification_route(making: Making, place: str) -> Target:
    """A route to a channel there."""
    to = channel(making, place)
    steps = Jsonb([{"channel_ids": [to.id], "after_s": 0}])
    return _put(making, place, "notification_routes", "route_id", to.mark, to.facts, name=to.mark, steps=steps)


def notification(making: Making, place: str) -> Target:
    """A test that went through a channel."""
    to = channel(making, place)
    message = Jsonb({"kind": "test", "group": {"host": to.mark}, "items": [], "left_out": 0})
    return _put(making, place, "notifications", "notification_id", to.mark, channel_id=to.id, kind="test", message=message)


def check(making: Making, place: str) -> Target:
    """A check."""
    mark = _mark()
    return _put(making, place, "checks", "check_id", mark, name=mark, kind="icmp", target="192.0.2.1")


def status_page(making: Making, place: str) -> Target:
    """A status page."""
    mark = _mark()
    return _put(making, place, "status_pages", "page_id", mark, {"slug": mark}, slug=mark, title=mark)


def incident(making: Making, place: str) -> Target:
    """An incident of a page there."""
    page = status_page(making, place)
    return _put(
        making, place, "incidents", "incident_id", page.mark, page.facts, page_id=page.id, title=page.mark, impact="minor",
        status="investigating", started_at="2026-01-05T00:00:00Z",
    )  # fmt: skip


WATCHED: dict[str, Callable[[Making, str], Target]] = {
    factory.__name__: factory
    for factory in (
        new_watched, alert_rule, alert, alert_change, silence, maintenance_window, inhibition, channel, notification_route,
        notification, check, status_page, incident, builtin_pack, dashboard, agent_claim,
    )
}  # fmt: skip
