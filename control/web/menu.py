"""What the panel consists of: entries of the side bar, cards of the dashboard, what is watched there, settings, and what can be
searched for, each said by the domain that has the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec

from control.core.context import Context
from control.core.permissions import Principal, UserType

ALL_TYPES: frozenset[UserType] = frozenset({"admin", "reseller", "customer"})


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A page in the side bar, for those who hold the permission."""

    label: str
    path: str
    icon: str
    permission: str | None = None
    group: str = ""
    for_types: frozenset[UserType] = ALL_TYPES


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the dashboard. Its page at `path` gives the inside, which is loaded by itself."""

    label: str
    path: str
    permission: str | None = None
    wide: bool = False
    tall: bool = False
    """With more than a few lines: the place that is kept for it is higher, so that nothing moves when it comes."""
    for_types: frozenset[UserType] = ALL_TYPES
    order: int = 50
    """The lower come first: 0 is what needs somebody now, 10 and 20 are how things stand, 90 is what is good to know."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Something that needs somebody now: how many, what, how bad, and the page where it is dealt with."""

    count: int
    label: str
    href: str
    tone: str = "error"


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """Looks for trouble, for those who hold the permission. `find` gives what there is, nothing when all is well."""

    label: str
    permission: str
    find: Callable[[Context], Awaitable[list[Trouble]]]
    for_types: frozenset[UserType] = ALL_TYPES


class Standing(msgspec.Struct, frozen=True):
    """How far something is set: a word, and the tone of its colour."""

    label: str
    tone: str = "neutral"


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A page where something is set. `standing` says how far it is, bounded in time."""

    label: str
    about: str
    path: str
    permission: str
    group: str
    standing: Callable[[Context], Awaitable[Standing]] | None = None
    for_types: frozenset[UserType] = frozenset({"admin", "reseller"})


class Offer(msgspec.Struct, frozen=True):
    """All that the domains offer which a process serves, in their order."""

    entries: tuple[Entry, ...] = ()
    cards: tuple[Card, ...] = ()
    watches: tuple[Watch, ...] = ()
    settings: tuple[Setting, ...] = ()
    sources: tuple[Any, ...] = ()
    """Of `control.web.searching.Source`."""


def offer(modules: Iterable[Any]) -> Offer:
    """What these `pages` modules offer: their `MENU`, `CARDS`, `WATCHES`, `SETTINGS` and `SEARCH`, which each may leave out."""
    found = list(modules)

    def all_of(name: str) -> tuple[Any, ...]:
        return tuple(one for module in found for one in getattr(module, name, ()))

    return Offer(all_of("MENU"), all_of("CARDS"), all_of("WATCHES"), all_of("SETTINGS"), all_of("SEARCH"))


def _fits(one: Entry | Card | Watch | Setting, principal: Principal) -> bool:
    return principal.user_type in one.for_types and (one.permission is None or principal.may(one.permission))


def entries(offered: Offer, principal: Principal) -> list[tuple[str, list[Entry]]]:
    """The side bar of a person: groups with their entries."""
    groups: dict[str, list[Entry]] = {}
    for entry in offered.entries:
        if _fits(entry, principal):
            groups.setdefault(entry.group, []).append(entry)
    return list(groups.items())


def cards(offered: Offer, principal: Principal) -> list[Card]:
    """The dashboard of a person, what matters most first."""
    return sorted((card for card in offered.cards if _fits(card, principal)), key=lambda card: card.order)


def watches(offered: Offer, principal: Principal) -> list[Watch]:
    """What is watched for a person."""
    return [one for one in offered.watches if _fits(one, principal)]


def settings(offered: Offer, principal: Principal) -> list[tuple[str, list[Setting]]]:
    """The settings that a person may see, in groups."""
    groups: dict[str, list[Setting]] = {}
    for one in offered.settings:
        if _fits(one, principal):
            groups.setdefault(one.group, []).append(one)
    return list(groups.items())
