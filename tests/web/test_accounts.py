"""Pages of accounts and automation: who sees which, and one walk through the forms of each."""

from __future__ import annotations

import re

import psycopg
import pytest

from control.core.settings import Settings
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import PASSWORD, World

EVERYBODY = ("root", "agent", "nora", "ned", "anna", "alex")
# Rows are pages; who is not named is refused.
PAGES = {
    "/organizations": EVERYBODY,
    "/organizations/tree": ("root", "agent", "nora", "ned"),
    "/organizations/new": ("root", "nora"),
    "/organizations/{apple}": EVERYBODY,
    "/organizations/{apple}/people": EVERYBODY,
    "/organizations/{apple}/below": ("root", "agent", "nora", "ned"),
    "/organizations/{apple}/sites": EVERYBODY,
    "/organizations/{apple}/invoices": ("root", "agent", "nora", "ned", "anna"),
    "/organizations/{apple}/activity": ("root", "agent", "nora", "ned", "anna"),
    "/organizations/{apple}/edit": ("root", "nora", "anna"),
    "/organizations/{apple}/delete": ("root", "nora"),
    "/organizations/{apple}/limits": ("root", "nora"),
    "/users": EVERYBODY,
    "/users/new": ("root", "agent", "nora", "ned", "anna"),
    "/users/{alex}": EVERYBODY,
    "/users/{alex}/edit": ("root", "agent", "nora", "ned", "anna"),
    "/users/{alex}/close": ("root", "agent", "nora", "ned", "anna"),
    "/users/{alex}/delete": ("root", "agent", "nora", "ned", "anna"),
    "/users/{alex}/erase": ("root", "agent", "nora", "ned", "anna"),
    "/roles": EVERYBODY,
    "/roles/new": ("root", "agent", "nora", "ned", "anna"),
    "/api-keys": ("root", "agent", "nora", "ned", "anna"),
    "/api-keys/new": ("root", "nora", "anna"),
    "/webhooks": ("root", "agent", "nora", "ned", "anna"),
    "/webhooks/new": ("root", "nora", "anna"),
    "/operations": EVERYBODY,
    "/audit-log": ("root", "agent", "nora", "ned", "anna"),
    "/jobs": ("root", "agent"),
    "/outbox": ("root", "agent"),
    "/notifications": EVERYBODY,
    "/profile/second-factor": EVERYBODY,
}


def _path(world: World, path: str) -> str:
    return path.format(apple=world.organizations["apple"], alex=world.users["alex"])


@pytest.mark.parametrize("who", EVERYBODY)
async def test_who_sees_what(log_in: LogIn, world: World, who: str) -> None:
    browser = await log_in(who)
    seen = {path: (await browser.get(_path(world, path))).status_code for path in PAGES}
    assert seen == {path: 200 if who in allowed else 403 for path, allowed in PAGES.items()}


async def test_strangers_are_sent_to_the_login(world: World) -> None:
    for path in PAGES:
        answer = await world.client.get(_path(world, path))
        assert (answer.status_code, answer.headers["location"][:6]) == (303, "/login"), path


@pytest.mark.parametrize("who", ["saul", "bert"])
async def test_somebody_elses_are_not_there(log_in: LogIn, world: World, who: str) -> None:
    browser = await log_in(who)
    apple, alex = world.organizations["apple"], world.users["alex"]
    for path in (
        f"/organizations/{apple}",
        f"/organizations/{apple}/people",
        f"/organizations/{apple}/activity",
        f"/users/{alex}",
    ):
        assert (await browser.get(path)).status_code == 404, path
    for path in (f"/users/{alex}/close", f"/users/{alex}/open"):
        assert (await browser.post(path)).status_code == 404, path
    await browser.get(f"/users?organization_id={apple}")
    assert "alex@example.com" not in browser.page


async def test_what_never_was_is_not_found(log_in: LogIn) -> None:
    root = await log_in("root")
    for path in ("/jobs/0", "/outbox/0", "/jobs/99999999999999999999", "/audit-log/99999999999999999999", "/jobs/x", "/jobs/-1"):
        assert (await root.get(path, Accept="text/html")).status_code == 404, path


