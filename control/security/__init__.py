"""Security: the audit log."""
