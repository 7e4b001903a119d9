"""A guard against card numbers: they have no place in this system, and no field for one.

What looks like one in a free text (13 to 19 digits, also grouped, of a known network and with a good check digit by Luhn,
ISO/IEC 7812-1) is refused before it is written anywhere.
"""

from __future__ import annotations

import re

from control.core.errors import FieldError

_GROUPED = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ \-.]?[0-9]){12,18}(?![0-9])")
_NETWORKS = re.compile(r"^(?:4|5[1-5]|2[2-7]|3[47]|3(?:0[0-5]|[68])|6(?:011|4[4-9]|5)|35(?:2[89]|[3-8])|62|50|5[6-9]|6[37])")
"""Leading digits of Visa, Mastercard, American Express, Diners Club, Discover, JCB, UnionPay, Maestro."""


def looks_like_card_number(text: str) -> bool:
    """Whether a text holds what could be the number of a payment card."""
    for found in _GROUPED.finditer(text):
        digits = re.sub(r"[^0-9]", "", found.group())
        if _NETWORKS.match(digits) and _luhn(digits):
            return True
    return False


def card_number_error(pointer: str, text: str) -> FieldError | None:
    """What is wrong with a free text that came from outside."""
    if looks_like_card_number(text):
        return FieldError(pointer, "looks like a card number; never send one")
    return None


def _luhn(digits: str) -> bool:
    total = 0
    for n, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if n % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
