"""Upstreams: where the requests of a site go."""
