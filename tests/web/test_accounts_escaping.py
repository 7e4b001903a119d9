"""What people type into forms of accounts and automation is shown as text to others."""

from __future__ import annotations

import pytest

from tests.web.conftest import LogIn
from tests.web.test_escaping import PROBES, Danger
from tests.world import World


@pytest.mark.parametrize("probe", PROBES)
async def test_names_are_text_everywhere(log_in: LogIn, world: World, probe: str) -> None:
    apple, alex = world.organizations["apple"], world.users["alex"]
    await world.send("nora", "PATCH", f"/v1/organizations/{apple}", {"name": probe, "plan": probe[:50]})
    await world.send("anna", "PATCH", f"/v1/users/{alex}", {"full_name": probe})
    key = (await world.send("anna", "POST", "/v1/api-keys", {"name": probe, "scopes": ["users:read"]})).json()["data"]["id"]
    body = {"url": "https://hooks.example/<b>", "description": probe, "topics": ["*"]}
    webhook = (await world.send("anna", "POST", "/v1/webhooks", body)).json()["data"]["id"]
    sent = (await world.send("anna", "POST", f"/v1/webhooks/{webhook}/test", {})).json()["data"]["id"]
    anna = await log_in("anna")
    entries = (await world.get("anna", "/v1/audit-log?limit=20")).json()["data"]
    pages = [
        f"/organizations/{apple}", f"/organizations/{apple}/people", f"/organizations/{apple}/edit",
        f"/organizations/{apple}/activity", "/users", f"/users?search={probe}", f"/users/{alex}", f"/users/{alex}/edit",
        f"/users/{alex}/close", f"/users/{alex}/erase", "/roles", "/api-keys", f"/api-keys/{key}", f"/api-keys/{key}/edit",
        f"/api-keys/{key}/revoke", "/webhooks", f"/webhooks/{webhook}", f"/webhooks/{webhook}/edit",
        f"/webhooks/{webhook}/deliveries/{sent}", "/audit-log", f"/audit-log?action={probe}", "/operations",
        *(f"/audit-log/{one['id']}" for one in entries[:4]),
    ]  # fmt: skip
    for path in pages:
        await anna.get(path)
        assert anna.answer.status_code == 200, path
        assert Danger(anna.page).found == [], path
        assert "49{%" not in anna.page, path
    nora = await log_in("nora")
    for path in ("/organizations", "/organizations/tree", f"/organizations/{apple}/delete", "/audit-log"):
        await nora.get(path)
        assert (nora.answer.status_code, Danger(nora.page).found) == (200, []), path


async def test_what_was_typed_is_text_in_errors(log_in: LogIn) -> None:
    anna = await log_in("anna")
    await anna.get("/users/new")
    for typed in ("<b>@example.com", "a%20s%(x)s@<i>.example", "100%@x"):
        await anna.submit("/users", {"email": typed, "locale": "en", "timezone": "UTC", "roles": "member"})
        assert anna.answer.status_code == 422, typed
        assert Danger(anna.page).found == [], typed
