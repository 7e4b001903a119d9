"""Secrets of a private stack: made once, kept in files that only their owner reads."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec

ROLES = ("hcc_owner", "hcc_app", "hcc_worker", "hcc_ingest", "hcc_gateway")


class StackSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """All of them. They never go into arguments or logs."""

    postgres: str
    roles: dict[str, str]
    redis: str
    encryption_keys: str
    certificate_keys: str
    card_events: str
    """Signs what the stand-in for the card processor tells."""
    demo: dict[str, str]


def load(folder: Path) -> StackSecrets:
    """Read the secrets, making those that are missing."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)

    def word(name: str) -> str:
        return _one(folder / name, lambda: secrets.token_urlsafe(24))

    return StackSecrets(
        postgres=word("postgres"),
        roles={role: word(role) for role in ROLES},
        redis=word("redis"),
        encryption_keys=_one(folder / "encryption_keys", _encryption_key),
        certificate_keys=_one(folder / "certificate_keys", _encryption_key),
        card_events="whsec_" + word("card_events"),
        demo={name: word(f"demo_{name}") for name in ("admin", "customer")}
        | {name: "hcc_in_" + word(f"demo_{name}") for name in ("ingest_token", "gateway_token")},
    )


def _encryption_key() -> str:
    return "k1:" + base64.b64encode(os.urandom(32)).decode()


def _one(path: Path, make: Callable[[], str]) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        write_private(path, text := make())
        return text


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 so that readers see the old or the new content, never a part."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)
