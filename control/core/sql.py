"""Named statements from a domain's queries.sql.

The file holds blocks that start with `-- name: what_it_does`; parameters are psycopg's `%(name)s`.
"""

from __future__ import annotations

import re
from importlib.resources import files
from types import SimpleNamespace

_NAME = re.compile(r"^-- name: ([a-z][a-z0-9_]*)\s*$", re.MULTILINE)
_OPTIONAL = "IS NULL OR"
"""What a condition begins with that is left out for a parameter that was not given."""


class AdHoc(str):
    """A statement that is planned for the values at hand, each time.

    Lists have conditions that hold for some questions only. A plan for all of them, which PostgreSQL makes of a statement that
    comes often, finds no index for any.
    """

    __slots__ = ()


class Queries(SimpleNamespace):
    """The statements of one file, as attributes."""

    def __getattr__(self, name: str) -> str:
        raise AttributeError(f"queries.sql has no statement named {name!r}")


def load_queries(package: str) -> Queries:
    """Read `queries.sql` of a package. Raises ValueError when a name stands twice or a block is empty."""
    text = files(package).joinpath("queries.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)
    queries: dict[str, str] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        if name in queries:
            raise ValueError(f"{package}/queries.sql: {name} stands twice")
        if not body.strip():
            raise ValueError(f"{package}/queries.sql: {name} is empty")
        queries[name] = AdHoc(body.strip()) if _OPTIONAL in body else body.strip()
    return Queries(**queries)
