"""Header fields (RFC 9110 section 5) that routes and the platform change, and media types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from control.core.errors import FieldError, below
from control.core.words import N_, said
from control.sites.bodies.route import HeaderRules

MOST_RULES = 64
"""Fields that one set of rules names."""
Direction = Literal["request", "response"]
_TOKEN = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
_VALUE = re.compile(r"^[\t -~\x80-\U0010ffff]*$")
_TYPE = re.compile(r"^(\*/\*|[A-Za-z0-9!#$&^_.+-]+/(\*|[A-Za-z0-9!#$&^_.+-]+))$")
_FRAMING = frozenset({
    "connection", "content-length", "http2-settings", "keep-alive", "proxy-authenticate", "proxy-authorization",
    "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "x-request-id",
})  # fmt: skip
"""Fields that belong to one connection, frame a message or name it: the gateway's business alone (RFC 9110 section 7.6.1)."""
_WHO_ASKS = frozenset({"expect", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"})
"""What tells the upstream who asks must come from nowhere else; `X-Auth-…` too."""


def is_token(text: str) -> bool:
    return _TOKEN.match(text) is not None


def is_value(text: str) -> bool:
    """Whether a field's value holds no control character and no space at its ends."""
    return _VALUE.match(text) is not None and text == text.strip(" \t")


def is_media_range(text: str) -> bool:
    """`type/subtype`, `type/*` or `*/*`."""
    return _TYPE.match(text) is not None


def names(pointer: str, found: Iterable[str]) -> list[FieldError]:
    """What is wrong with a list of names that are only read."""
    return [FieldError(f"{pointer}/{n}", "is no name of a header field") for n, text in enumerate(found) if not is_token(text)]


def _changed(text: str, direction: Direction) -> str | None:
    """Why a field is not to be changed; upstreams read `_` as `-`."""
    if not is_token(text):
        return N_("is no name of a header field")
    name = text.lower().replace("_", "-")
    if name in _FRAMING or (direction == "request" and (name in _WHO_ASKS or name.startswith("x-auth-"))):
        return N_("is the gateway's own business")
    return None


def values(pointer: str, found: Mapping[str, str], direction: Direction) -> list[FieldError]:
    """What is wrong with fields that are written."""
    errors = []
    seen: set[str] = set()
    for text, value in found.items():
        where = below(pointer, text)
        if (reason := _changed(text, direction)) is not None:
            errors.append(FieldError(where, reason))
        elif text.lower() in seen:
            errors.append(FieldError(where, "stands twice"))
        elif not is_value(value) or len(value.encode()) > 4096:
            errors.append(FieldError(where, "has a value with control characters, spaces at its ends, or more than 4096 bytes"))
        seen.add(text.lower())
    return errors


def rules(pointer: str, found: HeaderRules, direction: Direction) -> list[FieldError]:
    """What is wrong with the changes of a route; `Host` can be set for the upstream, and only that."""
    removed = [(n, _changed(text, direction)) for n, text in enumerate(found.remove)]
    errors = [FieldError(f"{pointer}/remove/{n}", reason) for n, reason in removed if reason is not None]
    errors += values(f"{pointer}/set", found.set, direction) + values(f"{pointer}/add", found.add, direction)
    if direction == "request":
        others = {**{text: f"remove/{n}" for n, text in enumerate(found.remove)}, **{text: f"add/{text}" for text in found.add}}
        errors += [FieldError(f"{pointer}/{at}", "can be set only") for text, at in others.items() if text.lower() == "host"]
    if len(found.remove) + len(found.set) + len(found.add) > MOST_RULES:
        errors.append(FieldError(pointer, said("changes more than %(most)s fields", most=MOST_RULES)))
    return errors
