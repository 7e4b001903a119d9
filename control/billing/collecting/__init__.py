"""Collecting by itself: invoices of subscriptions are mailed, charged to the customer's card, and tried again as dunning says."""
