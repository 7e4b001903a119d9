"""The letters that every bank takes (EPC217-08): Latin letters without marks, digits, and / - ? : ( ) . , ' + and spaces."""

from __future__ import annotations

import re
import unicodedata

_WRITTEN = str.maketrans(
    {
        "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O",
        "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "&": "+", "_": "-", "@": "(at)", "€": "E",
        "\u2013": "-", "\u2014": "-", "\u2019": "'",
    }
)  # fmt: skip
_OTHER = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+")


def sepa_text(text: str, most: int) -> str:
    """A text in those letters, cut to so many; what has no such letter becomes a full stop."""
    plain = unicodedata.normalize("NFKD", text.translate(_WRITTEN))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _OTHER.sub(".", plain).strip()[:most].strip() or "."
