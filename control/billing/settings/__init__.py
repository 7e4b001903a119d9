"""How an organisation sells: its name on documents, its numbers, its rounding."""
