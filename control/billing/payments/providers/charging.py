"""Charging invoices to cards. First a pending payment is written down, then the provider is asked, then its answer is written
down. Whatever breaks in between, asking again gives the same charge: its key at the provider is our payment's id."""

from __future__ import annotations

from uuid import UUID

import msgspec
import structlog
from psycopg.errors import UniqueViolation

from control.billing.customers import service as customers
from control.billing.customers.models import Customer
from control.billing.invoices import service as invoices
from control.billing.invoices.models import STATES, Invoice
from control.billing.payments import moving, service
from control.billing.payments import queries as payment_q
from control.billing.payments.models import CAME_IN, Payment
from control.billing.payments.providers import methods
from control.billing.payments.providers import queries as q
from control.billing.payments.providers.accounts import STRIPE, keys_of, open_provider
from control.billing.payments.providers.acting import for_seller
from control.billing.payments.providers.interface import Charge, Charging, Provider, ProviderAway, ProviderRefused
from control.billing.payments.providers.models import NewCharge
from control.billing.settings import service as settings
from control.billing.today import today
from control.core import audit, jobs
from control.core.context import Context
from control.core.db import Scope, Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.runtime import Runtime
from control.core.words import N_, said

log = structlog.get_logger("hcc.payments")
GONE = "resource_missing"
"""Stripe's code for a card or a customer that it does not have."""


async def begin(ctx: Context, tx: Transaction, data: NewCharge) -> Payment:
    """A pending payment of all that is open of an invoice, for its seller or its customer. One that is under way is given back.

    Raises ValidationFailed, Conflict when nothing is open or no provider is set up.
    """
    try:
        invoice = await invoices.find(tx, data.invoice_id)
    except NotFound:
        raise ValidationFailed(FieldError("/invoice_id", "is no invoice of yours")) from None
    async with for_seller(tx, invoice.organization_id):
        if await keys_of(ctx.runtime, tx, invoice.organization_id) is None:
            raise Conflict("The seller has no payment provider.")
        return await begin_for(
            tx,
            invoice,
            method_id=data.payment_method_id,
            use_default=data.use_default,
            off_session=data.off_session,
            keep=data.keep,
            actor=ctx.actor,
        )


async def begin_for(
    tx: Transaction,
    invoice: Invoice,
    *,
    method_id: UUID | None = None,
    use_default: bool = False,
    off_session: bool = False,
    keep: bool = False,
    actor: audit.Actor = audit.SYSTEM,
) -> Payment:
    """As `begin`, in the seller's transaction; `carry_out` does the rest once this is committed."""
    if invoice.status not in ("sent", "partially_paid", "overdue", "uncollectible") or invoice.kind == "credit_note":
        words, state = N_("Invoice %(number)s is %(status)s: nothing is open."), said(STATES[invoice.status])
        raise Conflict(said(words, number=invoice.invoice_number or "", status=state), details={"status": invoice.status})
    customer = await customers.find(tx, invoice.customer_id)
    await tx.value(payment_q.SQL.lock_customer, id=customer.id)
    balance = (await moving.payables(tx, [invoice.id]))[invoice.id].balance
    under_way = await tx.value(q.SQL.under_way, organization_id=invoice.organization_id, invoice_id=invoice.id)
    if under_way is not None:
        found = await moving.find(tx, under_way)
        if found.method == "card" and found.amount == balance and found.payment_method_id in (None, method_id):
            return found
        raise Conflict("Another payment of this invoice is under way.", details={"payment_id": str(under_way)})
    if balance <= 0:
        raise Conflict(said("Nothing of invoice %(number)s is open.", number=str(invoice.invoice_number)))
    if use_default:
        method_id = await tx.value(q.SQL.default_method, organization_id=customer.organization_id, customer_id=customer.id)
        if method_id is None:
            raise Conflict("The customer has no default card.")
    if method_id is not None:
        await methods.chargeable(tx, method_id, customer.id)
    elif off_session:
        raise ValidationFailed(FieldError("/off_session", "needs payment_method_id or use_default"))
    try:
        payment = await service.begin(
            tx,
            customer,
            method="card",
            provider=STRIPE,
            currency=invoice.currency,
            amount=balance,
            invoice_id=invoice.id,
            payment_method_id=method_id,
            reference=invoice.invoice_number or "",
            off_session=off_session,
            keep_method=keep,
        )
    except UniqueViolation:
        raise Conflict("Another payment of this invoice is under way.") from None
    return await moving.told(tx, payment, "payment.pending", actor)


async def carry_out(runtime: Runtime, organization_id: UUID, payment_id: UUID, *, give_up: bool = False) -> Payment:
    """Ask the provider about a pending payment, or for it when it never heard of it, and write down what it says; with `give_up`
    what still waits for the payer is cancelled. The payment has the secret for the payer's browser.

    Raises ProviderAway: nothing is known then, and this is to be called again.
    """
    scope = Scope(organization_id)
    async with runtime.database.transaction(scope) as tx:
        payment = await _own(tx, payment_id, organization_id)
        customer = await customers.find(tx, payment.customer_id)
        kept = await _kept(tx, payment)
    if payment.status in CAME_IN and payment.fee:
        return payment
    if not payment.provider or (payment.status != "pending" and payment.provider_reference is None):
        return payment
    async with open_provider(runtime, organization_id) as provider:
        try:
            charge = await _ask(runtime, provider, payment, customer, kept)
            if give_up and charge.status in ("requires_action", "failed"):
                charge = await provider.cancel(charge.reference)
            elif charge.status == "failed" and payment.status == "pending" and payment.payment_method_id and charge.reference:
                # What was declined must not be confirmed later, beside the next try.
                ended = await provider.cancel(charge.reference)
                charge = ended if ended.status == "succeeded" else charge
        except ProviderRefused as refused:
            log.warning("charge refused", payment_id=str(payment_id), code=refused.code)
            async with runtime.database.transaction(scope) as tx:
                payment = await moving.hold(tx, payment_id)
                return await moving.fail(
                    tx,
                    payment,
                    code=refused.code or "refused",
                    message=refused.message,
                    # The card was taken away there, and its event has not come: it will not be there next time either.
                    is_final=refused.code == GONE and payment.payment_method_id is not None,
                )
        card = None
        if charge.status == "succeeded" and charge.keep and charge.method:
            card = await provider.look_up_card(charge.method)
    async with runtime.database.transaction(scope) as tx:
        after = await apply(tx, payment_id, charge)
        if card is not None:
            method_id = await methods.keep(tx, customer, card)
            await tx.run(q.SQL.set_method_of, id=payment_id, method_id=method_id)
    if not after.requires_action:
        return after
    return msgspec.structs.replace(after, client_secret=charge.client_secret, action_url=charge.action_url)


