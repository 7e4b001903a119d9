"""Webhooks, jobs, the outbox and the second factor, as people use them in the browser."""

from __future__ import annotations

import re
import time

import psycopg
import pyotp
import pytest

from control.core.settings import Settings
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import PASSWORD, World


async def test_a_webhook_is_added_tested_sent_again_and_deleted(log_in: LogIn, settings: Settings) -> None:
    anna = await log_in("anna")
    await anna.get("/webhooks/new")
    typed = {"url": "https://hooks.example/in", "description": "Ours <b>", "topics": ["user.created", "invoice.finalised"]}
    await anna.submit("/webhooks", typed | {"url": "gopher://x.example"})
    assert anna.answer.status_code == 422
    assert anna.page.count(" checked") == 2, "the topics are kept, what was not ticked is not"
    await anna.submit("/webhooks", typed | {"is_active": "true"})
    assert re.search(r'value="whsec_[^"]+"', anna.page)
    path = re.search(r"/webhooks/[0-9a-f-]{36}", anna.page)
    assert path is not None
    await anna.get("/webhooks")
    assert "Ours &lt;b&gt;" in anna.page
    assert "whsec_" not in anna.page
    await anna.get(path[0])
    await anna.submit(f"{path[0]}/test")
    assert "A test event is on its way." in anna.page
    delivery = anna.answer.url.path
    assert "This is a test." in anna.page
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute(
            "UPDATE hcc.webhook_deliveries SET status = 'failed', attempts = 8, response_status = 500, error = '<b>no'"
        )
    await anna.get(f"{path[0]}?status=failed")
    assert delivery in anna.page
    await anna.get(delivery)
    assert "&lt;b&gt;no" in anna.page
    await anna.submit(f"{delivery}/retry")
    assert "It is sent once more." in anna.page
    await anna.get(f"{path[0]}/rotate")
    await anna.submit(f"{path[0]}/rotate")
    assert re.search(r'value="whsec_[^"]+"', anna.page)
    await anna.get(f"{path[0]}/edit")
    assert anna.page.count(" checked") == 3
    await anna.submit(f"{path[0]}/edit", typed | {"description": ""})
    assert "The webhook was changed." in anna.page
    await anna.get(f"{path[0]}/delete")
    await anna.submit(f"{path[0]}/delete", {"confirmation": anna.page.partition("Type ")[2].partition(" to confirm")[0]})
    assert "The webhook was deleted." in anna.page
    assert (await anna.get(path[0])).status_code == 404
    for who in ("bert", "nora"):
        other = await log_in(who)
        await other.post(f"{delivery}/retry")
        assert other.answer.status_code == 404, who


async def test_deliveries_are_sent_again_by_choice_and_all_that_failed(log_in: LogIn, settings: Settings, world: World) -> None:
    made = await world.send("anna", "POST", "/v1/webhooks", {"url": "https://hooks.example/in", "topics": ["user.created"]})
    path = f"/webhooks/{made.json()['data']['id']}"
    sent = [(await world.send("anna", "POST", f"/v1{path}/test")).json()["data"]["id"] for _ in range(4)]

    def states() -> list[str]:
        with psycopg.connect(settings.owner_database_url) as connection:
            found: dict[str, str] = dict(connection.execute("SELECT id::text, status FROM hcc.webhook_deliveries").fetchall())
        return [found[one] for one in sent]

    anna = await log_in("anna")
    await anna.get(path)
    assert f"{path}/retry-failed" not in anna.page, "nothing has failed"
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute("UPDATE hcc.webhook_deliveries SET status = 'failed', attempts = 8")
        connection.execute("UPDATE hcc.webhook_deliveries SET status = 'succeeded' WHERE id = %s", (sent[3],))
    await anna.get(path)
    assert anna.page.count('name="ids"') == 4
    await anna.post("/webhooks/deliveries/retry", {"ids": sent[:1], "back": path})
    assert "1 entry was chosen." in anna.page
    await anna.post("/webhooks/deliveries/retry", {"ids": sent[:1], "back": path, "confirmed": "yes"})
    assert str(anna.answer.url).endswith(path)
    assert states() == ["retrying", "failed", "failed", "succeeded"]
    assert "Send all failed again (2)" in anna.page
    await anna.get(f"{path}/retry-failed")
    assert "2 failed deliveries" in anna.page
    await anna.submit(f"{path}/retry-failed")
    assert "2 deliveries are sent again." in anna.page
    assert states() == ["retrying", "retrying", "retrying", "succeeded"]
    with psycopg.connect(settings.owner_database_url) as connection:
        jobs = connection.execute(
            "SELECT args->>'delivery_id' FROM jobs.procrastinate_jobs"
            " WHERE task_name = 'webhooks.deliver' AND args->>'attempts' = '8'"
        ).fetchall()
        noted = connection.execute("SELECT after FROM hcc.audit_log WHERE action = 'webhook.deliveries_retried'").fetchall()
    assert sorted(jobs) == sorted((one,) for one in sent[:3])
    assert noted == [({"deliveries": 2, "left": 0},)]
    again = await world.send("anna", "POST", f"/v1{path}/retry-failed")
    assert (again.status_code, again.json()["data"]) == (202, {"deliveries": 0, "left": 0})
    await world.send("anna", "PATCH", f"/v1{path}", {"is_active": False})
    assert (await world.send("anna", "POST", f"/v1{path}/retry-failed")).status_code == 409
    for who in ("bert", "saul"):
        other = await log_in(who)
        await other.post("/webhooks/deliveries/retry", {"ids": sent[:1], "confirmed": "yes"})
        assert "It did not work with 1 entry." in other.page, who
        assert (await other.post(f"{path}/retry-failed")).status_code == 404, who


