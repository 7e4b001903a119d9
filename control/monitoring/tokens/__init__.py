"""Tokens with which agents push metrics."""
