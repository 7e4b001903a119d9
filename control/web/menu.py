"""What the panel consists of: entries of the side bar, cards of the dashboard and what can be searched for, each said by the
domain that has the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from control.core.permissions import Principal, UserType


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A page in the side bar, for those who hold the permission."""

    label: str
    path: str
    icon: str
    permission: str | None = None
    group: str = ""
    for_types: frozenset[UserType] = frozenset({"admin", "reseller", "customer"})


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the dashboard. Its page at `path` gives the inside, which is loaded by itself."""

    label: str
    path: str
    permission: str | None = None
    wide: bool = False
    for_types: frozenset[UserType] = frozenset({"admin", "reseller", "customer"})


class Offer(msgspec.Struct, frozen=True):
    """All entries, cards and kinds to search of the domains that a process serves, in their order."""

    entries: tuple[Entry, ...] = ()
    cards: tuple[Card, ...] = ()
    sources: tuple[Any, ...] = ()
    """Of `control.web.searching.Source`."""


def offer(modules: Iterable[Any]) -> Offer:
    """What these `pages` modules offer: their `MENU`, `CARDS` and `SEARCH`, which each may leave out."""
    found = list(modules)
    return Offer(
        tuple(entry for module in found for entry in getattr(module, "MENU", ())),
        tuple(card for module in found for card in getattr(module, "CARDS", ())),
        tuple(source for module in found for source in getattr(module, "SEARCH", ())),
    )


def _fits(one: Entry | Card, principal: Principal) -> bool:
    return principal.user_type in one.for_types and (one.permission is None or principal.may(one.permission))


def entries(offered: Offer, principal: Principal) -> list[tuple[str, list[Entry]]]:
    """The side bar of a person: groups with their entries."""
    groups: dict[str, list[Entry]] = {}
    for entry in offered.entries:
        if _fits(entry, principal):
            groups.setdefault(entry.group, []).append(entry)
    return list(groups.items())


def cards(offered: Offer, principal: Principal) -> list[Card]:
    """The dashboard of a person."""
    return [card for card in offered.cards if _fits(card, principal)]
