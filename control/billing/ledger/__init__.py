"""The books: entries that balance, booked once, never changed."""
