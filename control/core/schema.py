"""What the migrations add up to, as one file to read and to compare: sql/schema.sql.

    python -m control.core.schema > sql/schema.sql

reads the migrated database of HCC_OWNER_DATABASE_URL with pg_dump and writes it in a form without names, dates and
settings of the moment. Databases are made by `hcc migrate`; tests/storage/test_schema.py shows that both ways agree.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import Any

import psycopg
from psycopg import sql

from control.stack.postgres import find_binaries

HEAD = """\
-- What sql/migrations add up to, written by `python -m control.core.schema`; sql/roles.sql comes before it.
-- Change the migrations, never this file.
SET check_function_bodies = false;
SET search_path = '';
"""
# Rows that migrations put into a new database, by the columns that are the same in each.
SEEDS = {
    "gateway_settings": ("trusted_proxies", "defaults", "response_headers"),
    "security_settings": ("challenge_difficulty", "challenge_ttl_s", "event_days", "login_paths", "scanner_paths", "never_ban"),
    "threat_detectors": ("name", "is_active", "threshold", "window_s", "ban_s", "most_ban_s"),
    "metric_settings": (
        "partition_hours",
        "hot_index",
        "raw_days",
        "minute_days",
        "five_minute_days",
        "hour_days",
        "day_days",
    ),
    "roles": ("name", "user_type", "description", "permissions"),
}
_NOISE = (
    re.compile(r"^\\(un)?restrict .*\n", re.MULTILINE),
    re.compile(r"^--\n-- [^\n]*\n(?:-- [^\n]*\n)*--\n", re.MULTILINE),
    re.compile(r"^-- Dumped (from|by) [^\n]*\n", re.MULTILINE),
    re.compile(r"^SET [a-z_]+ = [^;\n]*;\n", re.MULTILINE),
    re.compile(r"^SELECT pg_catalog\.set_config\('search_path'[^\n]*\n", re.MULTILINE),
    re.compile(r"^CREATE SCHEMA hcc;\n", re.MULTILINE),
)


def normalised(dump: str) -> str:
    """A dump without what differs from one run, or one server, to the next."""
    for noise in _NOISE:
        dump = noise.sub("", dump)
    return re.sub(r"\n{3,}", "\n\n", dump).strip() + "\n"


def dump(owner_dsn: str) -> str:
    """The schema `hcc` of a database in the stable form, the rows of SEEDS at its end. Raises CalledProcessError."""
    binary = shutil.which("pg_dump") or str(find_binaries() / "pg_dump")
    found = subprocess.run(
        [binary, "--schema-only", "--no-owner", "--exclude-schema=jobs", "--exclude-schema=public", "-d", owner_dsn],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    with psycopg.connect(owner_dsn) as connection:
        rows = "".join(_rows(connection, table, columns) for table, columns in SEEDS.items())
    return HEAD + "\n" + normalised(found.stdout) + "\n" + rows


def _rows(connection: psycopg.Connection[Any], table: str, columns: tuple[str, ...]) -> str:
    literals = sql.SQL(", ").join(sql.SQL("quote_nullable({}::text)").format(sql.Identifier(column)) for column in columns)
    found = connection.execute(
        sql.SQL("SELECT concat_ws(', ', {}) FROM {} ORDER BY 1").format(literals, sql.Identifier("hcc", table))
    ).fetchall()
    values = ",\n".join(f"  ({row})" for (row,) in found)
    return f"INSERT INTO hcc.{table} ({', '.join(columns)}) VALUES\n{values};\n" if found else ""


def main() -> int:
    dsn = os.environ.get("HCC_OWNER_DATABASE_URL", "")
    if not dsn:
        print("Set HCC_OWNER_DATABASE_URL to a migrated database (role hcc_owner).", file=sys.stderr)
        return 2
    sys.stdout.write(dump(dsn))
    return 0


if __name__ == "__main__":
    sys.exit(main())
