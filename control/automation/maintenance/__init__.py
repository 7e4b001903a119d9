"""What the platform forgets in time."""
