"""Certificates of the TLS listeners."""
