"""What runs: people, sites, servers, checks, security events, the audit log, webhooks and jobs, many of each."""
