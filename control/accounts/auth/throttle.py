"""Guessing is slowed down by account and by address. Attempts are counted before they are judged.

An account gets 5 free attempts, an address 30 (offices share one); then each further attempt doubles the wait, up to a
quarter of an hour. The keys are hashes of what was typed, known account or not, so that the answer tells nothing.
"""

from __future__ import annotations

import hashlib

import msgspec

from control.accounts.auth import queries as q
from control.core.addresses import Address, subject
from control.core.db import NOBODY, Database
from control.core.errors import RateLimited
from control.core.words import said

LONGEST_WAIT = 900
FREE_BY_ACCOUNT = 5
FREE_BY_ADDRESS = 30


class Guard(msgspec.Struct, frozen=True):
    """The two counters of one attempt. `kind` keeps logins, resets and second factors apart."""

    account: bytes
    address: bytes


def guard(kind: str, account: str, address: Address | None) -> Guard:
    def key(what: str, value: str) -> bytes:
        return hashlib.sha256(f"{kind}:{what}:{value}".encode()).digest()

    return Guard(key("account", account.strip().lower()), key("address", subject(address)))


async def count(database: Database, attempt: Guard) -> None:
    """Count an attempt, or raise RateLimited with the wait when one of the counters is full; then neither counts it."""
    async with database.transaction(NOBODY) as tx:
        for key, free in _in_order(attempt):
            if not await tx.run(q.SQL.throttle_count, key=key, free=free, longest=LONGEST_WAIT):
                wait = max(1, await tx.value(q.SQL.throttle_state, keys=[attempt.account, attempt.address]))
                raise RateLimited(said("Too many attempts. Try again in %(wait)s s.", wait=wait), wait)


async def forgive(database: Database, attempt: Guard) -> None:
    """The attempt was right: forget the account's failures, take this one back from the address."""
    async with database.transaction(NOBODY) as tx:
        for key, free in _in_order(attempt):
            if key == attempt.account:
                await tx.run(q.SQL.throttle_forget, key=key)
            else:
                await tx.run(q.SQL.throttle_uncount, key=key, free=free)


def _in_order(attempt: Guard) -> list[tuple[bytes, int]]:
    """The counters with what is free, in the one order in which every transaction locks them."""
    return sorted([(attempt.account, FREE_BY_ACCOUNT), (attempt.address, FREE_BY_ADDRESS)])
