"""Payments: what comes in, what it pays, what goes back."""
