"""Threat detection: thresholds, and what becomes of clients past them."""
