"""Routes: which requests of a site, what is done with them, where they go."""
