"""The second factor: time-based codes (RFC 6238), each good once, and recovery codes."""

from __future__ import annotations

import hashlib
import secrets
import time
from uuid import UUID

import pyotp

from control.accounts.auth import queries as q
from control.accounts.auth.models import Credentials
from control.core.crypto import Keyring, place
from control.core.db import Transaction

STEP_SECONDS = 30
WINDOW = 1
"""Steps before and after the present one that are taken, for clocks that are off (RFC 6238 section 5.2)."""
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def matching_step(secret: str, code: str, now: float) -> int | None:
    """The time step that a code belongs to; None when it is wrong."""
    if not (code.isascii() and code.isdigit() and len(code) == 6):
        return None
    totp = pyotp.TOTP(secret)
    present = int(now) // STEP_SECONDS
    matches = [s for s in range(present - WINDOW, present + WINDOW + 1) if pyotp.utils.strings_equal(totp.generate_otp(s), code)]
    return matches[-1] if matches else None


def seal(keyring: Keyring, column: str, user_id: UUID, secret: str) -> bytes:
    return keyring.seal(secret.encode(), place("user_credentials", column, user_id))


def unseal(keyring: Keyring, column: str, user_id: UUID, sealed: bytes) -> str:
    return keyring.open(sealed, place("user_credentials", column, user_id)).decode()


def normalise(code: str) -> str:
    return code.strip().lower().replace("-", "").replace(" ", "")


def hash_recovery(user_id: UUID, code: str) -> bytes:
    """50 random bits, guarded by the throttle: a plain hash with the person as salt."""
    return hashlib.sha256(f"{user_id}:{normalise(code)}".encode()).digest()


async def check(tx: Transaction, keyring: Keyring, found: Credentials, code: str) -> bool:
    """Use up a code of the authenticator or a recovery code; whether it was good. Works in the person's own scope."""
    plain = normalise(code)
    step = None
    if found.totp_secret is not None:
        step = matching_step(unseal(keyring, "totp_secret", found.user_id, found.totp_secret), plain, time.time())
    if step is not None:
        return await tx.run(q.SQL.use_totp_step, user_id=found.user_id, step=step) == 1
    return await tx.run(q.SQL.use_recovery_code, user_id=found.user_id, code_hash=hash_recovery(found.user_id, plain)) == 1


async def new_recovery_codes(tx: Transaction, user_id: UUID) -> list[str]:
    """Ten fresh codes in place of the old ones."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    await tx.run(q.SQL.forget_recovery_codes, user_id=user_id)
    for code in codes:
        await tx.run(q.SQL.add_recovery_code, user_id=user_id, code_hash=hash_recovery(user_id, code))
    return [f"{code[:5]}-{code[5:]}" for code in codes]
