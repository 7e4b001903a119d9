"""Subscriptions in words and colours, as pages show them."""

from __future__ import annotations

from control.billing.parts import INTERVALS
from control.billing.subscriptions.models import Row
from control.web.language import N_
from control.web.tables import Badge

STATUSES = {
    "scheduled": N_("Begins later"),
    "trialing": N_("On trial"),
    "active": N_("Active"),
    "past_due": N_("Payment overdue"),
    "paused": N_("Paused"),
    "suspended": N_("Suspended"),
    "cancelled": N_("Cancelled"),
    "ended": N_("Ended"),
}
_TONES = {
    "scheduled": "info",
    "trialing": "info",
    "active": "success",
    "past_due": "error",
    "paused": "warning",
    "suspended": "error",
    "cancelled": "neutral",
    "ended": "neutral",
}
COLLECTIONS = {"automatic": N_("Charged by itself"), "invoice": N_("By invoice")}
WHENS = {"now": N_("Now"), "period_end": N_("With the end of the period")}
CHANGES = {
    "created": N_("Started"),
    "activated": N_("Began"),
    "changed": N_("Changed"),
    "change_scheduled": N_("Change noted for the next period"),
    "credit_applied": N_("Credit used"),
    "price_announced": N_("Another price announced"),
    "renewed": N_("Renewed"),
    "paused": N_("Paused"),
    "resumed": N_("Resumed"),
    "cancelled": N_("Cancelled"),
    "cancellation_scheduled": N_("Cancellation noted"),
    "reactivated": N_("Cancellation taken back"),
    "suspended": N_("Suspended"),
    "unsuspended": N_("Switched on again"),
    "ended": N_("Ended"),
}


def status(row: Row) -> Badge:
    """The status, or that it ends soon."""
    if row.cancels_on is not None and row.ended_on is None:
        return Badge(N_("Ends with its period"), "warning")
    return Badge(STATUSES[row.status], _TONES[row.status])


def interval(row: Row) -> str:
    return INTERVALS[row.interval]
