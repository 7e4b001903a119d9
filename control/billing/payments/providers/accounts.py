"""Keys of sellers at their provider, and the provider opened with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import msgspec

from control.billing.payments.providers import queries as q
from control.billing.payments.providers.interface import Funds, Provider, ProviderAway, ProviderRefused
from control.billing.payments.providers.models import Account, NewAccount
from control.core import events
from control.core.context import Context
from control.core.crypto import place
from control.core.db import Scope, Transaction
from control.core.errors import Conflict, FieldError, NotFound, Unavailable, ValidationFailed
from control.core.ids import new_id
from control.core.runtime import Runtime
from control.core.words import said

STRIPE = "stripe"
_TABLE = "payment_provider_accounts"


class Keys(msgspec.Struct, frozen=True):
    """What opens an account at a provider."""

    secret_key: str
    webhook_secret: str
    publishable_key: str


class _Sealed(msgspec.Struct, frozen=True):
    id: UUID
    secret_key: bytes
    webhook_secret: bytes
    publishable_key: str


async def get(ctx: Context) -> Account:
    """The caller's account, without its keys. Raises NotFound."""
    async with ctx.transaction() as tx:
        return await _find(tx, ctx.principal.organization_id)


async def save(ctx: Context, data: NewAccount) -> Account:
    """Set the keys. Raises ValidationFailed when a test key stands beside a live one."""
    is_live = "_live_" in data.secret_key[:9]
    if is_live != data.publishable_key.startswith("pk_live_"):
        raise ValidationFailed(FieldError("/publishable_key", "is of another mode than the secret key"))
    if is_live and ctx.runtime.settings.stripe_api_base:
        raise ValidationFailed(FieldError("/secret_key", "is a live key, and this platform does not speak to Stripe itself"))
    organization_id, keyring = ctx.principal.organization_id, ctx.runtime.keyring
    async with ctx.transaction("own") as tx:
        before = await tx.maybe(Account, q.SQL.account, organization_id=organization_id, provider=STRIPE)
        if before is not None:
            ctx.if_match(before.version)
        account_id = before.id if before else new_id()
        await tx.run(
            q.SQL.save_account,
            id=account_id,
            organization_id=organization_id,
            provider=STRIPE,
            secret_key=keyring.seal(data.secret_key.encode(), place(_TABLE, "secret_key", account_id)),
            webhook_secret=keyring.seal(data.webhook_secret.encode(), place(_TABLE, "webhook_secret", account_id)),
            key_hint=f"{data.secret_key[:8]}…{data.secret_key[-4:]}",
            publishable_key=data.publishable_key,
            is_live=is_live,
            is_active=data.is_active,
        )
        after = await _find(tx, organization_id)
        await ctx.audit(
            tx, "payment_provider.updated", _TABLE, account_id, organization_id=organization_id, before=before, after=after
        )
        await events.emit(tx, "payment_provider.updated", organization_id, after)
    return after


async def balance(ctx: Context) -> list[Funds]:
    """What the caller's provider keeps for it: whether the keys are good. Raises Conflict when they are not, Unavailable."""
    try:
        async with open_provider(ctx.runtime, ctx.principal.organization_id) as provider:
            return await provider.balance()
    except ProviderAway as away:
        raise Unavailable("The payment provider does not answer.") from away
    except ProviderRefused as refused:
        raise Conflict(said("The payment provider refused: %(reason)s", reason=refused.message)) from refused


async def delete(ctx: Context) -> None:
    """Forget the keys; nothing is charged any more. Raises NotFound."""
    organization_id = ctx.principal.organization_id
    async with ctx.transaction("own") as tx:
        before = await _find(tx, organization_id)
        ctx.if_match(before.version)
        await tx.run(q.SQL.delete_account, organization_id=organization_id, provider=STRIPE)
        await ctx.audit(tx, "payment_provider.deleted", _TABLE, before.id, organization_id=organization_id, before=before)
        await events.emit(tx, "payment_provider.deleted", organization_id, {"id": before.id})


async def keys_of(runtime: Runtime, tx: Transaction, organization_id: UUID) -> Keys | None:
    """A seller's keys; the platform's own may stand in its settings."""
    sealed = await tx.maybe(_Sealed, q.SQL.account_keys, organization_id=organization_id, provider=STRIPE)
    if sealed is not None:

        def opened(column: str, value: bytes) -> str:
            return runtime.keyring.open(value, place(_TABLE, column, sealed.id)).decode()

        return Keys(
            opened("secret_key", sealed.secret_key), opened("webhook_secret", sealed.webhook_secret), sealed.publishable_key
        )
    settings = runtime.settings
    if settings.stripe_api_key and await tx.value(q.SQL.kind_of_organization, id=organization_id) == "platform":
        return Keys(settings.stripe_api_key, settings.stripe_webhook_secret, "")
    return None


@asynccontextmanager
async def open_provider(runtime: Runtime, organization_id: UUID) -> AsyncIterator[Provider]:
    """The seller's provider. Raises Conflict when it has none."""
    async with runtime.database.transaction(Scope(organization_id)) as tx:
        keys = await keys_of(runtime, tx, organization_id)
    if keys is None:
        raise Conflict("No payment provider is set up; connect one first.")
    # Stripe's library takes a quarter of a second to import: only those who speak to it do.
    from control.billing.payments.providers.stripe_provider import StripeProvider

    provider = StripeProvider(keys.secret_key, keys.webhook_secret, runtime.settings.stripe_api_base)
    try:
        yield provider
    finally:
        await provider.close()


async def _find(tx: Transaction, organization_id: UUID) -> Account:
    found = await tx.maybe(Account, q.SQL.account, organization_id=organization_id, provider=STRIPE)
    if found is None:
        raise NotFound("payment provider; PUT its keys first")
    return found
