"""Which invoices an incoming entry is for: suggestions with a score and reasons. Pure.

Points: the creditor reference (ISO 11649) or the invoice's number 60, the exact amount 30, the customer's number 25, a known
account 25, the name 15; 100 at most. From 90 on, and 20 ahead of the next, an entry is matched without asking: so never by
amount and name alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import msgspec
from stdnum import iso11649
from stdnum.exceptions import ValidationError

CERTAIN, AHEAD = 90, 20
MOST = 5
_LONGEST_COUNTER = 12


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An open invoice that might be meant."""

    invoice_id: UUID
    number: str
    balance: Decimal
    currency: str
    customer_id: UUID
    customer_number: str
    customer_name: str
    has_iban: bool


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice of a suggestion, and what it would get."""

    invoice_id: UUID
    invoice_number: str
    amount: Decimal


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry could be for. A score of 90 and more is as good as certain."""

    customer_id: UUID
    invoices: list[Part]
    score: int
    reasons: list[str]


def plain(text: str) -> str:
    """Letters and digits alone, in capitals."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def reference_of(number: str) -> str:
    """The creditor reference of an invoice (ISO 11649): RF, two check digits, its number; empty when that is too long."""
    body = plain(number)
    if not body or len(body) > 21:
        return ""
    value = "".join(str(int(letter, 36)) for letter in f"{body}RF00")
    return f"RF{98 - int(value) % 97:02d}{body}"


def named_by_reference(text: str) -> str:
    """The plain number in a creditor reference that checks, or nothing."""
    try:
        return str(iso11649.validate(plain(text)))[4:]
    except ValidationError:
        return ""


def possible_numbers(text: str, prefixes: Sequence[str]) -> list[str]:
    """Plain numbers that a text may hold: each known beginning with the digits after it."""
    whole = plain(text)
    found: dict[str, None] = {}
    for prefix in {plain(one) for one in prefixes} - {""}:
        for match in re.finditer(re.escape(prefix), whole):
            digits = re.match(r"[0-9]*", whole[match.end() : match.end() + _LONGEST_COUNTER])
            run = digits.group() if digits else ""
            found.update(dict.fromkeys(prefix + run[:n] for n in range(len(run), 0, -1)))
    return list(found)[:200]


def suggest(
    amount: Decimal, remittance: str, creditor_reference: str, name: str, candidates: Sequence[Candidate]
) -> list[Suggestion]:
    """The best suggestions, the likeliest first."""
    text = plain(remittance)
    referenced = named_by_reference(creditor_reference) or (creditor_reference and plain(creditor_reference))
    named = _longest([one for one in candidates if plain(one.number) in text or plain(one.number) == referenced])
    found = [_scored(amount, text, referenced, name, one, one in named) for one in candidates]
    customers = {one.customer_id for one in named}
    if len(named) > 1 and len(customers) == 1 and sum((one.balance for one in named), Decimal(0)) == amount:
        parts = [Part(invoice_id=one.invoice_id, invoice_number=one.number, amount=one.balance) for one in named]
        reasons = ["names all these invoices", "their sum is the amount"]
        found.append(Suggestion(customer_id=named[0].customer_id, invoices=parts, score=100, reasons=reasons))
    found = sorted((one for one in found if one.score >= 30), key=lambda one: -one.score)
    return found[:MOST]


def certain(found: Sequence[Suggestion]) -> Suggestion | None:
    """The one to be taken without asking, if there is one."""
    if not found or found[0].score < CERTAIN:
        return None
    if len(found) > 1 and found[1].score > found[0].score - AHEAD:
        return None
    return found[0]


def _scored(amount: Decimal, text: str, referenced: str, name: str, one: Candidate, named: bool) -> Suggestion:
    score, reasons = 0, []
    if named and referenced == plain(one.number):
        score, reasons = 60, ["the creditor reference is the invoice's"]
    elif named:
        score, reasons = 60, ["names the invoice"]
    if one.balance == amount:
        score += 30
        reasons.append("the amount is what is open")
    if plain(one.customer_number) in text:
        score += 25
        reasons.append("names the customer's number")
    if one.has_iban:
        score += 25
        reasons.append("comes from an account of the customer")
    if _alike(name, one.customer_name):
        score += 15
        reasons.append("comes from somebody of the customer's name")
    part = Part(invoice_id=one.invoice_id, invoice_number=one.number, amount=min(amount, one.balance))
    return Suggestion(customer_id=one.customer_id, invoices=[part], score=min(score, 100), reasons=reasons)


def _longest(named: Sequence[Candidate]) -> list[Candidate]:
    """Without numbers that are only the beginning of another one that is named: INV-1 in INV-12."""
    numbers = [plain(one.number) for one in named]
    return [
        one
        for one, number in zip(named, numbers, strict=True)
        if not any(other != number and other.startswith(number) for other in numbers)
    ]


_FORMS = frozenset(
    "gmbh ag kg ug se ltd llc inc limited sa sarl sas srl spa bv nv ab oy as co und and the mr mrs herr frau".split()  # noqa: SIM905 - read as a table
)


def _words(name: str) -> frozenset[str]:
    letters = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss"))
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return frozenset(re.findall(r"[a-z0-9]{2,}", kept)) - _FORMS


def _alike(one: str, other: str) -> bool:
    """Whether the words of the shorter name are all in the longer one."""
    mine, theirs = _words(one), _words(other)
    return bool(mine and theirs) and (mine <= theirs or theirs <= mine)
