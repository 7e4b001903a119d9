"""Whether what an authenticator says is true. The library checks formats, hashes and signatures; counters are checked here, after
the signature, so that nobody without the key makes a counter look wrong."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import structlog
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import parse_attestation_object
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import AttestationFormat
from webauthn.registration.verify_registration_response import VerifiedRegistration

from control.accounts.passkeys.ceremonies import Ceremony
from control.accounts.passkeys.models import Credential, NewCredential

log = structlog.get_logger("hcc.passkeys")

ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
"""What practically every authenticator has one of."""
LARGEST_KEY = 1024
"""Bytes of a public key; those of RSA with 4,096 bits have 530."""
_ATTESTATIONS = (AttestationFormat.NONE, AttestationFormat.PACKED)
"""None is asked for; browsers let keys pass that sign for themselves, which is `packed` (WebAuthn section 5.1.3 step 21)."""


class _ClientData(msgspec.Struct):
    cross: bool | None = msgspec.field(name="crossOrigin", default=None)
    top: str | None = msgspec.field(name="topOrigin", default=None)


def decoded(text: str) -> bytes:
    """base64url without padding. Raises ValueError."""
    return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _not_framed(client_data: str) -> None:
    """Our pages stand in no other site's frame."""
    found = msgspec.json.decode(decoded(client_data), type=_ClientData)
    if found.cross or found.top is not None:
        raise ValueError("made in a frame of another site")


def _plain(credential: NewCredential | Credential) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(credential)
    return plain


def registration(ceremony: Ceremony, credential: NewCredential) -> VerifiedRegistration | None:
    """What is to be kept of a new key; None when something is not right with it."""
    try:
        _not_framed(credential.response.client_data)
        if parse_attestation_object(decoded(credential.response.attestation)).fmt not in _ATTESTATIONS:
            raise ValueError("an attestation that was not asked for")
        found = verify_registration_response(
            credential=_plain(credential),
            expected_challenge=ceremony.challenge,
            expected_rp_id=ceremony.rp_id,
            expected_origin=ceremony.origin,
            supported_pub_key_algs=ALGORITHMS,
        )
        if found.credential_id != decoded(credential.raw_id):
            raise ValueError("another credential's id")
        if len(found.credential_public_key) > LARGEST_KEY or not 16 <= len(found.credential_id) <= 1023:
            raise ValueError("a key or an id that is too large or too small")
    except Exception as error:  # noqa: BLE001 - the library lets errors of its decoders through; all of them mean no
        log.warning("passkey not registered", reason=f"{type(error).__name__}: {error}"[:200])
        return None
    return found


def assertion(
    ceremony: Ceremony, credential: Credential, public_key: bytes, *, must_verify: bool
) -> VerifiedAuthentication | None:
    """What was signed with a key; None when it was not. The counter is not looked at."""
    try:
        _not_framed(credential.response.client_data)
        return verify_authentication_response(
            credential=_plain(credential),
            expected_challenge=ceremony.challenge,
            expected_rp_id=ceremony.rp_id,
            expected_origin=ceremony.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=must_verify,
        )
    except Exception as error:  # noqa: BLE001 - as above
        log.warning("passkey not accepted", reason=f"{type(error).__name__}: {error}"[:200])
        return None
