"""Invoices in words and colours, as pages show them."""

from __future__ import annotations

from control.billing.invoices.models import Row
from control.web.language import N_
from control.web.tables import Badge, Money

STATUSES = {
    "draft": N_("Draft"),
    "sent": N_("Open"),
    "partially_paid": N_("Partly paid"),
    "paid": N_("Paid"),
    "overdue": N_("Overdue"),
    "cancelled": N_("Cancelled"),
    "uncollectible": N_("Written off"),
}
TONES = {
    "draft": "neutral",
    "sent": "info",
    "partially_paid": "warning",
    "paid": "success",
    "overdue": "error",
    "cancelled": "neutral",
    "uncollectible": "neutral",
}
KINDS = {"invoice": N_("Invoice"), "credit_note": N_("Credit note"), "debit_note": N_("Debit note")}
MAILS = {
    "queued": Badge(N_("Queued"), "info"),
    "retrying": Badge(N_("Trying again"), "warning"),
    "sent": Badge(N_("Sent"), "success"),
    "failed": Badge(N_("Failed"), "error"),
    "bounced": Badge(N_("Came back"), "error"),
}
PAYMENTS = {
    "pending": Badge(N_("Pending"), "info"),
    "succeeded": Badge(N_("Received"), "success"),
    "failed": Badge(N_("Failed"), "error"),
    "cancelled": Badge(N_("Cancelled")),
    "partially_refunded": Badge(N_("Partly refunded"), "warning"),
    "refunded": Badge(N_("Refunded"), "warning"),
    "disputed": Badge(N_("Disputed"), "error"),
}
METHODS = {
    "bank_transfer": N_("Bank transfer"),
    "cash": N_("Cash"),
    "card": N_("Card"),
    "sepa_debit": N_("Direct debit"),
    "credit": N_("Credit"),
    "other": N_("Other"),
}
UNITS = {
    "C62": N_("piece"),
    "SEC": N_("second"),
    "MIN": N_("minute"),
    "HUR": N_("hour"),
    "DAY": N_("day"),
    "WEE": N_("week"),
    "MON": N_("month"),
    "ANN": N_("year"),
    "LS": N_("lump sum"),
    "SET": N_("set"),
    "4L": N_("megabyte"),
    "E34": N_("gigabyte"),
    "E35": N_("terabyte"),
    "KWH": N_("kilowatt hour"),
}
"""The units that hosting is sold in; a position with another one keeps it."""
CATEGORIES = {
    "S": N_("Standard"),
    "Z": N_("Zero rated"),
    "E": N_("Exempt"),
    "AE": N_("Reverse charge"),
    "K": N_("Intra-community supply"),
    "G": N_("Export"),
    "O": N_("Outside the scope of tax"),
}


def status(row: Row) -> Badge:
    """The status of an invoice; a credit note is just that."""
    if row.kind == "credit_note":
        return Badge(KINDS["credit_note"], "info")
    return Badge(STATUSES[row.status], TONES[row.status])


def total(row: Row) -> Money:
    return Money(row.total, row.currency)


def balance(row: Row) -> Money:
    return Money(row.balance, row.currency)
