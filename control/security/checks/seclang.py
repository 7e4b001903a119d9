"""Custom rules in SecLang: whether the engine takes them."""

from __future__ import annotations

import re

import hcc_native

_DIRECTIVE = re.compile(r"^\s*(Sec[A-Za-z]+)\b")
FORBIDDEN = frozenset({
    "SecAuditLog", "SecAuditLog2", "SecAuditLogStorageDir", "SecDataDir", "SecDebugLog", "SecRemoteRules", "SecTmpDir",
    "SecUnicodeMapFile", "SecUploadDir", "SecGeoLookupDb", "SecHttpBlKey", "SecRuleScript",
})  # fmt: skip
"""Directives that name files or hosts of the machine: they are the operator's, not a customer's."""
_FILES = re.compile(r"@(pmFromFile|pmf|ipMatchFromFile|ipMatchF|inspectFile|fuzzyHash|rbl|geoLookup)\b|\bexec:", re.IGNORECASE)


def problems(text: str) -> list[str]:
    """What is wrong with a text of rules, each with its line; empty when it may be used."""
    found: list[str] = []
    continued = False
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare and not bare.startswith("#"):
            if not continued:
                match = _DIRECTIVE.match(line)
                if match is None:
                    found.append(f"line {number}: {bare.split()[0][:40]} is no directive for custom rules")
                elif match[1] in FORBIDDEN:
                    found.append(f"line {number}: {match[1]} is the operator's alone")
            if _FILES.search(line):
                found.append(f"line {number}: files, look-ups and programs of the machine cannot be used")
            continued = bare.endswith("\\")
    if continued:
        found.append("the last line ends with \\ and nothing follows")
    return found or engine_problems(text)


def engine_problems(text: str) -> list[str]:
    """What the engine's own parser says of the text."""
    return hcc_native.waf_check_text("rules", text)
