"""What the gateway serves: sites with their host names, upstreams, routes and certificates."""
