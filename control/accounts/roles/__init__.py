"""Roles: the built-in ones, and those that organisations make themselves."""
