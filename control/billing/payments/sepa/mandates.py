"""Mandates: permissions to collect from an account. They are payment methods like others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from control.billing.addresses import Address
from control.billing.money import present
from control.billing.payments import queries as payment_q
from control.billing.payments import service as payments
from control.billing.payments.pan import card_number_error
from control.billing.payments.providers import methods
from control.billing.payments.providers.models import PaymentMethod
from control.billing.payments.sepa import queries as q
from control.billing.payments.sepa.ibans import checked, checked_bic
from control.billing.payments.sepa.models import NewMandate
from control.billing.settings import service as settings
from control.billing.texts import line_error
from control.billing.today import today
from control.core import audit
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, ValidationFailed
from control.core.ids import new_id
from control.core.words import reason


async def add_mandate(ctx: Context, tx: Transaction, data: NewMandate) -> PaymentMethod:
    """Keep a mandate that a customer signed. Raises ValidationFailed; Conflict for a reference that is taken."""
    customer = await payments.customer_to_charge(ctx, tx, data.customer_id)
    seller = await settings.find(tx, customer.organization_id)
    codes, errors = codes_of(data.iban, data.bic)
    errors += holder_errors(data.holder)
    errors += present(
        [
            FieldError("/signed_on", "is in the future") if data.signed_on > today(seller.timezone) else None,
            FieldError("/signed_on", "is before SEPA") if data.signed_on < payments.EARLIEST else None,
        ]
    )
    if errors:
        raise ValidationFailed(errors)
    return await keep(
        tx,
        ctx.actor,
        customer.id,
        holder=data.holder,
        reference=data.reference,
        signed_on=data.signed_on,
        scheme=data.scheme,
        kind=data.kind,
        pre_notification_days=data.pre_notification_days,
        iban=codes["iban"],
        bic=codes["bic"],
    )


def codes_of(iban: str, bic: str) -> tuple[dict[str, str], list[FieldError]]:
    """The account and its bank in one form, and what is wrong with them."""
    codes, errors = {"iban": "", "bic": ""}, []
    for name, text, check in (("iban", iban, checked), ("bic", bic, checked_bic)):
        try:
            codes[name] = check(text)
        except ValueError as error:
            errors.append(FieldError(f"/{name}", reason(error)))
    return codes, errors


def holder_errors(holder: str) -> list[FieldError]:
    """What is wrong with the name of whose account it is."""
    return present([line_error("/holder", holder), card_number_error("/holder", holder)])


async def keep(
    tx: Transaction,
    actor: audit.Actor,
    customer_id: UUID,
    *,
    reference: str | None = None,
    address: Address | None = None,
    given_online: bool = False,
    **columns: Any,
) -> PaymentMethod:
    """Keep a mandate that was looked at, in the seller's transaction; its reference is made where there is none. The customer's
    first way to pay is the default one. Raises Conflict for a reference that is taken."""
    mandate_id = new_id()
    await tx.value(payment_q.SQL.lock_customer, id=customer_id)
    try:
        await tx.run(
            q.SQL.insert_mandate,
            id=mandate_id,
            customer_id=customer_id,
            reference=reference or f"M{mandate_id.hex.upper()}",
            holder_address=None if address is None else Jsonb(msgspec.to_builtins(address)),
            given_online=given_online,
            **columns,
        )
    except UniqueViolation:
        raise Conflict("There is a mandate of this reference already.", details={"field": "/reference"}) from None
    made = await methods.find(tx, mandate_id)
    await methods.told(tx, "payment_method.added", None, made, actor)
    return made
