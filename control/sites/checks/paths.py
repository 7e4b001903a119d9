"""Paths of routes, as native/http/src/path.rs normalises them, with patterns and the placeholders of redirects."""

from __future__ import annotations

import re

from control.core.words import N_, said

_TEXT = re.compile(r"^/[!-~]*$")
_ESCAPE = re.compile(r"%(.{0,2})", re.DOTALL)
_UNRESERVED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_SEGMENT = re.compile(r"^\{(\*?)([A-Za-z_][A-Za-z0-9_]{0,31})\}$")
MOST_SEGMENTS = 32
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
GIVEN = ("host", "path", "query")
"""Placeholders that every redirect has; no pattern may name a segment like one."""


class PathError(ValueError):
    """The text is no path that a route can have; the message says why."""


def normal(path: str) -> str:
    """The normal form (RFC 3986 section 6.2.2). Raises PathError for what no request can have."""

    def escape(match: re.Match[str]) -> str:
        digits = match[1]
        if not re.fullmatch(r"[0-9A-Fa-f]{2}", digits):
            raise PathError(N_("holds a broken escape"))
        value = int(digits, 16)
        if value < 0x20 or value == 0x7F:
            raise PathError(N_("holds an escaped control character"))
        return chr(value) if value in _UNRESERVED else f"%{digits.upper()}"

    decoded = _ESCAPE.sub(escape, path)
    segments: list[str] = []
    slash_end = True
    for segment in decoded.split("/"):
        slash_end = segment in ("", ".", "..")
        if segment == "..":
            if not segments:
                raise PathError(N_("climbs above its root"))
            segments.pop()
        elif segment not in ("", "."):
            segments.append(segment)
    joined = "".join(f"/{segment}" for segment in segments)
    return f"{joined}/" if slash_end or not segments else joined


def plain(path: str) -> None:
    """Check a prefix or a whole path. Raises PathError unless it is its own normal form."""
    if not _TEXT.match(path):
        raise PathError(N_("must start with / and hold visible ASCII only; escape the rest as %XX"))
    if any(c in path for c in "?#\\"):
        raise PathError(N_("must not hold ?, # or a backslash"))
    if (found := normal(path)) != path:
        raise PathError(said("is not in its normal form, which is %(path)s", path=found))
    if path.count("/") > MOST_SEGMENTS:
        raise PathError(said("has more than %(most)s segments", most=MOST_SEGMENTS))


def pattern(path: str) -> list[str]:
    """The names of a pattern's segments. Raises PathError."""
    names: list[str] = []
    shown: list[str] = []
    segments = path.split("/")
    for number, segment in enumerate(segments):
        match = _SEGMENT.match(segment)
        if match is None:
            if "{" in segment or "}" in segment:
                raise PathError(N_("has {name} for a whole segment only, with a name of letters, digits and _"))
            shown.append(segment)
            continue
        if match[1] and number != len(segments) - 1:
            raise PathError(N_("has {*rest} only at its end"))
        if match[2] in names:
            raise PathError(said("names %(name)s twice", name=match[2]))
        if match[2] in GIVEN:
            raise PathError(said("must not name a segment %(name)s, which every redirect has", name=match[2]))
        names.append(match[2])
        shown.append("x")
    if not names:
        raise PathError(N_("has no {name}; use path for a plain one"))
    plain("/".join(shown))
    return names


def placeholders(text: str, known: list[str]) -> None:
    """Check the placeholders of a redirect or a rewrite. Raises PathError naming the first that is not known."""
    for found in _PLACEHOLDER.findall(text):
        if found.removeprefix("*") not in known:
            if not known:
                raise PathError(said("has the unknown placeholder {%(name)s}; known are none", name=found))
            shown = ", ".join(f"{{{name}}}" for name in known)
            raise PathError(said("has the unknown placeholder {%(name)s}; known are %(choices)s", name=found, choices=shown))
    if "{" in _PLACEHOLDER.sub("", text) or "}" in _PLACEHOLDER.sub("", text):
        raise PathError(N_("has a brace without its other half"))


def rewrite(text: str, names: list[str]) -> None:
    """Check the path asked for upstream. Raises PathError."""
    plain(text)
    placeholders(text, names)


def redirect(text: str, names: list[str]) -> None:
    """Check where a redirect leads. Raises PathError."""
    if not re.fullmatch(r"[!-~]+", text):
        raise PathError(N_("must be visible ASCII; escape the rest as %XX"))
    placeholders(text, [*GIVEN, *names])
    rooted = text.startswith("/") and not text.startswith("//")
    if "\\" in text or not (rooted or text.startswith(("https://", "http://", "{path}"))):
        raise PathError(N_("must start with https://, http://, one / or {path}, without a backslash"))
    if not rooted and not text.startswith("{path}"):
        _authority(text.partition("//")[2])


def _authority(text: str) -> None:
    """The host is there, and nothing but `{host}` fills it in or runs on into it. Raises PathError."""
    # A path starts with a slash and ends the host; a query may be empty and ends nothing.
    host = re.split(r"[/?#]|\{path\}", text, maxsplit=1)[0].replace("{query}", "")
    if not host or "@" in host or _PLACEHOLDER.sub("", host.replace("{host}", "")) != host.replace("{host}", ""):
        raise PathError(N_("needs a host before its path, in which only {host} is filled in"))
