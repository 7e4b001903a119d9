"""Threat detection: which counts lead to which bans, for how long, and for whom never."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from control.core.runtime import Runtime
from control.core.settings import Settings
from control.security.bans.models import Ban
from control.security.detection import service
from control.security.detection.service import judge
from tests.security.found import count, tally
from tests.security.support import ALL, make
from tests.sites.support import make_site, pointers
from tests.world import World

CLIENT = "192.0.2.7"
CASES: list[tuple[str, dict[str, int], str | None]] = [
    ("log-ins", {"login": 20}, "login"),
    ("few log-ins", {"login": 19}, None),
    ("tokens", {"unauthorized": 100}, "unauthorized"),
    ("missing pages", {"not_found": 100}, "not_found"),
    ("a broken link", {"not_found": 60}, None),
    ("a scanner", {"scanner": 5, "not_found": 5}, "scanner"),
    ("limits", {"limited": 300}, "limited"),
    ("the firewall", {"score": 50}, "waf_score"),
    ("two at once: the one it is furthest past", {"login": 40, "not_found": 150}, "login"),
]


@pytest.mark.parametrize(("counts", "detector"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
async def test_what_is_too_much(
    world: World, settings: Settings, worker_runtime: Runtime, counts: dict[str, int], detector: str | None
) -> None:
    site = (await make_site(world))["id"]
    # Two gateways count together.
    halves = {name: value // 2 for name, value in counts.items()}
    count(settings, tally(CLIENT, site, **halves))
    count(settings, tally(CLIENT, site, **{name: value - halves[name] for name, value in counts.items()}))
    made = await judge(worker_runtime.database)
    assert [ban.detector for ban in made] == ([detector] if detector else [])
    assert await judge(worker_runtime.database) == [], "once"
    rows = (await world.get("anna", f"{ALL}/bans")).json()["data"]
    assert [row["network"] for row in rows] == ([f"{CLIENT}/32"] if detector else [])
    if detector:
        assert rows[0]["organization_id"] == str(world.organizations["apple"])
        evidence = rows[0]["evidence"]
        name = "score" if detector == "waf_score" else detector
        assert (evidence["total"], evidence["sample"], evidence["sites"]) == (counts[name], "/sample", 1)
        assert "/sample" in rows[0]["reason"]


async def seconds(ban: Ban) -> int:
    """How long it lasts, to 5 s: its end is told by our clock, its beginning by the database's, which may have to wait."""
    assert ban.until is not None
    return round((ban.until - ban.created_at).total_seconds() / 5) * 5


async def test_it_escalates(world: World, settings: Settings, worker_runtime: Runtime) -> None:
    site = (await make_site(world))["id"]
    lasted = []
    for _ in range(9):
        count(settings, tally(CLIENT, site, login=30))
        (ban,) = await judge(worker_runtime.database)
        lasted.append(await seconds(ban))
        with psycopg.connect(settings.owner_database_url) as connection:
            # Its time is over, and what was counted before is settled.
            connection.execute("UPDATE hcc.bans SET until = clock_timestamp() WHERE until > now()")
        assert await judge(worker_runtime.database) == []
    assert lasted == [900, 1800, 3600, 7200, 14_400, 28_800, 57_600, 86_400, 86_400]


async def test_lifting_settles_it(world: World, settings: Settings, worker_runtime: Runtime) -> None:
    site = (await make_site(world))["id"]
    count(settings, tally(CLIENT, site, login=30))
    (ban,) = await judge(worker_runtime.database)
    assert (await world.send("anna", "POST", f"{ALL}/bans/{ban.id}/lift", {})).status_code == 200
    assert await judge(worker_runtime.database) == []


