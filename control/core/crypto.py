"""Secrets at rest: AES-256-GCM with key ids and associated data (NIST SP 800-38D).

A sealed value is `1 byte version | 1 byte length of the key id | key id | 12 bytes nonce | ciphertext and tag`. The
associated data name the place of the value (table, column, row), so that a value copied to another row does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = 1
_NONCE_BYTES = 12


class KeyringError(Exception):
    """The keys, or a sealed value, cannot be used."""


class EncryptedColumn(msgspec.Struct, frozen=True):
    """A column that holds sealed values, for `hcc keys rotate-encryption` to find. `keys` name the row, joined by colons.

    `setting` names the keyring: what gateways must open has one of its own, so that they hold no other.
    """

    table: str
    column: str
    keys: tuple[str, ...]
    setting: str = "HCC_ENCRYPTION_KEYS"


ENCRYPTED_COLUMNS = (
    EncryptedColumn("user_credentials", "totp_secret", ("user_id",)),
    EncryptedColumn("user_credentials", "totp_pending", ("user_id",)),
    EncryptedColumn("signing_keys", "private_key", ("kid",)),
    EncryptedColumn("webhook_endpoints", "secret", ("id",)),
    EncryptedColumn("idempotency_keys", "response", ("organization_id", "actor_id", "key")),
    EncryptedColumn("user_exports", "document", ("id",)),
    EncryptedColumn("outgoing_mail", "context", ("id",)),
    EncryptedColumn("payment_provider_accounts", "secret_key", ("id",)),
    EncryptedColumn("payment_provider_accounts", "webhook_secret", ("id",)),
    EncryptedColumn("gateway_certificates", "private_key", ("id",), "HCC_CERTIFICATE_KEYS"),
)


def place(table: str, column: str, row: object) -> bytes:
    """The associated data of a value: where it lives."""
    return f"{table}.{column}:{row}".encode()


class Keyring:
    """Several keys at once: the first seals, all open."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        if not keys:
            raise KeyringError("there is no key")
        self.primary = next(iter(keys))
        self._ciphers = {kid: AESGCM(key) for kid, key in keys.items()}
        self._primary_key = keys[self.primary]

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Read `id:base64,id:base64`. Raises KeyringError naming the key that is wrong, never its value."""
        keys: dict[str, bytes] = {}
        for number, part in enumerate(filter(None, (p.strip() for p in text.replace("\n", ",").split(","))), start=1):
            kid, colon, encoded = part.partition(":")
            if not colon or not kid or len(kid) > 32:
                raise KeyringError(f"key {number} is not of the form id:base64")
            try:
                key = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                raise KeyringError(f"key {kid!r} is not valid base64") from None
            if len(key) != 32:
                raise KeyringError(f"key {kid!r} has {len(key)} bytes, not 32")
            if kid in keys:
                raise KeyringError(f"key {kid!r} stands twice")
            keys[kid] = key
        return cls(keys)

    def seal(self, plaintext: bytes, where: bytes) -> bytes:
        """Encrypt for one place (see `place`)."""
        nonce = os.urandom(_NONCE_BYTES)
        kid = self.primary.encode()
        header = bytes((_VERSION, len(kid))) + kid
        return header + nonce + self._ciphers[self.primary].encrypt(nonce, plaintext, header + where)

    def open(self, sealed: bytes, where: bytes) -> bytes:
        """Decrypt. Raises KeyringError when the key is gone, the value was changed, or belongs to another place."""
        kid = self.key_of(sealed)
        cipher = self._ciphers.get(kid)
        if cipher is None:
            raise KeyringError(f"the value was sealed with key {kid!r}, which is not in the keyring")
        end = 2 + sealed[1]
        header, nonce, body = sealed[:end], sealed[end : end + _NONCE_BYTES], sealed[end + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, header + where)
        except InvalidTag:
            raise KeyringError("the value was changed, or belongs to another place") from None

    def derive(self, purpose: bytes) -> bytes:
        """32 bytes that follow from the primary key and a purpose alone (HMAC-SHA256), for what must not be kept anywhere."""
        return hmac.new(self._primary_key, b"hcc derived key\0" + purpose, hashlib.sha256).digest()

    def key_of(self, sealed: bytes) -> str:
        """The id of the key that sealed a value."""
        if len(sealed) < 2 or sealed[0] != _VERSION or len(sealed) < 2 + sealed[1] + _NONCE_BYTES + 16:
            raise KeyringError("not a sealed value")
        return sealed[2 : 2 + sealed[1]].decode("ascii", "replace")
