"""Rules and dashboards that come with the platform, as data."""
