"""From an event to a signed request at a real receiver, with retries and a log."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from control.automation.webhooks import jobs as webhook_jobs
from control.automation.webhooks.sending import attempt
from control.core import events, outbox
from control.core.db import Scope
from control.core.runtime import Runtime
from tests.automation.receiver import Received, Receiver, receiving
from tests.conftest import Urls
from tests.working import work_off
from tests.world import World

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def verify(secret: str, request: Received) -> dict[str, Any]:
    """The body, if the signature is right: written from the text of Standard Webhooks, apart from the sender's code."""
    signed = request.headers["webhook-id"] + "." + request.headers["webhook-timestamp"] + "." + request.body.decode()
    key = base64.b64decode(secret.split("_", 1)[1])
    expected = base64.b64encode(hmac.digest(key, signed.encode(), hashlib.sha256)).decode()
    assert request.headers["webhook-signature"].split(" ") == ["v1," + expected]
    assert abs(time.time() - int(request.headers["webhook-timestamp"])) < 60
    body: dict[str, Any] = json.loads(request.body)
    return body


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as listening:
        yield listening


async def make(world: World, receiver: Receiver, topics: list[str] | None = None, who: str = "anna") -> dict[str, Any]:
    answer = await world.send(who, "POST", "/v1/webhooks", {"url": receiver.url, "topics": topics or ["user.created"]})
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def happen(world: World, runtime: Runtime, where: str = "apple", topic: str = "user.created") -> UUID:
    organization = world.organizations[where]
    async with runtime.database.transaction(Scope(organization)) as tx:
        return await events.emit(tx, topic, organization, {"id": 7, "name": "Zoë"})


