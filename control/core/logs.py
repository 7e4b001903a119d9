"""Logs: one JSON object a line (or readable text in development), with the request id and without secrets."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_WORDS = ("password", "passwd", "secret", "token", "authorization", "cookie", "api_key", "apikey", "private_key", "totp")
_HIDDEN = "(hidden)"


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace every value that is named like a secret, at any depth."""
    for key, value in event.items():
        event[key] = _cleaned(key, value)
    return event


def _cleaned(key: str, value: Any) -> Any:
    name = key.lower().replace("-", "_")
    if isinstance(value, (str, bytes, dict)) and any(word in name for word in _SECRET_WORDS):
        return _HIDDEN
    if isinstance(value, dict):
        return {k: _cleaned(str(k), v) for k, v in value.items()}
    if isinstance(value, list):
        return [_cleaned(key, v) for v in value]
    return value


def configure(service: str, *, form: str, level: str) -> None:
    """Send all logging of the process, the libraries' too, through one pipeline to standard output."""

    def name_service(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.setdefault("service", service)
        return event

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    if form == "json":
        shared.append(name_service)
        last: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        last = [
            structlog.dev.ConsoleRenderer(
                colors=sys.stdout.isatty(),
                pad_event_to=0,
                # Not the default: it prints local variables, and those hold secrets.
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("_granian", "granian.access", "httpx", "httpcore", "procrastinate", "psycopg.pool", "asyncio", "weasyprint"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
