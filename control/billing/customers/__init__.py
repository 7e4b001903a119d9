"""Customers: who buys from an organisation."""
