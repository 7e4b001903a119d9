"""Monitoring: metrics that agents push, the questions asked about them, and what watches them."""
