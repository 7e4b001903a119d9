"""Times and durations as parameters have them: seconds since 1970 or RFC 3339, seconds or `5m`."""

from __future__ import annotations

import math
import re
from datetime import datetime

from control.monitoring.query.errors import BadQuery, ParseError
from control.monitoring.query.lexer import Token, duration
from control.monitoring.query.values import parse_float

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)")
_FURTHEST = 10**11
"""Seconds from 1970: some three thousand years, what a database can hold."""
MICRO = 1_000_000


def moment(name: str, text: str) -> int:
    """Microseconds since 1970, of whole milliseconds as Prometheus has them. Raises BadQuery."""
    seconds = parse_float(text)
    if seconds is not None and math.isfinite(seconds) and abs(seconds) <= _FURTHEST:
        return round(seconds * 1000) * 1000
    if found := _RFC3339.fullmatch(text):
        day, clock, fraction, zone = found.groups()
        try:
            whole = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zone in 'Zz' else zone}")
        except ValueError:
            whole = None
        if whole is not None:
            return int(whole.timestamp()) * MICRO + int((fraction or "0").ljust(9, "0")[:3]) * 1000
    raise BadQuery(f'invalid parameter "{name}": cannot parse "{text}" to a valid timestamp')


def span(name: str, text: str) -> int:
    """Microseconds of a duration. Raises BadQuery."""
    seconds = parse_float(text)
    if seconds is not None:
        if math.isfinite(seconds) and abs(seconds) <= _FURTHEST:
            return round(seconds * 1000) * 1000
        raise BadQuery(f'invalid parameter "{name}": cannot parse "{text}" to a valid duration. It overflows int64')
    try:
        return duration(text, Token("duration", text, 0)) * 1000
    except ParseError:
        raise BadQuery(f'invalid parameter "{name}": cannot parse "{text}" to a valid duration') from None
