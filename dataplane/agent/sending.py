"""From a round's lines to the server, by way of the disk when the server is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from dataplane.agent.points import Point
from dataplane.agent.push import Answer, Outcome
from dataplane.agent.queue import Queue

AT_ONCE = 1 << 20
"""Characters of a request, about five thousand lines."""
SMALLEST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0


class Push(Protocol):
    """What is sent with."""

    def push(self, text: str) -> Answer: ...


class Sending:
    """Keeps the order: as long as older batches wait on disk, new ones go behind them."""

    def __init__(self, push: Push, queue: Queue, *, say: Callable[[str], None] = print) -> None:
        self._push = push
        self._queue = queue
        self._say = say
        self._said = ""
        self._quiet_until = 0.0
        self._wait_s = 0.0
        self.sent = 0
        self.refused = 0
        self.failures = 0

    def send(self, text: str, time_s: float, now: float) -> None:
        """Send a round of `time_s`, or keep it. `now` is of a clock that is never set back."""
        if not len(self._queue) and now >= self._quiet_until and self._try(text, now):
            return
        try:
            self._queue.add(text, time_s)
        except OSError as error:
            self._tell(f"the queue on disk takes nothing: {error}")

    def drain(self, clock: Callable[[], float], until: float) -> None:
        """Send what waits on disk, the oldest first, until it is all away, the server fails, or it is `until`."""
        while len(self._queue) and self._quiet_until <= clock() < until:
            count, text = self._queue.oldest(AT_ONCE)
            if not count or not self._try(text, clock()):
                return
            self._queue.done(count)

    def points(self) -> list[Point]:
        """How it goes."""
        queue = self._queue
        figures = {
            "batches_sent_total": self.sent,
            "batches_refused_total": self.refused,
            "batches_dropped_total": queue.dropped,
            "push_failures_total": self.failures,
            "queue_bytes": queue.bytes,
            "queue_batches": len(queue),
        }
        return [Point("agent", figures)]

    def _try(self, text: str, now: float) -> bool:
        """Whether the batch needs no more care."""
        answer = self._push.push(text)
        match answer.outcome:
            case Outcome.TAKEN:
                self.sent += 1
            case Outcome.REFUSED:
                self.refused += 1
                self._tell(f"the server refused values for good: {answer.why}")
            case Outcome.TOO_LARGE if (halves := _halves(text)) is not None:
                first = self._try(halves[0], now)
                return self._try(halves[1], now) and first
            case Outcome.TOO_LARGE:
                self.refused += 1
                self._tell(f"a line is larger than the server takes: {answer.why}")
            case _:
                self.failures += 1
                self._wait_s = min(max(self._wait_s * 2, SMALLEST_WAIT_S), LONGEST_WAIT_S)
                self._quiet_until = now + max(self._wait_s, answer.wait_s)
                self._tell(f"the server is away, values are kept: {answer.why}")
                return False
        self._wait_s = self._quiet_until = 0.0
        if answer.outcome is Outcome.TAKEN and self._said:
            self._said = ""
            self._say("the server takes values again")
        return True

    def _tell(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self._say(text)


def _halves(text: str) -> tuple[str, str] | None:
    """Two batches of whole lines; None of one line."""
    cut = text.find("\n", len(text) // 2) + 1
    if cut in {0, len(text)}:
        cut = text.rfind("\n", 0, len(text) - 1) + 1
    return (text[:cut], text[cut:]) if cut else None
