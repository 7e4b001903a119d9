"""What waits in Postfix's queues (postqueue(1), `-j`)."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator

from dataplane.agent.points import Point

_QUEUES = ("active", "deferred", "hold", "incoming", "maildrop")
_PATIENCE_S = 10.0


def postqueue() -> str | None:
    """One message a line, as JSON; None where there is no Postfix. Raises OSError."""
    program = shutil.which("postqueue", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if program is None:
        return None
    try:
        done = subprocess.run([program, "-j"], capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        raise OSError("postqueue did not answer in time") from None
    if done.returncode != 0:
        raise OSError(f"postqueue: {done.stderr.strip()[:200]}")
    return done.stdout


def collect(now: float, ask: Callable[[], str | None] = postqueue) -> Iterator[Point]:
    """Messages by queue, and how long the oldest has waited. Raises OSError."""
    text = ask()
    if text is None:
        return
    count: Counter[str] = Counter()
    oldest = now
    for line in text.splitlines():
        message = json.loads(line)
        count[message["queue_name"]] += 1
        oldest = min(oldest, message["arrival_time"])
    for queue in _QUEUES:
        yield Point("host_mail_queue", {"messages": count[queue]}, {"queue": queue})
    yield Point("host_mail_queue", {"oldest_seconds": max(0.0, now - oldest)})
