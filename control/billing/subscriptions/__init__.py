"""Subscriptions: what is charged again and again, changed in between, paused, cancelled and renewed."""
