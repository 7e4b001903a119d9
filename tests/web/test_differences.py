"""How an entry of the audit log is read."""

from __future__ import annotations

from typing import Any

import pytest

from control.security.audit_log.words import changes

CASES: list[tuple[Any, Any, list[tuple[str, str | None, str | None, str]]]] = [
    (None, None, []),
    ({"name": "A"}, {"name": "B"}, [("name", "A", "B", "changed")]),
    (None, {"name": "B", "roles": ["x", "y"]}, [("name", None, "B", "added"), ("roles", None, "x, y", "added")]),
    ({"name": "A"}, None, [("name", "A", None, "removed")]),
    ({"a": {"b": 1, "c": True}}, {"a": {"b": 2, "c": True}}, [("a.b", "1", "2", "changed"), ("a.c", "true", "true", "same")]),
    ({"end": None}, {"end": "2026"}, [("end", "null", "2026", "changed")]),
    ({"a": {}}, {"a": {"b": [{"c": 1}]}}, [("a", "{}", None, "removed"), ("a.b", None, '[{"c": 1}]', "added")]),
    ({"a": "x" * 3000}, None, [("a", "x" * 2000 + "…", None, "removed")]),
    ("text", 7, [("", "text", "7", "changed")]),
]


@pytest.mark.parametrize(("before", "after", "expected"), CASES, ids=range(len(CASES)))
def test_what_differs(before: Any, after: Any, expected: list[tuple[str, str | None, str | None, str]]) -> None:
    assert [(one.field, one.before, one.after, one.kind) for one in changes(before, after)] == expected
