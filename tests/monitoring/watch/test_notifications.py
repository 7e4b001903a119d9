"""From an alert to a real receiver on loopback."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from control.core import mailer as _mailer  # noqa: F401 - registers its job
from control.core.settings import Settings
from control.monitoring.notifications import jobs as _jobs  # noqa: F401 - registers the jobs
from control.monitoring.notifications.dispatch import dispatch_all
from tests.automation.receiver import Received, Receiver, receiving
from tests.monitoring.watch.support import Scene
from tests.working import work_off
from tests.world import World


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as listening:
        yield listening


async def channel(world: World, **fields: Any) -> dict[str, Any]:
    answer = await world.send("anna", "POST", "/v1/monitoring/channels", {"name": "hook", "kind": "webhook", **fields})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


async def route(world: World, *channels: str, **fields: Any) -> dict[str, Any]:
    body = {"name": "all", "steps": [{"channel_ids": list(channels)}], "group_wait_s": 0, "group_interval_s": 0, **fields}
    answer = await world.send("anna", "POST", "/v1/monitoring/notification-routes", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


def hurry(settings: Settings) -> None:
    with psycopg.connect(settings.worker_database_url) as connection:
        connection.execute("UPDATE jobs.procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")


async def _told(scene: Scene, receiver: Receiver) -> list[dict[str, Any]]:
    """What the receiver got since the last time."""
    await dispatch_all(scene.worker.database, lambda: scene.now)
    await work_off(scene.worker)
    got = [json.loads(one.body) for one in receiver.received]
    receiver.received.clear()
    return got


def verified(secret: str, request: Received) -> bool:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    return (
        request.headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    )


async def test_an_alert_fires_and_recovers_with_a_webhook_seen(scene: Scene, receiver: Receiver) -> None:
    hook = await channel(scene.world, url=receiver.url)
    await route(scene.world, hook["id"])
    await scene.rule(expression="load > 5", for_s=60, annotations={"summary": "{{ labels.host }} is at {{ value }}"})
    scene.sent("load", 9, 9, 9, 1, until=3, host="web")
    told = []
    for minute in (0, 1, 2, 3):
        scene.at(minute)
        await scene.evaluate()
        signed = receiver.received
        await dispatch_all(scene.worker.database, lambda: scene.now)
        await work_off(scene.worker)
        assert all(verified(hook["secret"], request) for request in signed)
        told += [(minute, json.loads(request.body)) for request in signed]
        receiver.received.clear()
    assert [(minute, body["status"], body["title"]) for minute, body in told] == [
        (1, "firing", "Warning: rule"),
        (3, "resolved", "Resolved: rule"),
    ]
    [alert] = told[0][1]["alerts"]
    assert (alert["status"], alert["labels"]["host"], alert["annotations"]) == ("firing", "web", {"summary": "web is at 9"})
    assert told[1][1]["alerts"][0]["resolved_at"] is not None
    log = (await scene.world.get("anna", "/v1/monitoring/notifications")).json()["data"]
    assert [(row["status"], row["response_status"], row["attempts"]) for row in log] == [("succeeded", 204, 1)] * 2
    assert (await scene.world.get("bert", "/v1/monitoring/notifications")).json()["data"] == []
    assert scene.sql("SELECT count(*) FROM hcc.notification_groups") == [(0,)]


async def _firing(scene: Scene, receiver: Receiver, **fields: Any) -> None:
    hook = await channel(scene.world, url=receiver.url)
    await route(scene.world, hook["id"], **fields)
    await scene.rule(expression="load > 5")
    scene.sent("load", *[9] * 30, until=29, host="web")
    scene.at(0)
    await scene.evaluate()


async def test_a_failing_receiver_is_tried_again(scene: Scene, receiver: Receiver, settings: Settings) -> None:
    receiver.says(500, 503, 200)
    await _firing(scene, receiver)
    for _ in range(3):
        await dispatch_all(scene.worker.database, lambda: scene.now)
        await work_off(scene.worker)
        hurry(settings)
    assert len(receiver.received) == 3
    assert len({request.headers["webhook-id"] for request in receiver.received}) == 1
    [row] = (await scene.world.get("anna", "/v1/monitoring/notifications")).json()["data"]
    assert (row["status"], row["attempts"], row["response_status"]) == ("succeeded", 3, 200)


async def test_acknowledged_alerts_do_not_escalate(scene: Scene, receiver: Receiver) -> None:
    second = await channel(scene.world, name="second", url=receiver.url)
    hook = await channel(scene.world, url=receiver.url)
    steps = [{"channel_ids": [hook["id"]]}, {"channel_ids": [second["id"]], "after_s": 300}]
    await route(scene.world, steps=steps)
    for name in ("one", "two"):
        await scene.rule(name=name, expression=f'load{{host="{name}"}} > 5')
        scene.sent("load", *[9] * 10, until=9, host=name)
    scene.at(0)
    await scene.evaluate()
    assert [body["kind"] for body in await _told(scene, receiver)] == ["alerts"] * 2
    alert = next(
        a for a in (await scene.world.get("anna", "/v1/monitoring/alerts")).json()["data"] if a["labels"]["host"] == "one"
    )
    answer = await scene.world.send("anna", "POST", f"/v1/monitoring/alerts/{alert['id']}/acknowledge", {"note": "on it"})
    assert answer.json()["data"]["acknowledged_by"] == str(scene.world.users["anna"])
    scene.at(6)
    await scene.evaluate()
    [body] = await _told(scene, receiver)
    assert (body["kind"], body["title"]) == ("escalation", "Not acknowledged: warning: two")


async def test_silenced(scene: Scene, receiver: Receiver) -> None:
    await _firing(scene, receiver)
    body = {"matchers": [{"name": "host", "value": "w.*", "op": "=~"}], "reason": "we know",
            "ends_at": (scene.start + timedelta(minutes=10)).isoformat()}  # fmt: skip
    made = await scene.world.send("anna", "POST", "/v1/monitoring/silences", body)
    assert made.json()["data"]["created_by"] == str(scene.world.users["anna"])
    assert await _told(scene, receiver) == []
    scene.at(11)
    assert [told["status"] for told in await _told(scene, receiver)] == ["firing"]


async def test_a_silence_is_ended(scene: Scene, receiver: Receiver) -> None:
    await _firing(scene, receiver)
    body = {"matchers": [{"name": "host", "value": "web"}], "reason": "we know",
            "ends_at": (scene.start + timedelta(hours=10)).isoformat()}  # fmt: skip
    made = (await scene.world.send("anna", "POST", "/v1/monitoring/silences", body)).json()["data"]
    assert await _told(scene, receiver) == []
    assert (await scene.world.send("anna", "DELETE", f"/v1/monitoring/silences/{made['id']}")).status_code == 204
    [row] = (await scene.world.get("anna", "/v1/monitoring/silences")).json()["data"]
    assert row["ends_at"] < made["ends_at"]
    scene.at(1)
    assert len(await _told(scene, receiver)) == 1


async def test_two_dispatchers_tell_once(scene: Scene, receiver: Receiver) -> None:
    await _firing(scene, receiver)
    told = [await dispatch_all(scene.worker.database, lambda: scene.now) for _ in range(2)]
    assert told == [1, 0]


async def test_a_deleted_rule_is_told_as_over(scene: Scene, receiver: Receiver) -> None:
    await _firing(scene, receiver)
    assert len(await _told(scene, receiver)) == 1
    rule = (await scene.world.get("anna", "/v1/monitoring/rules")).json()["data"][0]
    assert (await scene.world.send("anna", "DELETE", f"/v1/monitoring/rules/{rule['id']}")).status_code == 204
    assert [body["status"] for body in await _told(scene, receiver)] == ["resolved"]
    assert await _told(scene, receiver) == []


KINDS: list[tuple[dict[str, Any], str, dict[str, str], list[str]]] = [
    ({"kind": "slack"}, "/hook?a=1", {}, ["text", "attachments"]),
    ({"kind": "teams"}, "/hook?a=1", {}, ["type", "attachments"]),
    ({"kind": "telegram", "token": "12:ab", "chat_id": "-7"}, "/bot12:ab/sendMessage", {},
     ["chat_id", "text", "disable_web_page_preview"]),
    ({"kind": "ntfy", "token": "tk_x"}, "/", {"authorization": "Bearer tk_x"},
     ["topic", "title", "message", "priority", "tags", "click"]),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "path", "headers", "body"), KINDS, ids=[str(fields["kind"]) for fields, *_ in KINDS])
async def test_kinds_of_receivers(
    scene: Scene, receiver: Receiver, fields: dict[str, Any], path: str, headers: dict[str, str], body: list[str]
) -> None:
    base = receiver.url.partition("/hook")[0]
    url = {"telegram": base, "ntfy": f"{base}/alerts"}.get(fields["kind"], receiver.url)
    made = await channel(scene.world, url=url, **fields)
    assert made["secret"] is None
    answer = await scene.world.send("anna", "POST", f"/v1/monitoring/channels/{made['id']}/test")
    assert answer.status_code == 202
    await work_off(scene.worker)
    [request] = receiver.received
    assert request.line == f"POST {path} HTTP/1.1"
    assert {name: request.headers.get(name) for name in headers} == headers
    assert list(json.loads(request.body)) == body
    assert "webhook-signature" not in request.headers
    shown = (await scene.world.get("anna", f"/v1/monitoring/channels/{made['id']}")).text
    assert "tk_x" not in shown
    assert "12:ab" not in shown
    assert "/hook" not in shown


async def test_mail(scene: Scene) -> None:
    made = await channel(scene.world, kind="mail", recipients=["ops@example.com", "boss@example.com"])
    await route(scene.world, made["id"])
    await scene.rule(expression="load > 5")
    scene.sent("load", 9, until=0, host="web")
    scene.at(0)
    await scene.evaluate()
    await dispatch_all(scene.worker.database, lambda: scene.now)
    scene.sql("UPDATE jobs.procrastinate_jobs SET scheduled_at = now() + interval '1 day' WHERE task_name = 'mail.send'")
    await work_off(scene.worker)
    rows = scene.sql("SELECT recipient, template FROM hcc.outgoing_mail WHERE template = 'alert' ORDER BY recipient")
    assert rows == [("boss@example.com", "alert"), ("ops@example.com", "alert")]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "mail"}, "/recipients"),
    ({"kind": "mail", "recipients": ["nobody"]}, "/recipients/0"),
    ({"kind": "webhook"}, "/url"),
    ({"kind": "webhook", "url": "ftp://example.com/x"}, "/url"),
    ({"kind": "slack", "url": "https://u:p@example.com/x"}, "/url"),
    ({"kind": "telegram", "chat_id": "1"}, "/token"),
    ({"kind": "telegram", "token": "a/b", "chat_id": "1"}, "/token"),
    ({"kind": "telegram", "token": "1:a"}, "/chat_id"),
    ({"kind": "ntfy", "url": "https://ntfy.example.com/"}, "/url"),
    ({"kind": "webhook", "url": "https://example.com/x", "token": "x"}, "/token"),
]


@pytest.mark.parametrize(("fields", "pointer"), WRONG, ids=[f"{f['kind']} {p}" for f, p in WRONG])
async def test_channels_that_are_none(world: World, fields: dict[str, Any], pointer: str) -> None:
    answer = await world.send("anna", "POST", "/v1/monitoring/channels", {"name": "x", **fields})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["error"]["details"]["errors"]] == [pointer]


async def test_addresses_inside_are_refused(scene: Scene, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the operator did not allow them: when the channel is made as far as can be said, and whenever it is used."""
    made = await channel(scene.world, url=receiver.url)
    import msgspec

    strict = msgspec.structs.replace(scene.worker.settings, webhook_allow_private=False)
    monkeypatch.setattr(scene.worker, "settings", strict)
    await scene.world.send("anna", "POST", f"/v1/monitoring/channels/{made['id']}/test")
    await work_off(scene.worker)
    assert receiver.received == []
    [row] = (await scene.world.get("anna", "/v1/monitoring/notifications")).json()["data"]
    assert (row["status"], row["error"]) == ("retrying", "the address leads to an address that is not public")


async def test_a_route_names_own_channels(world: World, receiver: Receiver) -> None:
    made = await channel(world, url=receiver.url)
    body = {"name": "theirs", "steps": [{"channel_ids": [made["id"]]}]}
    answer = await world.send("bert", "POST", "/v1/monitoring/notification-routes", body)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["errors"][0]["pointer"] == "/steps/0/channel_ids"


async def test_changing_a_channel_keeps_its_secrets(world: World, receiver: Receiver, scene: Scene) -> None:
    made = await channel(world, url=receiver.url)
    path = f"/v1/monitoring/channels/{made['id']}"
    answer = await world.send("anna", "PUT", path, {"name": "renamed", "kind": "webhook"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["host"] == "127.0.0.1"
    await world.send("anna", "POST", f"{path}/test")
    await work_off(scene.worker)
    assert verified(made["secret"], receiver.received[0])
    assert (await world.send("anna", "PUT", path, {"name": "x", "kind": "slack"})).status_code == 422
