"""What customers' records say is kept as evidence when it is written and when it changes."""

from __future__ import annotations

from uuid import UUID

from control.billing.customers.models import Customer
from control.billing.customers.queries import SQL as CUSTOMERS
from control.billing.tax.evidence.gathering import note_customer
from control.core.db import Transaction
from control.core.events import Event, on


async def _note(tx: Transaction, customer_id: str, source: str) -> None:
    customer = await tx.maybe(Customer, CUSTOMERS.get, id=UUID(customer_id))
    if customer is not None:
        await note_customer(tx, customer, source)


@on("customer.created")
async def created(tx: Transaction, event: Event) -> None:
    """A new customer's address and VAT id."""
    await _note(tx, event.payload["id"], "customer")


@on("customer.updated")
async def updated(tx: Transaction, event: Event) -> None:
    """What changed of them."""
    await _note(tx, event.payload["id"], "customer")


@on("customer.tax_id_invalid")
async def refused(tx: Transaction, event: Event) -> None:
    """An id that the register does not know speaks for nothing."""
    await _note(tx, event.payload["customer_id"], "register")


@on("customer.tax_id_valid")
async def confirmed(tx: Transaction, event: Event) -> None:
    """One that it knows does again."""
    await _note(tx, event.payload["customer_id"], "register")
