"""People: accounts, roles, export and erasure."""
