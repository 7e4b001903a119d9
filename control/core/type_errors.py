"""What msgspec says is wrong with a value, so that it can be translated. The English stays msgspec's."""

from __future__ import annotations

import re

from control.core.words import N_, Said

_FORMS = tuple(
    (re.compile(form), words)
    for form, words in (
        (r"expected `str` of length >= (?P<least>\d+)", N_("expected `str` of length >= %(least)s")),
        (r"expected `str` of length <= (?P<most>\d+)", N_("expected `str` of length <= %(most)s")),
        (r"expected `array` of length >= (?P<least>\d+)", N_("expected `array` of length >= %(least)s")),
        (r"expected `array` of length <= (?P<most>\d+)", N_("expected `array` of length <= %(most)s")),
        (
            r"expected `array` of length (?P<least>\d+), got (?P<got>\d+)",
            N_("expected `array` of length %(least)s, got %(got)s"),
        ),
        (r"expected `object` of length >= (?P<least>\d+)", N_("expected `object` of length >= %(least)s")),
        (r"expected `object` of length <= (?P<most>\d+)", N_("expected `object` of length <= %(most)s")),
        (r"expected `(?P<kind>int|float)` >= (?P<least>\S+)", N_("expected `%(kind)s` >= %(least)s")),
        (r"expected `(?P<kind>int|float)` <= (?P<most>\S+)", N_("expected `%(kind)s` <= %(most)s")),
        (r"expected `(?P<kind>int|float)` > (?P<least>\S+)", N_("expected `%(kind)s` > %(least)s")),
        (r"expected `(?P<kind>int|float)` < (?P<most>\S+)", N_("expected `%(kind)s` < %(most)s")),
        (r"expected `str` matching regex (?P<pattern>.+)", N_("expected `str` matching regex %(pattern)s")),
        (r"expected `(?P<wanted>.+)`, got `(?P<given>.+)`", N_("expected `%(wanted)s`, got `%(given)s`")),
        (r"object missing required field `(?P<name>.+)`", N_("object missing required field `%(name)s`")),
        (r"object contains unknown field `(?P<name>.+)`", N_("object contains unknown field `%(name)s`")),
        (r"invalid enum value (?P<value>.+)", N_("invalid enum value %(value)s")),
    )
)
WITHOUT_VALUES = (
    N_("invalid UUID"),
    N_("invalid RFC3339 encoded date"),
    N_("invalid RFC3339 encoded datetime"),
    N_("invalid decimal string"),
    N_("integer value out of range"),
    N_("expected `datetime` with a timezone component"),
)


def told(message: str) -> str:
    """The message with its first letter small and the values in it kept apart; one of an unknown form in one piece."""
    message = message[:1].lower() + message[1:]
    for form, words in _FORMS:
        if found := form.fullmatch(message):
            return Said(words, found.groupdict())
    return message
