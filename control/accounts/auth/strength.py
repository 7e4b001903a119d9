"""Which passwords are good enough: long, not guessable (zxcvbn knows the leaked and common ones), not used lately.

NIST SP 800-63B section 5.1.1.2: length and lists of known passwords instead of rules about kinds of characters.
"""

from __future__ import annotations

import msgspec

from control.accounts.auth import queries as q
from control.core.db import Transaction
from control.core.errors import FieldError
from control.core.passwords import Passwords

MIN_LENGTH = 12
REMEMBERED = 5
_MIN_SCORE = 3
_LOOKED_AT = 72


def weakness(password: str, about: list[str]) -> str | None:
    """Why a password is refused, in words; None when it is good. `about` are facts of the person that it must not rest on."""
    if len(password) < MIN_LENGTH:
        return f"must have at least {MIN_LENGTH} characters"
    if password.isspace():
        return "must not be blank"
    from zxcvbn import zxcvbn  # its lists take a while to load, and most processes never judge a password

    facts = [part for fact in about for part in (fact, *fact.replace("@", " ").replace(".", " ").split()) if len(part) > 2]
    found = zxcvbn(password[:_LOOKED_AT], user_inputs=facts)
    if found["score"] >= _MIN_SCORE:
        return None
    if any(match.get("dictionary_name") == "passwords" for match in found["sequence"]) and len(found["sequence"]) == 1:
        return "is among the passwords known from leaks"
    reason = found["feedback"]["warning"] or "is too easy to guess"
    advice = " ".join(found["feedback"]["suggestions"])
    return f"{reason[:1].lower()}{reason[1:]}".rstrip(".") + (f". {advice}" if advice else "")


class _Hash(msgspec.Struct):
    password_hash: str


async def used_before(tx: Transaction, passwords: Passwords, user_id: object, password: str, current: str | None) -> bool:
    """Whether the password is the current one or one of the last five."""
    rows = await tx.all(_Hash, q.SQL.recent_passwords, user_id=user_id, count=REMEMBERED)
    hashes = {row.password_hash for row in rows} | ({current} if current else set())
    for stored in hashes:
        if (await passwords.verify(stored, password)).right:
            return True
    return False


async def problem(
    tx: Transaction, passwords: Passwords, user_id: object, password: str, about: list[str], current: str | None, pointer: str
) -> FieldError | None:
    """Everything that can be wrong with a new password."""
    reason = weakness(password, about)
    if reason is None and await used_before(tx, passwords, user_id, password, current):
        reason = f"was used before; the last {REMEMBERED} cannot be used again"
    return None if reason is None else FieldError(pointer, reason)


async def store(tx: Transaction, user_id: object, password_hash: str) -> None:
    """Make a hash the current one, and keep the last five. Works in the person's own scope."""
    await tx.run(q.SQL.set_password, user_id=user_id, password_hash=password_hash)
    await tx.run(q.SQL.remember_password, user_id=user_id, password_hash=password_hash)
    await tx.run(q.SQL.forget_old_passwords, user_id=user_id, count=REMEMBERED)
