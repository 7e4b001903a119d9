"""Every page of the panel as a person sees it: found by following links, and asked for again and again."""

from __future__ import annotations

import gzip
import html
import http.client
import math
import re
import time
from collections import deque
from typing import Any
from urllib.parse import urlencode

from control.app import create_litestar, http_handlers
from control.core.runtime import Runtime
from control.core.settings import Settings

_HREF = re.compile(r'(?:href|hx-get)="(/[^"#]*)"')
_PART = re.compile(r"\{(\w+)(?::\w+)?\}")
_NEVER = ("/logout", "/live")
"""What ends the session, and a stream that has no end."""
_FILES = (".csv", "/document", "/file")
"""Exports take as long as they are long."""
PATIENCE = 60


def patterns(settings: Settings) -> dict[str, re.Pattern[str]]:
    """The pages that are got, by path."""
    app = create_litestar(Runtime(settings))
    return {
        path: re.compile("^" + _PART.sub("[^/?]+", path) + "$")
        for path, handler in http_handlers(app)
        if handler.opt.get("page") and "GET" in handler.http_methods
    }


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of them does not exceed: the nearest-rank method."""
    return sorted(values)[max(math.ceil(len(values) * share), 1) - 1]


class Person:
    """One who is logged in, on one connection to the control process."""

    def __init__(self, control: str) -> None:
        self._at = control.removeprefix("http://")
        self._connection = http.client.HTTPConnection(self._at, timeout=PATIENCE)
        self._cookies: dict[str, str] = {}
        self.headers: dict[str, str] = {}

    def ask(self, path: str, data: dict[str, str] | None = None) -> tuple[int, bytes, float]:
        """Status, body, and the milliseconds until all of it was there."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items()), "Accept": "text/html"}
        body = None
        if data is not None:
            body = urlencode(data)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self._at}",
                        "Sec-Fetch-Site": "same-origin"}  # fmt: skip
        began = time.perf_counter()
        self._connection.request("GET" if data is None else "POST", path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        took = (time.perf_counter() - began) * 1000
        for cookie in answer.headers.get_all("set-cookie", []):
            name, _, value = cookie.split(";", 1)[0].partition("=")
            self._cookies[name] = value
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, content, took

    def log_in(self, name: str, password: str, path: str = "/login", field: str = "email") -> None:
        """By the form, as a browser does."""
        _, page, _ = self.ask(path)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.decode()))
        status, page, _ = self.ask(path, {**hidden, field: name, "password": password})
        assert status in (302, 303), page.decode()[-2000:]


def crawl(person: Person, wanted: dict[str, re.Pattern[str]], start: list[str]) -> dict[str, str]:
    """For each page an address with ids of things that the person sees. Pages that are refused and files are left out."""
    found: dict[str, str] = {}
    waiting = deque([*start, *(path for path in wanted if "{" not in path)])
    seen: set[str] = set()
    while waiting:
        path = waiting.popleft()
        if path in seen or path.startswith(_NEVER):
            continue
        seen.add(path)
        pattern = path if path in wanted else next((name for name, shape in wanted.items() if shape.match(path)), None)
        if pattern is None or pattern in found:
            continue
        if path.endswith(_FILES):
            continue
        status, body, _ = person.ask(path)
        if status != 200 or not person.headers.get("content-type", "").startswith("text/html"):
            continue
        found[pattern] = path
        links = [html.unescape(one).split("?")[0] for one in _HREF.findall(body.decode())]
        waiting.extend(links)
        waiting.extend(f"{link}/{more}" for link in links for more in ("edit", "delete") if link.count("/") >= 2)
    return found


def measure(person: Person, path: str, times: int) -> dict[str, Any]:
    """How long a page takes, and how large it is."""
    took = []
    for _ in range(times + 1):
        status, body, one = person.ask(path)
        assert status == 200, (path, status)
        took.append(one)
    first = took.pop(0)
    return {
        "first": round(first, 1),
        "p50": round(percentile(took, 0.5), 1),
        "p95": round(percentile(took, 0.95), 1),
        "max": round(max(took), 1),
        "kib": round(len(body) / 1024, 1),
        "kib_packed": round(len(gzip.compress(body, 6)) / 1024, 1),
    }
