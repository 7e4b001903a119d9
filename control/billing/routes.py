"""The routes of billing."""

from __future__ import annotations

from control.billing.catalogue import routes as catalogue
from control.billing.customers import routes as customers
from control.billing.datev import routes as datev
from control.billing.documents import routes as documents
from control.billing.dunning import routes as dunning
from control.billing.exchange import routes as exchange
from control.billing.invoices import routes as invoices
from control.billing.ledger import routes as ledger
from control.billing.mails import routes as mails
from control.billing.ordering import routes as ordering
from control.billing.payments import routes as payments
from control.billing.payments.providers import routes as providers
from control.billing.payments.sepa import routes as sepa
from control.billing.payments.statements import routes as statements
from control.billing.reports import routes as reports
from control.billing.reselling import routes as reselling
from control.billing.settings import routes as settings
from control.billing.subscriptions import routes as subscriptions
from control.billing.tax import routes as tax

ROUTES = [
    *settings.ROUTES,
    *customers.ROUTES,
    *exchange.ROUTES,
    *invoices.ROUTES,
    *ledger.ROUTES,
    *reports.ROUTES,
    *tax.ROUTES,
    *catalogue.ROUTES,
    *subscriptions.ROUTES,
    *ordering.ROUTES,
    *dunning.ROUTES,
    *documents.ROUTES,
    *mails.ROUTES,
    *payments.ROUTES,
    *providers.ROUTES,
    *sepa.ROUTES,
    *statements.ROUTES,
    *datev.ROUTES,
    *reselling.ROUTES,
]
