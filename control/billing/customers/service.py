"""Customers of a seller."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from email_validator import EmailNotValidError, validate_email
from psycopg.errors import ForeignKeyViolation, UniqueViolation
from psycopg.types.json import Jsonb

from control.accounts.organizations import service as organizations
from control.accounts.organizations.models import NewOrganization
from control.billing import numbers, reach
from control.billing.addresses import address_errors
from control.billing.customers import queries as q
from control.billing.customers.models import Customer, NewCustomer, Owed, TaxIdStatus
from control.billing.money import currency_error, present
from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings
from control.billing.tax import ids as tax_ids
from control.billing.texts import line_error, paragraph_error
from control.billing.today import today
from control.core import events
from control.core.context import Context
from control.core.db import Transaction
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.core.ids import new_id
from control.core.pagination import PageRequest, like

SORTABLE = {"created_at": "created_at", "name": "name", "number": "number", "country": "country"}


async def page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Customer], int]:
    """The customers in reach."""
    async with ctx.transaction() as tx:
        params = {"search": like(wanted.search), **await reach.asked(ctx, tx, filters)}
        total = await tx.value(q.SQL.count, **params)
        return await tx.all(Customer, wanted.sorted(q.SQL.page), **params), total


async def get(ctx: Context, customer_id: UUID) -> Customer:
    """One customer. Raises NotFound."""
    async with ctx.transaction() as tx:
        found = await find(tx, customer_id)
        # Customers who read what is theirs look into nobody else's organisation.
        if found.customer_org_id != ctx.principal.organization_id:
            await ctx.audit_read(tx, "customer", found.id, organization_id=found.organization_id)
    return found


async def owed(ctx: Context, customer: Customer) -> list[Owed]:
    """What is open of a customer's invoices, by currency."""
    async with ctx.transaction() as tx:
        return await tx.all(Owed, q.SQL.owed, organization_id=customer.organization_id, id=customer.id)


