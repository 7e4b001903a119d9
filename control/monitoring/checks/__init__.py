"""Checks: workers look from outside whether something answers as it should."""
