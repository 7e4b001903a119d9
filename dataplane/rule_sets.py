"""Which files the firewall's rules of each version are, as the setting says it."""

from __future__ import annotations


class RuleSetsError(Exception):
    """The rule sets are not written as they should be."""


def parse_rule_sets(text: str) -> dict[str, list[str]]:
    """Files by version, of `VERSION=FILE:FILE;VERSION=…`. Raises RuleSetsError."""
    found: dict[str, list[str]] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        version, _, names = part.partition("=")
        files = [name for name in names.split(":") if name]
        if not version or not files:
            raise RuleSetsError(f"HCC_WAF_RULE_SETS: {part!r} is not VERSION=FILE:FILE")
        found[version] = files
    return found
