"""Accounts: people, organisations, roles, API keys, and how people prove who they are."""
