"""Agents of hosting servers: how they get in, which there are, and how one is sent away."""
