"""Payments, disputes, bank entries and files of direct debits in words and colours."""

from __future__ import annotations

from typing import Any

from control.billing.invoices.words import METHODS, PAYMENTS
from control.web.language import N_
from control.web.tables import Badge

BY_HAND = {name: METHODS[name] for name in ("bank_transfer", "cash", "other")}
STATUSES = {name: badge.label for name, badge in PAYMENTS.items()}
DISPUTES = {
    "warning": Badge(N_("Asked about"), "warning"),
    "open": Badge(N_("Open"), "error"),
    "won": Badge(N_("Won"), "success"),
    "lost": Badge(N_("Lost")),
}
DISPUTE_KINDS = {"chargeback": N_("Chargeback"), "return": N_("Returned debit")}
ENTRIES = {
    "open": Badge(N_("Open"), "warning"),
    "matched": Badge(N_("Matched"), "success"),
    "ignored": Badge(N_("Set aside")),
}
BATCHES = {
    "created": Badge(N_("Made"), "info"),
    "submitted": Badge(N_("At the bank"), "success"),
    "cancelled": Badge(N_("Cancelled")),
}
REFUNDS = {
    "pending": Badge(N_("Pending"), "info"),
    "succeeded": Badge(N_("Done"), "success"),
    "failed": Badge(N_("Failed"), "error"),
}


def status(row: Any) -> Badge:
    return PAYMENTS[row.status]


def method(row: Any) -> str:
    return METHODS[row.method]
