"""The control plane: the business of a hosting company in readable Python on PostgreSQL."""

__version__ = "0.1.0"
