"""A person before the panel without a browser."""

from __future__ import annotations

import re
from typing import Self

import httpx


class Person:
    """A browser without scripts, for speed: it logs in, gets pages, and follows nothing by itself."""

    def __init__(self, url: str, who: dict[str, str]) -> None:
        self.client = httpx.Client(base_url=url, timeout=30)
        self._from = {"Origin": url, "Sec-Fetch-Site": "same-origin"}
        self.send("/login", "/login", {"email": who["email"], "password": who["password"]})

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self.client.cookies)

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def send(self, page: str, path: str, form: dict[str, str]) -> httpx.Response:
        """Send a form that stands on a page; the answer leads on."""
        answer = self.client.post(path, data=form | {"_csrf": self._mark(page)}, headers=self._from)
        assert answer.status_code == 303, answer.text
        return answer

    def _mark(self, page: str) -> str:
        found = re.search(r'name="_csrf" value="([^"]+)"', self.client.get(page).text)
        assert found is not None, page
        return found[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
