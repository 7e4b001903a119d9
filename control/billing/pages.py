"""The pages of billing."""

from __future__ import annotations

from control.billing.catalogue import coupon_pages, price_pages, terms_pages
from control.billing.catalogue import pages as catalogue
from control.billing.customers import about_pages
from control.billing.customers import pages as customers
from control.billing.dunning import pages as dunning
from control.billing.exchange import pages as exchange
from control.billing.invoices import bulk_pages, closing_pages, credit_pages, draft_pages, pages
from control.billing.ledger import pages as ledger
from control.billing.ordering import cards
from control.billing.ordering import pages as ordering
from control.billing.payments import pages as payments
from control.billing.payments.providers import card_pages, pay_pages
from control.billing.payments.providers import pages as ways
from control.billing.payments.sepa import own_pages as mandates
from control.billing.payments.sepa import pages as sepa
from control.billing.payments.statements import pages as statements
from control.billing.payments.statements import profile_pages
from control.billing.reports import pages as reports
from control.billing.reports import report_pages
from control.billing.reselling import pages as reselling
from control.billing.settings import more_pages, standings
from control.billing.settings import pages as settings
from control.billing.subscriptions import change_pages
from control.billing.subscriptions import pages as subscriptions
from control.billing.tax.own_rates import pages as tax_rates
from control.billing.tax.vat_checks import pages as tax_flags
from control.web.language import N_
from control.web.searching import Source
from control.web.view import gettext

PAGES = [
    *bulk_pages.PAGES,
    *draft_pages.PAGES,
    *closing_pages.PAGES,
    *credit_pages.PAGES,
    *pages.PAGES,
    *customers.PAGES,
    *about_pages.PAGES,
    *tax_flags.PAGES,
    *reports.PAGES,
    *catalogue.PAGES,
    *price_pages.PAGES,
    *coupon_pages.PAGES,
    *terms_pages.PAGES,
    *subscriptions.PAGES,
    *change_pages.PAGES,
    *ordering.PAGES,
    *cards.PAGES,
    *payments.PAGES,
    *card_pages.PAGES,
    *pay_pages.PAGES,
    *ways.PAGES,
    *mandates.PAGES,
    *profile_pages.PAGES,
    *statements.PAGES,
    *sepa.PAGES,
    *dunning.PAGES,
    *ledger.PAGES,
    *report_pages.PAGES,
    *reselling.PAGES,
    *settings.PAGES,
    *more_pages.PAGES,
    *tax_rates.PAGES,
    *exchange.PAGES,
]
MENU = (
    *pages.MENU,
    *customers.MENU,
    *subscriptions.MENU,
    *ordering.MENU,
    *payments.MENU,
    *ways.MENU,
    *catalogue.MENU,
    *ledger.MENU,
    *report_pages.MENU,
    *reselling.MENU,
    *settings.MENU,
)
CARDS = (*reports.CARDS, *cards.CARDS)
SETTINGS = standings.SETTINGS
TABLES = (
    pages.INVOICES,
    customers.CUSTOMERS,
    about_pages.MAILED,
    tax_flags.FLAGS,
    catalogue.PRODUCTS,
    catalogue.PLANS,
    coupon_pages.COUPONS,
    subscriptions.SUBSCRIPTIONS,
    payments.PAYMENTS,
    payments.DISPUTES,
    ways.METHODS,
    statements.ENTRIES,
    statements.STATEMENTS,
    profile_pages.PROFILES,
    terms_pages.TERMS,
    reselling.STATEMENTS,
    reselling.SALES,
    reselling.SHARES,
    more_pages.EVENTS,
    sepa.BATCHES,
    dunning.SCHEDULES,
    ledger.ENTRIES,
    tax_rates.RATES,
    exchange.RATES,
)
SEARCH = (
    Source(table=customers.CUSTOMERS, label=N_("Customers"), permission="billing:read", icon="people",
           about=lambda row: row.number),
    Source(table=pages.INVOICES, label=N_("Invoices"), permission="billing:read", icon="invoice",
           name=lambda row: row.invoice_number or gettext(N_("Draft")), about=lambda row: row.customer_name),
    Source(table=subscriptions.SUBSCRIPTIONS, label=N_("Subscriptions"), permission="subscriptions:read", icon="repeat",
           about=lambda row: row.customer_name),
)  # fmt: skip
