"""Renewal runs: subscriptions a second that are invoiced, numbered in one series and booked, and what memory they take.

    python bench/renewals.py [--subscriptions N] [--aim 100000]

A private PostgreSQL that syncs to disk; one process renews, as the worker does. Every customer has one subscription with a plan
and an add-on, all due on one day, which is the worst one.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import resource
import secrets
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from _processes import free_port
from psycopg.types.json import Jsonb

from control.billing.catalogue.pricing import Meter
from control.billing.subscriptions.periods import Period
from control.billing.subscriptions.renewing import BATCH, renew_seller
from control.billing.today import today
from control.core import migrate
from control.core.db import Database
from control.core.ids import new_id
from control.core.settings import Settings
from control.stack.postgres import SMALL, PrivatePostgres

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"
POSTGRES = {**SMALL, "max_wal_size": "4GB", "shared_buffers": "512MB"}
ROLES = ("hcc_owner", "hcc_app", "hcc_worker", "hcc_ingest", "hcc_gateway")
BERLIN = {"line1": "Allee 2", "line2": "", "postal_code": "10115", "city": "Berlin", "region": "", "country": "DE"}


async def nothing(
    organization_id: UUID, meter: Meter, customer: UUID, subscription: UUID, days: Period, timezone: str
) -> Decimal:  # fmt: skip
    """Nothing is metered here."""
    del organization_id, meter, customer, subscription, days, timezone
    return Decimal(0)


def fill(owner: psycopg.Connection[Any], many: int) -> UUID:
    """A seller, and customers with a subscription each, all due today."""
    platform, seller, product, plan, addon, price, extra = (new_id() for _ in range(7))
    for key, above, kind in ((platform, None, "platform"), (seller, platform, "reseller")):
        owner.execute(
            "INSERT INTO hcc.organizations (id, parent_id, kind, path, name, slug) VALUES (%s, %s, %s, '{}', %s, %s)",
            (key, above, kind, kind, kind),
        )
    owner.execute(
        "INSERT INTO hcc.billing_settings (organization_id, legal_name, address, email, timezone)"
        " VALUES (%s, 'North', %s, 'a@b.example', 'UTC')",
        (seller, Jsonb(BERLIN)),
    )
    owner.execute("INSERT INTO hcc.products (id, organization_id, name) VALUES (%s, %s, 'Server')", (product, seller))
    for key, name, is_addon in ((plan, "Server", False), (addon, "Backup", True)):
        owner.execute(
            "INSERT INTO hcc.plans (id, organization_id, product_id, name, is_addon) VALUES (%s, %s, %s, %s, %s)",
            (key, seller, product, name, is_addon),
        )
    for key, of, amount in ((price, plan, 10), (extra, addon, 3)):
        owner.execute(
            "INSERT INTO hcc.prices (id, organization_id, plan_id, currency, interval, model, amount, valid_from, used_at)"
            " VALUES (%s, %s, %s, 'EUR', 'month', 'flat', %s, '2020-01-01', now())",
            (key, seller, of, amount),
        )
    at = {"seller": seller, "many": many, "address": Jsonb(BERLIN), "on": today("UTC")}
    owner.execute(
        "CREATE TEMP TABLE made AS SELECT n, gen_random_uuid() AS org, gen_random_uuid() AS customer,"
        " gen_random_uuid() AS subscription FROM generate_series(1, %(many)s) AS n",
        at,
    )
    owner.execute(
        "INSERT INTO hcc.organizations (id, parent_id, kind, path, name, slug)"
        " SELECT org, %(seller)s, 'customer', '{}', 'c' || n, 'c' || n FROM made",
        at,
    )
    owner.execute(
        "INSERT INTO hcc.customers"
        " (id, organization_id, customer_org_id, number, kind, name, email, address, currency, language)"
        " SELECT customer, %(seller)s, org, 'C' || n, 'business', 'Customer ' || n, 'a@b.example', %(address)s, 'EUR', 'en'"
        " FROM made",
        at,
    )
    owner.execute(
        "INSERT INTO hcc.subscriptions (id, organization_id, customer_id, customer_org_id, name, status, currency, interval,"
        " collection, prices_include_tax, anchor_month, anchor_day, started_on, billed_until, due_on)"
        " SELECT subscription, %(seller)s, customer, org, 'Server', 'active', 'EUR', 'month', 'invoice', false,"
        " date_trunc('month', %(on)s::date), extract(day FROM %(on)s::date), %(on)s, %(on)s, %(on)s FROM made",
        at,
    )
    for key, of, position in ((price, plan, 1), (extra, addon, 2)):
        owner.execute(
            "INSERT INTO hcc.subscription_items (id, organization_id, customer_org_id, subscription_id, plan_id, price_id, name,"
            " quantity, position, setup_charged, started_on)"
            " SELECT gen_random_uuid(), %s, org, subscription, %s, %s, 'Server', 1, %s, true, %s FROM made",
            (seller, of, key, position, at["on"]),
        )
    owner.commit()
    owner.autocommit = True
    owner.execute("VACUUM ANALYZE")
    return seller


def rss() -> float:
    """MiB that this process has."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


