"""Bodies whose fields say what they are, and values that no field of that kind may have."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

NOBODY = "01890000-0000-7000-8000-000000000000"


class Text(str):
    """Free text."""

    __slots__ = ()


class Amount(str):
    """Money, a price, a quantity or a percentage that is not below nothing."""

    __slots__ = ()


class Signed(str):
    """Money that may be below nothing."""

    __slots__ = ()


class Day(str):
    """A date."""

    __slots__ = ()


class Code(str):
    """A word of a fixed form."""

    __slots__ = ()


class Maybe(str):
    """A word of a fixed form, or none."""

    __slots__ = ()


class Id(str):
    """The id of something that must be the seller's."""

    __slots__ = ()


class Count(int):
    """A whole number."""


class Raw(str):
    """What stands in the JSON as it is here, whatever JSON is."""

    __slots__ = ()


_NOT_NUMBERS: list[Any] = [
    "NaN", "sNaN", "-NaN", "Infinity", "-Infinity", "1e400", "1e-400", "1E999999999", "9" * 40, "-" + "9" * 40, "0." + "1" * 40,
    "0x10", "", " ", "1,5", "1.5.5", "--1", "1\u0000", True, [], {}, Raw("NaN"), Raw("Infinity"), Raw("1e400"), Raw("-1e400"),
]  # fmt: skip
BAD: dict[type, list[Any]] = {
    Text: ["a\u0000b", "a\u0007b", "a\u202eb", "a\u2066b", "a\u007fb", "a\u0085b", "x" * 6_000, " ", 5, [], Raw('"a\\ud800b"')],
    Amount: [*_NOT_NUMBERS, "-1", "-0.01"],
    Signed: _NOT_NUMBERS,
    Day: ["2026-02-30", "2027-02-29", "2026-13-01", "2026-00-10", "0000-01-01", "10000-01-01", "-2026-01-01", "2026-1-1", "",
          "2026-01-01T00:00:00Z", "tomorrow", 5, True, [], "2026-01-01\u0000"],
    Code: ["", "\u0000", "\u00e4", "x" * 200, " ", 5, [], Raw('"\\ud800"')],
    Maybe: ["\u0000", "\u00e4", "x" * 200, "-", 5, [], Raw('"\\ud800"')],
    Id: ["x", "", NOBODY, "00000000-0000-0000-0000-000000000000", 5, [], "\u0000", NOBODY + "0"],
    Count: [-1, 2**31, 2**63, 2**70, -(2**70), 1.5, True, [], Raw("NaN"), Raw("1e400"), Raw("1" + "0" * 400)],
}  # fmt: skip


def variants(body: dict[str, Any], foreign: dict[str, str]) -> Iterator[tuple[str, Any, bytes]]:
    """Each field of a body with each value that it may not have: the pointer, the value, and the body as JSON."""
    for pointer, value in leaves("", body):
        found = list(BAD.get(type(value), ()))
        if isinstance(value, Id):
            found += [one for name, one in foreign.items() if pointer.rstrip("/0123456789").endswith(name)]
        for bad in found:
            yield pointer, bad, encoded(body, pointer, bad)


def leaves(pointer: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The pointer and the value of each field of a body."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(f"{pointer}/{name}", one)
    elif isinstance(value, list):
        for n, one in enumerate(value):
            yield from leaves(f"{pointer}/{n}", one)
    else:
        yield pointer, value


def encoded(body: Any, pointer: str, value: Any) -> bytes:
    """The body as JSON with another value in a place."""
    mark = "--- here ---"
    text = json.dumps(_replaced(body, pointer.split("/")[1:], mark))
    put = value if isinstance(value, Raw) else json.dumps(value)
    return text.replace(json.dumps(mark), put).encode()


def _replaced(body: Any, steps: list[str], value: Any) -> Any:
    if not steps:
        return value
    head, *rest = steps
    if isinstance(body, list):
        return [_replaced(one, rest, value) if str(n) == head else one for n, one in enumerate(body)]
    return {name: _replaced(one, rest, value) if name == head else one for name, one in body.items()}


def is_json(content: bytes) -> bool:
    """Whether a body is JSON at all, as its standard says: no NaN, no half of a character."""

    def refuse(name: str) -> Any:
        raise ValueError(name)

    def number(text: str) -> float:
        if math.isinf(found := float(text)):
            raise ValueError(text)
        return found

    try:
        json.dumps(json.loads(content, parse_constant=refuse, parse_float=number), ensure_ascii=False).encode()
    except ValueError:
        return False
    return True


__all__ = ["Amount", "Code", "Count", "Day", "Id", "Maybe", "Raw", "Signed", "Text", "encoded", "is_json", "leaves", "variants"]
