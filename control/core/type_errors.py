"""What msgspec says is wrong with a value, in words for people, with its values kept apart so that they can be translated."""

from __future__ import annotations

import re

import msgspec

from control.core.words import N_, Said

_NUMBER = r"expected `(?:int|float|decimal)`"
_FORMS = tuple(
    (re.compile(form), words)
    for form, words in (
        (r"expected `str` of length >= 1", N_("must not be empty")),
        (r"expected `str` of length >= (?P<least>\d+)", N_("must have at least %(least)s characters")),
        (r"expected `str` of length <= (?P<most>\d+)", N_("must have at most %(most)s characters")),
        (r"expected `(?:array|object)` of length >= (?P<least>\d+)", N_("must have at least this many entries: %(least)s")),
        (r"expected `(?:array|object)` of length <= (?P<most>\d+)", N_("must have at most this many entries: %(most)s")),
        (r"expected `array` of length (?P<number>\d+), got \d+", N_("must have exactly this many entries: %(number)s")),
        (_NUMBER + r" >= (?P<least>\S+)", N_("must be at least %(least)s")),
        (_NUMBER + r" <= (?P<most>\S+)", N_("must be at most %(most)s")),
        (_NUMBER + r" > (?P<least>\S+)", N_("must be more than %(least)s")),
        (_NUMBER + r" < (?P<most>\S+)", N_("must be less than %(most)s")),
        (r"expected `str` matching regex (?P<pattern>.+)", N_("does not have the form that is wanted: %(pattern)s")),
        (r"expected `(?P<wanted>.+)`, got `(?P<given>.+)`", N_("must be of the type %(wanted)s, and is %(given)s")),
        (r"object missing required field `(?P<name>.+)`", N_("lacks the field %(name)s")),
        (r"object contains unknown field `(?P<name>.+)`", N_("has the field %(name)s, which is not known")),
        (r"invalid enum value (?P<value>.+)", N_("cannot be %(value)s; it is none of the choices")),
        (r"invalid UUID", N_("is not an id (UUID)")),
        (r"invalid RFC3339 encoded date", N_("is no day such as 2026-01-31")),
        (r"invalid RFC3339 encoded datetime", N_("is no moment such as 2026-01-31T12:00:00Z")),
        (r"invalid decimal string", N_("must be a number")),
        (r"integer value out of range", N_("is too large a number")),
        (r"expected `datetime` with a timezone component", N_("needs a time zone, such as Z")),
    )
)


def words_of(error: msgspec.ValidationError) -> str:
    """The error in such words, without where it is."""
    return told(str(error).partition(" - at `$")[0])


def told(message: str) -> str:
    """The message in such words; one of an unknown form as it is, with a small first letter."""
    message = message[:1].lower() + message[1:]
    for form, words in _FORMS:
        if found := form.fullmatch(message):
            return Said(words, found.groupdict())
    return message
