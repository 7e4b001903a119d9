"""What kinds and states of organisations are called on pages."""

from __future__ import annotations

from control.accounts.organizations.models import Organization
from control.web.language import N_
from control.web.tables import Badge

KINDS = {"platform": N_("Operator"), "reseller": N_("Reseller"), "customer": N_("Customer")}
TONES = {"platform": "neutral", "reseller": "info", "customer": "neutral"}
STATES = {"true": N_("Active"), "false": N_("Closed")}


def kind(row: Organization) -> Badge:
    return Badge(KINDS[row.kind], TONES[row.kind])


def state(row: Organization) -> Badge:
    return Badge(N_("Active"), "success") if row.is_active else Badge(N_("Closed"), "warning")
