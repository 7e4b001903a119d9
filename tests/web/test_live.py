"""News for open pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from control.core.ids import new_id
from control.core.runtime import Runtime
from control.web import live
from tests.billing.selling import Shop
from tests.cluster import Urls
from tests.peopling import Application
from tests.web.browser import Browser
from tests.web.conftest import LogIn
from tests.world import World

SOON = 5.0


class Listening:
    """What a browser reads of its stream."""

    def __init__(self, browser: Browser) -> None:
        self.transport: Any = browser.client._transport
        self.cookies = "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())
        self.said: asyncio.Queue[bytes] = asyncio.Queue()
        self.begun: asyncio.Future[tuple[int, dict[str, str]]] = asyncio.get_running_loop().create_future()
        self.gone = asyncio.Event()
        self.ended = asyncio.Event()

    async def run(self) -> None:
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": "/live",
            "raw_path": b"/live", "root_path": "", "scheme": "http", "query_string": b"", "client": ("192.0.2.1", 4711),
            "server": ("localhost", 8000), "headers": [(b"host", b"localhost:8000"), (b"cookie", self.cookies.encode())],
        }  # fmt: skip
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await self.gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
                self.begun.set_result((message["status"], headers))
            else:
                self.said.put_nowait(message.get("body", b""))
                if not message.get("more_body"):
                    self.ended.set()

        await self.transport.app(scope, receive, send)

    async def news(self) -> list[str]:
        """The next topics that it is told."""
        async with asyncio.timeout(SOON):
            while True:
                text = await self.said.get()
                if b"event: news" in text:
                    return msgspec.json.decode(text.partition(b"data: ")[2], type=list[str])

    async def until(self, part: bytes) -> None:
        async with asyncio.timeout(SOON):
            while part not in await self.said.get():
                pass


@asynccontextmanager
async def listening(browser: Browser) -> AsyncIterator[Listening]:
    opened = Listening(browser)
    task = asyncio.create_task(opened.run())
    try:
        yield opened
    finally:
        opened.gone.set()
        await asyncio.wait_for(task, SOON)


@pytest.fixture
async def hub(application: Application, client: httpx.AsyncClient, runtime: Runtime) -> AsyncIterator[live.Hub]:
    app: Any = application._made
    found = live.hub_of(app.state)
    yield found
    await found.close()
    app.state.pop("live", None)


async def test_who_is_told_what(log_in: LogIn, world: World, hub: live.Hub) -> None:
    shop = Shop(world)
    await shop.open()
    nora, saul, alex = await log_in("nora"), await log_in("saul"), await log_in("alex")
    async with listening(nora) as of_nora, listening(saul) as of_saul, listening(alex) as of_alex:
        status, headers = await of_nora.begun
        assert status == 200
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["cache-control"] == "no-store, no-transform"
        for each in (of_nora, of_saul, of_alex):
            await each.until(b": news")
        await asyncio.wait_for(hub.listens.wait(), SOON)
        apple = await shop.customer("Apple")
        assert await of_nora.news() == ["customer"]
        await shop.draft(apple["id"])
        assert "invoice" in await of_nora.news()
        # Of one's own customers below, and never of another reseller's.
        await world.send("bert", "POST", "/v1/sites", {"name": "B", "hosts": ["b.example"]})
        assert await of_nora.news() == ["site"]
        await world.send("saul", "POST", "/v1/sites", {"name": "S", "hosts": ["s.example"]})
        assert await of_saul.news() == ["site"]
        assert of_alex.said.empty()
        assert of_nora.said.empty()


async def test_operations_and_notifications_have_no_event_and_are_told(
    log_in: LogIn, world: World, urls: Urls, hub: live.Hub
) -> None:
    nora = await log_in("nora")
    owner, operation = world.organizations["north"], new_id()
    async with listening(nora) as stream:
        await stream.until(b": news")
        await asyncio.wait_for(hub.listens.wait(), SOON)
        with psycopg.connect(urls["hcc_owner"], autocommit=True) as connection:
            connection.execute(
                "INSERT INTO hcc.operations (id, organization_id, kind, subject_type, subject_id) VALUES (%s, %s, 'x', 'x', 'x')",
                (operation, owner),
            )
            assert await stream.news() == ["operation"]
            connection.execute("UPDATE hcc.operations SET progress = 5 WHERE id = %s", (operation,))
            assert await stream.news() == ["operation"]
            connection.execute(
                "INSERT INTO hcc.outgoing_mail (id, organization_id, recipient, template, context, message_id)"
                " VALUES (%s, %s, 'nora@example.com', 'alert', '', %s)", (new_id(), owner, str(new_id())),
            )  # fmt: skip
            assert await stream.news() == ["notice"]
    await nora.get("/notifications/unread", HX_Request="true", HCC_Background="1")
    assert "1 new notification" in nora.page
    await nora.get("/notifications")
    assert 'class="bell-count"' not in nora.page
    await nora.get("/dashboard")
    assert 'class="bell-count"' not in nora.page


async def test_the_end_of_a_session_ends_its_stream(
    log_in: LogIn, world: World, hub: live.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    monkeypatch.setattr(live, "LOOK_AGAIN", 0.1)
    nora = await log_in("nora")
    async with listening(nora) as stream:
        await stream.until(b": news")
        await stream.until(b": \n\n")
        await nora.post("/logout")
        await stream.until(b"event: end")
        await asyncio.wait_for(stream.ended.wait(), SOON)
        assert not hub.streams


async def test_too_many_are_refused(log_in: LogIn, hub: live.Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST", 1)
    nora = await log_in("nora")
    async with listening(nora) as first:
        await first.until(b": news")
        answer = await nora.client.get("/live")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    async with listening(nora) as again:
        assert (await again.begun)[0] == 200


async def test_a_process_that_ends_says_goodbye(log_in: LogIn, hub: live.Hub) -> None:
    nora = await log_in("nora")
    async with listening(nora) as stream:
        await stream.until(b": news")
        await hub.close()
        await asyncio.wait_for(stream.ended.wait(), SOON)
        assert not hub.streams
        assert (await nora.client.get("/live")).status_code == 503


async def test_a_page_that_asks_by_itself_is_never_led_to_the_login(browser: Browser) -> None:
    for path, headers in (("/live", {}), ("/invoices", {"HCC_Background": "1", "HX_Request": "true"})):
        answer = await browser.get(path, **headers)
        assert answer.status_code == 401, path
        assert "location" not in answer.headers
        assert "hx-redirect" not in answer.headers


def test_all_tables_follow_what_there_is(application: Application, runtime: Runtime) -> None:
    application.client(runtime, "192.0.2.1")
    app: Any = application._made
    for table in app.state.tables.values():
        assert set(table.live.split()) <= set(live.TOPICS), table.name
        for column in table.columns:
            assert column.sort is None or column.sort in table.sortable, (table.name, column.name)
        assert table.by in table.sortable, table.name
