"""Numbers as text, the way Go and so Prometheus write and read them."""

from __future__ import annotations

import math
import re
from decimal import Decimal

_FLOAT = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf|infinity|nan)", re.IGNORECASE)


def parse_float(text: str) -> float | None:
    """A number, or None."""
    return float(text) if _FLOAT.fullmatch(text) else None


def plain(value: float) -> str:
    """The shortest text without exponent that means this value."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    text = repr(value)
    if "e" in text:
        text = f"{Decimal(text):f}"
    return text.removesuffix(".0")


def sample(value: float) -> str:
    """As in the answers of Prometheus's API: very large and very small ones with an exponent."""
    if value == 0 or not math.isfinite(value) or 1e-6 <= abs(value) < 1e21:
        return plain(value)
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        mantissa, _, exponent = f"{value:.17e}".partition("e")
        mantissa = repr(float(mantissa))
    return f"{mantissa.removesuffix('.0')}e{int(exponent):+03d}"
