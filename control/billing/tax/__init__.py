"""Which tax an invoice carries, and why."""
