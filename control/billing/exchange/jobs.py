"""Fetching the European Central Bank's reference rates, on the days on which it publishes them."""

from __future__ import annotations

import asyncio
from uuid import UUID

import httpx
import msgspec
import structlog

from control import __version__
from control.automation.webhooks.sending import trust
from control.billing.exchange import ecb, service
from control.billing.exchange import queries as q
from control.billing.settings import service as settings
from control.core import jobs
from control.core.db import NOBODY, Scope
from control.core.jobs import Work
from control.core.runtime import Runtime

LIMIT = 30.0
"""Seconds for the whole answer."""
MOST_READ = 1 << 20
log = structlog.get_logger("hcc.billing")


class _Seller(msgspec.Struct, frozen=True):
    organization_id: UUID


@jobs.task("billing.fetch_exchange_rates", cron="35 15 * * 1-5", lock="billing.fetch_exchange_rates")
async def fetch(work: Work, *, timestamp: int) -> None:
    """They are published about 16:00 in Frankfurt. A failed try is repeated by the queue."""
    del timestamp
    url = work.runtime.settings.exchange_rates_url
    if not url:
        raise jobs.Skip("HCC_EXCHANGE_RATES_URL is empty")
    log.info("rates of exchange fetched", written=await take(work.runtime, ecb.read(await read(url))))


async def read(url: str) -> bytes:
    """The file behind an address. Raises OSError when there is none in time, or too large a one."""
    try:
        async with (
            asyncio.timeout(LIMIT),
            httpx.AsyncClient(verify=trust(), timeout=LIMIT, headers={"User-Agent": f"hcc/{__version__}"}) as client,
            client.stream("GET", url) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise OSError(f"{url} answers {answer.status_code}")
            content = b""
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > MOST_READ:
                    raise OSError(f"{url} has more than {MOST_READ} bytes")
            return content
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(f"{url}: {type(error).__name__}") from error


async def take(runtime: Runtime, days: list[ecb.Day]) -> int:
    """Keep the rates for every seller, each in a transaction of its own; how many were new or other than before."""
    async with runtime.database.transaction(NOBODY) as tx:
        sellers = await tx.all(_Seller, q.SQL.sellers)
    written = 0
    for one in sellers:
        async with runtime.database.transaction(Scope(one.organization_id)) as tx:
            made = await service.take(tx, await settings.find(tx, one.organization_id), days)
            written += made.written if made else 0
    return written
