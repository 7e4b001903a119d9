"""A platform with a year behind it: what browser tests and screenshots look at.

It is filled through the API by the people of the demo; what servers, gateways and time would have written is written as they do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from aiosmtpd.controller import Controller

from control.billing.recognition.service import recognise
from control.billing.reselling.jobs import settle_resellers
from control.core import jobs, outbox
from control.core.db import Scope
from control.core.runtime import Runtime
from control.worker import import_jobs
from tests.automation.receiver import receiving
from tests.browser.stock import accounts, billing, monitoring, security, sites
from tests.browser.stock.desk import Desk
from tests.core.test_mailer import Mailbox
from tests.integration.platform import Platform
from tests.ports import free_port
from tests.working import work_off

_NO_OLD_PAPER = """
    DELETE FROM jobs.procrastinate_jobs
     WHERE task_name = 'billing.keep_document' AND status = 'todo'
       AND id NOT IN (SELECT id FROM jobs.procrastinate_jobs WHERE task_name = 'billing.keep_document' ORDER BY id DESC LIMIT 6)
"""


def fill(platform: Platform) -> Desk:
    """Put everything in, and do the jobs that came of it. The desk that comes back is closed; it knows what was made."""
    return asyncio.run(_fill(platform))


async def _fill(platform: Platform) -> Desk:
    import_jobs()
    async with receiving() as receiver:
        with Desk(platform) as desk, _post_office() as post:
            settings = msgspec.structs.replace(desk.settings, smtp_url=post)
            worker = Runtime(settings, settings.worker_database_url)
            await worker.start()
            try:
                for part in (sites.fill, billing.fill, security.fill):
                    await asyncio.to_thread(part, desk)
                    if part is billing.fill:
                        await _earn(worker, desk)
                        await settle_resellers(jobs.Work(worker, 0, 0), timestamp=0)
                # Paper takes a while to make, and nobody reads that of last year.
                desk.sql(_NO_OLD_PAPER)
                await _work(worker)
                await asyncio.to_thread(billing.after, desk)
                await asyncio.to_thread(billing.charge, desk)
                await asyncio.to_thread(accounts.fill, desk, receiver)
                await _work(worker)
                # Last, so that nobody looks whether these servers are there.
                await asyncio.to_thread(monitoring.fill, desk)
            finally:
                await worker.stop()
    return desk


@contextmanager
def _post_office() -> Iterator[str]:
    """Takes mails, so that none is tried again and again."""
    port = free_port()
    controller = Controller(Mailbox(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


async def _earn(worker: Runtime, desk: Desk) -> None:
    """Book the revenue of each month that has gone by."""
    organization = desk.organizations["nordwind"]
    for back in range(12, -1, -1):
        async with worker.database.transaction(Scope(organization)) as tx:
            await recognise(tx, organization, desk.day(back * 30))


async def _work(worker: Runtime) -> None:
    """Hand on the events, and do the jobs that come of them."""
    while await outbox.relay(worker.database):
        pass
    await work_off(worker)
    while await outbox.relay(worker.database):
        pass
    await work_off(worker)
