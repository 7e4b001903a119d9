"""Reads kept in Redis for a short time. Redis away means that every read goes to its source; nothing breaks.

Values are msgpack. Keys start with `hcc:cache:`. Invalidation runs after the commit that made the cached value wrong.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from control.core import metrics

T = TypeVar("T")
log = structlog.get_logger("hcc.cache")
_PREFIX = "hcc:cache:"


class Cache:
    """A read-through cache; `redis` None turns it off."""

    def __init__(self, redis: Redis | None) -> None:
        self._redis = redis

    async def get(self, key: str, into: type[T], ttl: int, load: Callable[[], Awaitable[T | None]]) -> T | None:
        """The cached value, or the one that `load` gives, then kept `ttl` seconds. None is not kept."""
        if self._redis is None:
            return await load()
        try:
            raw = await self._redis.get(_PREFIX + key)
            if raw is not None:
                metrics.CACHE.labels("hit").inc()
                return msgspec.msgpack.decode(raw.encode() if isinstance(raw, str) else raw, type=into)
        except (RedisError, OSError, msgspec.DecodeError) as error:
            log.debug("cache read failed", error=type(error).__name__)
        metrics.CACHE.labels("miss").inc()
        value = await load()
        if value is not None:
            try:
                await self._redis.set(_PREFIX + key, msgspec.msgpack.encode(value), ex=ttl)
            except (RedisError, OSError) as error:
                log.debug("cache write failed", error=type(error).__name__)
        return value

    async def drop(self, *keys: str) -> None:
        """Forget values. A failure is logged: the time to live bounds how long a stale value can last."""
        if self._redis is None or not keys:
            return
        try:
            await self._redis.delete(*(_PREFIX + key for key in keys))
        except (RedisError, OSError) as error:
            log.warning("cache invalidation failed", error=type(error).__name__)
