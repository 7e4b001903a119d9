"""Amounts of money: exact decimals with the digits of their currency, rounded where a document says how.

No float ever holds an amount. In JSON an amount is a string; whole numbers are taken too. Digits after the point follow
ISO 4217.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Annotated, Literal

from babel.numbers import get_currency_precision, list_currencies
from msgspec import Meta

from control.core.errors import FieldError
from control.core.words import N_, said

Rounding = Literal["half_up", "half_even"]
"""Half up is what tax offices show in their examples; half even is bankers' rounding."""
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]

LARGEST = Decimal("999999999999.999")
"""No amount is larger: it fits the columns, and sums of 10,000 lines of it still fit exact arithmetic."""
PRICE_DIGITS = 6
"""Digits after the point of a unit price: traffic is sold at 0.000012 a MB."""
QUANTITY_DIGITS = 6
MONTHLY_STEP = Decimal("0.000001")
"""What something is worth a month is kept to this: a year's price has no exact twelfth."""

_MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}
_ZERO = Decimal(0)


@lru_cache
def currencies() -> frozenset[str]:
    """The codes of ISO 4217, those of the past too."""
    return frozenset(list_currencies())


@lru_cache(maxsize=256)
def digits(currency: str) -> int:
    """Digits after the point: 2 for EUR, 0 for JPY, 3 for KWD."""
    return get_currency_precision(currency)


@lru_cache(maxsize=256)
def smallest(currency: str) -> Decimal:
    """The smallest amount of a currency, such as one cent."""
    return Decimal(1).scaleb(-digits(currency))


def rounded(amount: Decimal, currency: str, rounding: Rounding = "half_up") -> Decimal:
    """An amount with its currency's digits. Half up rounds halves away from zero, so that a credit mirrors its invoice."""
    return amount.quantize(smallest(currency), rounding=_MODES[rounding])


def truncated(amount: Decimal, currency: str) -> Decimal:
    """An amount with its currency's digits, what is beyond them cut off."""
    return amount.quantize(smallest(currency), rounding=ROUND_DOWN)


def split(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """A total in parts as their weights are to each other, without a cent lost: largest remainders first.

    Without any weight, all of it is the first part. Raises ValueError for no parts or a negative weight.
    """
    if not weights or any(weight < 0 for weight in weights):
        raise ValueError("parts need weights of zero or more")
    whole = sum(weights, _ZERO)
    if whole == 0:
        return [total, *([_ZERO] * (len(weights) - 1))]
    step = smallest(currency)
    sign = -1 if total < 0 else 1
    exact = [abs(total) * weight / whole for weight in weights]
    parts = [amount // step * step for amount in exact]
    left = int((abs(total) - sum(parts, _ZERO)) / step)
    by_remainder = sorted(range(len(weights)), key=lambda n: (parts[n] - exact[n], n))
    for n in by_remainder[:left]:
        parts[n] += step
    return [part * sign for part in parts]


def amount_error(
    pointer: str, amount: Decimal, currency: str, *, least: Decimal | None = _ZERO, most: Decimal = LARGEST
) -> FieldError | None:
    """What is wrong with an amount that came from outside."""
    return _number_error(pointer, amount, digits(currency), least, most, currency)


def number_error(
    pointer: str, number: Decimal, places: int, *, least: Decimal | None = _ZERO, most: Decimal = LARGEST
) -> FieldError | None:
    """What is wrong with a price, a quantity or a percentage that came from outside."""
    return _number_error(pointer, number, places, least, most, None)


def _number_error(
    pointer: str, number: Decimal, places: int, least: Decimal | None, most: Decimal, currency: str | None
) -> FieldError | None:
    if not number.is_finite():
        return FieldError(pointer, "must be a number")
    if least is not None and number < least:
        return FieldError(pointer, said("must be at least %(least)s", least=least))
    # Compared and not computed with: the negative of a huge exponent would raise.
    if number > most or number < -most:
        return FieldError(pointer, said("must be at most %(most)s", most=most))
    # Checked after the size: quantize of a huge exponent would be slow or raise.
    if number != number.quantize(Decimal(1).scaleb(-places)):
        if currency is None:
            return FieldError(pointer, said("must have at most %(places)s digits after the point", places=places))
        words = N_("must have at most %(places)s digits after the point in %(currency)s")
        return FieldError(pointer, said(words, places=places, currency=currency))
    return None


def currency_error(pointer: str, currency: str) -> FieldError | None:
    """What is wrong with a currency's code."""
    return None if currency in currencies() else FieldError(pointer, "is not a currency of ISO 4217")


def present(errors: Iterable[FieldError | None]) -> list[FieldError]:
    """Those that are errors."""
    return [error for error in errors if error is not None]
