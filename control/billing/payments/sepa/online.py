"""Mandates that customers give themselves: what is offered to them, what they agree to, and the proof that they did.

They agree by sending back a digest of the very words that they were shown, so that nobody agrees to what they did not see. What
they agreed to is written down with it, and never changes.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from control.billing.addresses import Address, address_errors
from control.billing.customers.models import Customer
from control.billing.documents.words import words
from control.billing.payments import queries as payment_q
from control.billing.payments.providers import methods
from control.billing.payments.providers import queries as provider_q
from control.billing.payments.providers.acting import for_seller
from control.billing.payments.providers.models import PaymentMethod
from control.billing.payments.sepa import mandates, telling
from control.billing.payments.sepa import queries as q
from control.billing.payments.sepa.ibans import wants_address
from control.billing.payments.sepa.models import Consent, MandateOffer, OwnMandate
from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings, Language
from control.billing.today import today
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, DomainError, FieldError, Forbidden, NotFound, ValidationFailed

NEEDED = "is needed for accounts outside of the European Economic Area"


async def offer(ctx: Context, language: Language | None = None, customer_id: UUID | None = None) -> MandateOffer:
    """What the caller's organisation would agree to. Raises Conflict where its seller does not take mandates in this way,
    Forbidden for those who only visit it, ValidationFailed."""
    async with ctx.transaction("own") as tx:
        customer = await _payer(ctx, tx, customer_id)
        async with for_seller(tx, customer.organization_id):
            return offered(customer, await settings.find(tx, customer.organization_id), language)


async def is_offered(ctx: Context) -> bool:
    """Whether the caller may give a mandate."""
    try:
        await offer(ctx)
    except DomainError:
        return False
    return True


async def give(ctx: Context, tx: Transaction, data: OwnMandate) -> PaymentMethod:
    """Keep a mandate that the caller gives for their organisation, and confirm it by mail. Raises as `offer` does, and Conflict
    when the words have changed since they were shown, or the account has a mandate already."""
    customer = await _payer(ctx, tx, data.customer_id)
    codes, errors = mandates.codes_of(data.iban, data.bic)
    errors += mandates.holder_errors(data.holder)
    if data.address is not None:
        errors += address_errors("/address", data.address)
    if codes["iban"] and wants_address(codes["iban"]) and not data.bic:
        errors.append(FieldError("/bic", NEEDED))
    if errors:
        raise ValidationFailed(errors)
    async with for_seller(tx, customer.organization_id):
        seller = await settings.find(tx, customer.organization_id)
        shown = offered(customer, seller, data.language)
        if data.agrees_to != shown.agrees_to:
            raise Conflict("The words of the mandate have changed. Read them again.", details={"field": "/agrees_to"})
        key = {"organization_id": customer.organization_id, "customer_id": customer.id}
        await tx.value(payment_q.SQL.lock_customer, id=customer.id)
        if await tx.value(q.SQL.has_mandate, iban=codes["iban"], **key):
            raise Conflict("There is a mandate for this account already.", details={"field": "/iban"})
        if data.is_default:
            await tx.run(provider_q.SQL.no_default, **key)
        made = await mandates.keep(
            tx,
            ctx.actor,
            customer.id,
            holder=data.holder,
            signed_on=today(seller.timezone),
            scheme="CORE",
            kind=data.kind,
            pre_notification_days=shown.pre_notification_days,
            address=data.address or customer.address,
            given_online=True,
            iban=codes["iban"],
            bic=codes["bic"],
        )
        await tx.run(
            q.SQL.insert_consent,
            payment_method_id=made.id,
            organization_id=made.organization_id,
            customer_org_id=made.customer_org_id,
            given_by=ctx.principal.user_id,
            given_with=ctx.principal.kind,
            address="" if ctx.address is None else str(ctx.address),
            user_agent=ctx.user_agent,
            language=shown.language,
            creditor_name=shown.creditor_name,
            creditor_id=shown.creditor_id,
            creditor_address=Jsonb(msgspec.to_builtins(shown.creditor_address)),
            words=shown.words,
        )
        await telling.given(ctx.runtime, tx, made, shown.words)
    return made


async def consent(ctx: Context, method_id: UUID) -> Consent:
    """The proof that a mandate was given online. Raises NotFound."""
    method = await methods.get(ctx, method_id)
    async with ctx.transaction() as tx:
        found = await tx.maybe(Consent, q.SQL.consent, payment_method_id=method.id)
    if found is None:
        raise NotFound("mandate that was given online")
    return found


def offered(customer: Customer, seller: BillingSettings, language: Language | None) -> MandateOffer:
    """The mandate that a seller asks its customer for. Raises Conflict where it asks for none. Pure."""
    if not (seller.online_mandates and seller.iban and seller.creditor_id):
        raise Conflict("Your seller does not take mandates for direct debits in this way.")
    language = language or customer.language
    name = seller.account_holder or seller.legal_name
    said = [one.format(creditor=name, days=seller.pre_notification_days) for one in words(language).mandate.words]
    about = [language, name, seller.creditor_id, _line(seller.address), str(seller.pre_notification_days), *said]
    return MandateOffer(
        customer_id=customer.id,
        creditor_name=name,
        creditor_id=seller.creditor_id,
        creditor_address=seller.address,
        pre_notification_days=seller.pre_notification_days,
        language=language,
        words=said,
        agrees_to=hashlib.sha256("\0".join(about).encode()).hexdigest(),
    )


def _line(address: Address) -> str:
    return "\0".join(msgspec.structs.astuple(address))


async def _payer(ctx: Context, tx: Transaction, customer_id: UUID | None) -> Customer:
    """The customer that the caller's own organisation is: nobody agrees for others. Raises Forbidden, ValidationFailed."""
    principal = ctx.principal
    if principal.organization_id != principal.home_organization_id:
        raise Forbidden("A mandate is given by the customer's own people.")
    found = await methods.customer_to_set_up(ctx, tx, customer_id)
    if found.customer_org_id != principal.organization_id:
        raise ValidationFailed(FieldError("/customer_id", "is somebody else: a mandate is given by who pays"))
    return found
