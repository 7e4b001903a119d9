"""Languages: every text is there in each, and a person gets theirs."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from babel.messages.pofile import read_po

import control
from control.core import type_errors
from control.core.errors import FieldError, ValidationFailed
from control.core.words import Said, listed, reason, said
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


ERRORS = {
    "BadRequest", "Conflict", "FieldError", "Forbidden", "PreconditionFailed", "RateLimited", "Unauthorized", "Unavailable",
    "ValidationFailed",
}  # fmt: skip
"""Errors that people see."""
_SECOND = {"FieldError", "ValidationFailed"}
"""Those whose message is the second argument."""


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every call by a plain name or a last one, with where it is, in what people see."""
    base = Path(control.__file__).parent
    for path in sorted(base.rglob("*.py")):
        inside = path.relative_to(base).parts
        if inside[0] == "stack" or inside[0].startswith("demo") or "commands" in inside:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                yield f"control/{'/'.join(inside)}:{node.lineno}", name, node


def is_put_together(node: ast.AST) -> bool:
    """Whether a text is made where it stands, so that nobody could have translated it. What is put into `said` may be made."""
    match node:
        case ast.JoinedStr() | ast.BinOp(op=ast.Add() | ast.Mod()):
            return True
        case ast.Call(func=ast.Attribute(attr="format")):
            return True
        case ast.Call(func=ast.Name(id="said"), args=args):
            return any(is_put_together(one) for one in args)
    return any(is_put_together(one) for one in ast.iter_child_nodes(node))


def test_what_errors_say_can_be_translated() -> None:
    wrong = []
    for where, name, call in calls():
        if name in ERRORS:
            named = [one.value for one in call.keywords if one.arg == "message"]
            wrong += [where for one in named + call.args[name in _SECOND :][:1] if is_put_together(one)]
    assert not wrong, "say it with control.core.words.said: " + ", ".join(wrong)


def test_what_is_said_has_the_values_that_it_names() -> None:
    wrong = []
    for where, name, call in calls():
        match call.args:
            case [ast.Constant(value=str(text))] if name == "said" and isinstance(call.func, ast.Name):
                given = {one.arg for one in call.keywords}
                if set(re.findall(r"%\((.*?)\)s", text)) != given or not all(re.fullmatch("[a-z]+", str(one)) for one in given):
                    wrong.append(where)
    assert not wrong, ", ".join(wrong)


WORDS = {
    "The payment is %(status)s.": "Die Zahlung ist %(status)s.",
    "refunded": "erstattet",
    "%(first)s, %(next)s": "%(first)s und %(next)s",
    "%(percent)s %% of %(amount)s": "%(amount)s, davon %(percent)s %%",
    "from %(day)s": "vom %(day)s an",
    "at %(moment)s": "um %(moment)s",
}
DAY, MOMENT = date(2026, 11, 26), datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
TOLD = [
    # What is said, in English, in German, and in Arabic where nothing of it is translated.
    (said("refunded"), "refunded", "erstattet", "refunded"),
    (said("The payment is %(status)s.", status=said("refunded")), "The payment is refunded.", "Die Zahlung ist erstattet.",
     "The payment is refunded."),
    (said("The payment is %(status)s.", status="refunded"), "The payment is refunded.", "Die Zahlung ist refunded.",
     "The payment is refunded."),
    (listed(["refunded", said("from %(day)s", day=DAY), "x"]), "refunded, from 2026-11-26, x",
     "erstattet und vom 26.11.2026 an und x", "refunded, from 26\u200f/11\u200f/2026, x"),
    (said("at %(moment)s", moment=MOMENT), "at 2026-07-01 22:30:00+00:00", "um 02.07.2026, 00:30",
     f"at {language.Tongue('ar', 'Europe/Berlin').moment(MOMENT)}"),
    (said("%(percent)s %% of %(amount)s", percent=20, amount=Decimal("1234.50")), "20 % of 1234.50", "1.234,5, davon 20 %",
     "20 % of 1,234.5"),
    (said("%(percent)s %% of %(amount)s", percent=1, amount=Decimal("0.000001")), "1 % of 0.000001", "0,000001, davon 1 %",
     "1 % of 0.000001"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "english", "german", "arabic"), TOLD)
