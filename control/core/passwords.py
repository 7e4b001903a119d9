"""Password hashes: Argon2id (RFC 9106) computed in threads of their own, so that no request waits for another's login.

bcrypt hashes of older systems are accepted, and replaced at the next login.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import ParamSpec, TypeVar

import bcrypt
import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from control.core.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")
_WAITING_PER_WORKER = 32
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#%+-=?@"
GENERATED_LENGTH = 24


class Verdict(msgspec.Struct, frozen=True):
    """Whether a password was right, and whether its hash should be made anew."""

    right: bool
    outdated: bool = False


class Passwords:
    """Hashes and checks. At most `workers` at a time, and a bounded queue: beyond it callers are told to come back."""

    def __init__(self, memory_kib: int, workers: int) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=memory_kib, parallelism=1)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="password")
        self._free = workers * _WAITING_PER_WORKER

    @cached_property
    def _nobody(self) -> str:
        """What an unknown user's password is checked against, so that the answer takes as long as for a known one."""
        return self._hasher.hash(secrets.token_urlsafe(16))

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def hash(self, password: str) -> str:
        """A new Argon2id hash in PHC form. Raises Unavailable when too many are waiting."""
        return await self._run(self._hasher.hash, password)

    def hash_here(self, password: str) -> str:
        """The same in the calling thread, for commands that serve nobody else."""
        return self._hasher.hash(password)

    async def verify(self, stored: str | None, password: str) -> Verdict:
        """Check a password; `stored` None (no such user, or no password set) takes as long and is never right."""
        return await self._run(self._verify, stored, password)

    def _verify(self, stored: str | None, password: str) -> Verdict:
        # Made at the first check, whoever logs in: processes that check no password do not pay for it.
        nobody = self._nobody
        if stored is not None and stored.startswith(("$2a$", "$2b$", "$2y$")):
            # bcrypt read at most 72 bytes when these hashes were made.
            return Verdict(bcrypt.checkpw(password.encode()[:72], stored.encode()), outdated=True)
        try:
            self._hasher.verify(stored or nobody, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return Verdict(right=False)
        return Verdict(stored is not None, stored is not None and self._hasher.check_needs_rehash(stored))

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._free <= 0:
            raise Unavailable("Too many logins are waiting; try again shortly.", 2)
        self._free -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, partial(work, *args, **kwargs))
        finally:
            self._free += 1


def generate() -> str:
    """A password of 24 characters with at least one of each kind; about 143 bits."""
    while True:
        candidate = "".join(secrets.choice(_ALPHABET) for _ in range(GENERATED_LENGTH))
        kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
        if all(any(kind(c) for c in candidate) for kind in kinds):
            return candidate
