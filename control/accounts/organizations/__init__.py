"""The tree of organisations."""
