"""Deferred revenue becomes revenue, month by month."""
