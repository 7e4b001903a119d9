"""An authenticator in software: what a telephone or a security key does for a browser, and what broken or evil ones do."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any, Literal

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

ORIGIN = "http://localhost:8000"
PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
Algorithm = Literal["ES256", "EdDSA", "RS256"]


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw(said: str) -> bytes:
    return base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))


def _key(algorithm: Algorithm) -> Any:
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "RS256":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ed25519.Ed25519PrivateKey.generate()


class Authenticator:
    """One key. `flags`, `origin` and `rp_id` are what it says when it is asked; None is what a good one says."""

    def __init__(self, algorithm: Algorithm = "ES256", *, counts: bool = True) -> None:
        self.id = secrets.token_bytes(32)
        self.aaguid = bytes(16)
        self.count = 0
        self.counts = counts
        self.handle = b""
        self.flags = PRESENT | VERIFIED
        self.origin = ORIGIN
        self.rp_id: str | None = None
        self.client: dict[str, Any] = {}
        self.key = _key(algorithm)

    def cose(self) -> bytes:
        """The public key (RFC 9053 section 7)."""
        public = self.key.public_key()
        if isinstance(public, ec.EllipticCurvePublicKey):
            numbers = public.public_numbers()
            return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        if isinstance(public, rsa.RSAPublicKey):
            found = public.public_numbers()
            return cbor2.dumps({1: 3, 3: -257, -1: found.n.to_bytes(256, "big"), -2: found.e.to_bytes(3, "big")})
        return cbor2.dumps({1: 1, 3: -8, -1: 6, -2: public.public_bytes_raw()})

    def _signed(self, data: bytes) -> bytes:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(data, ec.ECDSA(hashes.SHA256()))
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        found: bytes = self.key.sign(data)
        return found

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False, **self.client}
        ).encode()

    def _data(self, rp_id: str, flags: int, more: bytes = b"") -> bytes:
        return hashlib.sha256((self.rp_id or rp_id).encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big") + more

    def create(self, options: dict[str, Any], *, fmt: str = "none", kind: str = "webauthn.create") -> dict[str, Any]:
        """A new passkey, as the browser's JSON."""
        self.handle = raw(options["user"]["id"])
        attested = self.aaguid + len(self.id).to_bytes(2, "big") + self.id + self.cose()
        data = self._data(options["rp"]["id"], self.flags | ATTESTED, attested)
        client = self._client_data(kind, options["challenge"])
        statement: dict[str, Any] = {}
        if fmt == "packed":
            statement = {"alg": -7, "sig": self._signed(data + hashlib.sha256(client).digest())}
        response = {
            "clientDataJSON": text(client),
            "attestationObject": text(cbor2.dumps({"fmt": fmt, "attStmt": statement, "authData": data})),
            "transports": ["internal", "hybrid"],
        }
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}

    def get(self, options: dict[str, Any], *, kind: str = "webauthn.get", tampered: bool = False) -> dict[str, Any]:
        """A signature, as the browser's JSON."""
        self.count += self.counts
        data = self._data(options["rpId"], self.flags)
        client = self._client_data(kind, options["challenge"])
        signature = self._signed(data + hashlib.sha256(client).digest())
        if tampered:
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(data),
            "signature": text(signature),
            "userHandle": text(self.handle) if self.handle else None,
        }
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}
