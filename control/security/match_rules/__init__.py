"""Simple rules: path, method, header, country, network to block, allow, limit, challenge or log."""
