"""A seller's own rates of tax."""
