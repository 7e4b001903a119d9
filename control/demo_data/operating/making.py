"""Makes what runs. Each step is one transaction that leaves something which tells a later run that it was done."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from control.core.ids import new_id
from control.demo_data import names
from control.demo_data.operating import queries as q

Connection = psycopg.Connection[Any]
BATCH = 10_000


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How many of each."""

    organizations: int = 300
    sites: int = 500
    servers: int = 200
    hours: int = 6
    security_events: int = 50_000
    audit: int = 100_000


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """What the demo's own processes listen on, so that sites lead and checks reach somewhere. `more` get some of everything."""

    platform: UUID
    origin: str
    more: list[UUID]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One of the steps: what is made, how many, and what makes it; that yields how many it has made meanwhile."""

    name: str
    words: str
    many: int
    make: Callable[[Connection], Iterator[int]]


def is_done(connection: Connection, step: str) -> bool:
    """Whether an earlier run did this step."""
    return connection.execute(q.SQL.is_there, {"step": step}).fetchone() == (True,)


def organizations(connection: Connection, places: Places, many: int) -> list[UUID]:
    """Those that get people, sites and servers: `more` and the sellers among the first."""
    found = [row[0] for row in connection.execute(q.SQL.organizations, {"many": many})]
    return [*places.more, *(one for one in found if one not in places.more)]


def resellers(connection: Connection, platform: UUID, many: int) -> list[UUID]:
    """Resellers of these numbers, made where they are not there."""
    rows = []
    for n in range(many):
        one = names.company(n, "reseller-")
        slug = f"hosting-{n + 1}"
        rows.append({"id": str(_reseller(n)), "name": f"{one.name.split()[0]} Hosting {n + 1}", "slug": slug})
    connection.execute(q.SQL.resellers, {"platform": platform, "rows": Jsonb(rows)})
    return [_reseller(n) for n in range(many)]


def _reseller(number: int) -> UUID:
    """The same at every run, so that a later one finds it."""
    return UUID(int=(0x5E11 << 112) | (7 << 76) | (2 << 62) | number)


def steps(places: Places, size: Size) -> list[Step]:
    """All of them, in the order in which they need each other."""

    def once(sql: str, many: int, params: Callable[[Connection], dict[str, Any]] = lambda _: {}) -> Any:
        def make(connection: Connection) -> Iterator[int]:
            connection.execute(sql, params(connection))
            yield many

        return make

    def parts(before: tuple[str, ...], sql: str, many: int) -> Any:
        def make(connection: Connection) -> Iterator[int]:
            for statement in before:
                connection.execute(statement, {})
            for low in range(1, many + 1, BATCH):
                high = min(low + BATCH - 1, many)
                connection.execute(sql, {"low": low, "high": high, "many": many})
                yield high - low + 1
            connection.execute("DROP TABLE IF EXISTS sites_here, people_here")

        return make

    def people(connection: Connection) -> dict[str, Any]:
        return {"rows": Jsonb(_people(organizations(connection, places, size.organizations), places.platform))}

    def sites(connection: Connection) -> dict[str, Any]:
        where = organizations(connection, places, size.organizations)
        return {"target": places.origin, "rows": Jsonb(_sites(where, size.sites))}

    def servers(connection: Connection) -> dict[str, Any]:
        return {"rows": Jsonb(_servers([places.platform, *organizations(connection, places, 80)], size.servers))}

    def samples(connection: Connection) -> Iterator[int]:
        hours = {"hours": size.hours}
        connection.execute(q.SQL.series, {})
        connection.execute(q.SQL.families, {})
        connection.execute(q.SQL.prepare, hours)
        [batch] = connection.execute(q.SQL.segment, hours).fetchone() or (0,)
        made = connection.execute(q.SQL.samples, {**hours, "batch": batch}).rowcount
        yield made

    there = {"url": f"http://{places.origin}", "address": places.origin}
    events = (q.SQL.event_days, q.SQL.sites_here)
    return [
        Step(name="people", words="people", many=size.organizations * 2, make=once(q.SQL.people, size.organizations * 2, people)),
        Step(name="sites", words="sites with routes", many=size.sites, make=once(q.SQL.sites, size.sites, sites)),
        Step(name="servers", words="servers", many=size.servers, make=once(q.SQL.servers, size.servers, servers)),
        Step(name="samples", words="values of metrics", make=samples,
             many=(size.servers * 12 + size.sites * 5) * size.hours * 30),
        Step(name="checks", words="checks with results", many=size.sites + size.servers,
             make=once(q.SQL.checks, size.sites + size.servers, lambda _: there)),
        Step(name="security_events", words="security events", many=size.security_events,
             make=parts(events, q.SQL.security_events, size.security_events)),
        Step(name="audit", words="entries of the audit log", many=size.audit,
             make=parts((q.SQL.people_here,), q.SQL.audit, size.audit)),
        Step(name="webhooks", words="webhooks with deliveries", many=10_000,
             make=once(q.SQL.webhooks, 10_000, lambda _: {"secret": os.urandom(60)})),
        Step(name="jobs", words="jobs", many=20_000, make=once(q.SQL.jobs, 20_000)),
        Step(name="alerts", words="alerts", many=size.servers * 2, make=once(q.SQL.alerts, size.servers * 2)),
        Step(name="bans", words="bans", many=400, make=once(q.SQL.bans, 400, lambda _: {"platform": places.platform})),
    ]  # fmt: skip


def _people(where: list[UUID], platform: UUID) -> list[dict[str, Any]]:
    dice = random.Random("people")
    rows: list[dict[str, Any]] = []
    for n, organization in enumerate([*([platform] * 6), *where, *where[:100], *where[:200]]):
        name = names.person(dice, dice.choice(("DE", "FR", "ES", "RO", "IT", "NL")))
        short = f"{names.plain(name)}-{n}"
        rows.append(
            {"id": str(new_id()), "organization_id": str(organization), "email": f"{short}@people.large.example",
             "username": short[:60], "name": name, "age": dice.randrange(10, 700)}
        )  # fmt: skip
    return rows


def _sites(where: list[UUID], many: int) -> list[dict[str, Any]]:
    rows = []
    for n in range(many):
        one = names.company(n, "site-")
        # The first organisations have more than others.
        place = where[n % 8 if n < 160 else n % len(where)]
        rows.append(
            {"id": str(new_id()), "organization_id": str(place), "name": one.name, "host": f"{one.slug}.large.localhost",
             "age": 5 + n}
        )  # fmt: skip
    return rows


def _servers(where: list[UUID], many: int) -> list[dict[str, Any]]:
    return [
        {"id": str(new_id()), "organization_id": str(where[n % 4 if n < 120 else n % len(where)]),
         "name": f"{('web', 'db', 'mail', 'node')[n % 4]}{n + 1:03}.large.example", "age": 700 - n * 3}
        for n in range(many)
    ]  # fmt: skip
