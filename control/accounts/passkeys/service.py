"""A person's own passkeys: which there are, adding, renaming and removing them."""

from __future__ import annotations

import secrets
from uuid import UUID

import msgspec
from webauthn import generate_registration_options
from webauthn.helpers import options_to_json_dict
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from control.accounts.auth import queries as auth
from control.accounts.auth import totp
from control.accounts.auth.models import Credentials
from control.accounts.auth.notices import tell
from control.accounts.passkeys import ceremonies, checking, parties
from control.accounts.passkeys import queries as q
from control.accounts.passkeys.ceremonies import For
from control.accounts.passkeys.models import KINDS, Added, Begun, NewPasskey, Passkey
from control.accounts.passkeys.proof import Descriptor
from control.core.context import Context
from control.core.errors import BadRequest, Conflict, NotFound
from control.core.ids import new_id
from control.core.words import said

MOST = 20
"""Passkeys of a person."""
HANDLE_BYTES = 64
_FULL = said("There are %(most)s passkeys already; remove one first.", most=MOST)


class _Handle(msgspec.Struct):
    passkey_handle: bytes


def _whom(ctx: Context) -> For:
    return For(user_id=ctx.principal.user_id, session_id=ctx.principal.session_id)


async def all_of(ctx: Context) -> list[Passkey]:
    """The person's passkeys, the oldest first."""
    async with ctx.transaction("own") as tx:
        return await tx.all(Passkey, q.SQL.passkeys, user_id=ctx.principal.user_id)


async def one_of(ctx: Context, passkey_id: UUID) -> Passkey:
    """One of them. Raises NotFound."""
    async with ctx.transaction("own") as tx:
        found = await tx.maybe(Passkey, q.SQL.passkey, user_id=ctx.principal.user_id, id=passkey_id)
    if found is None:
        raise NotFound("passkey")
    return found


async def begin(ctx: Context) -> Begun:
    """What the browser makes a new passkey from. Raises Conflict where passkeys do not work, and for one too many.

    Whoever calls this has seen to it that the person gave the password, or a passkey, a moment ago.
    """
    party = parties.needed(ctx)
    user_id = ctx.principal.user_id
    async with ctx.transaction("own") as tx:
        known = await tx.one(Credentials, auth.SQL.lock_credentials, user_id=user_id)
        found = await tx.one(_Handle, q.SQL.handle, user_id=user_id, fresh=secrets.token_bytes(HANDLE_BYTES))
        descriptors = await tx.all(Descriptor, q.SQL.descriptors, user_id=user_id)
    if known.passkeys >= MOST:
        raise Conflict(_FULL)
    ceremony, sealed = ceremonies.begin(ctx.runtime, "register", party, _whom(ctx))
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=ctx.runtime.settings.jwt_issuer,
        user_id=found.passkey_handle,
        user_name=known.email,
        user_display_name=known.full_name or known.username,
        challenge=ceremony.challenge,
        timeout=ceremonies.SECONDS * 1000,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=[one.shown() for one in descriptors if one.rp_id == party.id],
        supported_pub_key_algs=checking.ALGORITHMS,
    )
    return Begun(ceremony=sealed, options=options_to_json_dict(options), expires_in=ceremonies.SECONDS)


