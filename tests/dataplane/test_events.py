"""Events and counts of clients on their way to the database: whatever the database does, none is written twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import psycopg
import pytest

from control.core.settings import Settings
from dataplane.events import WAITING, EventWriter
from tests.dataplane.test_config import quiet
from tests.security.found import event, tally
from tests.sites.seen import request, start_watching
from tests.sites.support import make_site
from tests.working import eventually
from tests.world import World


class Found:
    """Takes the place of the compiled gateway: what was put in is taken once."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.tallies: list[dict[str, Any]] = []
        self.requests: list[dict[str, Any]] = []

    def take(self) -> bytes:
        taken, self.events = self.events, []
        return msgspec.json.encode(taken)

    def take_tallies(self) -> bytes:
        taken, self.tallies = self.tallies, []
        return msgspec.json.encode(taken)

    def take_requests(self) -> bytes:
        taken, self.requests = self.requests, []
        return msgspec.json.encode(taken)


@pytest.fixture
def found() -> Found:
    return Found()


@pytest.fixture
async def writer(settings: Settings, found: Found) -> AsyncIterator[EventWriter]:
    writing = EventWriter(settings.gateway_database_url, found.take, found.take_tallies, found.take_requests, quiet)
    task = asyncio.create_task(writing.run())
    yield writing
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool], within: float = 15.0) -> None:
    async def look() -> bool:
        return condition()

    await eventually(look, within)


def stored(settings: Settings, table: str = "security_events") -> int:
    with psycopg.connect(settings.owner_database_url) as connection:
        row = connection.execute(f"SELECT count(*) FROM hcc.{table}").fetchone()
    assert row is not None
    return int(row[0])


async def test_they_are_written_within_two_seconds(
    world: World, settings: Settings, writer: EventWriter, found: Found
) -> None:  # fmt: skip
    found.events = [event() for _ in range(1200)]
    found.tallies = [tally("192.0.2.7", not_found=3)]
    await until(lambda: writer.written == 1200, 2.0)
    assert (stored(settings), stored(settings, "client_tallies")) == (1200, 1)


async def test_one_that_the_database_refuses_holds_nobody_up(
    world: World, settings: Settings, writer: EventWriter, found: Found
) -> None:
    found.events = [event(), event(client="nobody"), event(action="eaten"), event()]
    await until(lambda: writer.written + writer.dropped == 4)
    assert (writer.written, writer.dropped, stored(settings)) == (2, 2, 2)


async def test_requests_of_watched_sites_are_written(world: World, settings: Settings, writer: EventWriter, found: Found) -> None:
    site, unwatched = await make_site(world), await make_site(world, host="other.example")
    start_watching(settings, site)
    found.requests = [
        {"site": unwatched["id"], "left_out": 0, "requests": [request()]},
        {"site": site["id"], "left_out": -1, "requests": []},
        {"site": "nonsense", "left_out": 0, "requests": []},
        {"site": site["id"], "left_out": 5, "requests": [request(), request(path="/b")]},
    ]
    await until(lambda: stored(settings, "seen_requests") == 1)
    found.requests = [{"site": site["id"], "left_out": 0, "requests": []}]
    await until(lambda: stored(settings, "seen_requests") == 2)


async def test_the_database_away_is_waited_for(world: World, settings: Settings, found: Found) -> None:
    writing = EventWriter("host=127.0.0.1 port=1 connect_timeout=1", found.take, found.take_tallies, found.take_requests, quiet)
    found.events = [event() for _ in range(3)]
    found.requests = [{"site": "s", "left_out": 0, "requests": []}]
    writing.gather()
    writing.gather()
    assert writing._requests == [], "what was seen meanwhile is of no use later"
    task = asyncio.create_task(writing.run())
    await asyncio.sleep(0)
    writing._url = settings.gateway_database_url
    await until(lambda: writing.written == 3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_what_finds_no_room_is_counted(found: Found) -> None:
    writing = EventWriter("", found.take, found.take_tallies, found.take_requests, quiet)
    found.events = [{"n": n} for n in range(WAITING + 7)]
    writing.gather()
    assert (len(writing._waiting), writing.dropped) == (WAITING, 7)
    assert msgspec.json.decode(writing._waiting[0]) == {"n": 7}, "the oldest go"
