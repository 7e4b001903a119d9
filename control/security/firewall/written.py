"""Rules of a packet filter as people write them in forms, one a line:

accept tcp 22 from @office limit 10/minute burst 5 log # SSH
drop any from 192.0.2.0/24
output accept udp 53 to 198.51.100.53
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, get_args, get_type_hints

import msgspec

from control.core.errors import FieldError, ValidationFailed
from control.core.type_errors import words_of
from control.core.words import reason, said
from control.security.bodies.firewall import FirewallRule, NetworkSet, PacketLimit
from control.web.language import N_

_HINTS = get_type_hints(FirewallRule)
_ACTIONS, _CHAINS, _PROTOCOLS = (get_args(_HINTS[name]) for name in ("action", "chain", "protocol"))
_LISTS = {"from": "sources", "to": "destinations"}
_WORD = re.compile(r"[^\s,]+(?:\s*,\s*[^\s,]+)*")
"""A word, or several with commas between them."""
_LIMIT = re.compile(r"^([0-9]{1,7})/(second|minute|hour)$")


def rules(lines: Iterable[str], pointer: str = "/rules") -> list[FirewallRule]:
    """The rules of these lines. Raises ValidationFailed, which names each line that is none."""
    found, errors = [], []
    for number, line in enumerate(lines):
        try:
            found.append(msgspec.convert(_document(line), FirewallRule))
        except (ValueError, msgspec.ValidationError) as error:
            # Its path would name a field that the form does not have.
            what = words_of(error) if isinstance(error, msgspec.ValidationError) else reason(error)
            errors.append(FieldError(f"{pointer}/{number}", said("%(line)s: %(what)s", line=number + 1, what=what)))
    if errors:
        raise ValidationFailed(errors)
    return found


def _document(line: str) -> dict[str, Any]:
    """A line as the API has it. Raises ValueError."""
    body, _, note = line.partition("#")
    words = [re.sub(r"\s*,\s*", ",", one) for one in _WORD.findall(body)]
    made: dict[str, Any] = {"note": note.strip()} if note.strip() else {}
    if words and words[0] in _CHAINS:
        made["chain"] = words.pop(0)
    if not words or words[0] not in _ACTIONS:
        raise ValueError(said("begins with accept, drop or reject"))
    made["action"] = words.pop(0)
    if words and words[0] in _PROTOCOLS:
        made["protocol"] = words.pop(0)
    if words and words[0][0].isdigit():
        made["ports"] = words.pop(0).split(",")
    while words:
        word = words.pop(0)
        if word == "log":
            made["log"] = True
        elif word == "together" and "limit" in made:
            made["limit"]["each"] = False
        elif word in (*_LISTS, "on", "limit", "burst"):
            if not words:
                raise ValueError(said("has nothing after %(word)s", word=word))
            _part(made, word, words.pop(0))
        else:
            raise ValueError(said("has the word %(word)s, which says nothing here", word=word[:40]))
    return made


def _part(made: dict[str, Any], word: str, value: str) -> None:
    if word in _LISTS:
        made[_LISTS[word]] = value.split(",")
    elif word == "on":
        made["interface"] = value
    elif word == "limit":
        parts = _LIMIT.match(value)
        if parts is None:
            raise ValueError(said("has a limit that is none such as 10/minute"))
        made["limit"] = {"rate": int(parts[1]), "per": parts[2]}
    elif "limit" not in made or not value.isdecimal():
        raise ValueError(said("has a burst without a limit, or no number after it"))
    else:
        made["limit"]["burst"] = int(value[:9])


def line_of(rule: FirewallRule) -> str:
    """The other way round."""
    parts: list[str] = [] if rule.chain == "input" else [rule.chain]
    parts += [rule.action, rule.protocol]
    if rule.ports:
        parts.append(",".join(rule.ports))
    for word, name in _LISTS.items():
        if getattr(rule, name):
            parts += [word, ",".join(getattr(rule, name))]
    if rule.interface is not None:
        parts += ["on", rule.interface]
    if rule.limit is not None:
        parts += _limit(rule.limit)
    if rule.log:
        parts.append("log")
    return " ".join([*parts, f"# {rule.note}"] if rule.note else parts)


def _limit(limit: PacketLimit) -> list[str]:
    parts = ["limit", f"{limit.rate}/{limit.per}", "burst", str(limit.burst)]
    return parts if limit.each else [*parts, "together"]


def sets(lines: Iterable[str], pointer: str = "/sets") -> list[NetworkSet]:
    """`name = network, network` lines. Raises ValidationFailed."""
    found, errors = [], []
    for number, line in enumerate(lines):
        name, _, nets = line.partition("=")
        document = {"name": name.strip(), "networks": [one.strip() for one in nets.split(",") if one.strip()]}
        try:
            found.append(msgspec.convert(document, NetworkSet))
        except msgspec.ValidationError:
            errors.append(FieldError(f"{pointer}/{number}", N_("is not name = network, network")))
    if errors:
        raise ValidationFailed(errors)
    return found


def set_line(one: NetworkSet) -> str:
    """The other way round."""
    return f"{one.name} = {', '.join(one.networks)}"
