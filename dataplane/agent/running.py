"""The agent as a process: a round every interval, a last one at the end."""

from __future__ import annotations

import signal
import sys
import threading
import time

from dataplane.agent.gathering import Gathering
from dataplane.agent.points import lines
from dataplane.agent.push import Outcome, Pusher
from dataplane.agent.queue import Queue
from dataplane.agent.sending import Sending
from dataplane.agent.settings import Settings


def say(text: str) -> None:
    """To the journal, which has its own times."""
    print(f"hcc-agent: {' '.join(text.split())}", file=sys.stderr, flush=True)


def once(settings: Settings) -> str:
    """What a round would send."""
    return lines(Gathering(settings, say=say).round(time.monotonic()), settings.common(), time.time())


def push_once(settings: Settings) -> int:
    """Push one round and say what became of it; the exit code."""
    text = once(settings)
    answer = Pusher(settings.server, settings.token, timeout_s=settings.timeout_s, ca_file=settings.ca_file).push(text)
    if answer.outcome is not Outcome.TAKEN:
        say(f"not taken: {answer.why}")
        return 1
    say(f"{text.count(chr(10))} lines taken")
    return 0


class Agent:
    """Rounds at whole multiples of the interval since the start, so that they do not drift."""

    def __init__(self, settings: Settings, gathering: Gathering, sending: Sending, stop: threading.Event) -> None:
        self._settings = settings
        self._gathering = gathering
        self._sending = sending
        self._stop = stop

    def run(self) -> None:
        """Until `stop` is set; then a last round, which goes to the server or to disk."""
        interval = self._settings.interval_s
        due = time.monotonic()
        while True:
            self._round()
            due += interval
            # A machine that slept, or a server that was slow, is not made up for.
            if (late := time.monotonic() - due) > 0:
                due += interval * (late // interval + 1)
            self._sending.drain(time.monotonic, due - interval / 4)
            if self._stop.wait(max(0.0, due - time.monotonic())):
                break
        self._round()
        self._sending.drain(time.monotonic, time.monotonic() + self._settings.timeout_s)

    def _round(self) -> None:
        now, time_s = time.monotonic(), time.time()
        points = [*self._gathering.round(now), *self._sending.points()]
        self._sending.send(lines(points, self._settings.common(), time_s), time_s, now)


def serve(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; the exit code."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    pusher = Pusher(settings.server, settings.token, timeout_s=settings.timeout_s, ca_file=settings.ca_file)
    sending = Sending(pusher, Queue(settings.queue, settings.queue_bytes), say=say)
    say(f"pushing to {settings.server} every {settings.interval_s:g} s as {settings.host}")
    Agent(settings, Gathering(settings, say=say), sending, stop).run()
    pusher.close()
    say("ended")
    return 0
