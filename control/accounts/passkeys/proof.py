"""Proving who one is with a passkey that is there already: alone, beside the password, or in place of the password once more."""

from __future__ import annotations

import hmac
from typing import Any
from uuid import UUID

import msgspec
from webauthn import generate_authentication_options
from webauthn.helpers import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    UserVerificationRequirement,
)

from control.accounts.auth import queries as auth
from control.accounts.auth import throttle
from control.accounts.auth.models import Credentials, Membership
from control.accounts.auth.notices import tell
from control.accounts.passkeys import ceremonies, checking, parties
from control.accounts.passkeys import queries as q
from control.accounts.passkeys.ceremonies import Ceremony, For, Kind
from control.accounts.passkeys.models import Answer, Begun, Credential
from control.accounts.passkeys.parties import Party
from control.core.audit import Actor, record
from control.core.context import Context
from control.core.db import Scope, Transaction
from control.core.runtime import Runtime


class _Stored(msgspec.Struct):
    id: UUID
    public_key: bytes
    sign_count: int
    name: str
    rp_id: str
    handle: bytes | None


class Descriptor(msgspec.Struct):
    """How a browser is told of a passkey that is there."""

    credential_id: bytes
    transports: list[str]
    rp_id: str

    def shown(self) -> PublicKeyCredentialDescriptor:
        known = {one.value for one in AuthenticatorTransport}
        transports = [AuthenticatorTransport(one) for one in self.transports if one in known]
        return PublicKeyCredentialDescriptor(id=self.credential_id, transports=transports or None)


def ask(
    runtime: Runtime,
    kind: Kind,
    party: Party,
    whom: For,
    *,
    must_verify: bool = True,
    allowed: list[Descriptor] | None = None,
) -> Begun:
    """Ask the browser for a passkey: one of `allowed`, or whichever the person chooses."""
    ceremony, sealed = ceremonies.begin(runtime, kind, party, whom)
    wanted = UserVerificationRequirement.REQUIRED if must_verify else UserVerificationRequirement.PREFERRED
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=ceremony.challenge,
        timeout=ceremonies.SECONDS * 1000,
        allow_credentials=[one.shown() for one in allowed or []],
        user_verification=wanted,
    )
    return Begun(ceremony=sealed, options=options_to_json_dict(options), expires_in=ceremonies.SECONDS)


async def offer(ctx: Context, tx: Transaction, user_id: UUID) -> Begun | None:
    """Ask for a passkey beside the password that was right; None when the person has none for this address."""
    party = parties.of(ctx)
    if party is None:
        return None
    descriptors = await tx.all(Descriptor, q.SQL.descriptors, user_id=user_id)
    here = [one for one in descriptors if one.rp_id == party.id]
    return ask(ctx.runtime, "second", party, For(user_id=user_id), must_verify=False, allowed=here) if here else None


async def judge(
    ctx: Context,
    tx: Transaction,
    ceremony: Ceremony,
    credential: Credential,
    known: Credentials,
    *,
    must_verify: bool = True,
) -> bool:
    """Whether a person proves with a passkey of theirs that it is them. Works in the person's own scope; commit what it wrote in
    any case, for a counter that went back is told to the person."""
    stored = await tx.maybe(_Stored, q.SQL.lock_passkey, user_id=known.user_id, credential_id=checking.decoded(credential.raw_id))
    if stored is None or stored.rp_id != ceremony.rp_id or not _is_theirs(stored, credential, needed=must_verify):
        return False
    found = checking.assertion(ceremony, credential, stored.public_key, must_verify=must_verify)
    if found is None:
        return False
    if found.new_sign_count <= stored.sign_count and (found.new_sign_count, stored.sign_count) != (0, 0):
        await _copied(ctx, tx, known, stored, found.new_sign_count)
        return False
    await tx.run(q.SQL.passkey_used, id=stored.id, sign_count=found.new_sign_count, is_backed_up=found.credential_backed_up)
    return True


def _is_theirs(stored: _Stored, credential: Credential, *, needed: bool) -> bool:
    """Whether the authenticator means the same person. It may be silent where the server has named the passkeys."""
    said = credential.response.user_handle
    if not said:
        return not needed
    try:
        return stored.handle is not None and hmac.compare_digest(checking.decoded(said), stored.handle)
    except ValueError:
        return False


async def _copied(ctx: Context, tx: Transaction, known: Credentials, stored: _Stored, count: int) -> None:
    """The counter did not go on: perhaps there are two of this key (WebAuthn section 6.1.1)."""
    before = tx.scope
    memberships = await tx.all(Membership, auth.SQL.organizations)
    organization = memberships[0].organization_id if memberships else known.organization_id
    await tx.switch(Scope(organization, known.user_id))
    actor = Actor(kind="system", address=None if ctx.address is None else str(ctx.address), request_id=ctx.request_id)
    said: dict[str, Any] = {"name": stored.name, "expected_above": stored.sign_count, "got": count}
    await record(tx, actor, "user.passkey_counter", "user", known.user_id, organization_id=organization, after=said)
    await tell(tx, ctx, known, "passkey_counter", organization, passkey=stored.name)
    await tx.switch(before)


async def confirm(ctx: Context, answer: Answer, browser: str) -> None:
    """A passkey in place of the password once more. Raises Unauthorized, and RateLimited after some tries."""
    runtime, principal = ctx.runtime, ctx.principal
    attempt = throttle.guard("confirm", str(principal.user_id), ctx.address)
    await throttle.count(runtime.database, attempt)
    whom = For(user_id=principal.user_id, session_id=principal.session_id, browser=browser)
    ceremony = await ceremonies.spend(runtime, "confirm", answer.ceremony, whom)
    async with ctx.transaction("own") as tx:
        known = await tx.maybe(Credentials, auth.SQL.lock_credentials, user_id=principal.user_id)
        right = known is not None and await judge(ctx, tx, ceremony, answer.credential, known)
    if not right:
        raise ceremonies.refused()
    await throttle.forgive(runtime.database, attempt)
