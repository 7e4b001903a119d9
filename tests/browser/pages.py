"""All pages of the panel with real addresses: found by following the links that each person is shown."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from litestar.routes import HTTPRoute

from control.app import create_litestar
from control.core.permissions import PUBLIC
from control.core.runtime import Runtime
from control.core.settings import Settings
from tests.browser.person import Person
from tests.browser.stock.desk import Desk

_LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)"')
_KINDS = {"uuid": "[0-9a-f-]{36}", "int": "[0-9]+", "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "str": "[^/]+"}
FILES = re.compile(r"\.(csv|json|xml|pdf|pyz)$|/file$|/document$|/exports/")
"""Pages that are files: they are fetched, not looked at."""
PARTS = ("/cards/", "/panels/", "/notifications/unread", "/live")
"""Pages that are parts of others: what is in them is looked at there."""
FOR_SCRIPTS = {"/live", "/login/passkey"}
"""What scripts of pages ask; tests/web/test_live.py and test_passkeys.py are about it."""


def templates(settings: Settings) -> dict[str, str]:
    """The path of every page that GET shows, and who may see it."""
    app = create_litestar(Runtime(settings))
    return {
        route.path: str(handler.opt["permission"])
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.opt.get("page") and "GET" in handler.http_methods and route.path not in FOR_SCRIPTS
    }


def public(settings: Settings) -> list[str]:
    """Pages for everybody."""
    return sorted(path for path, permission in templates(settings).items() if permission == PUBLIC)


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[a-z_]+:([a-z]+)\}", template)
    return re.compile("".join(re.escape(one) if n % 2 == 0 else _KINDS[one] for n, one in enumerate(parts)) + "$")


class Found:
    """What one person reaches: the first address of each page, in the order in which links stand."""

    def __init__(self, person: Person, paths: Iterable[str], more: Iterable[str] = ()) -> None:
        """`more` are addresses of things in another state, whose links lead to pages that the first ones did not."""
        self.refused: dict[str, int] = {}
        self.broken: dict[str, int] = {}
        self.pages: dict[str, str] = {}
        self._patterns = sorted(
            ((path, _pattern(path)) for path in paths), key=lambda one: (one[0].count("{"), one[0].count(":str"), one[0])
        )
        waiting = [path for path, _ in self._patterns if "{" not in path]
        self._follow(person, waiting)
        for path in more:
            self._follow(person, [path], again=True)

    def _follow(self, person: Person, waiting: list[str], *, again: bool = False) -> None:
        while waiting:
            path = waiting.pop(0)
            template = self.template(path)
            known = template is None or template in self.pages or (template == path and path in self.refused)
            if template is None or (known and not again):
                continue
            again = False
            answer = person.get(path)
            if answer.status_code in (403, 404):
                self.refused[template] = answer.status_code
                continue
            if answer.status_code >= 400:
                self.broken[path] = answer.status_code
                continue
            self.pages.setdefault(template, path)
            if "text/html" in answer.headers.get("content-type", ""):
                waiting += [html.unescape(link) for link in _LINK.findall(answer.text)]

    def template(self, path: str) -> str | None:
        """Which page an address is one of."""
        bare = path.partition("?")[0]
        return next((template for template, pattern in self._patterns if pattern.match(bare)), None)


def everything(url: str, settings: Settings, people: dict[str, Any], more: dict[str, list[str]]) -> dict[str, Found]:
    """What each of these people reaches. They look at the same time."""
    paths = templates(settings)

    def look(who: str) -> Found:
        with Person(url, people[who]) as person:
            return Found(person, paths, more.get(who, ()))

    with ThreadPoolExecutor(len(people)) as pool:
        return dict(zip(people, pool.map(look, people), strict=True))


def more_of(desk: Desk) -> dict[str, list[str]]:
    """Things in other states than the first ones of their lists, whose pages lead to others."""
    made = desk.made
    seller = [
        f"/invoices/{made['draft']['id']}",
        f"/invoices/{made['stopped']['id']}/dunning",
        f"/invoices/{made['late']['id']}/dunning",
        f"/payments/{made['payment']['id']}",
        f"/plans/{made['plan']['id']}",
        *(f"/subscriptions/{made[each]['id']}" for each in ("paused", "suspended", "ending")),
        f"/dunning/{made['other_schedule']['id']}/edit",
        f"/billing/tax-rates/{made['rate']['id']}",
        f"/payments/methods/{made['second_method']['id']}",
        f"/organizations/{desk.organizations['nordwind']}",
        f"/payments/bank/{made['entry']}",
        "/views/invoices",
        f"/webhooks/{made['silent_webhook']['id']}",
    ]
    customer = [f"/subscriptions/{made[name]['id']}" for name in ("leaving", "subscription")]
    customer += [f"/payments/{made['asked']['id']}/answer", f"/payments/methods/{made['online_mandate']['id']}"]
    return {"reseller": seller, "admin": [f"/organizations/{desk.organizations['nordwind']}"], "customer": customer}
