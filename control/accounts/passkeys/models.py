"""What goes in and out of the routes of passkeys. Names below `credential` and `options` are those of WebAuthn's own JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

_BASE64URL = "^[A-Za-z0-9_-]+$"
CredentialId = Annotated[
    str, Meta(min_length=22, max_length=1364, pattern=_BASE64URL, description="base64url of 16 to 1023 bytes")
]
Bytes = Annotated[str, Meta(min_length=1, max_length=16_384, pattern=_BASE64URL, description="base64url")]
ShortBytes = Annotated[str, Meta(min_length=1, max_length=4096, pattern=_BASE64URL, description="base64url")]
Handle = Annotated[str, Meta(max_length=88, description="base64url of up to 64 bytes")]
Name = Annotated[str, Meta(max_length=100)]
Ceremony = Annotated[str, Meta(min_length=1, max_length=2048, description="As the first step gave it")]
Transport = Annotated[str, Meta(min_length=1, max_length=20, pattern="^[a-z-]+$")]


class Attested(msgspec.Struct, frozen=True):
    """What an authenticator says of a new key."""

    client_data: ShortBytes = msgspec.field(name="clientDataJSON")
    attestation: Bytes = msgspec.field(name="attestationObject")
    transports: Annotated[list[Transport], Meta(max_length=8)] = []


class NewCredential(msgspec.Struct, frozen=True):
    """A browser's answer to `navigator.credentials.create()`, as JSON (`toJSON()`). Other fields are passed over."""

    id: CredentialId
    raw_id: CredentialId = msgspec.field(name="rawId")
    type: Literal["public-key"]
    response: Attested


class Asserted(msgspec.Struct, frozen=True):
    """What an authenticator signs."""

    client_data: ShortBytes = msgspec.field(name="clientDataJSON")
    authenticator_data: ShortBytes = msgspec.field(name="authenticatorData")
    signature: ShortBytes
    user_handle: Handle | None = msgspec.field(name="userHandle", default=None)


class Credential(msgspec.Struct, frozen=True):
    """A browser's answer to `navigator.credentials.get()`, as JSON (`toJSON()`). Other fields are passed over."""

    id: CredentialId
    raw_id: CredentialId = msgspec.field(name="rawId")
    type: Literal["public-key"]
    response: Asserted


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The second step with a passkey that is there already."""

    ceremony: Ceremony
    credential: Credential


class PasskeyLogin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The second step of a login. `organization` (id or slug) chooses where to work."""

    ceremony: Ceremony
    credential: Credential
    organization: Annotated[str, Meta(max_length=100)] | None = None


class NewPasskey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The second step of adding one. Without a name it gets that of its kind."""

    ceremony: Ceremony
    credential: NewCredential
    name: Name = ""


class PasskeyRename(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person may change of one."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]


class Begun(msgspec.Struct, kw_only=True):
    """The first step. `options` go into `navigator.credentials`, as `publicKey`; `ceremony` goes back with the answer."""

    ceremony: str
    options: dict[str, Any]
    expires_in: int


class Passkey(msgspec.Struct, kw_only=True):
    """One passkey. `rp_id` is the host at which it works, `is_backed_up` whether it is kept by more than one device."""

    id: UUID
    name: str
    aaguid: UUID
    transports: list[str]
    rp_id: str
    is_backed_up: bool
    version: int
    created_at: datetime
    last_used_at: datetime | None


class Added(msgspec.Struct, kw_only=True):
    """A new passkey; with the first second factor come recovery codes, which are shown this one time."""

    passkey: Passkey
    recovery_codes: list[str]


KINDS = {
    "08987058-cadc-4b81-b6e1-30de50dcbe96": "Windows Hello",
    "9ddd1817-af5a-4672-a2b9-3e3dd95000a9": "Windows Hello",
    "6028b017-b1d4-4c02-b4b3-afcdafc96bb2": "Windows Hello",
    "fbfc3007-154e-4ecc-8c0b-6e020557d7bd": "iCloud Keychain",
    "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4": "Google Password Manager",
    "adce0002-35bc-c60a-648b-0b25f1f05503": "Chrome on Mac",
    "bada5566-a7aa-401f-bd96-45619a55120d": "1Password",
    "d548826e-79b4-db40-a3d8-11116f7e8349": "Bitwarden",
}
"""How authenticators are called that say what they are, by their AAGUID."""
