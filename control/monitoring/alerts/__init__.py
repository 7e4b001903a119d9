"""Alert rules: conditions on metrics, and what becomes of them over time."""
