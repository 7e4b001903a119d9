"""Languages: every text is there in each, and a person gets theirs."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from babel.messages.pofile import read_po

from control.web import language
from tests.web.browser import Browser
from tests.web.conftest import LogIn

OTHERS = [code for code in language.LANGUAGES if code != "en"]
_PLACE = re.compile(r"%\([a-z]+\)s")


def texts(path: str) -> dict[object, object]:
    with (language.CATALOGUES / path).open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(code: str) -> None:
    wanted, found = texts("panel.pot"), texts(f"{code}/LC_MESSAGES/panel.po")
    assert set(wanted) == set(found)
    for original, translated in found.items():
        for one in translated if isinstance(translated, tuple) else (translated,):
            assert one, original
            first = original[1] if isinstance(original, tuple) else original
            assert set(_PLACE.findall(str(one))) <= set(_PLACE.findall(str(first))), original
            if not isinstance(original, tuple):
                assert sorted(_PLACE.findall(str(one))) == sorted(_PLACE.findall(str(first))), original


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [("de-AT,de;q=0.9,en;q=0.5", "de"), ("zz", "en"), ("ar-EG", "ar"), ("", "en"), ("en;q=0.1, fr;q=0.8", "fr"), (";q=x,,", "en"),
     ("de;q=0, ro", "ro")],
)  # fmt: skip
def test_what_a_browser_likes_best(accepted: str, expected: str) -> None:
    assert language.best(accepted) == expected


@pytest.mark.parametrize(
    ("code", "money", "day"),
    [("en", "€1,234.50", "Nov 26, 2026"), ("de", "1.234,50\xa0€", "26.11.2026"), ("ro", "1.234,50\xa0EUR", "26 nov. 2026")],
)
def test_money_and_days_as_a_place_writes_them(code: str, money: str, day: str) -> None:
    tongue = language.Tongue(code)
    assert (tongue.money(Decimal("1234.5"), "EUR"), tongue.day(date(2026, 11, 26))) == (money, day)


def test_spans_months_and_places_are_said_in_words() -> None:
    german, arabic = language.Tongue("de"), language.Tongue("ar")
    assert [german.span(n) for n in (0, 90, 3600, 31_536_000)] == ["0 Sekunden", "90 Sekunden", "1 Stunde", "365 Tage"]
    assert "duration" not in arabic.span(31_536_000)
    assert (german.month("2026-03"), german.place("CH"), german.place("??")) == ("März 2026", "Schweiz", "??")
    assert german.exactly(datetime(2026, 7, 1, 22, 30, 5, tzinfo=UTC)).startswith("1. Juli 2026, 22:30:05")


def test_moments_are_in_the_persons_time_zone() -> None:
    moment = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert language.Tongue("de", "Europe/Berlin").moment(moment).startswith("02.07.2026, 00:30")
    assert language.Tongue("de", "Nowhere/Atall").moment(moment).startswith("01.07.2026, 22:30")


@pytest.mark.parametrize(
    ("code", "word", "direction"), [("de", "Anmelden", "ltr"), ("ar", "تسجيل الدخول", "rtl"), ("xx", "Log in", "ltr")]
)
async def test_a_stranger_is_spoken_to_in_the_browsers_language(browser: Browser, code: str, word: str, direction: str) -> None:
    await browser.get("/login", Accept_Language=code)
    assert word in browser.page
    assert f'dir="{direction}"' in browser.page


async def test_a_choice_is_kept(log_in: LogIn) -> None:
    browser = await log_in("nora")
    await browser.submit("/preferences/look", {"language": "fr", "theme": "dark"})
    assert 'lang="fr"' in browser.page
    assert 'data-theme="dark"' in browser.page
    assert "Tableau de bord" in browser.page
    await browser.get("/profile")
    await browser.submit("/profile", {"full_name": "Nora", "locale": "es", "timezone": "Europe/Madrid"})
    assert 'lang="es"' in browser.page
    await browser.submit("/preferences/look", {"language": "bogus", "theme": '"><script>', "back": "https://evil.example"})
    assert browser.answer.url.path == "/dashboard"
    assert "data-theme" not in browser.page
