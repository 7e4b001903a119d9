"""/v1/webhooks: who sees and changes what, what is refused, secrets shown once."""

from __future__ import annotations

from typing import Any

import pytest

from control.automation.webhooks.service import MOST_ENDPOINTS
from control.core.events import TOPICS
from tests.world import World

NEW = {"url": "https://hooks.example.com/in", "topics": ["user.created"]}
UNKNOWN = "018f0000-0000-7000-8000-000000000000"


async def make(world: World, who: str = "anna", **changes: Any) -> dict[str, Any]:
    answer = await world.send(who, "POST", "/v1/webhooks", {**NEW, **changes})
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


@pytest.mark.parametrize(
    ("who", "read", "write"),
    [
        ("anna", 200, 200),  # the owner
        ("alex", 403, 403),  # a member without the permission
        ("nora", 200, 200),  # the reseller above
        ("ned", 200, 403),  # the reseller's staff reads
        ("agent", 200, 403),  # the platform's support reads
        ("root", 200, 200),
        ("bert", 404, 404),  # a sibling
        ("saul", 404, 404),  # another reseller
        ("cleo", 404, 404),
        (None, 401, 401),
    ],
)
async def test_who_sees_and_changes_a_webhook(world: World, who: str | None, read: int, write: int) -> None:
    webhook = await make(world)
    path = f"/v1/webhooks/{webhook['id']}"
    assert (await world.get(who, path)).status_code == read
    assert (await world.get(who, f"{path}/deliveries")).status_code == read
    assert (await world.get(who, f"{path}/deliveries/{UNKNOWN}")).status_code == (404 if read == 200 else read)
    assert (await world.send(who, "PATCH", path, {"description": "x"})).status_code == write
    assert (await world.send(who, "PUT", path, {**NEW, "description": "", "is_active": True})).status_code == write
    assert (await world.send(who, "POST", f"{path}/test")).status_code == (202 if write == 200 else write)
    assert (await world.send(who, "POST", f"{path}/rotate-secret")).status_code == write
    again = await world.send(who, "POST", f"{path}/deliveries/{UNKNOWN}/retry")
    assert again.status_code == (404 if write == 200 else write)
    assert (await world.send(who, "DELETE", path)).status_code == (204 if write == 200 else write)
    gone = write == 200
    assert (await world.get("anna", path)).status_code == (404 if gone else 200)
    listed = await world.get("anna", "/v1/webhooks")
    assert listed.json()["pagination"]["total"] == (0 if gone else 1)


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"url": "ftp://example.com/x"}, ["/url"]),
        ({"url": "https://user:pass@example.com/"}, ["/url"]),
        ({"topics": ["user.created", "no.such"]}, ["/topics/1"]),
        ({"topics": []}, ["/topics"]),
        ({"url": "https://x", "topics": 1}, ["/topics", "/url"]),
        ({"extra": 1}, ["/extra"]),
        ({"description": "x" * 256}, ["/description"]),
    ],
)
async def test_what_is_refused(world: World, changes: dict[str, Any], pointers: list[str]) -> None:
    answer = await world.send("anna", "POST", "/v1/webhooks", {**NEW, **changes})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "VALIDATION_ERROR"
    assert sorted(entry["pointer"] for entry in error["details"]["errors"]) == pointers


async def test_versions_guard_against_lost_changes(world: World) -> None:
    webhook = await make(world)
    path = f"/v1/webhooks/{webhook['id']}"
    tag = (await world.get("anna", path)).headers["etag"]
    first = await world.send("anna", "PATCH", path, {"topics": ["*", "*"]}, if_match=tag)
    assert (first.status_code, first.json()["data"]["topics"]) == (200, ["*"])
    assert first.headers["etag"] != tag
    assert (await world.send("anna", "PATCH", path, {"description": "late"}, if_match=tag)).status_code == 412
    assert (await world.send("anna", "DELETE", path, if_match=tag)).status_code == 412


async def test_a_repeated_request_makes_one_webhook(world: World) -> None:
    answers = [await world.send("anna", "POST", "/v1/webhooks", NEW, idempotency_key="one") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["data"] == answers[1].json()["data"]
    assert (await world.get("anna", "/v1/webhooks")).json()["pagination"]["total"] == 1


async def test_there_is_a_limit(world: World) -> None:
    for _ in range(MOST_ENDPOINTS):
        await make(world)
    assert (await world.send("anna", "POST", "/v1/webhooks", NEW)).status_code == 409
    page = (await world.get("anna", "/v1/webhooks?limit=8&page=3")).json()
    assert (len(page["data"]), page["pagination"]["total_pages"]) == (MOST_ENDPOINTS - 16, 3)


async def test_a_switched_off_webhook_is_not_tested(world: World) -> None:
    webhook = await make(world, is_active=False)
    assert (await world.send("anna", "POST", f"/v1/webhooks/{webhook['id']}/test")).status_code == 409


async def test_topics_are_listed(world: World) -> None:
    answer = await world.get("anna", "/v1/webhook-topics")
    assert [topic["name"] for topic in answer.json()["data"]] == sorted(TOPICS)


async def test_every_change_is_in_the_audit_log_without_the_secret(world: World) -> None:
    webhook = await make(world)
    path = f"/v1/webhooks/{webhook['id']}"
    await world.send("nora", "PATCH", path, {"description": "x"})
    rotated = await world.send("anna", "POST", f"{path}/rotate-secret")
    await world.send("anna", "DELETE", path)
    entries = await world.get("anna", f"/v1/audit-log?subject_type=webhook&subject_id={webhook['id']}&sort_order=asc")
    shown = [(entry["action"], entry["actor_id"]) for entry in entries.json()["data"]]
    anna, nora = str(world.users["anna"]), str(world.users["nora"])
    assert shown == [
        ("webhook.created", anna),
        ("webhook.updated", nora),
        ("webhook.secret_rotated", anna),
        ("webhook.deleted", anna),
    ]
    for secret in (webhook["secret"], rotated.json()["data"]["secret"]):
        assert secret not in entries.text
