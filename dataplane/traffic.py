"""The gateway pushes what it counts into ingestion, as any agent does: its own figures for the platform, and what each site
did for the organisation that owns the site.

Counters go on when a push fails, so that nothing but the resolution of that time is lost; nothing is kept for later.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable

from dataplane.agent.push import Answer, Outcome, Pusher
from dataplane.log import Log

INTERVAL_SECONDS = 10.0
TIMEOUT_SECONDS = 5.0
PATH = "/api/v1/import/prometheus"


def labelled(text: str, gateway: str) -> str:
    """Prometheus' text with a label `gateway` on every value: of two gateways the same figure is two series."""
    value = gateway.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    lines = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            lines.append(line)
            continue
        name, brace, rest = line.partition("{")
        if brace:
            lines.append(f'{name}{{gateway="{value}",{rest}')
        else:
            name, _, rest = line.partition(" ")
            lines.append(f'{name}{{gateway="{value}"}} {rest}')
    return "\n".join(lines) + "\n"


class TrafficPush:
    """Pushes for as long as it runs.

    `own` are the gateway's figures, `traffic` those of sites by the id of their organisation.
    """

    def __init__(
        self,
        server: str,
        token: str,
        own: Callable[[], str],
        traffic: Callable[[str], list[tuple[str, bytes]]],
        log: Log,
        *,
        interval_s: float = INTERVAL_SECONDS,
    ) -> None:
        self._pusher = Pusher(server, token, timeout_s=TIMEOUT_SECONDS, path=PATH)
        self._own = own
        self._traffic = traffic
        self._log = log
        self._interval_s = interval_s
        self._name = os.environ.get("HCC_GATEWAY_NAME") or socket.gethostname()
        self._said = ""
        self.pushed = 0
        self.failed = 0

    async def run(self) -> None:
        """Until cancelled; the first push is at once, so that later ones have something to rise from."""
        while True:
            # The connection is a blocking one: not on the event loop.
            answer = await asyncio.to_thread(self._push)
            pause = self._interval_s
            if answer is not None:
                pause = max(pause, answer.wait_s)
                if answer.why != self._said:
                    self._log("traffic not pushed", why=answer.why)
            elif self._said:
                self._log("traffic is pushed again")
            self._said = "" if answer is None else answer.why
            await asyncio.sleep(pause)

    def close(self) -> None:
        """Let the connection go."""
        self._pusher.close()

    def _push(self) -> Answer | None:
        """All of it once; the first answer that is no success. When the server is away the rest waits for the next time."""
        first = None
        for organization, text in [("", labelled(self._own(), self._name).encode()), *self._traffic(self._name)]:
            answer = self._pusher.push(text, {"X-Hcc-Organization": organization} if organization else None)
            if answer.outcome is Outcome.TAKEN:
                self.pushed += 1
                continue
            self.failed += 1
            first = first or answer
            if answer.outcome is Outcome.LATER and not answer.why.startswith("403"):
                break
        return first
