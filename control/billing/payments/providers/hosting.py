"""Cards that payers give on a page of the provider's: where that page is, and what came of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode
from uuid import UUID

from control.billing.customers.models import Customer
from control.billing.payments.providers import charging, methods
from control.billing.payments.providers.accounts import keys_of, open_provider
from control.billing.payments.providers.acting import for_seller
from control.billing.payments.providers.interface import Provider, ProviderAway, ProviderRefused
from control.billing.payments.providers.models import PaymentMethod
from control.core.context import Context
from control.core.db import Scope
from control.core.errors import Conflict, NotFound, Unavailable
from control.core.ids import new_id
from control.core.runtime import Runtime
from control.core.words import said

BACK = "/payments/methods/added"
_REFERENCE = re.compile("[A-Za-z0-9_]{1,255}")


@asynccontextmanager
async def at(runtime: Runtime, customer: Customer) -> AsyncIterator[tuple[Provider, str]]:
    """The provider of a customer's seller, and the customer's reference there. Raises Unavailable, Conflict."""
    try:
        async with open_provider(runtime, customer.organization_id) as provider:
            yield provider, await charging.at_provider(runtime, provider, customer)
    except ProviderAway as away:
        raise Unavailable("The payment provider does not answer.") from away
    except ProviderRefused as refused:
        if refused.unknown:
            raise NotFound("page of the provider's") from refused
        raise Conflict(said("The payment provider refused: %(reason)s", reason=refused.message)) from refused


async def has_provider(ctx: Context, organization_id: UUID) -> bool:
    """Whether a seller, of whom the caller buys, takes cards."""
    async with ctx.runtime.database.transaction(Scope(organization_id)) as tx:
        return await keys_of(ctx.runtime, tx, organization_id) is not None


async def begin(ctx: Context, customer_id: UUID | None, then: str) -> str:
    """The address of the provider's page for a card of the caller's; `then` comes back with it. Raises ValidationFailed,
    Conflict, Unavailable."""
    async with ctx.transaction("own") as tx:
        customer = await methods.customer_to_set_up(ctx, tx, customer_id)
    here = ctx.runtime.settings.public_url.rstrip("/")
    query = urlencode({"customer": customer.id, "then": then})
    async with at(ctx.runtime, customer) as (provider, reference):
        back = f"{here}{BACK}?{query}&session={{CHECKOUT_SESSION_ID}}"
        page = await provider.host_set_up(reference, new_id(), back, f"{here}{BACK}?{query}")
    return page.url


async def finish(ctx: Context, customer_id: UUID, session: str) -> PaymentMethod | None:
    """Keep the card that was given on that page, as the event will that comes about it: whichever is first. None while no card
    was given. Raises NotFound for a page of somebody else's."""
    async with ctx.transaction("own") as tx:
        customer = await methods.customer_to_set_up(ctx, tx, customer_id)
    if not _REFERENCE.fullmatch(session):
        raise NotFound("page of the provider's")
    async with at(ctx.runtime, customer) as (provider, reference):
        found = await provider.look_up_hosted(session)
        if found.customer != reference:
            raise NotFound("page of the provider's")
        if found.status != "succeeded" or found.method is None:
            return None
        card = await provider.look_up_card(found.method)
    async with ctx.transaction("own") as tx, for_seller(tx, customer.organization_id):
        return await methods.find(tx, await methods.keep(tx, customer, card))
