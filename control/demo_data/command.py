"""`hcc demo --large`: much data in a running development stack, to see how everything is with it."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from control.core.settings import load
from control.demo_data import filling
from control.stack.launch import StackError

_REAL = """
SELECT count(*) FROM hcc.customers WHERE email NOT LIKE '%.example'
"""
_SIZE = """
SELECT (SELECT count(*) FROM hcc.customers), (SELECT count(*) FROM hcc.invoices), (SELECT count(*) FROM hcc.organizations)
"""


def _database(run_dir: Path) -> tuple[str, str]:
    """As whom to connect, and where the sample origin listens. Raises StackError when nothing is there to be filled."""
    if os.environ.get("HCC_OWNER_DATABASE_URL"):
        settings = load()
        if settings.env != "dev":
            raise StackError(f"HCC_ENV is {settings.env}; demo data is for dev only")
        return settings.owner_database_url, "127.0.0.1:8006"
    if os.environ.get("HCC_ENV", "dev") != "dev":
        raise StackError(f"HCC_ENV is {os.environ['HCC_ENV']}; demo data is for dev only")
    try:
        stack: dict[str, Any] = msgspec.json.decode((run_dir / "stack.json").read_bytes())
        password = (run_dir / "secrets" / "hcc_owner").read_text(encoding="ascii").strip()
    except OSError:
        raise StackError(f"no stack runs in {run_dir}; start it with `make run` first, or set HCC_RUN_DIR") from None
    info = psycopg.conninfo.conninfo_to_dict(stack["pg_dsn"])
    url = f"postgresql://hcc_owner:{password}@{info['host']}:{info['port']}/hcc"
    return url, stack["origin"].removeprefix("http://")


def _seller(connection: psycopg.Connection[Any], slug: str) -> UUID:
    row = connection.execute("SELECT id FROM hcc.organizations WHERE slug = %s AND deleted_at IS NULL", (slug,)).fetchone()
    if row is None:
        raise StackError(f"there is no organization {slug}; the large demo goes on top of the small one that `make run` makes")
    found: UUID = row[0]
    return found


def command(args: argparse.Namespace) -> int:
    """Exit code 0 when it is all there, 1 when it was refused."""
    url, origin = _database(Path(os.environ.get("HCC_RUN_DIR") or ".run").absolute())
    with psycopg.connect(url) as connection:
        [real] = connection.execute(_REAL).fetchone() or (0,)
        if real and not args.force:
            raise StackError(f"there are {real} customers who are not the demo's; --force fills this database nevertheless")
        platform, reseller, shop = (_seller(connection, slug) for slug in ("platform", "nordwind", "shop"))
    large = filling.Large()
    if not args.yes and not _agreed(large):
        return 1
    began = time.monotonic()
    filling.fill(url, platform=platform, reseller=reseller, more=[shop], origin=origin, large=large)
    took = time.monotonic() - began
    with psycopg.connect(url) as connection:
        found = connection.execute(_SIZE).fetchone() or (0, 0, 0)
    print("there are {:,} customers, {:,} invoices and {:,} organizations".format(*found), f"(after {took:.0f} s)")
    return 0


def _agreed(large: filling.Large) -> bool:
    print(f"This adds {large.customers:,} customers, {large.invoices:,} invoices and what goes with them.", file=sys.stderr)
    print("Nothing takes them out again but a new database. Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
