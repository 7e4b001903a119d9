"""Security in the browser: who sees it, an exclusion made from an event, and each kind of rule through its form."""

from __future__ import annotations

import pytest

from control.core.settings import Settings
from tests.security.found import event, write
from tests.sites.support import make_site
from tests.web.conftest import LogIn
from tests.web.test_escaping import PROBES, Danger
from tests.world import World

LISTS = ("events", "event-rules", "policies", "exclusions", "match-rules", "waf-rules", "access", "bans", "firewalls")
RULE = 'SecRule ARGS:q "@contains badword" "id:100001,phase:2,deny,status:403"'
# Place, what is typed, what is shown of it, what is typed instead.
FORMS = {
    "exclusions": ({"rule_from": "942100", "target": "ARGS:q", "days": "30"}, "942100", {"rule_from": "942101"}),
    "policies": ({"mode": "detect", "paranoia": "2"}, "Watch only", {"mode": "block"}),
    "match-rules": (
        {"name": "No curl", "action": "block", "headers": "User-Agent: curl", "methods": "post", "is_active": "true"},
        "User-Agent: curl",
        {"name": "No curl", "action": "limit", "paths": "/api/*", "rate": "10"},
    ),
    "waf-rules": ({"name": "Words", "text": RULE, "is_active": "true"}, "badword", {"name": "Words", "text": RULE}),
    "firewalls": (
        {
            "server": "web1.example",
            "input": "drop",
            "forward": "drop",
            "output": "accept",
            "sets": "office = 192.0.2.0/24",
            "rules": "accept tcp 22, 2200-2299 from @office limit 10/minute burst 7 log # SSH",
        },
        "accept tcp 22,2200-2299 from @office limit 10/minute burst 7 log # SSH",
        {"server": "web1.example", "input": "accept", "forward": "drop", "output": "accept", "rules": "drop any from 192.0.2.9"},
    ),
    "access": ({"action": "deny", "country": "XX"}, "XX", {"action": "allow", "network": "192.0.2.0/24"}),
}
WRONG = {
    "exclusions": ({"target": "no variable"}, "f-target"),
    "policies": ({"paranoia": "9"}, "f-paranoia"),
    "match-rules": ({"name": "x", "action": "block", "networks": "100%"}, "f-networks"),
    "waf-rules": ({"name": "x", "text": "SecRule 100% wrong"}, "f-text"),
    "access": ({"action": "deny"}, "f-network"),
    "firewalls": ({"server": "web1", "rules": "accept tcp 22\nallow tcp 80"}, "f-rules"),
    "bans": ({"network": "0.0.0.0/0", "reason": "100%"}, "f-network"),
}


@pytest.mark.parametrize("who", ["root", "agent", "nora", "ned", "anna", "alex"])
async def test_who_sees_what(log_in: LogIn, world: World, who: str) -> None:
    may_write = (await world.send(who, "POST", "/v1/security/bans", {})).status_code != 403
    if who != "ned":
        assert may_write == (who not in ("agent", "alex"))
    browser = await log_in(who)
    for name in LISTS:
        assert (await browser.get(f"/security/{name}")).status_code == 200, name
        adds = f'href="/security/{name}/new"' in browser.page
        if name not in ("events", "event-rules"):
            assert adds == may_write, name
            assert (await browser.get(f"/security/{name}/new")).status_code == (200 if may_write else 403), name


async def test_an_exclusion_made_from_an_event(log_in: LogIn, world: World, settings: Settings) -> None:
    site = await make_site(world)
    write(settings, event(site=site["id"]))
    browser = await log_in("anna")
    await browser.get("/security/events?action=blocked&rule_id=942100&client=192.0.2.0/24")
    [found] = (await world.get("anna", "/v1/security/events")).json()["data"]
    path = f"/security/events/{found['id']}"
    assert f'href="{path}"' in browser.page
    await browser.get(path)
    assert "UNION" in browser.page
    await browser.submit(f"{path}/exclude", {"target": "true", "path": "true", "site": "true", "note": "a search", "days": "7"})
    assert browser.answer.status_code == 200
    assert "1 exclusion was made." in browser.page
    [made] = (await world.get("anna", "/v1/security/exclusions")).json()["data"]
    assert (made["rule_from"], made["target"], made["path_prefix"], made["event_id"]) == (
        942100,
        "ARGS:q",
        "/search",
        found["id"],
    )
    assert made["expires_at"] is not None
    await browser.get("/security/event-rules")
    assert "942100" in browser.page
    for who, status in {"alex": 200, "bert": 404}.items():
        other = await log_in(who)
        assert (await other.get(path)).status_code == status
        assert (await other.post(f"{path}/exclude", {"target": "true"})).status_code == (403 if who == "alex" else 404)