async def deliveries(world: World, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await world.get("anna", f"/v1/webhooks/{webhook['id']}/deliveries")
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def hurry(urls: Urls) -> None:
    """Make every waiting job due."""
    with psycopg.connect(urls["hcc_worker"]) as connection:
        connection.execute("UPDATE jobs.procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")


async def test_an_event_arrives_signed(
    world: World, runtime: Runtime, worker_runtime: Runtime, receiver: Receiver, urls: Urls
) -> None:
    webhook = await make(world, receiver)
    event_id = await happen(world, runtime)
    await outbox.relay(worker_runtime.database)
    await work_off(worker_runtime)

    [request] = receiver.received
    assert request.line == "POST /hook?a=1 HTTP/1.1"
    body = verify(webhook["secret"], request)
    assert request.headers["webhook-id"] == str(event_id)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == receiver.url.split("/")[2]
    assert (body["type"], body["data"]) == ("user.created", {"id": 7, "name": "Zoë"})
    assert body["organization_id"] == str(world.organizations["apple"])
    [row] = await deliveries(world, webhook)
    assert (row["status"], row["attempts"], row["response_status"], row["error"]) == ("succeeded", 1, 204, None)
    with psycopg.connect(urls["hcc_owner"]) as connection:
        stored = str(connection.execute("SELECT secret FROM hcc.webhook_endpoints").fetchall())
        stored += str(connection.execute("SELECT before, after FROM hcc.audit_log").fetchall())
    assert webhook["secret"][6:] not in stored
    assert "secret" not in (await world.get("anna", f"/v1/webhooks/{webhook['id']}")).json()["data"]


async def test_the_relay_twice_is_one_delivery(
    world: World, runtime: Runtime, worker_runtime: Runtime, receiver: Receiver, urls: Urls
) -> None:
    webhook = await make(world, receiver)
    await happen(world, runtime)
    await outbox.relay(worker_runtime.database)
    with psycopg.connect(urls["hcc_owner"]) as connection:
        connection.execute("UPDATE hcc.outbox_events SET relayed_at = NULL")
    await outbox.relay(worker_runtime.database)
    await work_off(worker_runtime)
    assert len(receiver.received) == 1
    assert len(await deliveries(world, webhook)) == 1


@pytest.mark.parametrize(
    ("topics", "where", "topic", "arrives"),
    [
        (["user.created"], "apple", "user.created", True),
        (["*"], "apple", "user.deleted", True),
        (["user.deleted"], "apple", "user.created", False),
        (["*"], "birch", "user.created", False),
        (["*"], "north", "user.created", False),
    ],
)
async def test_who_hears_what(
    world: World,
    runtime: Runtime,
    worker_runtime: Runtime,
    receiver: Receiver,
    topics: list[str],
    where: str,
    topic: str,
    arrives: bool,
) -> None:
    await make(world, receiver, topics)
    await happen(world, runtime, where, topic)
    await outbox.relay(worker_runtime.database)
    await work_off(worker_runtime)
    assert bool(receiver.received) is arrives


async def test_a_receiver_that_fails_is_tried_again_with_the_same_id(
    world: World, runtime: Runtime, worker_runtime: Runtime, receiver: Receiver, urls: Urls
) -> None:
    webhook = await make(world, receiver)
    receiver.says(500, 302, 200)
    await happen(world, runtime)
    await outbox.relay(worker_runtime.database)
    seen = []
    for _ in range(4):
        await work_off(worker_runtime)
        [row] = await deliveries(world, webhook)
        seen.append((row["status"], row["attempts"], row["response_status"], row["next_attempt_at"] is not None))
        hurry(urls)
    assert seen == [
        ("retrying", 1, 500, True),
        ("retrying", 2, 302, True),
        ("succeeded", 3, 200, False),
        ("succeeded", 3, 200, False),
    ]
    assert len({request.headers["webhook-id"] for request in receiver.received}) == 1
    assert len({request.body for request in receiver.received}) == 1
    for request in receiver.received:
        verify(webhook["secret"], request)


async def test_the_last_attempt_is_the_last_and_a_person_may_send_again(
    world: World, runtime: Runtime, worker_runtime: Runtime, receiver: Receiver, urls: Urls
) -> None:
    webhook = await make(world, receiver)
    receiver.says(503)
    await happen(world, runtime)
    await outbox.relay(worker_runtime.database)
    for _ in range(len(webhook_jobs.DELAYS) + 3):
        await work_off(worker_runtime)
        hurry(urls)
    [row] = await deliveries(world, webhook)
    assert (row["status"], row["attempts"]) == ("failed", len(webhook_jobs.DELAYS) + 1)
    assert len(receiver.received) == row["attempts"]
    receiver.says(200)
    path = f"/v1/webhooks/{webhook['id']}/deliveries/{row['id']}"
    again = await world.send("anna", "POST", f"{path}/retry")
    assert (again.status_code, again.json()["data"]["status"]) == (202, "retrying")
    await work_off(worker_runtime)
    assert (await world.get("anna", path)).json()["data"]["status"] == "succeeded"


async def test_gone_switches_the_endpoint_off(
    world: World, runtime: Runtime, worker_runtime: Runtime, receiver: Receiver
) -> None:
    webhook = await make(world, receiver)
    receiver.says(410)
    await happen(world, runtime)
    await outbox.relay(worker_runtime.database)
    await work_off(worker_runtime)
    after = (await world.get("anna", f"/v1/webhooks/{webhook['id']}")).json()["data"]
    assert (after["is_active"], after["disabled_reason"]) == (False, "the receiver answered 410 Gone")
    assert (await deliveries(world, webhook))[0]["status"] == "failed"
    await happen(world, runtime)
    await outbox.relay(worker_runtime.database)
    await work_off(worker_runtime)
    assert len(receiver.received) == 1
    on = await world.send("anna", "PATCH", f"/v1/webhooks/{webhook['id']}", {"is_active": True})
    assert (on.json()["data"]["is_active"], on.json()["data"]["disabled_reason"]) == (True, None)


async def test_a_test_reaches_its_endpoint_only_and_a_new_secret_signs_at_once(
    world: World, worker_runtime: Runtime, receiver: Receiver
) -> None:
    webhook = await make(world, receiver)
    await make(world, receiver, ["*"])
    rotated = await world.send("anna", "POST", f"/v1/webhooks/{webhook['id']}/rotate-secret")
    assert rotated.status_code == 200
    secret = rotated.json()["data"]["secret"]
    assert secret != webhook["secret"]
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) >= 24
    sent = await world.send("anna", "POST", f"/v1/webhooks/{webhook['id']}/test")
    assert sent.status_code == 202
    await work_off(worker_runtime)
    [request] = receiver.received
    assert verify(secret, request)["type"] == "webhook.test"


async def test_a_private_address_is_refused_when_sent_to(receiver: Receiver) -> None:
    outcome = await attempt(receiver.url, SECRET, "m1", b"{}", https_only=False, allow_private=False)
    assert (outcome.status, outcome.error) == (None, "the address leads to an address that is not public")
    assert receiver.received == []


async def test_redirects_floods_and_silence_are_bounded(receiver: Receiver) -> None:
    receiver.answers = [f"HTTP/1.1 302 Found\r\nLocation: {receiver.url}\r\nContent-Length: 0\r\n\r\n".encode()]
    moved = await attempt(receiver.url, SECRET, "m1", b"{}", https_only=False, allow_private=True)
    assert (moved.status, moved.error, len(receiver.received)) == (302, "the receiver answered 302", 1)
    receiver.flood = True
    flooded = await attempt(receiver.url, SECRET, "m2", b"{}", https_only=False, allow_private=True)
    assert (flooded.status, flooded.error) == (200, None)
    receiver.flood, receiver.hanging = False, True
    silent = await attempt(receiver.url, SECRET, "m3", b"{}", https_only=False, allow_private=True, limit=0.2)
    assert (silent.status, silent.error) == (None, "no answer within 0.2 s")
    assert silent.ms < 2000


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "https://nothing.invalid/", "http://[::1]:1/"],
)
async def test_nobody_there_is_an_outcome(url: str) -> None:
    outcome = await attempt(url, SECRET, "m1", b"{}", https_only=False, allow_private=True)
    assert outcome.status is None
    assert outcome.error