async def measure(settings: Settings, seller: UUID) -> dict[str, Any]:
    """Renew all; the figures."""
    database = Database(settings.worker_database_url, settings)
    await database.open()
    before = rss()
    began, cpu = time.perf_counter(), time.process_time()
    try:
        run = await renew_seller(database, seller, today("UTC"), nothing)
    finally:
        await database.close()
    seconds = time.perf_counter() - began
    return {
        "renewed": run.steps,
        "invoices": run.invoices,
        "failed": run.failed,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "a_second": round(run.invoices / seconds, 1),
        "rss_before_mib": round(before, 1),
        "rss_after_mib": round(rss(), 1),
    }


def main() -> None:
    """Fill, renew, check, write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=5_000)
    parser.add_argument("--aim", type=int, default=100_000)
    wanted = parser.parse_args()
    key = f"k1:{base64.b64encode(os.urandom(32)).decode()}"
    with tempfile.TemporaryDirectory(prefix="hcc-bench-") as folder:
        Path(folder).chmod(0o755)
        postgres = PrivatePostgres(Path(folder) / "postgres", free_port(), password=secrets.token_hex(16), settings=POSTGRES)
        passwords = {role: secrets.token_hex(16) for role in ROLES}
        postgres.start()
        try:
            migrate.bootstrap(postgres.superuser_dsn, passwords, "hcc")
            urls = {role: postgres.dsn(role, passwords[role], "hcc") for role in ROLES}
            migrate.migrate(urls["hcc_owner"], metric_storage="partitions")
            with psycopg.connect(urls["hcc_owner"]) as owner:
                seller = fill(owner, wanted.subscriptions)
            settings = Settings(
                env="test",
                database_url=urls["hcc_app"],
                worker_database_url=urls["hcc_worker"],
                gateway_database_url=urls["hcc_gateway"],
                owner_database_url=urls["hcc_owner"],
                redis_url="",
                encryption_keys=key,
                certificate_keys=key,
                db_pool_min=1,
                db_pool_max=4,
            )
            found = asyncio.run(measure(settings, seller))
            with psycopg.connect(urls["hcc_owner"]) as owner:
                row = owner.execute(
                    "SELECT count(*), max(number_sequence), count(DISTINCT number), (SELECT sum(amount) FROM hcc.ledger_lines),"
                    " (SELECT count(*) FROM hcc.subscription_periods) FROM hcc.invoices"
                ).fetchone()
        finally:
            postgres.stop()
    assert row == (wanted.subscriptions,) * 3 + (0, wanted.subscriptions), row
    found |= {"batch": BATCH, f"minutes_for_{wanted.aim}": round(wanted.aim / found["a_second"] / 60, 2)}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "renewals.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
