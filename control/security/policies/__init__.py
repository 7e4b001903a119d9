"""Policies of the firewall: mode, paranoia level and thresholds, inherited from above."""
