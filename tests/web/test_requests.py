"""Single requests of a site: who sees them, what filters find, and that nothing is handed over unless somebody looks."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest

from control.core.ids import new_id
from control.core.jobs import Work
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.sites.requests import jobs, pages
from tests.sites.seen import request, show, start_watching
from tests.sites.support import make_site
from tests.web.conftest import LogIn
from tests.world import World

NOBODY_WATCHES = "No gateway has handed anything over yet."


def sql(settings: Settings, text: str, *values: Any) -> list[Any]:
    with psycopg.connect(settings.owner_database_url) as connection:
        cursor = connection.execute(text, values)
        return cursor.fetchall() if cursor.description else []


async def test_looking_makes_gateways_hand_over(log_in: LogIn, world: World, settings: Settings) -> None:
    site = await make_site(world)
    show(settings, site, request(path="/before"))
    browser = await log_in("anna")
    path = f"/sites/{site['id']}/requests"
    with psycopg.connect(settings.owner_database_url, autocommit=True) as listening:
        listening.execute("LISTEN hcc_watches")
        for _ in range(3):
            await browser.get(path)
        told = list(listening.notifies(timeout=0.5))
    assert [note.payload for note in told] == [f'{{"site" : "{site["id"]}", "seconds" : 60}}'], "once, not at each look"
    assert NOBODY_WATCHES in browser.page
    assert "/before" not in browser.page, "nothing is kept of a site that nobody watches"
    show(settings, site, request(path="/a", country="DE", reason="rate limit", detail="l1 L\u00c3\u00a4nder", status=429))
    show(settings, site, request(path="/b<script>"), left_out=1234, gateway="edge-2")
    await browser.get(path)
    for text in (
        "shop.example/a", "Germany", "192.0.2.7", "Ended early: rate limit (l1 L\u00e4nder)", "1.5 ms", "10.0.0.1:80", "edge-2",
        "2 gateways hand requests over.", "1,234 requests", "/b&lt;script&gt;", "/security/events?request_id=r1",
    ):  # fmt: skip
        assert text in browser.page, text
    assert "<script>" not in browser.page
    actions = sql(settings, "SELECT actor_id FROM hcc.audit_log WHERE action = 'site.watched'")
    assert actions == [(world.users["anna"],)], "its beginning is written down, once"


@pytest.mark.parametrize(("query", "seen"), [
    ("", "/one /two /three /four"),
    ("status=2", "/one"),
    ("status=4", "/two /three"),
    ("status=5", "/four"),
    ("status=early", "/two /three"),
    ("method=POST", "/two"),
    ("method=POST&status=2", ""),
    ("text=THREE", "/three"),
    ("text=203.0.113.9", "/four"),
    ("text=limit", "/two"),
    ("text=%25", ""),
    ("text=%00", "/one /two /three /four"),
    ("status=x&method=%27&load=x", "/one /two /three /four"),
])  # fmt: skip
async def test_filters(log_in: LogIn, world: World, settings: Settings, query: str, seen: str) -> None:
    site = await make_site(world)
    start_watching(settings, site)
    show(
        settings, site, request(path="/one"), request(path="/two", method="POST", status=429, reason="rate limit"),
        request(path="/three", status=403, reason="banned"), request(path="/four", status=502, client="203.0.113.9"),
    )  # fmt: skip
    browser = await log_in("anna")
    await browser.get(f"/sites/{site['id']}/requests?{query}")
    assert {path for path in ("/one", "/two", "/three", "/four") if f"shop.example{path}<" in browser.page} == set(seen.split())
    assert ("Nothing matches." in browser.page) is (not seen)


async def test_everybody_sees_requests_of_their_own_sites_alone(log_in: LogIn, world: World, settings: Settings) -> None:
    site = await make_site(world)
    start_watching(settings, site)
    show(settings, site, request(path="/of-apple"))
    answers = {}
    for who in ("root", "agent", "nora", "anna", "alex", "bert", "cleo", "saul"):
        browser = await log_in(who)
        status = (await browser.get(f"/sites/{site['id']}/requests")).status_code
        answers[who] = (status, "/of-apple" in browser.page)
    assert answers == dict.fromkeys(("root", "agent", "nora", "anna", "alex"), (200, True)) | dict.fromkeys(
        ("bert", "cleo", "saul"), (404, False)
    )
    # A function of the database watches no site that one does not see, whoever asks it.
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("SELECT set_config('app.current_org_id', %s, true)", (str(world.organizations["birch"]),))
        assert connection.execute("SELECT hcc.watch_site(%s)", (site["id"],)).fetchone() == (None,)
        assert connection.execute("SELECT count(*) FROM hcc.seen_requests").fetchone() == (0,)


async def test_it_loads_itself_until_it_is_paused(log_in: LogIn, world: World, settings: Settings) -> None:
    site = await make_site(world)
    path = f"/sites/{site['id']}/requests"
    browser = await log_in("anna")
    await browser.get(f"{path}?status=4&text=a%26b")
    assert f'hx-get="{path}?status=4&amp;text=a%26b&amp;load=1" hx-trigger="every 2s"' in browser.page
    part = {"hx_request": "true", "hx_target": "requests"}
    for query in ("paused", f"load={pages.MOST_LOADS}"):
        await browser.get(f"{path}?{query}", **part)
        assert "every 2s" not in browser.page, query
        assert "<html" not in browser.page
        assert 'name="paused"' in browser.page, "filters leave it paused"
    await browser.get(path, **part)
    assert "every 2s" in browser.page


async def test_what_is_kept_is_bounded_and_forgotten(
    log_in: LogIn, world: World, settings: Settings, worker_runtime: Runtime
) -> None:
    site, old = await make_site(world), await make_site(world, host="old.example")
    for one in (site, old):
        start_watching(settings, one)
    show(settings, old, request(path="/old"))
    show(settings, site, request(path="/older"))
    sql(settings, "UPDATE hcc.seen_requests SET at = now() - interval '6 minutes'")
    browser = await log_in("anna")
    await browser.get(f"/sites/{old['id']}/requests")
    assert "/old" not in rows_of(browser.page)
    sql(
        settings, "INSERT INTO hcc.seen_requests (organization_id, site_id, gateway, left_out, requests)"
        " SELECT %s, %s, 'edge', 0, '[]' FROM generate_series(1, 700)", site["organization_id"], site["id"],
    )  # fmt: skip
    show(settings, site, request())
    assert sql(settings, "SELECT count(*) FROM hcc.seen_requests WHERE site_id = %s", site["id"]) == [(600,)]
    await jobs.forget_requests(Work(worker_runtime, 1, 0), timestamp=0)
    assert sql(settings, "SELECT DISTINCT site_id::text FROM hcc.seen_requests") == [(site["id"],)]


async def test_so_many_sites_are_watched_and_no_more(log_in: LogIn, world: World, settings: Settings) -> None:
    browser = await log_in("anna")
    sites = [await make_site(world, host=f"s{n}.example") for n in range(9)]
    for site in sites:
        await browser.get(f"/sites/{site['id']}/requests")
    assert "Too many sites are looked at" in browser.page
    await browser.get(f"/sites/{sites[0]['id']}/requests")
    assert "Too many sites are looked at" not in browser.page
    # Somebody else's are not counted here, until there are too many of all.
    theirs = await make_site(world, "cleo", host="theirs.example")
    other = await log_in("cleo")
    await other.get(f"/sites/{theirs['id']}/requests")
    assert NOBODY_WATCHES in other.page
    sql(settings, "UPDATE hcc.site_watches SET until = now()")
    await browser.get(f"/sites/{sites[8]['id']}/requests")
    assert NOBODY_WATCHES in browser.page, "those that are over make room"


async def test_two_gateways_hand_over_at_once(world: World, settings: Settings) -> None:
    """Each also deletes what is old, and none waits for the other."""
    site = await make_site(world)
    start_watching(settings, site)
    sql(
        settings, "INSERT INTO hcc.seen_requests (organization_id, site_id, gateway, left_out, requests, at)"
        " SELECT %s, %s, 'edge', 0, '[]', now() - interval '6 minutes' FROM generate_series(1, 200)",
        site["organization_id"], site["id"],
    )  # fmt: skip
    with psycopg.connect(settings.owner_database_url) as first:
        first.execute("DELETE FROM hcc.seen_requests WHERE id % 2 = 0")
        await asyncio.wait_for(asyncio.to_thread(show, settings, site, request(request_id=str(new_id()))), 5)
    assert sql(settings, "SELECT count(*) FROM hcc.seen_requests") == [(1,)]


def rows_of(page: str) -> str:
    """What stands in the table of requests."""
    return page.partition("<tbody>")[2]
