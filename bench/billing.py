"""Billing on a million invoices: the list with filter and total, finalising in one series.

    python bench/billing.py [--invoices N] [--customers N] [--seconds N] [--rate N]

A PostgreSQL and one API process of their own, as they run in production. Requests come at a fixed rate whether the ones before
are answered or not, so that what waits counts (no coordinated omission).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import re
import secrets
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import _billing
import _plot as plot
import httpx
from _pages import percentile
from _processes import rss_mib

from control.billing.documents import service
from control.billing.invoices import service as invoices
from control.core.db import Database, Scope
from control.core.settings import load

CONNECTIONS = 32
RESULTS = Path(__file__).resolve().parent / "results"
LISTS = {
    "the first page": "",
    "one status": "status=overdue",
    "one customer": "customer_id={customer}",
    "a month": "issued_since=2025-03-01&issued_until=2025-03-31",
    "the beginning of a number": "search=inv-2025-0012",
    "page 500 of the unpaid": "status=sent&page=500",
}


async def at_rate(place: _billing.Place, paths: list[str], rate: int, seconds: int) -> list[float]:
    """Ask for the paths in turn at a fixed rate; milliseconds from when each was due.

    The load is made on the CPUs of what it measures, so its client does no more than HTTP/1.1 needs: it keeps its connections,
    and reads as much as `content-length` says.
    """
    took: list[float] = []
    port = int(place.url.rpartition(":")[2])
    fields = "".join(f"{name}: {value}\r\n" for name, value in place.headers.items())
    requests = [f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{fields}\r\n".encode() for path in paths]
    begin = time.perf_counter() + 0.1
    due = iter(range(rate * seconds))

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in due:
            at = begin + number / rate
            await asyncio.sleep(max(at - time.perf_counter(), 0))
            writer.write(requests[number % len(requests)])
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(re.search(rb"content-length: (\d+)", head.lower())[1])  # type: ignore[index]  # it always says so
            body = await reader.readexactly(length)
            assert b" 200 " in head[:16], body
            took.append((time.perf_counter() - at) * 1000)
        writer.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(connection())
    return took


async def measure(place: _billing.Place, args: argparse.Namespace) -> list[dict[str, Any]]:
    """All cases."""
    cases: list[dict[str, Any]] = []

    def add(name: str, unit: str, ours: float, better: str = "lower", **more: Any) -> None:
        cases.append({"case": name, "unit": unit, "better": better, "ours": ours, "peers": {}, "ratios": {}, **more})
        print(f"{name}: {ours} {unit} {more or ''}", flush=True)

    limits = httpx.Limits(max_connections=32, max_keepalive_connections=32)
    async with httpx.AsyncClient(base_url=place.url, limits=limits, timeout=30) as client:
        for name, query in LISTS.items():
            paths = [f"/v1/invoices?{query.format(customer=customer)}" for customer in place.customers]
            await at_rate(place, paths, 20, 1)
            took = await at_rate(place, paths, args.rate, args.seconds)
            add(f"list: {name}, p99 at {args.rate} requests/s", "ms", round(percentile(took, 0.99), 1),
                p50=round(percentile(took, 0.5), 1), most=round(max(took), 1))  # fmt: skip
        half = len(place.drafts) // 2
        began = time.perf_counter()
        operations = [
            (await client.post("/v1/invoices/finalise", json={"ids": place.drafts[n : n + 1000]}, headers=place.headers)).json()
            for n in range(half, len(place.drafts), 1000)
        ]
        for operation in operations:
            await _done(client, place, operation["data"]["id"])
        add("finalised in one series by an operation in the worker", "invoices/s",
            round((len(place.drafts) - half) / (time.perf_counter() - began)), "higher")  # fmt: skip
        began = time.perf_counter()
        left = iter(place.drafts[:half])

        async def finalise() -> None:
            for draft in left:
                answer = await client.post(f"/v1/invoices/{draft}/finalise", json={}, headers=place.headers)
                assert answer.status_code == 200, answer.text

        async with asyncio.TaskGroup() as group:
            for _ in range(8):
                group.create_task(finalise())
        rate = half / (time.perf_counter() - began)
        add("finalised in one series, a request each, 8 at a time", "invoices/s", round(rate), "higher")
    place.worker.close()
    took = await documents(place)
    add("a document, PDF/A-3 with its structured invoice", "ms", round(percentile(took, 0.5), 1), most=round(max(took), 1))
    gaps = place.gaps()
    assert gaps == 0, f"{gaps} gaps in the series"
    add("resident memory of the API process", "MiB", round(rss_mib(place.pid)))
    return cases


async def documents(place: _billing.Place, many: int = 40) -> list[float]:
    """Milliseconds for the PDF of each of some invoices, one after the other in a process that has its fonts loaded."""
    settings = load()
    database = Database(settings.database_url, settings)
    await database.open()
    took = []
    try:
        for draft in place.drafts[: many + 1]:
            async with database.transaction(Scope(place.seller)) as tx:
                paper = await service.paper_of(tx, await invoices.find(tx, UUID(draft)))
            began = time.perf_counter()
            content, is_hybrid = service.write(paper, "pdf")
            took.append((time.perf_counter() - began) * 1000)
            assert content.startswith(b"%PDF")
            assert is_hybrid
    finally:
        await database.close()
    return took[1:]


async def _done(client: httpx.AsyncClient, place: _billing.Place, operation_id: str) -> None:
    while True:
        answer = await client.get(f"/v1/operations/{operation_id}", headers=place.headers)
        now = answer.json()["data"]
        if now["status"] not in ("pending", "running"):
            assert now["status"] == "succeeded", now
            assert now["result"]["failed"] == 0, now["result"]
            return
        await asyncio.sleep(0.05)


def main() -> None:
    """Fill, measure, write `results/billing.json` and `results/billing.svg`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--invoices", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--drafts", type=int, default=8_000, help="invoices to finalise")
    parser.add_argument("--seconds", type=int, default=5, help="of each list")
    parser.add_argument("--rate", type=int, default=200, help="requests a second")
    args = parser.parse_args()
    load = round(os.getloadavg()[0], 2)
    with tempfile.TemporaryDirectory(prefix="hcc-bench-") as folder, ExitStack() as stack:
        place = _billing.Place(stack, Path(folder), args.invoices, args.customers, args.drafts, secrets.token_hex(16))
        cases = asyncio.run(measure(place, args))
    result = {
        "name": "billing",
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "load_before": load, "arch": platform.machine(), "kernel": platform.release()},
        "ours": "hcc control, 1 process, Granian and uvloop; PostgreSQL with fsync; load and server on the same CPUs",
        "load": f"{args.invoices:,} invoices of {args.customers:,} customers; {args.rate} lists/s for {args.seconds} s",
        "python": sys.version.split()[0],
        "cases": cases,
    }
    if args.invoices >= 1_000_000:
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / "billing.json").write_text(json.dumps(result, indent=2) + "\n")
        (RESULTS / "billing.svg").write_text(plot.bars(result))


if __name__ == "__main__":
    main()
