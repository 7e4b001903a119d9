"""Single requests of a site as they come, while somebody watches."""
