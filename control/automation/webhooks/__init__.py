"""Webhooks: customers' own addresses are told of their events (Standard Webhooks 1.0)."""
