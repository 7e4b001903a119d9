"""Browsers for tests of pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from tests.web.browser import Browser
from tests.world import World

LogIn = Callable[[str], Awaitable[Browser]]


@pytest.fixture
async def browser(client: httpx.AsyncClient) -> AsyncIterator[Browser]:
    """A browser of nobody yet."""
    opened = Browser(client)
    yield opened
    await opened.client.aclose()


@pytest.fixture
async def log_in(client: httpx.AsyncClient, world: World) -> AsyncIterator[LogIn]:
    """A browser of a person who is logged in."""
    opened: list[Browser] = []

    async def begin(name: str) -> Browser:
        browser = Browser(client)
        opened.append(browser)
        answer = await browser.log_in(world, name)
        assert answer.status_code == 200, answer.text
        return browser

    yield begin
    for browser in opened:
        await browser.client.aclose()
