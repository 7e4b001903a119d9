"""Host names: their form, and which of them are the platform's."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

import idna

from control.core.errors import FieldError
from control.core.settings import Settings
from control.core.words import N_, reason, said

_LABEL = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
LONGEST = 253
"""Bytes of a name without its last dot (RFC 1035 section 2.3.4)."""


class HostError(ValueError):
    """The text is no host name; the message says why."""


def name(text: str) -> str:
    """A host name in lower case A-labels (RFC 5891) without a last dot. Raises HostError."""
    bare = text.strip().rstrip(".").lower()
    if not bare.isascii():
        try:
            bare = idna.encode(bare, uts46=True).decode()
        except idna.IDNAError as error:
            raise HostError(said("is no host name: %(reason)s", reason=str(error))) from None
    if not bare or len(bare) > LONGEST or not all(_LABEL.match(label) for label in bare.split(".")):
        raise HostError(N_("is no host name: labels of letters, digits and dashes, such as shop.example"))
    return bare


def served(text: str, *, staff: bool) -> str:
    """A name that a site answers to, normalised: a name, `*.` before one, or `*`. Raises HostError.

    Addresses, single labels, `*.` before a single label, and `*` are the platform's own (`staff`).
    """
    stripped = text.strip()
    if stripped == "*":
        if not staff:
            raise HostError(N_("* is the platform's own"))
        return "*"
    wildcard = stripped.startswith("*.")
    if not wildcard and (address := _address(stripped)) is not None:
        if not staff:
            raise HostError(N_("an address is the platform's own; use a host name"))
        return address
    bare = name(stripped[2:] if wildcard else stripped)
    if "." not in bare and not staff:
        raise HostError(N_("needs at least two labels, such as shop.example"))
    if wildcard and len(bare) + 2 > LONGEST:
        raise HostError(N_("is too long"))
    return f"*.{bare}" if wildcard else bare


def _address(text: str) -> str | None:
    """An IP address as it stands in a Host field; None when the text is none."""
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return None
    return f"[{address}]" if address.version == 6 else str(address)


def platform_names(settings: Settings) -> set[str]:
    """The names that the platform itself is reached by; they and what lies below them are no customer's."""
    names = {urlsplit(settings.public_url).hostname or "", settings.mail_bounce_domain}
    return {found.rstrip(".").lower() for found in names if found}


def _is_platforms(bare: str, reserved: set[str]) -> bool:
    return any(bare == own or bare.endswith(f".{own}") or own.endswith(f".{bare}") for own in reserved)


def check(
    hosts: list[str], *, staff: bool, reserved: set[str], known: frozenset[str] = frozenset()
) -> tuple[list[str], list[FieldError]]:
    """The names normalised, and what is wrong with each.

    `reserved` names are refused to all but staff; `known` ones stand there already, whoever put them there.
    """
    found: list[str] = []
    errors: list[FieldError] = []
    for number, text in enumerate(hosts):
        pointer = f"/hosts/{number}"
        try:
            host = served(text, staff=staff or text in known)
        except HostError as error:
            errors.append(FieldError(pointer, reason(error)))
            continue
        if not staff and host not in known and _is_platforms(host.removeprefix("*."), reserved):
            errors.append(FieldError(pointer, "is the platform's own"))
        elif host in found:
            errors.append(FieldError(pointer, "stands twice"))
        else:
            found.append(host)
    return found, errors
