"""The routes of tax."""

from __future__ import annotations

from control.billing.tax.evidence import routes as evidence
from control.billing.tax.own_rates import routes as own_rates
from control.billing.tax.reports import routes as reports
from control.billing.tax.vat_checks import routes as vat_checks

ROUTES = [*own_rates.ROUTES, *vat_checks.ROUTES, *evidence.ROUTES, *reports.ROUTES]
