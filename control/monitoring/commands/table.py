"""Lists and single things as people read them in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime


def table(head: Sequence[str], rows: Sequence[Sequence[object]], nothing: str) -> list[str]:
    """Columns as wide as what stands in them, the last one as it is; `nothing` where there is no row."""
    if not rows:
        return [nothing]
    cells = [[name.upper() for name in head], *([plain(cell) for cell in row] for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def sheet(fields: Mapping[str, object]) -> list[str]:
    """A field a line; fields without a value are left out."""
    shown = {name: plain(value) for name, value in fields.items() if value not in (None, "", {}, [])}
    width = max(map(len, shown), default=0)
    return [f"{name.ljust(width)}  {text}" for name, text in shown.items()]


def plain(value: object) -> str:
    """A value in one line: times to the second in UTC, labels as in a selector."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        case float():
            return f"{value:g}"
        case Mapping():
            return " ".join(f"{name}={text}" for name, text in sorted(value.items()))
        case list():
            return ", ".join(map(plain, value))
        case _:
            # What strangers named does not move a terminal's cursor.
            return "".join(c if c.isprintable() else " " for c in str(value))
