"""Texts that end up in documents: no control characters, nothing that only looks empty."""

from __future__ import annotations

import unicodedata

from control.core.errors import FieldError

_KEPT = frozenset("\n\t")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Direction overrides could make an amount read as another. Arabic and Hebrew need none of them."""


def line_error(pointer: str, text: str) -> FieldError | None:
    """What is wrong with a text of one line."""
    return _error(pointer, text, frozenset())


def paragraph_error(pointer: str, text: str) -> FieldError | None:
    """What is wrong with a text of several lines."""
    return _error(pointer, text, _KEPT)


def _error(pointer: str, text: str, allowed: frozenset[str]) -> FieldError | None:
    if any(
        character in _BIDI or (unicodedata.category(character) in ("Cc", "Cs") and character not in allowed) for character in text
    ):
        return FieldError(pointer, "must not contain control characters")
    if text and not text.strip():
        return FieldError(pointer, "must not be blank")
    return None
