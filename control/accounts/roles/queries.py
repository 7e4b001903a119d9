"""The statements of this room."""

from control.core.sql import load_queries

SQL = load_queries("control.accounts.roles")
