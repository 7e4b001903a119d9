"""What the four backends have in common: a port, and a list of the requests they read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tests.gateway.support import TIMEOUT


@dataclass(frozen=True)
class Seen:
    """One request as a backend read it."""

    method: str
    target: str
    host: str
    body: bytes
    whole: bool = True
    """Whether it was well-formed and came to its end."""


class Backend(Protocol):
    """A server behind the gateway."""

    name: str
    port: int
    seen: Record

    def close(self) -> None:
        """Stop serving."""


class Record:
    """Requests in the order in which they were read, waited for without polling."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._list: list[Seen] = []

    def add(self, seen: Seen) -> None:
        with self._changed:
            self._list.append(seen)
            self._changed.notify_all()

    def clear(self) -> None:
        with self._changed:
            self._list.clear()

    def wait(self, condition: Callable[[list[Seen]], bool]) -> list[Seen]:
        """All of it, once the condition holds."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self._list), TIMEOUT), self._list
            return list(self._list)
