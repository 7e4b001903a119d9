"""The server that agents push metrics to."""
