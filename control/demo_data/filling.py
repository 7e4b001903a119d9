"""The large data set: sellers with their trade, and what runs, with progress. A run that was stopped is gone on with."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, LiteralString, TextIO
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from control.billing.recognition.service import recognise
from control.core.db import Scope, Transaction
from control.demo_data.operating import making as operating
from control.demo_data.operating import queries as q
from control.demo_data.trading import making as trading
from control.demo_data.trading import queries as trade_queries

Connection = psycopg.Connection[Any]
_ADDRESS = {"line1": "Hafenstraße 1", "postal_code": "20457", "city": "Hamburg", "country": "DE"}
_ANALYZED = """
organizations customers invoices invoice_items payments payment_allocations ledger_entries ledger_lines subscriptions
subscription_items users memberships user_roles gateway_sites gateway_routes agents checks check_results check_spans check_states
security_events audit_log webhook_deliveries outbox_events alerts alert_changes bans metric_series invoice_tallies
gateway_upstreams gateway_targets gateway_hosts ingest_tokens
""".split()  # noqa: SIM905 - one line for each would be a page


class Large(msgspec.Struct, frozen=True, kw_only=True):
    """How much of everything. Two sellers have most of it; the resellers share what is left."""

    customers: int = 10_000
    invoices: int = 200_000
    subscriptions: int = 5_000
    resellers: int = 38
    operating: operating.Size = operating.Size()

    def plans(self, platform: UUID, reseller: UUID, others: list[UUID]) -> Iterator[trading.Plan]:
        """What each seller gets: six parts of ten, three, and one for all the others together."""
        for seller, share in ((platform, 0.6), (reseller, 0.3), *((one, 0.1 / len(others)) for one in others)):
            yield trading.Plan(
                seller=seller,
                customers=max(round(self.customers * share), 1),
                invoices=max(round(self.invoices * share), 1),
                subscriptions=max(round(self.subscriptions * share), 1),
            )


class Progress:
    """What is being made, how far it is and how quickly it goes: a bar on a terminal, a line for each step elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar = stream.isatty()
        self._words = ""
        self._many = self._done = 0
        self._began = 0.0

    def begin(self, words: str, many: int) -> None:
        self._words, self._many, self._done, self._began = words, many, 0, time.monotonic()
        self._show()

    def add(self, made: int) -> None:
        self._done += made
        self._show()

    def end(self, note: str = "") -> None:
        took = time.monotonic() - self._began
        line = f"  {self._words}: {note}" if note else f"  {self._words}: {self._done:,} in {took:.1f} s"
        self._stream.write(("\r\x1b[K" if self._bar else "") + line + "\n")
        self._stream.flush()

    def _show(self) -> None:
        if self._bar:
            share = min(self._done / max(self._many, 1), 1)
            rate = self._done / max(time.monotonic() - self._began, 0.001)
            filled = int(share * 24)
            bar = "█" * filled + "·" * (24 - filled)
            self._stream.write(
                f"\r\x1b[K  {bar} {share:4.0%} {self._words} {self._done:,} of {self._many:,} ({rate:,.0f} a second)"
            )
            self._stream.flush()


def fill(
    owner_url: str, *, platform: UUID, reseller: UUID, more: list[UUID], origin: str, large: Large | None = None,
    stream: TextIO = sys.stderr,
) -> None:  # fmt: skip
    """Fill the database, as the schema's owner. `more` are further organisations that get sites and servers."""
    wanted = large or Large()
    progress = Progress(stream)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET work_mem = '64MB'")
        with connection.transaction():
            others = operating.resellers(connection, platform, wanted.resellers)
            sellers = [platform, reseller, *others]
            connection.execute(q.SQL.settings, {"sellers": sellers, "address": Jsonb(_ADDRESS)})
        papers = {
            UUID(row["organization_id"]): trading.paper_of(row)
            for (row,) in connection.execute(q.SQL.seller_rows, {"sellers": sellers})
        }
        plans = list(wanted.plans(platform, reseller, others))
        progress.begin("customers and invoices with their books", sum(plan.invoices for plan in plans))
        for plan in plans:
            for made in trading.trade(connection, plan, papers[plan.seller]):
                progress.add(made)
        progress.end()
        connection.execute(trade_queries.SQL.add_up)
        _analyze(connection, progress, "ANALYZE")
        _recognise(owner_url, sellers, progress)
        places = operating.Places(platform=platform, origin=origin, more=[*more, reseller])
        for step in operating.steps(places, wanted.operating):
            _step(connection, step, progress)
        _analyze(connection, progress, "VACUUM (ANALYZE)")


def _step(connection: Connection, step: operating.Step, progress: Progress) -> None:
    progress.begin(step.words, step.many)
    if operating.is_done(connection, step.name):
        progress.end("there already")
        return
    with connection.transaction():
        for made in step.make(connection):
            progress.add(made)
    progress.end()


def _analyze(connection: Connection, progress: Progress, how: LiteralString) -> None:
    """So that plans are made for what is there now."""
    progress.begin("tables looked through", len(_ANALYZED))
    for name in _ANALYZED:
        connection.execute(sql.SQL("{} {}").format(sql.SQL(how), sql.Identifier("hcc", name)))
        progress.add(1)
    progress.end()


def _recognise(owner_url: str, sellers: list[UUID], progress: Progress) -> None:
    """The months that are over, booked by the service that books them every night."""

    async def all_of_them() -> None:
        today = datetime.now(UTC).date()
        for seller in sellers:
            async with await psycopg.AsyncConnection.connect(owner_url) as connection:
                await recognise(Transaction(connection, Scope(seller)), seller, today)
            progress.add(1)

    progress.begin("sellers whose months are booked", len(sellers))
    asyncio.run(all_of_them())
    progress.end()
