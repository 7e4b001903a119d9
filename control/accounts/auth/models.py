"""What goes in and out of /v1/auth."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from control.accounts.passkeys.models import Answer

Email = Annotated[str, Meta(min_length=3, max_length=320, description="E-mail address")]
Password = Annotated[str, Meta(min_length=1, max_length=256)]
Code = Annotated[str, Meta(min_length=6, max_length=32, description="Six digits of the authenticator, or a recovery code")]
Locale = Annotated[str, Meta(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Timezone = Annotated[str, Meta(min_length=1, max_length=64)]
FullName = Annotated[str, Meta(max_length=255)]


class Login(msgspec.Struct, forbid_unknown_fields=True):
    """With a second factor, `totp_code` or `passkey` comes in the second step. `organization` (id or slug) chooses where to work;
    without it the last one used is taken."""

    email: Email
    password: Password
    totp_code: Code | None = None
    passkey: Answer | None = None
    organization: Annotated[str, Meta(max_length=100)] | None = None


class Session(msgspec.Struct, kw_only=True):
    """Tokens of a session. `expires_in` counts the access token's seconds."""

    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme of RFC 6750
    expires_in: int
    user_id: UUID
    organization_id: UUID
    session_id: UUID


class Refresh(msgspec.Struct, forbid_unknown_fields=True):
    """A refresh token is good once; the answer carries the next."""

    refresh_token: Annotated[str, Meta(min_length=1, max_length=512)]


class SessionInfo(msgspec.Struct, kw_only=True):
    """One device that is logged in."""

    id: UUID
    organization_id: UUID
    user_agent: str
    address: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    current: bool = False


class Membership(msgspec.Struct, kw_only=True):
    """An organisation that the person may work in."""

    organization_id: UUID
    kind: str
    name: str
    slug: str
    is_active: bool
    last_used_at: datetime | None


class Me(msgspec.Struct, kw_only=True):
    """Who is logged in."""

    user_id: UUID
    email: str
    username: str
    full_name: str
    locale: str
    timezone: str
    organization_id: UUID
    user_type: str
    roles: list[str]
    permissions: list[str]
    totp_enabled: bool
    passkeys: int = 0
    organizations: list[Membership]
    version: int


class MeUpdate(msgspec.Struct, forbid_unknown_fields=True):
    """What a person may change of their own account."""

    full_name: FullName | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET
    timezone: Timezone | UnsetType = UNSET


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    current_password: Password
    new_password: Password


class PasswordForgotten(msgspec.Struct, forbid_unknown_fields=True):
    email: Email


class PasswordReset(msgspec.Struct, forbid_unknown_fields=True):
    token: Annotated[str, Meta(min_length=1, max_length=512)]
    new_password: Password


class PasswordConfirmed(msgspec.Struct, forbid_unknown_fields=True):
    """The password once more, before something that would let a thief of the session stay. Only the password: no code of an
    authenticator and no recovery code stands in for it, in the panel neither; there, a passkey may."""

    password: Annotated[str, Meta(min_length=1, max_length=256, description="The account's password; no code stands in for it")]


class TotpEnrolment(msgspec.Struct, kw_only=True):
    """What an authenticator app needs; `uri` is what a QR code shows."""

    secret: str
    uri: str


class TotpCode(msgspec.Struct, forbid_unknown_fields=True):
    code: Code


class TotpDisable(msgspec.Struct, forbid_unknown_fields=True):
    password: Password
    code: Code


class RecoveryCodes(msgspec.Struct):
    """Each is good once, in place of an authenticator's code. Shown this one time."""

    recovery_codes: list[str]


class Generated(msgspec.Struct):
    password: str


class Done(msgspec.Struct):
    """An act that has nothing to show but that it was done."""

    message: str


class Credentials(msgspec.Struct, kw_only=True):
    """A row of user_credentials with what checks of a password need of the person. Never leaves the service."""

    user_id: UUID
    password_hash: str | None
    totp_secret: bytes | None
    totp_pending: bytes | None
    totp_enabled_at: datetime | None
    totp_last_step: int
    email: str
    username: str
    full_name: str
    organization_id: UUID
    locale: str
    passkeys: int

    @property
    def has_second_factor(self) -> bool:
        return self.totp_secret is not None or self.passkeys > 0
