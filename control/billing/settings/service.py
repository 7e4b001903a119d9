"""How an organisation sells."""

from __future__ import annotations

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from email_validator import EmailNotValidError, validate_email
from psycopg.types.json import Jsonb
from stdnum import bic as bic_codes
from stdnum import iban as ibans
from stdnum.eu import at_02
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from control.billing.addresses import EU, address_errors
from control.billing.money import currency_error, present
from control.billing.numbers import pattern_error
from control.billing.settings import queries as q
from control.billing.settings.models import BillingSettings, NewBillingSettings
from control.billing.tax.ids import registration_error
from control.billing.texts import line_error, paragraph_error
from control.billing.today import today
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.words import said

_LINES = ("legal_name", "phone", "website", "registration", "tax_number", "account_holder", "creditor_id")
_PATTERNS = ("invoice_number", "credit_note_number", "debit_note_number", "customer_number")


async def find(tx: Transaction, organization_id: UUID) -> BillingSettings:
    """The settings of a seller. Raises Conflict when it has none yet."""
    found = await tx.maybe(BillingSettings, q.SQL.get, organization_id=organization_id)
    if found is None:
        raise Conflict("Say first who sells, in the billing settings.")
    return found


async def currency_of(tx: Transaction, organization_id: UUID) -> str:
    """The currency of a seller's books; empty where nothing was ever sold."""
    found = await tx.maybe(BillingSettings, q.SQL.get, organization_id=organization_id)
    return found.currency if found else ""


async def today_of(tx: Transaction, organization_id: UUID) -> date:
    """Which day it is where the seller is."""
    found = await tx.maybe(BillingSettings, q.SQL.get, organization_id=organization_id)
    return today(found.timezone if found else "UTC")


async def get(ctx: Context) -> BillingSettings:
    """The caller's. Raises NotFound when there are none yet."""
    async with ctx.transaction() as tx:
        found = await tx.maybe(BillingSettings, q.SQL.get, organization_id=ctx.principal.organization_id)
    if found is None:
        raise NotFound("billing settings; PUT them first")
    return found


async def save(ctx: Context, data: NewBillingSettings) -> BillingSettings:
    """Set all. Raises ValidationFailed, and Conflict for another currency once something is booked."""
    organization_id = ctx.principal.organization_id
    checked = _checked(data)
    async with ctx.transaction() as tx:
        await tx.value(q.SQL.lock, organization_id=organization_id)
        before = await tx.maybe(BillingSettings, q.SQL.get, organization_id=organization_id)
        if before is not None:
            ctx.if_match(before.version)
            booked = await tx.value(q.SQL.has_entries, organization_id=organization_id)
            if before.currency != checked.currency and booked:
                raise Conflict("The books are kept in another currency already.", details={"field": "/currency"})
        columns = msgspec.structs.asdict(checked) | {"address": Jsonb(msgspec.to_builtins(checked.address))}
        await tx.run(q.SQL.save, organization_id=organization_id, **columns)
        after = await find(tx, organization_id)
        await ctx.audit(
            tx,
            "billing_settings.updated",
            "billing_settings",
            organization_id,
            organization_id=organization_id,
            before=before,
            after=after,
        )
        await events.emit(tx, "billing_settings.updated", organization_id, after)
    return after


def _checked(data: NewBillingSettings) -> NewBillingSettings:
    """The settings with their codes in one form. Raises ValidationFailed with all that is wrong."""
    errors = present(line_error(f"/{name}", getattr(data, name)) for name in _LINES)
    errors += present(pattern_error(f"/{name}", getattr(data, name)) for name in _PATTERNS)
    errors += present([paragraph_error("/footer", data.footer), currency_error("/currency", data.currency)])
    errors += address_errors("/address", data.address)
    if len({getattr(data, name).partition("{")[0] for name in _PATTERNS}) < len(_PATTERNS):
        errors.append(FieldError("/invoice_number", "each kind of number needs a beginning of its own"))
    try:
        ZoneInfo(data.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        errors.append(FieldError("/timezone", "is not a time zone, such as Europe/Berlin"))
    try:
        validate_email(data.email, check_deliverability=False)
    except EmailNotValidError as error:
        errors.append(FieldError("/email", str(error)))
    codes = {}
    for name, check in (("iban", ibans.validate), ("bic", bic_codes.validate)):
        try:
            codes[name] = check(getattr(data, name)) if getattr(data, name) else ""
        except ValidationError as error:
            errors.append(FieldError(f"/{name}", said("is not valid: %(reason)s", reason=str(error))))
    if data.online_mandates:
        missing = [name for name in ("iban", "creditor_id") if not getattr(data, name)]
        errors += [FieldError(f"/{name}", "is needed for mandates") for name in missing]
        if data.creditor_id and not at_02.is_valid(data.creditor_id):
            errors.append(FieldError("/creditor_id", "is not valid (EPC262-08)"))
    if data.vat_id and data.address.country in EU:
        try:
            codes["vat_id"] = eu_vat.validate(data.vat_id)
        except ValidationError:
            errors.append(FieldError("/vat_id", "is not a VAT id, such as DE123456789"))
    errors += present(registration_error(f"/tax_registrations/{n}", one) for n, one in enumerate(data.tax_registrations))
    if errors:
        raise ValidationFailed(errors)
    return msgspec.structs.replace(data, **codes)