async def test_an_organization_is_added_changed_and_deleted(log_in: LogIn, world: World) -> None:
    nora = await log_in("nora")
    await nora.get("/organizations/new")
    await nora.submit("/organizations", {"name": "Plum", "slug": "Not a slug", "plan": "standard"})
    assert nora.answer.status_code == 422
    assert 'value="Plum"' in nora.page
    await nora.submit("/organizations", {"name": "Plum", "slug": "plum", "plan": "standard"})
    assert "The organization was added." in nora.page
    path = nora.answer.url.path
    await nora.get("/organizations?search=plum")
    assert path in nora.page
    await nora.get("/organizations/tree")
    assert path in nora.page
    await nora.get(f"{path}/edit")
    await nora.submit(f"{path}/edit", {"name": "Plum & Co", "slug": "plum", "plan": "large", "is_active": "true"})
    assert "Plum &amp; Co</h1>" in nora.page
    await nora.get(f"{path}/activity")
    assert "organization.updated" in nora.page
    await nora.get(f"{path}/limits")
    await nora.submit(f"{path}/limits", {"values_per_s": "many", "active_series": "20"})
    assert (nora.answer.status_code, "must be a number" in nora.page) == (422, True)
    await nora.submit(f"{path}/limits", {"values_per_s": "1500", "active_series": "20"})
    assert "1,500" in nora.page
    await nora.get(f"{path}/delete")
    await nora.submit(f"{path}/delete", {"confirmation": "other"})
    assert (nora.answer.status_code, "That is not what stands there." in nora.page) == (422, True)
    await nora.submit(f"{path}/delete", {"confirmation": "plum"})
    assert "The organization was deleted." in nora.page
    assert (await nora.get(path)).status_code == 404
    await nora.get(f"/organizations/{world.organizations['north']}/delete")
    await nora.post(f"/organizations/{world.organizations['north']}/delete", {"confirmation": "north"})
    assert nora.answer.status_code in (403, 409), "one does not delete where one works"


async def test_a_member_of_a_team_is_invited_changed_and_closed(log_in: LogIn, world: World) -> None:
    anna = await log_in("anna")
    await anna.get("/users")
    assert "<h1" in anna.page
    assert "Team</h1>" in anna.page
    await anna.get("/users/new")
    typed = {"email": "not an address", "full_name": "Tom <b>", "locale": "de", "timezone": "Europe/Berlin", "roles": "member"}
    await anna.submit("/users", typed)
    assert anna.answer.status_code == 422
    assert "Tom &lt;b&gt;" in anna.page
    assert re.search(r'name="roles" value="member" checked', anna.page)
    await anna.submit("/users", typed | {"email": "tom@example.com"})
    assert "The invitation is on its way." in anna.page
    path = anna.answer.url.path
    await anna.get(f"{path}/edit")
    username = re.search(r'name="username"[^>]*value="([^"]+)"', anna.page)
    assert username is not None
    changed = typed | {"email": "tom@example.com", "full_name": "Tom", "username": username[1]}
    await anna.submit(f"{path}/edit", changed | {"roles": ["member", "owner"]})
    assert "The person was changed." in anna.page
    assert "owner</span>" in anna.page
    assert "member</span>" in anna.page
    await anna.get(f"{path}/close")
    await anna.submit(f"{path}/close")
    assert "The account was closed." in anna.page
    await anna.submit(f"{path}/open")
    assert "The account is open again." in anna.page
    await anna.get(f"{path}/delete")
    await anna.submit(f"{path}/delete", {"confirmation": "tom@example.com"})
    assert "The account was deleted." in anna.page
    await anna.get(f"/users/{world.users['anna']}/close")
    await anna.submit(f"/users/{world.users['anna']}/close")
    assert anna.answer.status_code == 403
    assert "You cannot close your own account" in anna.page


async def test_roles_beyond_ones_own_are_refused(log_in: LogIn, world: World) -> None:
    ned = await log_in("ned")
    await ned.get("/users/new")
    await ned.submit("/users", {"email": "tim@example.com", "locale": "en", "timezone": "UTC", "roles": "owner"})
    assert ned.answer.status_code == 403
    assert "may do more than you" in ned.page
    await ned.get(f"/users/{world.users['nora']}/edit")
    taken = {
        "email": "ned2@example.com",
        "full_name": "Nora",
        "username": "nora",
        "locale": "en",
        "timezone": "UTC",
        "roles": "owner",
    }
    await ned.submit(f"/users/{world.users['nora']}/edit", taken | {"roles": "owner"})
    assert ned.answer.status_code == 403