@pytest.mark.parametrize("name", list(FORMS))
async def test_each_form(log_in: LogIn, world: World, name: str) -> None:
    typed, shown, instead = FORMS[name]
    path = f"/security/{name}"
    browser = await log_in("anna")
    await browser.get(f"{path}/new")
    await browser.submit(path, typed)
    assert browser.answer.status_code == 200, browser.page
    assert shown in browser.page
    row = browser.answer.url.path
    other, reader = await log_in("bert"), await log_in("alex")
    assert (await reader.get(row)).status_code == 200
    assert "/edit" not in reader.page
    for below, status in (("", 404), ("/edit", 404), ("/delete", 404)):
        assert (await other.get(row + below)).status_code == status
    assert (await reader.post(f"{row}/delete")).status_code == 403
    await browser.get(f"{row}/edit")
    await browser.submit(f"{row}/edit", instead)
    assert browser.answer.status_code == 200, browser.page
    assert "was changed" in browser.page or "were changed" in browser.page
    await browser.get(f"{row}/delete")
    await browser.submit(f"{row}/delete")
    assert "deleted" in browser.page
    assert (await browser.get(row)).status_code == 404


@pytest.mark.parametrize("name", list(WRONG))
async def test_what_is_wrong_stands_beside_its_field(log_in: LogIn, name: str) -> None:
    typed, field = WRONG[name]
    browser = await log_in("anna")
    await browser.get(f"/security/{name}/new")
    await browser.submit(f"/security/{name}", typed)
    assert browser.answer.status_code == 422, browser.page
    assert f'id="{field}-about"' in browser.page
    assert f'href="#{field}"' in browser.page


async def test_rules_are_checked_without_being_kept(log_in: LogIn, world: World) -> None:
    browser = await log_in("anna")
    await browser.get("/security/waf-rules/new")
    await browser.post("/security/waf-rules/check", {"name": "Words", "text": RULE, "_action": "/security/waf-rules"})
    assert "The engine takes these rules." in browser.page
    assert "badword" in browser.page
    await browser.post(
        "/security/waf-rules/check", {"name": "Words", "text": "SecRuleEngine", "_action": "https://evil.example/"}
    )
    assert browser.answer.status_code == 422
    assert "evil.example" not in browser.page
    assert (await world.get("anna", "/v1/security/rules")).json()["data"] == []


async def test_a_ban_and_its_end(log_in: LogIn, world: World) -> None:
    browser = await log_in("anna")
    await browser.get("/security/bans/new?network=203.0.113.77")
    assert 'value="203.0.113.77"' in browser.page
    await browser.submit("/security/bans", {"network": "203.0.113.77", "reason": "scans", "hours": "2"})
    assert "They are kept out now." in browser.page, browser.page
    row = browser.answer.url.path
    await browser.submit(f"{row}/lift", {"reason": "a mistake"})
    assert "The ban was lifted." in browser.page
    assert "a mistake" in browser.page
    other = await log_in("bert")
    assert (await other.get(row)).status_code == 404
    assert (await other.post(f"{row}/lift", {"reason": "mine"})).status_code == 404


@pytest.mark.parametrize("probe", PROBES)
async def test_what_others_send_is_text(log_in: LogIn, world: World, settings: Settings, probe: str) -> None:
    site = await make_site(world, name=probe)
    match = {"rule_id": 1, "message": probe, "target": probe, "excerpt": probe, "tags": [probe]}
    write(settings, event(site=site["id"], path=f"/{probe}", user_agent=probe, message=probe, matches=[match]))
    for path, body in {
        "exclusions": {"rule_from": 1, "note": probe, "site_id": site["id"]},
        "match-rules": {"name": probe, "conditions": {"paths": ["/a"]}, "action": "block", "note": probe},
        "access": {"action": "deny", "network": "192.0.2.1", "note": probe},
        "bans": {"network": "192.0.2.9", "reason": probe},
    }.items():
        made = await world.send("anna", "POST", f"/v1/security/{path}", body)
        assert made.status_code == 201, made.text
    browser = await log_in("nora")
    pages = [f"/security/{name}" for name in LISTS] + ["/security/exclusions/new", "/security/events?search=" + "x"]
    for name in ("events", "exclusions", "match-rules", "access", "bans"):
        [row] = (await world.get("anna", f"/v1/security/{name}")).json()["data"]
        pages += [f"/security/{name}/{row['id']}"]
        if name not in ("events", "bans"):
            pages += [f"/security/{name}/{row['id']}/edit", f"/security/{name}/{row['id']}/delete"]
    for path in pages:
        await browser.get(path)
        assert browser.answer.status_code == 200, path
        assert Danger(browser.page).found == [], path
