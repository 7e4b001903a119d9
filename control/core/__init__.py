"""What every domain leans on: database, tenancy, errors, envelope, crypto, events, jobs."""
