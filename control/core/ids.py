"""Identifiers: UUIDv7 (RFC 9562 section 5.7), so that new rows land at the end of their indexes."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new time-ordered identifier."""
    return uuid7()
