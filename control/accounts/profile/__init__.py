"""The own account in the browser."""
