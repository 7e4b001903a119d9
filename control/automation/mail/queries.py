"""The statements of this folder."""

from control.core.sql import load_queries

SQL = load_queries("control.automation.mail")
