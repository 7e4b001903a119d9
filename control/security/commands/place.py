"""Which organisation and site a command is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from control.core.pagination import PageRequest
from control.sites.commands.operator import CommandError, Operator, site_of

ALL = 100_000


async def place_of(operator: Operator, host: str | None) -> tuple[Operator, UUID | None]:
    """The operator inside the site's organisation, and the site; or as it is and no site. Raises CommandError."""
    if host is None:
        return operator, None
    inside, site = await site_of(operator, host)
    return inside, site.id


def everything(order_by: str) -> PageRequest:
    """All rows of a list."""
    return PageRequest(1, ALL, order_by)


def ident(text: str, where: str) -> UUID:
    """An id. Raises CommandError that says where ids are shown."""
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"{text!r} is no id; `{where}` shows them.") from None


def after(days: float | None) -> datetime | None:
    """When something ends that holds for so many days."""
    return None if days is None else datetime.now(UTC) + timedelta(days=days)
