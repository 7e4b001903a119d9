"""Makes customers and invoices of a seller in the database, many at a time.

Everything of one batch is one transaction, so that who stops in the middle finds whole invoices, and goes on behind them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from control.demo_data import names
from control.demo_data.trading import queries as q

Connection = psycopg.Connection[Any]
BATCH = 10_000
_DAYS = 730


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What one seller is to have. `prefix` begins the customers' numbers, and tells them from those that are there already."""

    seller: UUID
    customers: int
    invoices: int
    subscriptions: int = 0
    prefix: str = "L"
    digits: int = 5
    days: int = _DAYS
    first: date | None = None
    is_steady: bool = False
    """As many invoices on each day, most of them paid; for measuring lists. Otherwise more from month to month."""
    has_details: bool = True
    """With lines, payments and books, and with organisations of their own names."""

    @property
    def begins(self) -> date:
        return self.first or datetime.now(UTC).date() - timedelta(days=self.days)


def paper_of(seller: dict[str, Any]) -> dict[str, Any]:
    """What documents say of the seller, from its settings."""
    wanted = ("legal_name", "address", "email", "phone", "website", "registration", "vat_id", "tax_number", "iban", "bic",
              "account_holder", "currency", "footer")  # fmt: skip
    return {name: seller.get(name, "") for name in wanted}


def folk(connection: Connection, plan: Plan) -> bool:
    """The seller's customers with their organisations in the session's table `folk`; false when an earlier run made them."""
    connection.execute(q.SQL.end)
    connection.execute(q.SQL.begin)
    known = {"seller": plan.seller, "like": f"{plan.prefix}%"}
    is_new = connection.execute(q.SQL.has_customers, known).fetchone() != (True,)
    if not is_new:
        connection.execute(q.SQL.existing, known)
    else:
        begins = datetime.combine(plan.begins, datetime.min.time(), UTC)
        columns = "place, slug, number, name, contact, email, address, language, tax_id, since"
        with connection.cursor() as cursor, cursor.copy(f"COPY folk ({columns}) FROM STDIN") as copy:
            for place in range(plan.customers):
                one = names.company(place, f"{plan.prefix.lower()}{plan.seller.hex[-4:]}-")
                since = begins + timedelta(days=plan.days * 0.9 * place / plan.customers)
                copy.write_row(
                    (place, one.slug, f"{plan.prefix}{place + 1:06}", one.name, one.contact, one.email, Jsonb(one.address),
                     one.language, one.tax_id, since)
                )  # fmt: skip
        connection.execute(q.SQL.organizations, known)
        connection.execute(q.SQL.customers, known)
        if plan.subscriptions:
            connection.execute(q.SQL.subscribe, {"many": plan.subscriptions})
    connection.execute(q.SQL.buyers, {})
    connection.execute("ANALYZE folk")
    return is_new


def trade(connection: Connection, plan: Plan, paper: dict[str, Any]) -> Iterator[int]:
    """The catalogue, subscriptions and invoices; yields how many invoices each batch had. The connection commits by itself.

    What an earlier run made is counted, not made again.
    """
    with connection.transaction():
        is_new = folk(connection, plan)
        if plan.has_details and is_new:
            connection.execute(q.SQL.catalogue, {"seller": plan.seller})
            connection.execute(q.SQL.subscriptions, {"seller": plan.seller})
        taken = connection.execute(q.SQL.taken, {"seller": plan.seller}).fetchone()
        done, first, before = connection.execute(q.SQL.done).fetchone() or (0, plan.begins, None)
        facts = {
            "seller": plan.seller,
            "many": plan.invoices,
            "customers": plan.customers,
            "first": plan.begins if is_new else first,
            "days": plan.days,
            "steady": plan.is_steady,
            "digits": plan.digits,
            "offset": before if done else taken[0] if taken else 0,
            "paper": Jsonb(paper),
        }
        connection.execute(q.SQL.days, facts)
    if done:
        yield min(done, plan.invoices)
    for low in range(done + 1, plan.invoices + 1, BATCH):
        high = min(low + BATCH - 1, plan.invoices)
        with connection.transaction():
            _batch(connection, {**facts, "low": low, "high": high}, has_details=plan.has_details)
        yield high - low + 1
    with connection.transaction():
        connection.execute(q.SQL.numbers, facts)
    connection.execute(q.SQL.end)


def _batch(connection: Connection, facts: dict[str, Any], *, has_details: bool) -> None:
    connection.execute(q.SQL.batch, facts)
    connection.execute("ANALYZE batch")
    connection.execute(q.SQL.invoices, facts)
    if not has_details:
        return
    connection.execute(q.SQL.open_lines)
    connection.execute(q.SQL.items, facts)
    connection.execute(q.SQL.close_lines)
    connection.execute(q.SQL.payments, facts)
    connection.execute(q.SQL.allocations, facts)
    connection.execute(q.SQL.entries, facts)
    connection.execute(q.SQL.book, facts)
    connection.execute(q.SQL.book_lines, facts)
