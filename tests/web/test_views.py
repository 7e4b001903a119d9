"""Saved views of tables."""

from __future__ import annotations

import re

import psycopg
import pytest

from control.core.ids import new_id
from tests.cluster import Urls
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import World


async def save(browser: Browser, name: str, query: str = "search=n&sort_by=email&sort_order=asc", **more: str) -> str:
    """The id of a view that was saved from the list of people."""
    await browser.get(f"/users?{query}")
    link = re.search(r'href="(/views/users/new\?[^"]+)"', browser.page)
    assert link is not None
    await browser.get(link[1].replace("&amp;", "&"))
    await browser.submit("/views/users", {"name": name, **more})
    assert "The view was saved." in browser.page, browser.page
    return str(browser.answer.url).rpartition("view=")[2]


async def test_a_view_is_saved_opened_renamed_and_deleted(log_in: LogIn) -> None:
    nora = await log_in("nora")
    view = await save(nora, "Those with n")
    assert "search=n" in str(nora.answer.url), "the address says all of it"
    await nora.get("/users")
    assert "Those with n" in nora.page
    assert "search=n&amp;sort_by=email&amp;sort_order=asc&amp;columns=" in nora.page
    await nora.get(f"/views/users/{view}")
    await nora.submit(f"/views/users/{view}", {"name": "Renamed <b>"})
    await nora.get("/views/users")
    assert "Renamed &lt;b&gt;" in nora.page
    await nora.submit(f"/views/users/{view}/delete")
    assert "Renamed" not in nora.page.partition("<ul>")[2]
    await nora.submit("/views/users", {})  # the button that takes it back
    assert "The view was saved." in nora.page
    await nora.get("/views/users")
    assert "Renamed &lt;b&gt;" in nora.page


async def test_what_a_page_opens_with(log_in: LogIn) -> None:
    nora = await log_in("nora")
    view = await save(nora, "First", is_default="true")
    await nora.get("/users")
    assert str(nora.answer.url).endswith(f"view={view}")
    assert (await nora.get("/users?view=all")).status_code == 200
    assert str(nora.answer.url).endswith("view=all")
    assert (await nora.get("/users?format=csv")).headers["content-type"].startswith("text/csv")
    await nora.get("/views/users")
    await nora.post("/views/users/first", {"view": ""})
    await nora.get("/users")
    assert str(nora.answer.url).endswith("/users")


async def test_sharing(log_in: LogIn) -> None:
    nora, ned, anna = await log_in("nora"), await log_in("ned"), await log_in("anna")
    mine, shared = await save(nora, "Mine alone"), await save(nora, "Of all", is_shared="true")
    await ned.get("/users")
    assert "Of all" in ned.page
    assert "Mine alone" not in ned.page
    for view in (mine, shared):
        assert (await ned.get(f"/views/users/{view}")).status_code == 404
        assert (await ned.post(f"/views/users/{view}", {"name": "taken", "query": ""})).status_code in (403, 404)
        assert (await ned.post(f"/views/users/{view}/delete")).status_code == 404
    await anna.get("/users")
    assert "Of all" not in anna.page, "it is for that organisation"


async def test_sharing_needs_the_permission(log_in: LogIn) -> None:
    ned = await log_in("ned")
    await ned.get("/views/users/new?query=")
    assert "is_shared" not in ned.page
    await ned.submit("/views/users", {"name": "X", "is_shared": "true"})
    nora = await log_in("nora")
    await nora.get("/views/users")
    assert ">X<" not in nora.page


async def test_a_view_holds_nothing_but_what_the_table_knows(log_in: LogIn) -> None:
    nora = await log_in("nora")
    await nora.get("/views/users/new?query=search%3Dx%26evil%3D1%26view%3Dy&back=https://evil.example/")
    assert "evil" not in nora.page
    await nora.submit("/views/users", {"name": "A"})
    assert str(nora.answer.url).startswith("http://localhost:8000/users?search=x&view=")


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "x" * 81}, {"name": "Twice"}])
async def test_what_is_wrong_is_said(log_in: LogIn, wrong: dict[str, str]) -> None:
    nora = await log_in("nora")
    await save(nora, "Twice")
    await nora.get("/views/users/new?query=")
    assert (await nora.submit("/views/users", wrong)).status_code == 422
    assert "Please correct" in nora.page


async def test_at_most_fifty(world: World, urls: Urls, log_in: LogIn) -> None:
    nora = await log_in("nora")
    with psycopg.connect(urls["hcc_owner"]) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO hcc.table_views (id, organization_id, user_id, table_name, name, query)"
            " VALUES (%s, %s, %s, 'users', %s, '')",
            [(new_id(), world.organizations["north"], world.users["nora"], str(n)) for n in range(50)],
        )
    await nora.get("/views/users/new?query=")
    assert (await nora.submit("/views/users", {"name": "one more"})).status_code == 409
    assert "which is the most" in nora.page
    assert 'value="one more"' in nora.page
