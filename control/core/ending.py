"""Hearing at once that the process is to end, before the server waits for its connections: endless answers end then."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Any

from granian import _signals

_CALLS: list[Callable[[], None]] = []


def when_ending(call: Callable[[], None]) -> None:
    """Have this called in the loop when SIGTERM or SIGINT comes, once."""
    _CALLS.append(call)


def end() -> None:
    """What is called when a signal came."""
    calls = list(_CALLS)
    _CALLS.clear()
    for call in calls:
        call()


def listen_for_signals() -> None:
    """Make the server's workers tell us. Granian sets its handlers in each worker after the application was made, and offers no
    call of its own; a worker then waits for its connections before the application's shutdown begins."""
    begin = _signals.set_loop_signals

    def both(loop: asyncio.AbstractEventLoop) -> Any:
        stopping = begin(loop)  # type: ignore[no-untyped-call]  # the server's own

        def heard() -> None:
            end()
            stopping.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, heard)
        return stopping

    _signals.set_loop_signals = both
