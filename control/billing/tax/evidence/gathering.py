"""Keeping what speaks for a customer's country. Whoever learns something calls `note`: customers' changes, orders, payments."""

from __future__ import annotations

import ipaddress

from control.billing.customers.models import Customer
from control.billing.tax.evidence import queries as q
from control.billing.tax.evidence.models import Piece, PlaceOfSupply
from control.billing.tax.evidence.weighing import Kind, weigh
from control.billing.tax.ids import member_state_of
from control.core import events
from control.core.db import Transaction
from control.core.ids import new_id


async def note(tx: Transaction, customer: Customer, kind: Kind, country: str | None, *, detail: str, source: str) -> bool:
    """Keep one piece, unless the latest of its kind says the same; whether it was new. A contradiction is told as an event."""
    before = await place_of_supply(tx, customer)
    kept = await tx.run(
        q.SQL.insert,
        id=new_id(),
        organization_id=customer.organization_id,
        customer_id=customer.id,
        kind=kind,
        country=country,
        detail=_network(detail) if kind == "ip_address" else detail,
        source=source,
    )
    if not kept:
        return False
    after = await place_of_supply(tx, customer)
    if after.verdict in ("contradictory", "elsewhere") and (before.verdict, before.country) != (after.verdict, after.country):
        told = {"customer_number": customer.number, "verdict": after.verdict, "explanation": after.explanation}
        await events.emit(tx, "customer.place_contradicted", customer.organization_id, {"customer_id": customer.id, **told})
    return True


async def note_customer(tx: Transaction, customer: Customer, source: str) -> None:
    """Keep what the customer's own record says: the address, and the state that gave the VAT id."""
    where = customer.address
    detail = " ".join(filter(None, (where.postal_code, where.city)))
    await note(tx, customer, "billing_address", where.country, detail=detail, source=source)
    state = member_state_of(customer.tax_id) if customer.tax_id_status != "invalid" else ""
    await note(tx, customer, "tax_id", state or None, detail=customer.tax_id if state else "", source=source)


async def place_of_supply(tx: Transaction, customer: Customer) -> PlaceOfSupply:
    """Where a customer is, by the latest piece of each kind."""
    pieces = await tx.all(Piece, q.SQL.latest, organization_id=customer.organization_id, customer_id=customer.id)
    found = weigh({one.kind: one.country for one in pieces}, customer.address.country)
    return PlaceOfSupply(
        customer_id=customer.id,
        verdict=found.verdict,
        country=found.country,
        billing_country=customer.address.country,
        agreeing=list(found.agreeing),
        contradicting=list(found.contradicting),
        explanation=found.explanation,
        pieces=pieces,
    )


def _network(address: str) -> str:
    """The network of an address, /24 or /48: enough for a country, too little for a person. Empty for what is none."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return ""
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))
