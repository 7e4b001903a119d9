"""What people read about monitoring: names of kinds, states and severities."""

from __future__ import annotations

from typing import Any

from control.web.language import N_
from control.web.tables import Badge

SEVERITIES = {"info": N_("Information"), "warning": N_("Warning"), "critical": N_("Critical")}
SEVERITY_BADGES = {
    "info": Badge(SEVERITIES["info"], "info"),
    "warning": Badge(SEVERITIES["warning"], "warning"),
    "critical": Badge(SEVERITIES["critical"], "error"),
}
PHASES = {
    "firing": N_("Firing"),
    "pending": N_("Pending"),
    "recovering": N_("Recovering"),
    "no_data": N_("No data"),
    "resolved": N_("Over"),
}
_PHASE_TONES = {"firing": "error", "pending": "warning", "recovering": "info", "no_data": "warning", "resolved": "success"}
KINDS = {
    "http": N_("Web (HTTP)"), "tcp": N_("Port (TCP)"), "icmp": N_("Ping"), "dns": N_("DNS"), "heartbeat": N_("Heartbeat"),
    "database": N_("Database"),
}  # fmt: skip
STATES = {"up": N_("Up"), "down": N_("Down"), "unknown": N_("Not known"), "new": N_("New")}
_STATE_TONES = {"up": "success", "down": "error", "unknown": "warning", "new": "info"}
HEALTH = {
    "new": Badge(N_("New"), "info"), "ok": Badge(N_("Evaluated"), "success"), "unknown": Badge(N_("Not known"), "warning"),
    "error": Badge(N_("Fails"), "error"),
}  # fmt: skip
OFF = Badge(N_("Off"))
ALERT_TABS = (
    (N_("Alerts"), "/monitoring/alerts"),
    (N_("Rules"), "/monitoring/rules"),
    (N_("Silences"), "/monitoring/silences"),
    (N_("Maintenance"), "/monitoring/maintenance-windows"),
    (N_("Inhibitions"), "/monitoring/inhibitions"),
    (N_("Built-in packs"), "/monitoring/packs"),
    (N_("Receivers"), "/monitoring/receivers"),
    (N_("Who is told"), "/monitoring/notification-routes"),
    (N_("What was told"), "/monitoring/notifications"),
)
METRIC_TABS = ((N_("Dashboards"), "/monitoring/dashboards"), (N_("Ask"), "/monitoring/query"))
SERVER_TABS = ((N_("Agents"), "/monitoring/agents"), (N_("Tokens"), "/monitoring/tokens"))


def phase(row: Any) -> Badge:
    return Badge(PHASES[row.phase], _PHASE_TONES[row.phase])


def severity(row: Any) -> Badge:
    return SEVERITY_BADGES[row.severity]


def state(row: Any) -> Badge:
    """How a check is."""
    return Badge(STATES[row.state], _STATE_TONES[row.state]) if row.is_active else OFF


def short(labels: dict[str, str]) -> str:
    """Labels in one line."""
    return ", ".join(f"{name}={value}" for name, value in labels.items() if name != "alertname")[:160]
