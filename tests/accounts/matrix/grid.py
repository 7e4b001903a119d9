"""The shape of the authorisation matrix: one row an operation, one grid of roles and places a row.

A grid reads as it is checked. Columns are the organisation that the target belongs to, lines are who asks:

              platform  north  apple  birch  cherry
    nora           404    200    200    200     404

A cell is the status of the answer, `ok` the operation's own success. In a list, `+` is 200 with the target in it and `-`
is 200 without it. A line with one cell means that cell everywhere.
"""

from __future__ import annotations

from typing import Any

import msgspec

PLACES = ("platform", "north", "apple", "birch", "cherry")
"""See tests/world.py: north sells to apple and birch, another reseller to cherry."""

ROLES = {
    "root": "superadmin of the platform",
    "agent": "support of the platform",
    "nora": "owner of the reseller north",
    "ned": "staff of the reseller north",
    "anna": "owner of the customer apple",
    "alex": "member of the customer apple",
    "key": "API key of anna whose only scope is users:read",
    "anonymous": "nobody",
}

Grid = dict[tuple[str, str], str]


class Row(msgspec.Struct, frozen=True):
    """What an operation answers. `target` names a factory in targets.py; strings in `body` are filled with its facts."""

    operation: str
    target: str
    expected: Grid
    body: dict[str, Any] | None = None


class Own(msgspec.Struct, frozen=True):
    """A route about the caller's own account: what each person gets, an API key gets 403 and nobody gets 401."""

    operation: str
    status: int
    body: dict[str, Any] | None = None


class Public(msgspec.Struct, frozen=True):
    """A route for anybody: the status for a well-formed request without any proof."""

    operation: str
    status: int
    body: dict[str, Any] | None = None


def grid(text: str, ok: int | str = 200) -> Grid:
    """Read a grid. Raises ValueError unless it has exactly the roles and places that there are."""
    head, *lines = [line.split() for line in text.strip().splitlines()]
    if tuple(head) != PLACES:
        raise ValueError(f"the columns must be {PLACES}")
    cells: Grid = {}
    for role, *values in lines:
        spread = values * len(PLACES) if len(values) == 1 else values
        cells |= {(role, place): str(ok) if value == "ok" else value for place, value in zip(PLACES, spread, strict=True)}
    if {role for role, _ in cells} != set(ROLES) or len(lines) != len(ROLES):
        raise ValueError(f"the lines must be {', '.join(ROLES)}, each once")
    return cells