async def test_an_own_role_is_made_given_and_deleted(log_in: LogIn, world: World) -> None:
    anna = await log_in("anna")
    apple, alex = world.organizations["apple"], world.users["alex"]
    built_in = {one["name"]: one["id"] for one in (await world.get("anna", "/v1/roles")).json()["data"]}
    await anna.get(f"/roles/new?from={built_in['member']}")
    assert re.search(r'name="permissions" value="gateway:read" checked', anna.page)
    assert not re.search(r'name="permissions" value="billing:read" checked', anna.page)
    assert 'value="ledger:read"' not in anna.page
    typed = {"name": "Book Keeper", "description": "Pays <b>invoices</b>", "permissions": ["billing:read", "payments:pay"]}
    await anna.submit("/roles", typed)
    assert anna.answer.status_code == 422
    assert "does not have the form that is wanted" in anna.page
    assert "[a-z]" not in anna.page, "the hint says it better"
    assert re.search(r'name="permissions" value="payments:pay" checked', anna.page)
    await anna.submit("/roles", typed | {"name": "owner"})
    assert "is what a built-in role is called" in anna.page
    await anna.submit("/roles", typed | {"name": "bookkeeper"})
    assert "The role was made." in anna.page
    assert "Pays &lt;b&gt;invoices&lt;/b&gt;" in anna.page
    found = re.search(r'href="(/roles/[0-9a-f-]{36})/edit"', anna.page)
    assert found is not None
    assert f"/roles/{built_in['owner']}/edit" not in anna.page

    await world.send("anna", "PATCH", f"/v1/users/{alex}", {"roles": ["bookkeeper", "member"]})
    await anna.get(f"/users/{alex}")
    assert "Pays &lt;b&gt;" in anna.page
    await anna.get(f"/users?organization_id={apple}&role=bookkeeper")
    assert f"/users/{alex}" in anna.page
    assert f"/users/{world.users['anna']}" not in anna.page.split("<main", 1)[1]
    await anna.get(f"{found[1]}/delete")
    assert "People who hold it" in anna.page
    assert f'action="{found[1]}/delete"' not in anna.page

    await anna.get(f"{found[1]}/edit")
    await anna.submit(f"{found[1]}/edit", {"name": "payer", "description": "", "permissions": "payments:pay"})
    assert "The role was changed." in anna.page
    await world.send("anna", "PATCH", f"/v1/users/{alex}", {"roles": ["member"]})
    await anna.get(f"{found[1]}/delete")
    await anna.submit(f"{found[1]}/delete")
    assert "The role was deleted." in anna.page
    assert (await anna.get(f"{found[1]}/edit")).status_code == 404


async def test_personal_data_are_gathered_and_fetched_by_their_person_alone(log_in: LogIn, world: World) -> None:
    alex, bert = await log_in("alex"), await log_in("bert")
    await alex.get("/profile")
    await alex.submit("/profile/export")
    assert alex.answer.url.path.startswith("/operations/")
    assert "Personal data are gathered" in alex.page
    operation = alex.answer.url.path.rpartition("/")[2]
    assert (await alex.get(f"/profile/exports/{operation}")).status_code == 404, "not made yet"
    assert (await bert.get(f"/users/{world.users['alex']}/exports/{operation}")).status_code == 404
    await alex.get("/operations")
    assert operation in alex.page


async def test_a_key_is_shown_once_and_taken_back(log_in: LogIn, world: World) -> None:
    anna = await log_in("anna")
    await anna.get("/api-keys/new")
    typed = {"name": "Robot <i>", "scopes": ["users:read", "operations:read"], "expires_on": "2001-01-01"}
    await anna.submit("/api-keys", typed)
    assert anna.answer.status_code == 422
    assert "is in the past" in anna.page
    assert anna.page.count(" checked") == 2
    await anna.submit("/api-keys", typed | {"scopes": ["ledger:read", "users:read"], "expires_on": ""})
    assert "is more than your own permissions" in anna.page
    await anna.get("/api-keys/new")
    await anna.submit("/api-keys", typed | {"expires_on": "2099-12-31"})
    key = re.search(r'value="(hcc_[0-9a-f]{12}_[^"]+)"', anna.page)
    assert key is not None
    works = await world.client.get("/v1/users", headers={"Authorization": f"Bearer {key[1]}"})
    assert works.status_code == 200
    await anna.get("/api-keys")
    assert key[1] not in anna.page
    assert "Robot &lt;i&gt;" in anna.page
    path = re.search(r"/api-keys/[0-9a-f-]{36}", anna.page)
    assert path is not None
    await anna.get(path[0])
    assert key[1] not in anna.page
    await anna.get(f"{path[0]}/edit")
    assert 'value="2099-12-31"' in anna.page
    await anna.submit(f"{path[0]}/edit", {"name": "Robot", "scopes": "users:read", "expires_on": ""})
    assert "The key was changed." in anna.page
    await anna.get(f"{path[0]}/revoke")
    assert "It was last used on" in anna.page
    await anna.submit(f"{path[0]}/revoke", {"confirmation": "Robot"})
    assert "The key was taken back." in anna.page
    assert (await world.client.get("/v1/users", headers={"Authorization": f"Bearer {key[1]}"})).status_code == 401


