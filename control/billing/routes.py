"""The routes of billing."""

from __future__ import annotations

from control.billing.customers import routes as customers
from control.billing.invoices import routes as invoices
from control.billing.ledger import routes as ledger
from control.billing.payments import routes as payments
from control.billing.payments.providers import routes as providers
from control.billing.payments.sepa import routes as sepa
from control.billing.payments.statements import routes as statements
from control.billing.settings import routes as settings

ROUTES = [
    *settings.ROUTES,
    *customers.ROUTES,
    *invoices.ROUTES,
    *ledger.ROUTES,
    *payments.ROUTES,
    *providers.ROUTES,
    *sepa.ROUTES,
    *statements.ROUTES,
]
