"""Sites: host names and what is true of all their routes."""
