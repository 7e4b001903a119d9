"""Pages and addresses that belong to no domain: health, keys, documentation."""
