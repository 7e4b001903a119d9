"""Every text that the API takes has probes planted in it, which tests/browser/test_hostile.py looks for, or a reason for none."""

from __future__ import annotations

import re

from tests.browser import probes


def _made(asked: str) -> str:
    """The operation that makes what another one changes."""
    method, path = asked.split(" ")
    return f"POST {path.removesuffix('/{}')}" if method in ("PUT", "PATCH") else ""


def test_every_text_has_its_probes() -> None:
    found = probes.texts()
    assert len(found) > 300
    left, used = [], set()
    for asked, field in sorted(found):
        if (_made(asked), field) in found:
            continue  # the same text, changed
        reasons = probes.reasons(asked, field)
        used |= reasons
        if not reasons and not probes.is_planted(asked, field):
            left.append(f"{asked} {field}")
    assert left == [], "new: plant probes in it, or say why not"
    assert set(probes.NEVER) - used == set(), "reasons for nothing"


def test_what_is_planted_is_asked_of_operations_that_there_are() -> None:
    known = {asked for asked, _ in probes.texts()}
    asked = {probes.operation(*one.split(" ")) for _, one, body, _ in probes.PLANTED if body}
    assert asked - known == set()
    assert all(re.search("<(img|svg|u)|^javascript:|^=", one) for one in (*probes.PROBES, probes.SHORT))