async def add(ctx: Context, data: NewPasskey) -> Added:
    """Keep a new passkey. Raises Unauthorized for a spent or foreign challenge, BadRequest for an answer that is not right,
    Conflict for one too many or one that is known."""
    ceremony = await ceremonies.spend(ctx.runtime, "register", data.ceremony, _whom(ctx))
    found = checking.registration(ceremony, data.credential)
    if found is None:
        raise BadRequest("The passkey could not be checked. Try again, perhaps with another device.")
    principal, passkey_id = ctx.principal, new_id()
    name = data.name.strip() or KINDS.get(found.aaguid, "Passkey")
    async with ctx.transaction("own") as tx:
        known = await tx.one(Credentials, auth.SQL.lock_credentials, user_id=principal.user_id)
        if known.passkeys >= MOST:
            raise Conflict(_FULL)
        added = await tx.run(
            q.SQL.add_passkey,
            id=passkey_id,
            user_id=known.user_id,
            credential_id=found.credential_id,
            public_key=found.credential_public_key,
            sign_count=found.sign_count,
            transports=data.credential.response.transports,
            aaguid=found.aaguid,
            rp_id=ceremony.rp_id,
            name=name,
            is_backed_up=found.credential_backed_up,
        )
        if not added:
            raise Conflict("This passkey is known already.")
        # Who has a second factor has a way in without it.
        left = await tx.value(auth.SQL.recovery_codes_left, user_id=known.user_id)
        codes = [] if left else await totp.new_recovery_codes(tx, known.user_id)
        await ctx.audit(
            tx,
            "user.passkey_added",
            "user",
            known.user_id,
            organization_id=principal.organization_id,
            after={"name": name, "aaguid": found.aaguid, "rp_id": ceremony.rp_id, "is_backed_up": found.credential_backed_up},
        )
        await tell(tx, ctx, known, "passkey_added", principal.organization_id, passkey=name)
        made = await tx.one(Passkey, q.SQL.passkey, user_id=known.user_id, id=passkey_id)
    return Added(passkey=made, recovery_codes=codes)


async def rename(ctx: Context, passkey_id: UUID, name: str) -> Passkey:
    """Call one otherwise. Raises NotFound, PreconditionFailed."""
    before = await one_of(ctx, passkey_id)
    ctx.if_match(before.version)
    principal, wanted = ctx.principal, name.strip() or before.name
    async with ctx.transaction("own") as tx:
        if not await tx.run(q.SQL.rename_passkey, id=passkey_id, user_id=principal.user_id, name=wanted):
            raise NotFound("passkey")
        await ctx.audit(
            tx,
            "user.passkey_renamed",
            "user",
            principal.user_id,
            organization_id=principal.organization_id,
            before={"name": before.name},
            after={"name": wanted},
        )
    return await one_of(ctx, passkey_id)


async def remove(ctx: Context, passkey_id: UUID) -> bool:
    """Take one away; whether a second factor is left. The recovery codes go with the last. Raises NotFound."""
    principal = ctx.principal
    before = await one_of(ctx, passkey_id)
    async with ctx.transaction("own") as tx:
        known = await tx.one(Credentials, auth.SQL.lock_credentials, user_id=principal.user_id)
        if not await tx.run(q.SQL.remove_passkey, id=passkey_id, user_id=principal.user_id):
            raise NotFound("passkey")
        is_left = known.totp_secret is not None or known.passkeys > 1
        if not is_left:
            await tx.run(auth.SQL.forget_recovery_codes, user_id=principal.user_id)
        await ctx.audit(
            tx,
            "user.passkey_removed",
            "user",
            principal.user_id,
            organization_id=principal.organization_id,
            before={"name": before.name, "aaguid": before.aaguid, "rp_id": before.rp_id},
        )
        await tell(
            tx,
            ctx,
            known,
            "passkey_removed",
            principal.organization_id,
            passkey=before.name,
            left="There is still a second factor." if is_left else "Your password alone opens your account now.",
        )
    return is_left


async def renew_recovery_codes(ctx: Context) -> list[str]:
    """Ten new recovery codes in place of the old, for somebody who proved a moment ago that it is them. Raises Conflict."""
    principal = ctx.principal
    async with ctx.transaction("own") as tx:
        known = await tx.one(Credentials, auth.SQL.lock_credentials, user_id=principal.user_id)
        if not known.has_second_factor:
            raise Conflict("No second factor is on.")
        codes = await totp.new_recovery_codes(tx, known.user_id)
        await ctx.audit(tx, "user.recovery_codes_renewed", "user", known.user_id, organization_id=principal.organization_id)
    return codes