JOB = """
INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, args, status, attempts, queueing_lock)
VALUES ('default', 'mail.send', '{"mail_id": "<b>7"}', %s, 3, %s) RETURNING id
"""


@pytest.fixture
def job(settings: Settings, world: World) -> int:
    """A job that failed."""
    del world
    with psycopg.connect(settings.owner_database_url) as connection:
        row = connection.execute(JOB, ("failed", None)).fetchone()
    assert row is not None
    return int(row[0])


async def test_a_failed_job_is_tried_again_on_record(log_in: LogIn, settings: Settings, job: int) -> None:
    root = await log_in("root")
    await root.get("/jobs?status=failed")
    assert f"/jobs/{job}" in root.page
    await root.get(f"/jobs/{job}")
    assert "&lt;b&gt;7" in root.page
    await root.submit(f"/jobs/{job}/retry")
    assert "The job waits for a worker again." in root.page
    await root.post(f"/jobs/{job}/retry")
    assert root.answer.status_code == 409
    with psycopg.connect(settings.owner_database_url) as connection:
        found = connection.execute("SELECT status::text, attempts FROM jobs.procrastinate_jobs WHERE id = %s", (job,)).fetchone()
        noted = connection.execute("SELECT count(*) FROM hcc.audit_log WHERE action = 'job.retried'").fetchone()
    assert (found, noted) == (("todo", 4), (1,))


async def test_a_job_whose_like_waits_is_left(log_in: LogIn, settings: Settings, world: World) -> None:
    del world
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute("SET search_path = jobs, hcc")
        failed = connection.execute(JOB, ("failed", "once")).fetchone()
        connection.execute(JOB, ("todo", "once"))
    assert failed is not None
    root = await log_in("root")
    await root.post(f"/jobs/{failed[0]}/retry")
    assert root.answer.status_code == 409
    assert "waits already" in root.page


@pytest.mark.parametrize(("who", "reads"), [("agent", 200), ("nora", 403), ("anna", 403)])
async def test_only_those_who_may_try_jobs_again(log_in: LogIn, job: int, who: str, reads: int) -> None:
    browser = await log_in(who)
    assert (await browser.get(f"/jobs/{job}")).status_code == reads
    assert f"/jobs/{job}/retry" not in browser.page
    await browser.post(f"/jobs/{job}/retry")
    assert browser.answer.status_code == 403
    await browser.post("/outbox/1/retry")
    assert browser.answer.status_code == 403


async def test_a_dead_event_is_handed_on_again(log_in: LogIn, settings: Settings, world: World) -> None:
    await world.send("nora", "PATCH", f"/v1/organizations/{world.organizations['apple']}", {"name": "<b>Apples"})
    with psycopg.connect(settings.owner_database_url) as connection:
        row = connection.execute(
            "UPDATE hcc.outbox_events SET dead_at = now(), attempts = 8, last_error = 'TimeoutError'"
            " WHERE topic = 'organization.updated' RETURNING id"
        ).fetchone()
    assert row is not None
    root = await log_in("root")
    await root.get("/outbox?state=dead")
    assert f"/outbox/{row[0]}" in root.page
    await root.get(f"/outbox/{row[0]}")
    assert "&lt;b&gt;Apples" in root.page
    await root.submit(f"/outbox/{row[0]}/retry")
    assert "The event is handed on again." in root.page
    await root.post(f"/outbox/{row[0]}/retry")
    assert root.answer.status_code == 409
    with psycopg.connect(settings.owner_database_url) as connection:
        found = connection.execute("SELECT attempts, dead_at FROM hcc.outbox_events WHERE id = %s", (row[0],)).fetchone()
    assert found == (0, None)


def _code(secret: str) -> str:
    return pyotp.TOTP(secret).at(int(time.time()))


async def test_the_second_factor_is_set_up_used_and_switched_off(log_in: LogIn, world: World, browser: Browser) -> None:
    again = browser  # of another device
    anna = await log_in("anna")
    await anna.get("/profile/second-factor")
    await anna.submit("/profile/second-factor/set-up", {"password": "wrong"})
    assert anna.answer.status_code == 422
    assert "is not right" in anna.page
    await anna.submit("/profile/second-factor/set-up", {"password": PASSWORD})
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", anna.page)
    assert secret is not None
    assert 'src="data:image/svg+xml' in anna.page
    await anna.submit("/profile/second-factor/confirm", {"code": "000000"})
    assert anna.answer.status_code == 422
    assert secret[1] in anna.page, "the same picture once more"
    await anna.submit("/profile/second-factor/confirm", {"code": _code(secret[1])})
    codes = re.findall(r"<li><code>([^<]+)</code></li>", anna.page)
    assert len(codes) == 10
    await anna.get("/profile")
    assert ">On</span>" in anna.page
    await again.log_in(world, "anna")
    assert "One more step" in again.page
    await again.submit("/login", {"totp_code": codes[0]})
    assert again.answer.url.path == "/dashboard"
    await anna.get("/profile/second-factor")
    await anna.submit("/profile/second-factor/recovery-codes", {"code": codes[0]})
    assert anna.answer.status_code == 422, "each is good once"
    await anna.submit("/profile/second-factor/recovery-codes", {"code": codes[1]})
    fresh = re.findall(r"<li><code>([^<]+)</code></li>", anna.page)
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    await anna.get("/profile/second-factor")
    await anna.submit("/profile/second-factor/off", {"password": PASSWORD, "code": fresh[0]})
    assert "The second factor is off." in anna.page
    assert (await world.get("anna", "/v1/auth/me")).json()["data"]["totp_enabled"] is False
