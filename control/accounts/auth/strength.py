"""Which passwords are good enough: long, not guessable (zxcvbn knows the leaked and common ones), not used lately.

NIST SP 800-63B section 5.1.1.2: length and lists of known passwords instead of rules about kinds of characters.
"""

from __future__ import annotations

import msgspec

from control.accounts.auth import queries as q
from control.core.db import Transaction
from control.core.errors import FieldError
from control.core.passwords import Passwords
from control.core.words import N_, listed, said

MIN_LENGTH = 12
REMEMBERED = 5
_MIN_SCORE = 3
_LOOKED_AT = 72


WARNINGS = (
    N_("straight rows of keys are easy to guess"),
    N_("short keyboard patterns are easy to guess"),
    N_('repeats like "aaa" are easy to guess'),
    N_('repeats like "abcabcabc" are only slightly harder to guess than "abc"'),
    N_('sequences like "abc" or "6543" are easy to guess'),
    N_("recent years are easy to guess"),
    N_("dates are often easy to guess"),
    N_("this is a top-10 common password"),
    N_("this is a top-100 common password"),
    N_("this is a very common password"),
    N_("this is similar to a commonly used password"),
    N_("a word by itself is easy to guess"),
    N_("names and surnames by themselves are easy to guess"),
    N_("common names and surnames are easy to guess"),
)
ADVICE = (
    N_("Use a few words, avoid common phrases."),
    N_("No need for symbols, digits, or uppercase letters."),
    N_("Add another word or two. Uncommon words are better."),
    N_("Use a longer keyboard pattern with more turns."),
    N_("Avoid repeated words and characters."),
    N_("Avoid sequences."),
    N_("Avoid recent years."),
    N_("Avoid years that are associated with you."),
    N_("Avoid dates and years that are associated with you."),
    N_("Capitalization doesn't help very much."),
    N_("All-uppercase is almost as easy to guess as all-lowercase."),
    N_("Reversed words aren't much harder to guess."),
    N_("Predictable substitutions like '@' instead of 'a' don't help very much."),
)
"""What zxcvbn says, which is translated here."""
_SENTENCES = N_("%(first)s %(next)s")


def weakness(password: str, about: list[str]) -> str | None:
    """Why a password is refused, in words; None when it is good. `about` are facts of the person that it must not rest on."""
    if len(password) < MIN_LENGTH:
        return said("must have at least %(least)s characters", least=MIN_LENGTH)
    if password.isspace():
        return N_("must not be blank")
    from zxcvbn import zxcvbn  # its lists take a while to load, and most processes never judge a password

    facts = [part for fact in about for part in (fact, *fact.replace("@", " ").replace(".", " ").split()) if len(part) > 2]
    found = zxcvbn(password[:_LOOKED_AT], user_inputs=facts)
    if found["score"] >= _MIN_SCORE:
        return None
    if any(match.get("dictionary_name") == "passwords" for match in found["sequence"]) and len(found["sequence"]) == 1:
        return N_("is among the passwords known from leaks")
    warning = found["feedback"]["warning"] or N_("is too easy to guess")
    why = said(f"{warning[:1].lower()}{warning[1:]}".rstrip("."))
    advice = found["feedback"]["suggestions"]
    return said("%(reason)s. %(advice)s", reason=why, advice=listed(advice, _SENTENCES)) if advice else why


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
        reason = said("was used before; the last %(number)s cannot be used again", number=REMEMBERED)
    return None if reason is None else FieldError(pointer, reason)


async def store(tx: Transaction, user_id: object, password_hash: str) -> None:
    """Make a hash the current one, and keep the last five. Works in the person's own scope."""
    await tx.run(q.SQL.set_password, user_id=user_id, password_hash=password_hash)
    await tx.run(q.SQL.remember_password, user_id=user_id, password_hash=password_hash)
    await tx.run(q.SQL.forget_old_passwords, user_id=user_id, count=REMEMBERED)
