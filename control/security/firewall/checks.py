"""What is wrong with a packet filter."""

from __future__ import annotations

from ipaddress import ip_network

import msgspec

from control.core.errors import FieldError
from control.security.bodies.firewall import FirewallRule, NetworkSet
from control.security.firewall.models import NewFirewall
from control.sites.checks import networks

_HIGHEST_PORT = 65_535


def check(data: NewFirewall) -> tuple[NewFirewall, list[FieldError]]:
    """The filter with its networks normalised, and every field that is wrong."""
    errors: list[FieldError] = []
    names = [one.name for one in data.sets]
    sets: list[NetworkSet] = []
    for number, one in enumerate(data.sets):
        if names.index(one.name) != number:
            errors.append(FieldError(f"/sets/{number}/name", "stands twice"))
        nets, wrong = networks.check(f"/sets/{number}/networks", one.networks)
        errors += wrong
        sets.append(NetworkSet(one.name, nets))
    rules = []
    for number, rule in enumerate(data.rules):
        normal, wrong = _rule(f"/rules/{number}", rule, frozenset(names))
        errors += wrong
        rules.append(normal)
    return msgspec.structs.replace(data, sets=sets, rules=rules), errors


def _rule(pointer: str, rule: FirewallRule, names: frozenset[str]) -> tuple[FirewallRule, list[FieldError]]:
    errors = []
    for number, text in enumerate(rule.ports):
        first, _, last = text.partition("-")
        if not 1 <= int(first) <= int(last or first) <= _HIGHEST_PORT:
            errors.append(FieldError(f"{pointer}/ports/{number}", "is no port from 1 to 65535, or range of them"))
    if rule.ports and rule.protocol not in ("tcp", "udp"):
        errors.append(FieldError(f"{pointer}/ports", "need the protocol tcp or udp"))
    if rule.limit is not None and rule.action != "accept":
        errors.append(FieldError(f"{pointer}/limit", "is for rules that accept"))
    if not rule.note.isprintable() or '"' in rule.note or "\\" in rule.note:
        errors.append(FieldError(f"{pointer}/note", "holds a quote, a backslash or a control character"))
    changed = {}
    for field in ("sources", "destinations"):
        found, wrong = _networks(f"{pointer}/{field}", getattr(rule, field), names)
        errors += wrong
        changed[field] = found
    if not errors and not _families_meet(changed["sources"], changed["destinations"]):
        errors.append(FieldError(f"{pointer}/destinations", "are of another family than the sources"))
    return msgspec.structs.replace(rule, **changed), errors


def _networks(pointer: str, texts: list[str], names: frozenset[str]) -> tuple[list[str], list[FieldError]]:
    found, errors = [], []
    for number, text in enumerate(texts):
        if text.startswith("@"):
            if text[1:] not in names:
                errors.append(FieldError(f"{pointer}/{number}", "is no set of this filter"))
            found.append(text)
            continue
        nets, wrong = networks.check(pointer, [text])
        errors += [FieldError(f"{pointer}/{number}", error.message) for error in wrong]
        found += nets
    return found, errors


def _families_meet(sources: list[str], destinations: list[str]) -> bool:
    def families(texts: list[str]) -> set[int]:
        if not texts or any(text.startswith("@") for text in texts):
            return {4, 6}
        return {ip_network(text).version for text in texts}

    return bool(families(sources) & families(destinations))
