"""Security events: written by gateways, searched, counted by rule, made into exclusions, forgotten by days."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest

from control.core.jobs import Work
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.security.events.jobs import forget_events
from tests.security.found import SQLI, SUM, event, write
from tests.security.support import ALL
from tests.sites.support import make_site
from tests.world import World


async def found(world: World, query: str = "", who: str = "anna") -> list[dict[str, Any]]:
    answer = await world.get(who, f"{ALL}/events?{query}")
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


async def test_an_event_is_its_sites_organisations(world: World, settings: Settings) -> None:
    site = await make_site(world)
    own, strange = event(site=site["id"]), event(host="nobody.example")
    assert write(settings, own, strange) == 2
    assert write(settings, own) == 0, "a batch sent again changes nothing"
    rows = await found(world)
    assert [row["id"] for row in rows] == [own["id"]]
    row = rows[0]
    assert (row["organization_id"], row["gateway"], row["requests"]) == (str(world.organizations["apple"]), "edge", 1)
    assert (row["client"], row["rule_ids"], row["matches"]) == ("192.0.2.7", [942100, 949110], [SQLI, SUM])
    assert (await world.get("anna", f"{ALL}/events/{own['id']}")).json()["data"] == row
    assert await found(world, who="cleo") == []
    assert {row["id"] for row in await found(world, who="root")} == {own["id"], strange["id"]}
    assert (await world.get("anna", f"{ALL}/events/{strange['id']}")).status_code == 404


FILTERS = [
    ("", {"waf", "rule", "ban"}),
    ("action=blocked", {"waf", "rule"}),
    ("source=ban", {"ban"}),
    ("rule_id=942100", {"waf"}),
    ("rule_id=1", set()),
    ("client=192.0.2.0/24", {"waf", "rule"}),
    ("client=2001:db8::1", {"ban"}),
    ("request_id=r2", {"rule"}),
    ("search=ADMIN", {"rule"}),
    ("since=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00Z", set()),
    ("since=2020-01-01T00:00:00Z", {"waf", "rule", "ban"}),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS, ids=[query for query, _ in FILTERS])
async def test_searching(world: World, settings: Settings, query: str, expected: set[str]) -> None:
    site = (await make_site(world))["id"]
    write(
        settings,
        event(site=site),
        event(site=site, source="rule", matches=[], path="/admin", request_id="r2", count=7),
        event(site=site, source="ban", matches=[], action="banned", client="2001:db8::1"),
    )
    assert {row["source"] for row in await found(world, f"{query}&site_id={site}")} == expected


@pytest.mark.parametrize("query", ["client=nobody", "since=2020-01-01T00:00:00", "rule_id=-1", "action=eaten", "sort_by=path"])
async def test_what_is_wrong_in_a_search_is_said(world: World, query: str) -> None:
    assert (await world.get("anna", f"{ALL}/events?{query}")).status_code == 422


async def test_counts_per_rule(world: World, settings: Settings) -> None:
    site = (await make_site(world))["id"]
    write(
        settings,
        event(site=site),
        event(site=site, client="192.0.2.8", path="/other"),
        event(site=site, action="detected", matches=[SQLI]),
        event(site=site, source="rule", matches=[]),
    )
    rows = (await world.get("anna", f"{ALL}/event-rules?site_id={site}")).json()["data"]
    shown = [{name: row[name] for name in ("rule_id", "message", "requests", "blocked", "clients", "paths")} for row in rows]
    assert shown == [
        {"rule_id": 942100, "message": "SQL injection", "requests": 3, "blocked": 2, "clients": 2, "paths": 2},
        {"rule_id": 949110, "message": "score exceeded", "requests": 2, "blocked": 2, "clients": 2, "paths": 2},
    ]
    assert (await world.get("cleo", f"{ALL}/event-rules")).json()["data"] == []


MADE = [
    ({}, {"site": True, "target": "ARGS:q", "path_prefix": "/search"}),
    ({"target": False, "path": False, "site": False}, {"site": False, "target": None, "path_prefix": None}),
    ({"rule_ids": [942100]}, {"site": True, "target": "ARGS:q", "path_prefix": "/search"}),
]


@pytest.mark.parametrize(("body", "expected"), MADE, ids=["all", "wide", "named"])
async def test_an_exclusion_from_an_event(
    world: World, settings: Settings, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    site = await make_site(world)
    written = event(site=site["id"], path="/search//x/..")
    write(settings, written)
    url, sent = f"{ALL}/events/{written['id']}/exclusion", {**body, "note": "prose"}
    answer = await world.send("anna", "POST", url, sent, Idempotency_Key="once")
    assert answer.status_code == 201, answer.text
    (made,) = answer.json()["data"]["exclusions"]
    again = await world.send("anna", "POST", url, sent, Idempotency_Key="once")
    assert (again.status_code, again.json()["data"]) == (201, answer.json()["data"])
    assert (made["rule_from"], made["rule_to"], made["note"]) == (942100, 942100, "prose")
    assert (made["event_id"], made["created_by"]) == (written["id"], str(world.users["anna"]))
    assert made["site_id"] == (site["id"] if expected["site"] else None)
    prefix = expected["path_prefix"]
    assert (made["target"], made["path_prefix"]) == (expected["target"], prefix and f"{prefix}/")


REFUSED = [
    ({"matches": []}, {}, 409),
    ({"matches": [SUM]}, {}, 409),
    ({}, {"rule_ids": [1]}, 422),
    ({"site": None}, {}, 404),
]


@pytest.mark.parametrize(("fields", "body", "status"), REFUSED)
async def test_what_no_exclusion_can_be_made_of(
    world: World, settings: Settings, fields: dict[str, Any], body: dict[str, Any], status: int
) -> None:
    site = await make_site(world)
    written = event(**{"site": site["id"], **fields})
    write(settings, written)
    assert (await world.send("anna", "POST", f"{ALL}/events/{written['id']}/exclusion", body)).status_code == status
    rows = (await world.get("anna", f"{ALL}/exclusions")).json()["data"]
    assert rows == []


async def test_a_target_that_cannot_be_named_is_the_whole_rule(world: World, settings: Settings) -> None:
    site = await make_site(world)
    written = event(site=site["id"], matches=[{**SQLI, "target": "ARGS:a b"}], path="/..")
    write(settings, written)
    answer = await world.send("anna", "POST", f"{ALL}/events/{written['id']}/exclusion", {})
    (made,) = answer.json()["data"]["exclusions"]
    assert (made["target"], made["path_prefix"]) == (None, None)


def days(settings: Settings) -> list[str]:
    with psycopg.connect(settings.owner_database_url) as connection:
        rows = connection.execute(
            "SELECT right(c.relname, 8), c.relrowsecurity AND c.relforcerowsecurity FROM pg_inherits i"
            " JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'hcc.security_events'::regclass ORDER BY 1"
        ).fetchall()
    assert all(closed for _, closed in rows)
    return [name for name, _ in rows]


async def test_days_come_and_go(settings: Settings, world: World, worker_runtime: Runtime) -> None:
    far = int(time.time() * 1000)
    write(settings, event(at_ms=far + 86_400_000 * 400), event(at_ms=0))
    assert len(days(settings)) == 3, "yesterday, today and tomorrow: a clock that is far off is set right"
    with psycopg.connect(settings.owner_database_url, autocommit=True) as connection:
        connection.execute("SELECT hcc.security_events_day('2020-02-29'), hcc.security_events_day('2020-02-29')")
    assert days(settings)[0] == "20200229"
    await forget_events(Work(worker_runtime, 1, 0), timestamp=0)
    assert len(days(settings)) == 3
    with psycopg.connect(settings.worker_database_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SELECT 1 FROM hcc.security_events_{days(settings)[-1]}")


@pytest.mark.parametrize("role", ["app", "worker", "gateway"])
def test_nobody_writes_events_but_gateways_through_their_function(settings: Settings, role: str) -> None:
    urls = {"app": settings.database_url, "worker": settings.worker_database_url, "gateway": settings.gateway_database_url}
    for statement in ("DELETE FROM hcc.security_events", "UPDATE hcc.security_events SET message = ''"):
        with psycopg.connect(urls[role]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
    if role != "gateway":
        with psycopg.connect(urls[role]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT hcc.security_events_add('x', '[]')")
