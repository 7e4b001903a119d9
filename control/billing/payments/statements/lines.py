"""What a statement says, whatever its format. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from control.core.words import Said, said

Format = Literal["camt.053", "csv"]
MOST_LINES = 20_000


class StatementError(Exception):
    """A statement that cannot be read; `where` is the line or the element, for a person."""

    def __init__(self, message: str, where: str = "") -> None:
        what = message if isinstance(message, Said) else said(message)
        super().__init__(said("%(place)s: %(what)s", place=where, what=what) if where else what)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An entry. `amount` above zero came in. `reference` is the bank's; without one it is made from what the entry says."""

    booked_on: date
    amount: Decimal
    currency: str
    reference: str = ""
    counterparty: str = ""
    counterparty_iban: str = ""
    remittance: str = ""
    creditor_reference: str = ""
    end_to_end_id: str = ""
    batch_reference: str = ""
    return_code: str = ""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """The entries of one account."""

    format: Format
    account: str
    currency: str
    statement_id: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    lines: list[Line]


def referenced(lines: Sequence[Line]) -> list[Line]:
    """Lines that all have a reference. Of two that say the same, the second is another payment, and so is the third: they are
    told apart by their number, which is the same in each statement that has them."""
    seen: Counter[str] = Counter()
    found = []
    for line in lines:
        if line.reference:
            found.append(line)
            continue
        whole = "\0".join(str(getattr(line, name)) for name in line.__struct_fields__)
        digest = hashlib.sha256(whole.encode()).hexdigest()[:40]
        seen[digest] += 1
        found.append(msgspec.structs.replace(line, reference=f"{digest}:{seen[digest]}"))
    return found
