"""Texts that people read in their own language. They are translated where they are shown, not where they stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from typing import Self, TypeAlias


def N_(text: str) -> str:  # noqa: N802 - the customary mark
    """Marks a text for translation where it stands; it is translated where it is shown."""
    return text


Value: TypeAlias = str | int | date | datetime | Decimal
"""What can be put into a text. Days, moments and decimal numbers are written as the reader's place writes them."""


class Said(str):
    """A text with values in it. As a string it is English, which the API, the log and the command line show; the text without
    its values is kept beside it, for those who read another language. msgspec encodes no subclass of `str`: give it `str(said)`.
    """

    __slots__ = ("text", "values")
    text: str
    values: dict[str, Value]

    def __new__(cls, text: str, values: dict[str, Value]) -> Self:
        made = super().__new__(cls, text % values if values else text)
        made.text, made.values = text, values
        return made

    def __getnewargs__(self) -> tuple[str, dict[str, Value]]:  # type: ignore[override]  # as __new__ takes
        return self.text, self.values

    def told(self, words: Callable[[str], str], written: Callable[[Value], str]) -> str:
        """The text in another language; what is said within it too. `written` writes the other values."""
        text = words(self.text)
        if not self.values:
            return text
        return text % {
            name: value.told(words, written) if isinstance(value, Said) else written(value) for name, value in self.values.items()
        }


def said(text: str, /, **values: Value) -> Said:
    """A text for translation with values as `%(name)s`; a value that is `said` is translated as well."""
    return Said(text, values)


def listed(parts: Sequence[str], between: str = N_("%(first)s, %(next)s")) -> Said:
    """Several texts, at least one, as one."""
    each = [part if isinstance(part, Said) else said(part) for part in parts]
    return reduce(lambda first, after: Said(between, {"first": first, "next": after}), each)


def reason(error: Exception) -> str:
    """What an error says, as it was said: `str` of an error loses what can be translated."""
    words = error.args[0] if error.args else ""
    return words if isinstance(words, str) else str(error)
