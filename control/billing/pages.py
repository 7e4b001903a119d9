"""The pages of billing."""

from __future__ import annotations

from control.billing.customers import pages as customers
from control.billing.invoices import bulk_pages, pages
from control.billing.reports import pages as reports

PAGES = [*bulk_pages.PAGES, *pages.PAGES, *customers.PAGES, *reports.PAGES]
MENU = (*pages.MENU, *customers.MENU)
CARDS = reports.CARDS
TABLES = (pages.INVOICES, customers.CUSTOMERS)