async def allow(world: World, settings: Settings, how: str) -> None:
    """Make the client one that is never banned."""
    if how == "proxy":
        with psycopg.connect(settings.owner_database_url) as connection:
            connection.execute("UPDATE hcc.gateway_settings SET trusted_proxies = '{192.0.2.0/24}'")
    elif how == "own":
        with psycopg.connect(settings.owner_database_url) as connection:
            connection.execute("UPDATE hcc.security_settings SET never_ban = '{192.0.2.0/24}'")
    elif how == "banned already":
        await make(world, "bans", {"network": "192.0.2.0/24", "reason": "x"}, "nora")
    else:
        await make(world, "access", {"action": "allow", "network": "192.0.2.0/24"}, how)


@pytest.mark.parametrize("how", ["proxy", "own", "anna", "nora", "root", "banned already"])
async def test_who_is_never_banned(world: World, settings: Settings, worker_runtime: Runtime, how: str) -> None:
    site = (await make_site(world))["id"]
    await allow(world, settings, how)
    count(settings, tally(CLIENT, site, login=30), tally("198.51.100.1", site, login=30))
    assert [ban.network for ban in await judge(worker_runtime.database)] == ["198.51.100.1/32"]


async def test_a_strangers_list_allows_nothing_here(world: World, settings: Settings, worker_runtime: Runtime) -> None:
    site = (await make_site(world))["id"]
    await make(world, "access", {"action": "allow", "network": "192.0.2.0/24"}, "cleo")
    await make(world, "access", {"action": "allow", "network": "0.0.0.0/0"})
    count(settings, tally(CLIENT, site, login=30))
    assert len(await judge(worker_runtime.database)) == 1


async def test_what_happens_on_one_organisations_sites_is_its_own(
    world: World, settings: Settings, worker_runtime: Runtime
) -> None:  # fmt: skip
    first, second = (await make_site(world))["id"], (await make_site(world, "cleo", "other.example"))["id"]
    count(settings, tally(CLIENT, first, login=15), tally(CLIENT, second, login=15))
    assert await judge(worker_runtime.database) == []
    count(settings, tally("2001:db8::", first, login=30), tally(CLIENT, None, not_found=100))
    made = {(ban.network, ban.organization_id) for ban in await judge(worker_runtime.database)}
    assert made == {("2001:db8::/64", world.organizations["apple"]), (f"{CLIENT}/32", world.organizations["platform"])}


async def test_thresholds_are_data(world: World, settings: Settings, worker_runtime: Runtime) -> None:
    body = {"is_active": True, "threshold": 3, "window_s": 60, "ban_s": 60, "most_ban_s": 60}
    one = f"{ALL}/detectors/login"
    assert (await world.send("root", "PUT", one, body)).status_code == 200
    assert pointers(await world.send("root", "PUT", one, {**body, "most_ban_s": 59})) == ["/most_ban_s"]
    assert (await world.send("root", "PUT", f"{ALL}/detectors/other", body)).status_code in (404, 422)
    site = (await make_site(world))["id"]
    count(settings, tally(CLIENT, site, login=3))
    (ban,) = await judge(worker_runtime.database)
    assert await seconds(ban) == 60
    await world.send("root", "PUT", one, {**body, "is_active": False})
    count(settings, tally("192.0.2.8", site, login=300))
    assert await judge(worker_runtime.database) == []
    names = [row["name"] for row in (await world.get("root", f"{ALL}/detectors")).json()["data"]]
    assert names == sorted(service.WORDS)


async def test_settings_of_detection(world: World) -> None:
    body: dict[str, Any] = {"login_paths": ["/enter"], "scanner_paths": ["/.env"], "never_ban": ["192.0.2.1/24"]}
    answer = await world.send("root", "PUT", f"{ALL}/settings", body)
    data = answer.json()["data"]
    assert (data["login_paths"], data["never_ban"], data["event_days"]) == (["/enter"], ["192.0.2.0/24"], 30)
    for wrong in ({"login_paths": ["enter"]}, {"never_ban": ["nowhere"]}, {"scanner_paths": ["/"]}):
        assert pointers(await world.send("root", "PUT", f"{ALL}/settings", wrong)) == [f"/{next(iter(wrong))}" + "/0"]
