"""Automation: webhooks and long-running operations."""
