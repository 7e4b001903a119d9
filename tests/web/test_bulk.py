"""Many rows at once; typed names; and taking back."""

from __future__ import annotations

from typing import Any

import pytest

from control.web import flash
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import World


@pytest.fixture
async def nora(log_in: LogIn) -> Browser:
    return await log_in("nora")


async def site(world: World, name: str, who: str = "nora") -> str:
    made = await world.send(who, "POST", "/v1/sites", {"name": name, "hosts": [f"{name.lower()}.example"]})
    assert made.status_code == 201, made.text
    return str(made.json()["data"]["id"])


async def test_it_asks_first_then_does_it_with_all(nora: Browser, world: World) -> None:
    ids = [await site(world, name) for name in ("One", "Two", "Three")]
    await nora.get("/sites?search=o")
    assert nora.page.count('name="ids"') == 2
    await nora.post("/sites/pause", {"ids": ids[:2], "back": "/sites?search=o"})
    assert "2 entries were chosen." in nora.page
    assert (await world.get("nora", f"/v1/sites/{ids[0]}")).json()["data"]["is_active"] is True, "nothing was done yet"
    await nora.post("/sites/pause", {"ids": ids[:2], "back": "/sites?search=o", "confirmed": "yes"})
    assert "Done with 2 entries." in nora.page
    assert str(nora.answer.url).endswith("/sites?search=o"), "back where one was"
    states = [(await world.get("nora", f"/v1/sites/{one}")).json()["data"]["is_active"] for one in ids]
    assert states == [False, False, True]


async def test_what_failed_is_named_and_the_rest_is_done(nora: Browser, world: World) -> None:
    mine, foreign = await site(world, "Mine"), await site(world, "Foreign", "saul")
    await nora.get("/sites")
    await nora.post("/sites/pause", {"ids": [mine, foreign], "confirmed": "yes"})
    assert "It did not work with 1 entry." in nora.page
    assert "Done with 1 entry." in nora.page
    assert "There is no such site." in nora.page
    assert (await world.get("saul", f"/v1/sites/{foreign}")).json()["data"]["is_active"] is True


async def test_oneself_is_never_shut_out(nora: Browser, world: World) -> None:
    await nora.get("/users")
    both = [str(world.users["nora"]), str(world.users["ned"])]
    await nora.post("/users/close", {"ids": both, "confirmed": "yes"})
    assert "It did not work with 1 entry." in nora.page
    assert "Nora" in nora.page
    assert (await world.get("nora", f"/v1/users/{both[1]}")).json()["data"]["is_active"] is False
    await nora.post("/users/open", {"ids": both[1:], "confirmed": "yes"})
    assert (await world.get("nora", f"/v1/users/{both[1]}")).json()["data"]["is_active"] is True


@pytest.mark.parametrize("ids", [[], ["x"], [f"01a2156e-deef-72ca-9464-12f5{n:08}" for n in range(101)]])
async def test_a_choice_that_is_none_is_refused(nora: Browser, ids: list[str]) -> None:
    await nora.get("/sites")
    assert (await nora.post("/sites/pause", {"ids": ids, "confirmed": "yes"})).status_code == 422


async def test_who_may_not_is_offered_nothing(log_in: LogIn, world: World) -> None:
    mine = await site(world, "Mine", "anna")
    alex = await log_in("alex")
    await alex.get("/sites")
    assert 'name="ids"' not in alex.page
    for path in ("/sites/pause", "/users/close", "/api-keys/revoke", "/security/bans/lift", "/jobs/retry"):
        assert (await alex.post(path, {"ids": [mine], "confirmed": "yes"})).status_code == 403, path


async def test_bans_silences_and_entries(nora: Browser, world: World) -> None:
    ban = (await world.send("nora", "POST", "/v1/security/bans", {"network": "192.0.2.9", "reason": "x"})).json()["data"]
    await nora.get("/security/bans")
    await nora.post("/security/bans/lift", {"ids": [ban["id"]], "confirmed": "yes"})
    assert "Done with 1 entry." in nora.page
    await nora.get("/monitoring/silences/new")
    await nora.submit("/monitoring/silences", {"matchers": "host = web1", "hours": "2", "reason": "x"})
    await nora.get("/monitoring/silences")
    silence = nora.page.partition('name="ids" value="')[2].partition('"')[0]
    await nora.post("/monitoring/silences/end", {"ids": [silence], "confirmed": "yes"})
    assert "Done with 1 entry." in nora.page


async def test_what_was_deleted_comes_back_by_the_message(nora: Browser, world: World) -> None:
    await nora.get("/monitoring/silences/new")
    await nora.submit("/monitoring/silences", {"matchers": "host = web1\njob = x", "hours": "2", "reason": "Once <b> more"})
    await nora.get("/monitoring/silences")
    silence = nora.page.partition('name="ids" value="')[2].partition('"')[0]
    await nora.get(f"/monitoring/silences/{silence}/delete")
    await nora.submit(f"/monitoring/silences/{silence}/delete")
    assert "Undo" in nora.page
    await nora.submit("/monitoring/silences")
    await nora.get("/monitoring/silences")
    assert "Once &lt;b&gt; more" in nora.page


async def test_the_name_must_be_typed(nora: Browser, world: World) -> None:
    mine = await site(world, "Mine")
    path = f"/sites/{mine}/delete"
    await nora.get(path)
    assert "Type Mine to confirm." in nora.page
    answer = await nora.submit(path, {"confirmation": "mine"})
    assert answer.status_code == 422
    assert "That is not what stands there." in nora.page
    assert (await world.get("nora", f"/v1/sites/{mine}")).status_code == 200
    await nora.submit(path, {"confirmation": "Mine"})
    assert (await world.get("nora", f"/v1/sites/{mine}")).status_code == 404


def test_a_way_back_that_is_too_long_is_left_out(runtime: Any) -> None:
    short = flash.give(runtime, flash.Flash("Gone", undo=flash.Undo("/x", [("a", "b")])))
    long = flash.give(runtime, flash.Flash("Gone", undo=flash.Undo("/x", [("a", "b" * 5000)])))
    assert len(short.value or "") < 400
    assert len(long.value or "") < 400
