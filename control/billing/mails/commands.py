"""`hcc billing bounce`: what a mail server hands its bounces to."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

import msgspec
import psycopg
from psycopg_pool import PoolTimeout, TooManyRequests

from control.billing.mails.bounces import MOST_BYTES
from control.billing.mails.models import Bounced
from control.billing.mails.taking import take_any
from control.core.db import Database
from control.core.settings import Settings, SettingsError, load

_WORDS = {"delayed": "a delay, not yet a failure", "unknown_mail": "about no mail of ours", "no_report": "no report of delivery"}


async def _take(settings: Settings, raw: bytes) -> Bounced:
    database = Database(settings.worker_database_url, settings)
    await database.open()
    try:
        return await take_any(database, raw)
    finally:
        await database.close()


def bounce(args: argparse.Namespace) -> int:
    """Read, note, say what it was."""
    raw = sys.stdin.buffer.read(MOST_BYTES)
    try:
        settings = load()
        if not settings.worker_database_url:
            raise SettingsError(["HCC_WORKER_DATABASE_URL is not set"])
        found = asyncio.run(_take(settings, raw))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return os.EX_TEMPFAIL
    except (psycopg.Error, PoolTimeout, TooManyRequests, OSError) as error:
        print(f"The database is away: {type(error).__name__}", file=sys.stderr)
        return os.EX_TEMPFAIL
    if args.json:
        print(msgspec.json.encode(found).decode())
    else:
        print(_WORDS.get(found.outcome) or f"noted for {found.noted} recipients")
    return 0
