"""The routes of billing."""

from __future__ import annotations

from control.billing.customers import routes as customers
from control.billing.documents import routes as documents
from control.billing.invoices import routes as invoices
from control.billing.ledger import routes as ledger
from control.billing.mails import routes as mails
from control.billing.reports import routes as reports
from control.billing.settings import routes as settings

ROUTES = [
    *settings.ROUTES,
    *customers.ROUTES,
    *invoices.ROUTES,
    *ledger.ROUTES,
    *reports.ROUTES,
    *documents.ROUTES,
    *mails.ROUTES,
]
