"""Export and erasure: asked for through the API, done as the worker does it, and nothing of the person is left."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import sql

from control.accounts.users import jobs
from control.core.jobs import Work
from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.accounts.test_login import execute, login
from tests.world import World


async def run(body: Any, runtime: Runtime, settings: Settings) -> None:
    """The newest queued job, run like the worker would: with the arguments from the queue."""
    ((arguments,),) = execute(
        settings,
        "SELECT args FROM jobs.procrastinate_jobs WHERE task_name IN ('accounts.export_user', 'accounts.erase_user')"
        " ORDER BY id DESC LIMIT 1",
    )
    await body(Work(runtime, 1, 0), **arguments)


async def busy(world: World) -> None:
    """Leave traces of alex everywhere: sessions, keys, mail, audit entries, events, a changed address."""
    path = f"/v1/users/{world.users['alex']}"
    await world.send("anna", "PATCH", path, {"full_name": "Alexandra Unmistakable", "roles": ["owner"]})
    await world.send("alex", "POST", "/v1/api-keys", {"name": "Unmistakable key", "scopes": ["users:read"]})
    await world.send("alex", "PATCH", "/v1/auth/me", {"full_name": "Alexandra Unmistakable II"})
    await world.send("alex", "PATCH", f"/v1/users/{world.users['anna']}", {"locale": "de"})
    body = {"current_password": "violet-tractor-9-lagoon", "new_password": "quiet-harbour-77-orchid"}
    await world.send("alex", "POST", "/v1/auth/password/change", body)
    await world.client.post("/v1/auth/password/forgot", json={"email": "alex@example.com"})
    await login(world, "alex@example.com", "quiet-harbour-77-orchid")
    await world.send("anna", "POST", f"{path}/export", Idempotency_Key="export-1")


def traces(settings: Settings, words: tuple[str, ...]) -> list[str]:
    """Every column of every table, hcc's and the queue's, whose text holds one of the words."""
    found = []
    with psycopg.connect(settings.owner_database_url) as connection:
        tables = connection.execute(
            "SELECT nspname, relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE nspname IN ('hcc', 'jobs') AND relkind IN ('r', 'p')"
        ).fetchall()
        for table in tables:
            rows = connection.execute(sql.SQL("SELECT to_jsonb(t)::text FROM {} t").format(sql.Identifier(*table))).fetchall()
            found += [f"{table[1]}: {row}" for (row,) in rows if any(word in row.lower() for word in words)]
    return found


async def test_export(world: World, settings: Settings, worker_runtime: Runtime) -> None:
    await busy(world)
    started = await world.send("anna", "POST", f"/v1/users/{world.users['alex']}/export")
    assert started.status_code == 202
    operation = started.json()["data"]["id"]
    assert started.json()["data"]["status"] == "pending"
    await run(jobs.export_user, worker_runtime, settings)
    done = (await world.get("anna", f"/v1/operations/{operation}")).json()["data"]
    assert (done["status"], done["progress"]) == ("succeeded", 100)
    fetched = await world.get("anna", done["result"]["download"])
    assert "attachment" in fetched.headers["content-disposition"]
    document = fetched.json()
    assert document["person"]["email"] == "alex@example.com"
    assert document["memberships"][0]["organization_id"] == str(world.organizations["apple"])
    assert [key["name"] for key in document["api_keys"]] == ["Unmistakable key"]
    assert len(document["sessions"]) == 2
    assert {"session.started", "user.updated"} <= {entry["action"] for entry in document["audit_log"]}
    for secret in ("$argon2id$", "password_hash", "totp_secret", "key_hash", "token_hash"):
        assert secret not in fetched.text
    assert (await world.get("bert", done["result"]["download"])).status_code == 404
    assert (
        await world.get("anna", done["result"]["download"].replace(str(world.users["alex"]), str(world.users["anna"])))
    ).status_code == 404
    sealed = str(execute(settings, "SELECT encode(document, 'escape') FROM hcc.user_exports"))
    assert "alex@example.com" not in sealed
    execute(settings, "UPDATE hcc.user_exports SET expires_at = now()")
    assert (await world.get("anna", done["result"]["download"])).status_code == 404


async def test_erasure_leaves_nothing(world: World, settings: Settings, worker_runtime: Runtime) -> None:
    await busy(world)
    path = f"/v1/users/{world.users['alex']}"
    assert (await world.send("anna", "POST", f"{path}/erase", {"confirm_email": "wrong@example.com"})).status_code == 422
    started = await world.send("anna", "POST", f"{path}/erase", {"confirm_email": "ALEX@example.com"}, Idempotency_Key="erase-1")
    assert started.status_code == 202
    assert traces(settings, ("alex@example.com",)), "the traces are there before"
    before = execute(settings, "SELECT count(*) FROM hcc.audit_log")
    await run(jobs.erase_user, worker_runtime, settings)
    assert traces(settings, ("alex@example.com", "unmistakable", '"alex"')) == []
    assert execute(settings, "SELECT count(*) > %s FROM hcc.audit_log", before[0][0]) == [(True,)], "who did what stays"
    assert (await world.get("anna", path)).status_code == 404
    assert (await world.get("alex", "/v1/auth/me")).status_code == 401
    assert (await login(world, "alex@example.com", "quiet-harbour-77-orchid")).status_code == 401
    operation = (await world.get("anna", f"/v1/operations/{started.json()['data']['id']}")).json()["data"]
    assert operation["status"] == "succeeded"
    for table in ("user_credentials", "password_history", "refresh_tokens", "recovery_codes", "user_exports"):
        assert execute(settings, f"SELECT count(*) FROM hcc.{table} WHERE user_id = %s", world.users["alex"]) == [(0,)]
    # Others are untouched.
    assert (await world.get("anna", "/v1/auth/me")).json()["data"]["email"] == "anna@example.com"


async def test_erasing_twice_and_after_deletion(world: World, settings: Settings, worker_runtime: Runtime) -> None:
    path = f"/v1/users/{world.users['alex']}"
    await world.send("anna", "POST", f"{path}/erase", {"confirm_email": "alex@example.com"})
    ((arguments,),) = execute(settings, "SELECT args FROM jobs.procrastinate_jobs WHERE task_name = 'accounts.erase_user'")
    await jobs.erase_user(Work(worker_runtime, 1, 0), **arguments)
    execute(settings, "UPDATE hcc.operations SET status = 'running'")
    await jobs.erase_user(Work(worker_runtime, 1, 1), **arguments)
    assert execute(settings, "SELECT status FROM hcc.operations") == [("succeeded",)]


async def test_an_export_of_somebody_gone(world: World, settings: Settings, worker_runtime: Runtime) -> None:
    path = f"/v1/users/{world.users['alex']}"
    started = await world.send("anna", "POST", f"{path}/export")
    execute(settings, "DELETE FROM hcc.users WHERE id = %s", world.users["alex"])
    await run(jobs.export_user, worker_runtime, settings)
    operation = (await world.get("anna", f"/v1/operations/{started.json()['data']['id']}")).json()["data"]
    assert (operation["status"], operation["result"]) == ("succeeded", {"download": None})


@pytest.mark.parametrize("act", ["export", "erase"])
async def test_not_for_a_strangers_person(world: World, settings: Settings, act: str) -> None:
    body = {"confirm_email": "bert@example.com"} if act == "erase" else None
    answer = await world.send("anna", "POST", f"/v1/users/{world.users['bert']}/{act}", body)
    assert answer.status_code == 404
    assert execute(settings, "SELECT count(*) FROM jobs.procrastinate_jobs") == [(0,)]
