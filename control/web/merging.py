"""Two people at one form: what was there when a form was made, so that what somebody else changed meanwhile is told from what was
typed here.

A form carries a short hash of each field's value. Where only the other changed a field, theirs is taken over; where both did,
what was typed stays and theirs stands beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from control.web.language import N_

MARKS = "_marks"
CHANGED = N_("Somebody else changed this in the meantime. What you typed is kept. Look at what is marked, then save it again.")


class Merged(msgspec.Struct, frozen=True):
    """The values of the form as it is shown again; fields that were taken over, and what others hold where both changed it."""

    values: dict[str, str]
    taken: frozenset[str]
    theirs: dict[str, str]


def mark(text: str, *, is_set: bool = False) -> str:
    """What stands for a value. The lines of a set have no order."""
    lines = text.replace("\r\n", "\n").strip().split("\n")
    return hashlib.sha256("\n".join(sorted(lines) if is_set else lines).encode()).hexdigest()[:12]


def marks(values: Mapping[str, str], sets: Iterable[str] = ()) -> str:
    """For the hidden field of a form with these values."""
    unordered = set(sets)
    return " ".join(f"{name}:{mark(value, is_set=name in unordered)}" for name, value in values.items())


def merge(typed: Mapping[str, str], now: Mapping[str, str], sent: str, sets: Iterable[str] = ()) -> Merged:
    """What was typed, over what is there now; `sent` are the marks of the form. Fields without a mark stay as they were typed."""
    was = dict(pair.rpartition(":")[::2] for pair in sent.split(" ") if ":" in pair)
    values, taken, theirs, unordered = dict(typed), set(), {}, set(sets)
    for name in typed.keys() & now.keys() & was.keys():
        mine, other = (mark(text, is_set=name in unordered) for text in (typed[name], now[name]))
        if other in (was[name], mine):
            continue
        if mine == was[name]:
            values[name] = now[name]
            taken.add(name)
        else:
            theirs[name] = now[name]
    return Merged(values, frozenset(taken), theirs)
