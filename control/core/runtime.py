"""What a process holds open while it runs: the pool, the cache, keys and hashers. There is one, on the application."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import structlog
from redis.asyncio import Redis

from control.core.authentication import Authenticator
from control.core.cache import Cache
from control.core.crypto import Keyring
from control.core.db import Database
from control.core.passwords import Passwords
from control.core.settings import Settings, SettingsError, check
from control.core.tokens import Tokens

log = structlog.get_logger("hcc.runtime")
_QUERIES = 4
"""Queries about metrics that run at one time: each may hold some hundred megabytes."""


class Runtime:
    """The open parts of one process. Nothing connects before `start`."""

    def __init__(self, settings: Settings, database_url: str | None = None) -> None:
        if problems := check(settings):
            raise SettingsError(problems)
        self.settings = settings
        self.keyring = Keyring.parse(settings.encryption_keys)
        self.certificate_keyring = Keyring.parse(settings.certificate_keys) if settings.certificate_keys else None
        self.database = Database(database_url or settings.database_url, settings)
        self.redis: Redis | None = (
            Redis.from_url(settings.redis_url, socket_timeout=0.5, socket_connect_timeout=0.5, max_connections=64)
            if settings.redis_url
            else None
        )
        self.cache = Cache(self.redis)
        self.tokens = Tokens(self.database, self.keyring, settings)
        self.passwords = Passwords(settings.argon2_memory_kib, settings.password_workers)
        self.authenticator = Authenticator(self.database, self.tokens, self.cache)
        self.queries = asyncio.Semaphore(_QUERIES)
        self.started_at = time.monotonic()
        self._background: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        await self.database.open()

    async def stop(self) -> None:
        """Finish what runs in the background, then close everything."""
        if self._background:
            await asyncio.wait(self._background, timeout=5)
        self.passwords.close()
        if self.redis is not None:
            await self.redis.aclose()
        await self.database.close()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something after the answer, such as a note in the log whose time must not show."""
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background work failed", exc_info=error)
