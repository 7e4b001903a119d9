"""Who is told of alerts, and how: routes, groups, escalation, channels, deliveries."""
