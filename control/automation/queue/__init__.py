"""Looking at background jobs and the outbox, and trying again what was given up."""
