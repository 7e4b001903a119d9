"""Billing: catalogue, customers, invoices, payments, subscriptions, tax, dunning, and the ledger that all of it ends in."""
