"""Dunning: what happens, step by step, when an invoice is not paid."""