async def test_the_audit_log_is_filtered_and_shows_the_difference(log_in: LogIn, world: World) -> None:
    await world.send(
        "nora", "PATCH", f"/v1/organizations/{world.organizations['apple']}", {"name": "Apples <b>", "plan": "large"}
    )
    nora = await log_in("nora")
    await nora.get("/audit-log?action=organization.updated")
    link = re.search(r'href="(/audit-log/\d+)"', nora.page)
    assert link is not None
    assert "Nora" in nora.page
    for words in (
        ">Organization changed</a>",
        '<optgroup label="Organization">',
        'value="organization.updated" selected>',
        ">organization.updated</code>",
    ):
        assert words in nora.page, words
    assert (
        "Organization changed (organization.updated)"
        in (await nora.get("/audit-log?action=organization.updated&format=csv")).text
    )
    await nora.get(link[1])
    for words in (
        "<h1",
        "Organization changed",
        'Plan <code class="quiet text-xs">plan</code>',
        ">standard</del>",
        ">large</ins>",
        "Apples &lt;b&gt;",
        "Changed",
    ):
        assert words in nora.page, words
    await nora.get("/audit-log?action=organization.updated&until=2001-01-01")
    assert "Nothing matches." in nora.page
    await nora.get("/audit-log?action=organization.updated&since=2001-01-01")
    assert link[1] in nora.page
    saul = await log_in("saul")
    assert (await saul.get(link[1])).status_code == 404


async def test_password_reset_in_the_panels_look(browser: Browser) -> None:
    await browser.get("/reset-password?token=wrong")
    await browser.submit("/reset-password", {"new_password": "basalt-otter-44-lantern"})
    assert browser.answer.status_code == 400
    assert "The link is not valid or has expired" in browser.page
    assert 'value="wrong"' in browser.page
    await browser.get("/reset-password")
    assert "This link is incomplete" in browser.page


async def test_the_notifications_are_ones_own(log_in: LogIn, settings: Settings, world: World) -> None:
    nora = await log_in("nora")
    await nora.get("/profile")
    await nora.submit("/profile/password", {"current_password": PASSWORD, "new_password": "basalt-otter-44-lantern"})
    await nora.get("/notifications?template=password_changed")
    assert nora.page.count("<td>The password was changed</td>") == 1
    ned = await log_in("ned")
    await ned.get("/notifications")
    assert "<td>The password was changed</td>" not in ned.page
    with psycopg.connect(settings.owner_database_url) as connection:
        assert connection.execute("SELECT count(*) FROM hcc.outgoing_mail WHERE template = 'password_changed'").fetchone() == (1,)


async def test_ones_own_activity_and_nobody_elses(log_in: LogIn, world: World) -> None:
    anna, alex = await log_in("anna"), await log_in("alex")
    await anna.get("/profile")
    await anna.submit("/profile", {"full_name": "Anna Apple", "locale": "en", "timezone": "UTC"})
    await alex.get("/profile/activity")
    assert "Logged in" in alex.page
    assert "Account changed" not in alex.page, "a colleague's"
    await alex.get(f"/profile/activity?actor_id={world.users['anna']}")
    assert "Account changed" not in alex.page
    await anna.get("/profile/activity")
    assert "Account changed" in anna.page
    await alex.get("/profile")
    assert 'href="/profile/activity"' in alex.page
    await alex.get("/profile/api")
    assert "/v1/organizations" in alex.page
    assert 'href="/docs"' in alex.page
    assert 'href="/api-keys"' not in alex.page, "alex may not see keys"
