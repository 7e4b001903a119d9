"""Long work: recorded with its cause, run by the queue, shown without internals."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest

from control.core import jobs, operations
from control.core.db import Scope
from control.core.errors import Conflict
from control.core.jobs import Work
from control.core.operations import Operation
from control.core.permissions import Principal
from control.core.runtime import Runtime
from tests.conftest import Urls
from tests.working import work_off
from tests.world import World

SEEN: list[str] = []


@jobs.task("test.operation", retry=False)
async def _operation(work: Work, *, operation_id: str, organization_id: str, how: str) -> None:
    async with operations.running(work, operation_id, organization_id) as operation:
        SEEN.append(how)
        await operation.progress(40)
        if how == "domain":
            raise Conflict("The zone is locked.")
        if how == "crash":
            raise RuntimeError("password=hunter2 at 10.0.0.1")
        operation.result = {"how": how}


def principal(world: World, name: str, organization: str) -> Principal:
    place = world.organizations[organization]
    return Principal(
        user_id=world.users[name],
        organization_id=place,
        home_organization_id=place,
        user_type="customer",
        roles=["owner"],
        permissions=["operations:read"],
    )


async def begin(world: World, runtime: Runtime, how: str) -> Operation:
    who = principal(world, "anna", "apple")
    async with runtime.database.transaction(who.scope()) as tx:
        return await operations.start(
            tx,
            who,
            organization_id=who.organization_id,
            kind="test.operation",
            subject_type="thing",
            subject_id=1,
            task="test.operation",
            how=how,
        )


@pytest.mark.parametrize(
    ("how", "status", "progress", "result", "error"),
    [
        ("fine", "succeeded", 100, {"how": "fine"}, None),
        ("domain", "failed", 40, None, {"code": "CONFLICT", "message": "The zone is locked."}),
        ("crash", "failed", 40, None, {"code": "INTERNAL_ERROR", "message": "The work failed; the error was recorded."}),
    ],
)
async def test_an_operation_ends_as_its_work_did(
    world: World, runtime: Runtime, worker_runtime: Runtime, how: str, status: str, progress: int, result: object, error: object
) -> None:
    operation = await begin(world, runtime, how)
    before = await world.get("anna", f"/v1/operations/{operation.id}")
    assert before.json()["data"]["status"] == "pending"
    assert before.headers["retry-after"] == "1"
    await work_off(worker_runtime)
    after = await world.get("anna", f"/v1/operations/{operation.id}")
    data = after.json()["data"]
    assert (data["status"], data["progress"], data["result"], data["error"]) == (status, progress, result, error)
    assert "retry-after" not in after.headers
    assert data["finished_at"] is not None


async def test_a_second_run_of_finished_work_does_nothing(world: World, runtime: Runtime, worker_runtime: Runtime) -> None:
    operation = await begin(world, runtime, "fine")
    await work_off(worker_runtime)
    SEEN.clear()
    async with runtime.database.transaction(Scope(operation.organization_id)) as tx:
        organization_id = str(operation.organization_id)
        await jobs.defer(tx, "test.operation", operation_id=str(operation.id), organization_id=organization_id, how="fine")
    await work_off(worker_runtime)
    assert SEEN == []


async def test_an_error_with_attempts_left_keeps_the_operation_running(world: World, runtime: Runtime) -> None:
    operation = await begin(world, runtime, "fine")
    work = Work(runtime, 1, 0, last_attempt=False)
    with pytest.raises(RuntimeError):
        async with operations.running(work, str(operation.id), str(operation.organization_id)):
            raise RuntimeError("away for a moment")
    assert (await world.get("anna", f"/v1/operations/{operation.id}")).json()["data"]["status"] == "running"


async def test_what_is_rolled_back_was_never_queued(world: World, runtime: Runtime, urls: Urls) -> None:
    who = principal(world, "anna", "apple")

    async def fail_after_start() -> None:
        async with runtime.database.transaction(who.scope()) as tx:
            await operations.start(
                tx, who, organization_id=who.organization_id, kind="k", subject_type="t", subject_id=1, task="test.operation"
            )
            raise LookupError

    with pytest.raises(LookupError):
        await fail_after_start()
    with psycopg.connect(urls["hcc_worker"]) as connection:
        assert connection.execute("SELECT count(*) FROM jobs.procrastinate_jobs").fetchone() == (0,)


@pytest.mark.parametrize(
    ("who", "status", "listed"),
    [("anna", 200, 1), ("alex", 200, 1), ("nora", 200, 1), ("root", 200, 1), ("bert", 404, 0), ("saul", 404, 0)],
)
async def test_who_sees_an_operation(world: World, runtime: Runtime, who: str, status: int, listed: int) -> None:
    operation: UUID = (await begin(world, runtime, "fine")).id
    assert (await world.get(who, f"/v1/operations/{operation}")).status_code == status
    found = (await world.get(who, "/v1/operations?status=pending&kind=test.operation")).json()
    assert (found["pagination"]["total"], len(found["data"])) == (listed, listed)
