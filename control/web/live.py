"""News for pages that are open: that there is something new about invoices, alerts, jobs …, never what. The page fetches the part
again that shows it, by its own address and permission.

The database tells what changed as it commits (`hcc_live`, NOTIFY): whose, with the organisations above, and what about. Each
process listens once and hands the word on to its streams (server-sent events, WHATWG HTML section 9.2).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from prometheus_client import Gauge

from control.core import ending, metrics
from control.core.listen import listen
from control.core.permissions import Principal, authenticated
from control.web import sessions
from control.web.export import File
from control.web.routing import show
from control.web.ui import UiOf

MOST = 500
"""Streams of one process; further pages are told to look by themselves."""
HEARTBEAT = 10.0
"""Seconds after which an idle stream says that it is there: less than the gateway waits between two pieces (15 s)."""
GATHER = 0.25
"""Seconds in which news are gathered, since what happens comes in bursts."""
LOOK_AGAIN = 60.0
"""Seconds between looks whether the session still is one."""
STREAMS = Gauge("hcc_live_streams", "Pages that are told news as they happen", registry=metrics.REGISTRY)

TOPICS: dict[str, str | None] = {
    "agent": "agents:read",
    "alert": "monitoring:read",
    "api_key": "api-keys:read",
    "ban": "security:read",
    "check": "monitoring:read",
    "credit_note": "billing:read",
    "customer": "billing:read",
    "invoice": "billing:read",
    "notice": None,
    "operation": "operations:read",
    "payment": "billing:read",
    "refund": "billing:read",
    "security": "security:read",
    "site": "gateway:read",
    "subscription": "subscriptions:read",
    "user": "users:read",
}
"""What pages may follow, and who is told of it. The topics of events are these before their dot."""
EVERYTHING = frozenset(TOPICS)


class Stream:
    """One browser that is told news. `topics` are those that it was not told of yet."""

    def __init__(self, principal: Principal) -> None:
        self.organization = str(principal.organization_id)
        self.sees_tree = principal.may("organizations:tree")
        self.may = frozenset(name for name, needed in TOPICS.items() if needed is None or principal.may(needed))
        self.topics: set[str] = set()
        self.woken = asyncio.Event()

    def hear(self, topic: str, path: list[str]) -> None:
        """Take a piece of news about an organisation, of which `path` has those above and itself at the end."""
        is_mine = self.organization in path if self.sees_tree else path[-1:] == [self.organization]
        if is_mine and topic in self.may:
            self.tell({topic})

    def tell(self, topics: set[str] | frozenset[str]) -> None:
        self.topics |= topics & self.may
        self.woken.set()


class Hub:
    """The streams of one process, and the one connection that listens for them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.streams: set[Stream] = set()
        self.is_closing = False
        self._listening: asyncio.Task[None] | None = None
        self.listens = asyncio.Event()

    def add(self, principal: Principal) -> Stream | None:
        """A stream for somebody; None when there are too many, or the process is about to end."""
        if self.is_closing or len(self.streams) >= MOST:
            return None
        if self._listening is None or self._listening.done():
            self.listens.clear()
            ending.when_ending(self.say_goodbye)
            self._listening = asyncio.create_task(listen(self.url, "hcc_live", self._connected, self.heard), name="live")
        stream = Stream(principal)
        self.streams.add(stream)
        STREAMS.set(len(self.streams))
        return stream

    def remove(self, stream: Stream) -> None:
        self.streams.discard(stream)
        STREAMS.set(len(self.streams))

    def _connected(self) -> None:
        # While the connection was away anything may have happened.
        if self.listens.is_set():
            for stream in self.streams:
                stream.tell(EVERYTHING)
        self.listens.set()

    def heard(self, payload: str) -> None:
        """Hand on what the database said: `topic root … organisation`."""
        topic, *path = payload.split(" ")
        for stream in self.streams:
            stream.hear(topic, path)

    def say_goodbye(self) -> None:
        """End all streams: they come back to another process, or to this one when it is there again."""
        self.is_closing = True
        for stream in list(self.streams):
            stream.woken.set()

    async def close(self) -> None:
        """End all that there is."""
        self.say_goodbye()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)


def hub_of(state: State) -> Hub:
    """The hub of this application."""
    if "live" not in state:
        state.live = Hub(state.settings.database_url)
    found: Hub = state.live
    return found


async def _is_good(request: Request[Any, Any, State], principal: Principal) -> bool:
    """Whether the session with which the stream began is still one, of the same person in the same organisation."""
    now = await sessions.identify(request)
    return now is not None and (now.user_id, now.organization_id, now.permissions) == (
        principal.user_id,
        principal.organization_id,
        principal.permissions,
    )


async def events(hub: Hub, stream: Stream, request: Request[Any, Any, State], principal: Principal) -> AsyncIterator[bytes]:
    """What a browser reads, until it goes, the session ends or the process does."""
    try:
        yield b": news\n\n"
        looked = time.monotonic()
        while not hub.is_closing:
            try:
                await asyncio.wait_for(stream.woken.wait(), HEARTBEAT)
            except TimeoutError:
                yield b": \n\n"
            else:
                if not hub.is_closing:
                    await asyncio.sleep(GATHER)
            stream.woken.clear()
            if time.monotonic() - looked >= LOOK_AGAIN:
                looked = time.monotonic()
                if not await _is_good(request, principal):
                    yield b"event: end\ndata: \n\n"
                    return
            if stream.topics:
                told, stream.topics = sorted(stream.topics), set()
                yield b"event: news\ndata: " + msgspec.json.encode(told) + b"\n\n"
    finally:
        hub.remove(stream)


@show("/live", authenticated())
async def live(ui: UiOf) -> Response[Any]:
    """The stream of one browser."""
    hub, principal = hub_of(ui.request.app.state), ui.ctx.principal
    stream = hub.add(principal)
    if stream is None:
        return Response(b"", status_code=503, media_type="text/plain", headers={"Retry-After": "60", "Cache-Control": "no-store"})
    headers = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
    return File(events(hub, stream, ui.request, principal), media_type="text/event-stream", headers=headers)


async def tell(tx: Any, organization_id: UUID, topic: str) -> None:
    """Say with this transaction that there is something new; for what has no event of its own."""
    await tx.value("SELECT hcc.tell_live(%(organization)s, %(topic)s)", organization=organization_id, topic=topic)


PAGES = [live]
