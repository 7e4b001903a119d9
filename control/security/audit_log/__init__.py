"""Reading who did what."""