async def names(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, str]:
    """What customers are called, of those in reach."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    async with ctx.transaction() as tx:
        return {one.id: one.name for one in await tx.all(Customer, q.SQL.get_many, ids=wanted)}


async def find(tx: Transaction, customer_id: UUID, *, lock: bool = False) -> Customer:
    """The customer in this transaction. Raises NotFound."""
    if lock:
        await tx.value(q.SQL.lock, id=customer_id)
    found = await tx.maybe(Customer, q.SQL.get, id=customer_id)
    if found is None:
        raise NotFound("customer")
    return found


async def create(ctx: Context, tx: Transaction, data: NewCustomer) -> Customer:
    """A new customer of the caller's organisation, and the customer's own organisation where none is named.

    Raises ValidationFailed, and Conflict when that organisation is a customer already.
    """
    seller = await settings.find(tx, ctx.principal.organization_id)
    columns = _columns(data, seller)
    customer_org_id = data.customer_org_id
    if customer_org_id is None:
        made = NewOrganization(kind="customer", name=data.name, slug=_slug(data.name), parent_id=seller.organization_id)
        customer_org_id = (await organizations.create(ctx, tx, made)).id
    elif not await tx.value(q.SQL.is_child, id=customer_org_id, parent_id=seller.organization_id):
        raise ValidationFailed(FieldError("/customer_org_id", "is no organization directly below yours"))
    [number] = await numbers.take(tx, seller.organization_id, "customer", seller.customer_number, today(seller.timezone))
    customer_id = new_id()
    try:
        await tx.run(
            q.SQL.insert,
            id=customer_id,
            organization_id=seller.organization_id,
            customer_org_id=customer_org_id,
            number=number.text,
            **columns,
        )
    except UniqueViolation:
        raise Conflict("That organization is a customer of yours already.", details={"field": "/customer_org_id"}) from None
    created = await find(tx, customer_id)
    await ctx.audit(tx, "customer.created", "customer", created.id, organization_id=created.organization_id, after=created)
    await events.emit(tx, "customer.created", created.organization_id, created)
    return created


async def replace(ctx: Context, customer_id: UUID, data: NewCustomer) -> Customer:
    """Set all fields. What was finalised keeps what it said. Raises ValidationFailed, Conflict for another currency."""
    async with ctx.transaction() as tx:
        before = await find(tx, customer_id, lock=True)
        _own(ctx, before)
        ctx.if_match(before.version)
        seller = await settings.find(tx, before.organization_id)
        if data.customer_org_id not in (None, before.customer_org_id):
            raise ValidationFailed(FieldError("/customer_org_id", "cannot be changed; make another customer"))
        columns = _columns(data, seller)
        documents = await tx.value(q.SQL.has_documents, organization_id=before.organization_id, id=before.id)
        if columns["currency"] != before.currency and documents:
            raise Conflict("This customer has invoices in another currency.", details={"field": "/currency"})
        if columns["tax_id"] == before.tax_id and columns["address"].obj["country"] == before.address.country:
            columns["tax_id_status"] = before.tax_id_status
        await tx.run(q.SQL.update, id=customer_id, **columns)
        after = await find(tx, customer_id)
        await ctx.audit(
            tx, "customer.updated", "customer", after.id, organization_id=after.organization_id, before=before, after=after
        )
        await events.emit(tx, "customer.updated", after.organization_id, after)
    return after


async def delete(ctx: Context, customer_id: UUID) -> None:
    """Delete a customer who never got a document; the organisation stays. Raises Conflict."""
    async with ctx.transaction() as tx:
        before = await find(tx, customer_id, lock=True)
        _own(ctx, before)
        ctx.if_match(before.version)
        try:
            await tx.run(q.SQL.delete, id=customer_id)
        except ForeignKeyViolation:
            raise Conflict("This customer has invoices or subscriptions; set is_active to false instead.") from None
        await ctx.audit(tx, "customer.deleted", "customer", before.id, organization_id=before.organization_id, before=before)
        await events.emit(tx, "customer.deleted", before.organization_id, {"id": before.id})


def _own(ctx: Context, customer: Customer) -> None:
    """A customer sees what the seller keeps of them, and asks the seller to change it."""
    if customer.customer_org_id == ctx.principal.organization_id and customer.organization_id != ctx.principal.organization_id:
        raise NotFound("customer of yours")


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "customer"
    return f"{words}-{new_id().hex[-8:]}"


def _columns(data: NewCustomer, seller: BillingSettings) -> dict[str, Any]:
    errors = address_errors("/address", data.address)
    errors += present([line_error(f"/{name}", getattr(data, name)) for name in ("name", "contact", "buyer_reference")])
    errors += present([paragraph_error("/notes", data.notes)])
    currency = data.currency or seller.currency
    errors += present([currency_error("/currency", currency)])
    for pointer, email in [("/email", data.email), *((f"/copies_to/{n}", each) for n, each in enumerate(data.copies_to))]:
        try:
            validate_email(email, check_deliverability=False)
        except EmailNotValidError as error:
            errors.append(FieldError(pointer, str(error)))
    tax_id, status, refused = _tax_id(data)
    errors += present([refused])
    if errors:
        raise ValidationFailed(errors)
    columns = msgspec.structs.asdict(data) | {
        "address": Jsonb(msgspec.to_builtins(data.address)),
        "currency": currency,
        "language": data.language or seller.language,
        "tax_id": tax_id,
        "tax_id_status": status,
    }
    del columns["customer_org_id"]
    return columns


def _tax_id(data: NewCustomer) -> tuple[str, TaxIdStatus, FieldError | None]:
    """The id in one form and what is known of it: its form is checked here, whether it is in use by a job."""
    if not data.tax_id:
        return "", "none", None
    if data.kind == "private":
        return "", "none", FieldError("/tax_id", "is for businesses; set kind to business")
    return tax_ids.checked("/tax_id", data.tax_id, data.address)