async def try_to(runtime: Runtime, organization_id: UUID, payment_id: UUID) -> Payment:
    """Carry out now, or let a job do it when the provider is away."""
    try:
        return await carry_out(runtime, organization_id, payment_id)
    except ProviderAway as away:
        log.warning("provider away", payment_id=str(payment_id), error=str(away))
        async with runtime.database.transaction(Scope(organization_id)) as tx:
            await jobs.defer(tx, "payments.charge", payment_id=str(payment_id), organization_id=str(organization_id))
            return await moving.find(tx, payment_id)


async def apply(tx: Transaction, payment_id: UUID, charge: Charge) -> Payment:
    """Bring a payment to what the provider says of its charge. Told twice or out of order, it ends the same."""
    payment = await moving.hold(tx, payment_id)
    if charge.reference and payment.provider_reference not in (None, charge.reference):
        raise ValueError(f"payment {payment_id} is another charge than {charge.reference}")
    if (charge.amount, charge.currency) != (payment.amount, payment.currency):
        raise ValueError(f"charge {charge.reference} is of another amount than payment {payment_id}")
    # A payer at the provider's form may try another card after one that was declined.
    waits = charge.status == "requires_action" or (charge.status == "failed" and payment.payment_method_id is None)
    if charge.reference and (
        payment.provider_reference is None or (payment.status == "pending" and payment.requires_action != waits)
    ):
        await tx.run(payment_q.SQL.note_provider, id=payment.id, reference=charge.reference, requires_action=waits)
        if waits and not payment.requires_action and payment.status == "pending":
            payment = await moving.told(tx, payment, "payment.requires_action", audit.SYSTEM)
        payment = await moving.find(tx, payment.id)
    seller = await settings.find(tx, payment.organization_id)
    on = today(seller.timezone)
    if charge.status == "succeeded" and payment.status in CAME_IN:
        if charge.fee is not None and not payment.fee:
            await tx.run(payment_q.SQL.set_fee, id=payment.id, fee=charge.fee.amount, fee_currency=charge.fee.currency)
            await moving.book_fee(tx, payment, seller, charge.fee, on=on, kind="payment_fee", source=payment.id)
            return await moving.find(tx, payment.id)
        return payment
    if charge.status == "succeeded":
        return await moving.come_in(tx, payment, seller, on=on, fee=charge.fee)
    if charge.status == "cancelled":
        return await moving.fail(tx, payment, status="cancelled")
    if charge.status == "failed" and not waits:
        return await moving.fail(
            tx, payment, code=charge.failure_code, message=charge.failure_message, is_final=charge.failure_is_final
        )
    await tx.run(payment_q.SQL.looked_at, id=payment.id)
    return payment


async def _own(tx: Transaction, payment_id: UUID, organization_id: UUID) -> Payment:
    payment = await moving.find(tx, payment_id)
    if payment.organization_id != organization_id:
        raise NotFound("payment")
    return payment


class _Kept(msgspec.Struct, frozen=True):
    off_session: bool
    keep_method: bool
    method: str | None


async def _kept(tx: Transaction, payment: Payment) -> _Kept:
    return await tx.one(_Kept, q.SQL.charge_options, id=payment.id)


async def _ask(runtime: Runtime, provider: Provider, payment: Payment, customer: Customer, kept: _Kept) -> Charge:
    if payment.provider_reference is not None:
        return await provider.look_up_charge(payment.provider_reference)
    reference = await at_provider(runtime, provider, customer)
    return await provider.charge(
        Charging(
            payment_id=payment.id,
            customer=reference,
            amount=payment.amount,
            currency=payment.currency,
            description=payment.reference,
            method=kept.method,
            off_session=kept.off_session,
            keep=kept.keep_method,
            return_url=f"{runtime.settings.public_url.rstrip('/')}/payments/{payment.id}/answer",
        )
    )


async def at_provider(runtime: Runtime, provider: Provider, customer: Customer) -> str:
    """The customer's reference at the provider, made when there is none."""
    scope = Scope(customer.organization_id)
    key = {"organization_id": customer.organization_id, "customer_id": customer.id, "provider": provider.name}
    async with runtime.database.transaction(scope) as tx:
        known = await tx.value(q.SQL.customer_reference, **key)
    if known is not None:
        return str(known)
    made = await provider.add_customer(customer.id, customer.name, customer.email)
    async with runtime.database.transaction(scope) as tx:
        await tx.run(q.SQL.keep_customer, reference=made, **key)
        return str(await tx.value(q.SQL.customer_reference, **key))
