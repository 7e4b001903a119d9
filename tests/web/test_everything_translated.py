"""A language in which every translated text stands in brackets: what is outside of them on a page is data, or was forgotten."""

from __future__ import annotations

import gettext
import re
from html.parser import HTMLParser
from zoneinfo import available_timezones

import pytest
from babel import Locale
from babel.messages.pofile import read_po

from control.web import language
from tests.web.conftest import LogIn
from tests.web.test_access import PAGES
from tests.world import World

_UNREAD = {"script", "style", "code", "pre", "textarea", "svg", "kbd"}
_SAID = ("title", "placeholder", "aria-label", "alt")
_EMPTY = {"input", "img", "br", "hr", "meta", "link", "area", "source", "col"}
_BRACKETS = re.compile(r"⟦[^⟦⟧]*⟧")
_WORD = re.compile(r"[^\W\d_]{3}")
_MOMENT = re.compile(r"[A-Z][a-z]{2,8} \d{1,2}, \d{4}(, \d+:\d\d(:\d\d)?\s[AP]M( UTC)?)?|\S+[@.:/_]\S+|[0-9a-f]{8}-\S+")
_NAMES = {"hcc", "CSV", "IBAN", "BIC", "SKR03", "SKR04", "Letter", "Slack", "Teams", "Telegram", "ntfy", "UTC"}
"""What is called the same in all languages."""


class _Texts(HTMLParser):
    """What people read or are read of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._above: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.found += [text for name in _SAID if (text := known.get(name))]
        if tag == "input" and known.get("type") in ("submit", "button"):
            self.found.append(known.get("value") or "")
        if tag not in _EMPTY:
            self._above.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._above and self._above.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not _UNREAD.intersection(self._above):
            self.found.append(data)


class _Bracketed(gettext.NullTranslations):
    """Puts what the catalogues have into brackets."""

    def __init__(self) -> None:
        super().__init__()
        with (language.CATALOGUES / "panel.pot").open("rb") as file:
            ids = [message.id for message in read_po(file)]
        self._known = {text for one in ids for text in (one if isinstance(one, tuple) else (one,))}

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧" if message in self._known else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def _data(world: World) -> set[str]:
    english = Locale("en")
    named = {*_NAMES, *language.LANGUAGES.values(), *english.territories.values(), *english.currencies.values()}
    return named | {zone.replace("_", " ") for zone in available_timezones()}


@pytest.mark.parametrize("who", ["root", "nora", "anna"])
async def test_nothing_is_said_in_english_alone(
    log_in: LogIn, world: World, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    words = _Bracketed()
    monkeypatch.setattr(language, "catalogue", lambda _: words)
    browser = await log_in(who)
    data, forgotten = _data(world), {}
    for path in PAGES:
        answer = await browser.get(path)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        page = _Texts()
        page.feed(browser.page)
        for text in page.found:
            bare = _MOMENT.sub(" ", _BRACKETS.sub(" ", _BRACKETS.sub(" ", text))).strip(" \u2013·:\n")
            if _WORD.search(bare) and bare not in data:
                forgotten.setdefault(bare, path)
    assert forgotten == {}