def test_what_is_said_is_told_as_a_place_tells_it(
    monkeypatch: pytest.MonkeyPatch, one: Said, english: str, german: str, arabic: str
) -> None:
    # An error comes out of another process as it was raised there: what is copied is told as before.
    assert (str(one), type(str(one)), copy.deepcopy(one).told(str, str)) == (english, str, english)
    told = []
    for code, words in (("de", WORDS), ("ar", {})):
        tongue = language.Tongue(code, "Europe/Berlin")
        monkeypatch.setattr(tongue, "_words", lambda text, words=words: words.get(text, text))
        told.append(tongue.gettext(one))
    assert told == [german, arabic]


def test_an_error_keeps_what_can_be_translated_and_answers_in_plain_text() -> None:
    words = said("The payment is %(status)s.", status=said("refunded"))
    failed = ValidationFailed(FieldError("/status", words))
    assert failed.errors[0].message is words
    assert reason(ValueError(words)) is words
    assert str(ValueError(words)) == "The payment is refunded."
    assert b'"message":"The payment is refunded."' in msgspec.json.encode(failed.details)


class _Strict(FieldError, frozen=True, forbid_unknown_fields=True):
    """One that takes no more than it has."""


VALUES: list[tuple[object, Any, str]] = [
    ("", Annotated[str, msgspec.Meta(min_length=1)], "must not be empty"),
    ("a", Annotated[str, msgspec.Meta(min_length=2)], "must have at least 2 characters"),
    ("abc", Annotated[str, msgspec.Meta(max_length=2)], "must have at most 2 characters"),
    ([], Annotated[list[int], msgspec.Meta(min_length=1)], "must have at least this many entries: 1"),
    ([1, 2], Annotated[list[int], msgspec.Meta(max_length=1)], "must have at most this many entries: 1"),
    ({"a": 1, "b": 2}, Annotated[dict[str, int], msgspec.Meta(max_length=1)], "must have at most this many entries: 1"),
    ([1], tuple[int, int], "must have exactly this many entries: 2"),
    (0, Annotated[int, msgspec.Meta(ge=1)], "must be at least 1"),
    (2, Annotated[int, msgspec.Meta(le=1)], "must be at most 1"),
    (0.5, Annotated[float, msgspec.Meta(gt=0.5)], "must be more than 0.5"),
    (1.5, Annotated[float, msgspec.Meta(lt=1.5)], "must be less than 1.5"),
    ("b", Annotated[str, msgspec.Meta(pattern="^a$")], "does not have the form that is wanted: '^a$'"),
    ("x", int | None, "must be of the type int | null, and is str"),
    ("x", Literal["a"], "cannot be 'x'; it is none of the choices"),
    ({}, FieldError, "lacks the field pointer"),
    ({"pointer": "", "message": "", "x": 1}, _Strict, "has the field x, which is not known"),
    ("x", UUID, "is not an id (UUID)"),
    ("x", date, "is no day such as 2026-01-31"),
    ("x", datetime, "is no moment such as 2026-01-31T12:00:00Z"),
    ("x", Decimal, "must be a number"),
    ("2026-01-31T12:00:00", Annotated[datetime, msgspec.Meta(tz=True)], "needs a time zone, such as Z"),
]


@pytest.mark.parametrize(("value", "kind", "words"), VALUES)
def test_what_is_wrong_with_a_value_is_said_for_people(value: object, kind: Any, words: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(value, kind)
    told = type_errors.told(str(refused.value))
    assert isinstance(told, Said)
    assert (told, told.told(str, str)) == (words, words)


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
