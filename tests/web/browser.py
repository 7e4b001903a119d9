"""A browser without scripts: it keeps cookies, follows redirects, and sends the forms that pages have."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx

from tests.world import PASSWORD, World

_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'([a-z_-]+)="([^"]*)"')


def attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(tag)}


def hidden(page: str, name: str) -> str:
    """The value of the first hidden field of this name."""
    for tag in _INPUT.findall(page):
        found = attributes(tag)
        if found.get("type") == "hidden" and found.get("name") == name:
            return found.get("value", "")
    raise LookupError(f"no hidden field {name}")


def form_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to `action`."""
    for form in re.findall(r"<form\b.*?</form>", page, re.DOTALL):
        if attributes(form[: form.index(">")]).get("action") == action:
            fields = [attributes(tag) for tag in _INPUT.findall(form)]
            return {one["name"]: one.get("value", "") for one in fields if one.get("type") == "hidden" and "name" in one}
    raise LookupError(f"no form to {action}")


class Browser:
    """One person's browser. `page` is what it shows."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        transport = client._transport
        self.client = httpx.AsyncClient(transport=transport, base_url="http://localhost:8000", follow_redirects=False)
        self.page = ""
        self.answer: httpx.Response = httpx.Response(200)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        self.answer = await self._follow(
            await self.client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        )
        self.page = self.answer.text
        return self.answer

    async def _follow(self, answer: httpx.Response) -> httpx.Response:
        for _ in range(5):
            if answer.status_code != 303:
                return answer
            answer = await self.client.get(answer.headers["location"])
        raise AssertionError("too many redirects")

    async def post(self, path: str, data: dict[str, Any] | None = None, *, follow: bool = True, **headers: str) -> httpx.Response:
        """Send a form; the token of the page at hand goes with it unless `data` has one."""
        sent = {"_csrf": self.csrf} | (data or {})
        answer = await self.client.post(
            path,
            data=sent,
            headers={"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:8000"}
            | {k.replace("_", "-"): v for k, v in headers.items()},
        )
        self.answer = await self._follow(answer) if follow else answer
        self.page = self.answer.text
        return self.answer

    async def submit(self, action: str, data: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Send the form of the page at hand that goes to `action`, with what a person puts in."""
        return await self.post(action, {**form_of(self.page, action), **(data or {})}, follow=True, **headers)

    @property
    def csrf(self) -> str:
        found = re.search(r'<meta name="csrf-token" content="([^"]+)"', self.page)
        return found[1] if found else ""

    @property
    def secret(self) -> str:
        return self.client.cookies.get("hcc_session") or ""

    async def log_in(self, world: World, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        await self.get("/login")
        return await self.submit("/login", {"email": world.email(name), "password": password, **more})
