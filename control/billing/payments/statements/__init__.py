"""Bank statements: what came in and went out, once each, and which payments it is."""
