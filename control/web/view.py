"""Templates of the panel, and what they know without being told: language, money, tokens of forms, where files lie."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_eval_context
from jinja2.nodes import EvalContext
from litestar import Response
from litestar.datastructures import Cookie
from markupsafe import Markup

from control.web import assets
from control.web.language import LANGUAGES, Tongue

TEMPLATES = Path(__file__).parent / "templates"
_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)

_FEATURES = "camera=(), geolocation=(), microphone=(), publickey-credentials-create=(self), publickey-credentials-get=(self)"


class View(msgspec.Struct, kw_only=True):
    """What is true of one rendering."""

    tongue: Tongue
    theme: str = ""
    nonce: str = msgspec.field(default_factory=lambda: secrets.token_urlsafe(16))
    csrf: Callable[[], str] = str
    path: str = "/"


_CURRENT: ContextVar[View] = ContextVar("panel_view")
"""Set and left within one rendering, which never waits."""


@contextmanager
def speaking(view: View) -> Iterator[None]:
    """Texts are in the language of this rendering. Nothing may wait inside."""
    token = _CURRENT.set(view)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def tongue() -> Tongue:
    return _CURRENT.get().tongue


def gettext(text: str, **values: object) -> str:
    """A text in the language of the page that is being rendered, with values put in.

    What comes out is text, and escaped where it is shown: what is said here may quote what somebody typed, such as a service's
    words of an error. The extension's own function (`newstyle`) would take it for markup, and a per cent sign for a value.
    """
    found = _CURRENT.get().tongue.gettext(text) if text else ""
    return found % values if values else found


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """The same for a text that depends on a number, which is `num` in it."""
    return _CURRENT.get().tongue.ngettext(one, many, number) % {"num": number, **values}


@pass_eval_context
def _lines(_: EvalContext, text: str) -> Markup:
    """Text with its line breaks kept."""
    return Markup("<br>").join(text.splitlines())


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=False)  # type: ignore[attr-defined]  # the extension's
    made.filters |= {
        "day": lambda value: tongue().day(value),
        "isoday": lambda text: tongue().day(date.fromisoformat(text)),
        "moment": lambda value: tongue().moment(value),
        "clock": lambda value: tongue().clock(value),
        "exactly": lambda value: tongue().exactly(value),
        "span": lambda seconds: tongue().span(seconds),
        "place": lambda code: tongue().place(code),
        "month": lambda value: tongue().month(value),
        "number": lambda value: tongue().number(value),
        "percent": lambda value: tongue().percent(value),
        "share": lambda value: tongue().share(value),
        "lines": _lines,
        "builtins": msgspec.to_builtins,
    }
    made.globals |= {
        "asset": assets.url,
        "money": lambda amount, currency: tongue().money(amount, currency),
        "view": _CURRENT.get,
        "languages": LANGUAGES,
    }
    return made


def render(view: View, template: str, values: dict[str, Any]) -> str:
    """A template as HTML."""
    with speaking(view):
        return environment().get_template(template).render(**values)


def html_response(
    view: View, html: str, *, status: int = 200, headers: dict[str, str] | None = None, cookies: list[Cookie] | None = None
) -> Response[str]:
    """HTML with the headers that every page of the panel has."""
    sent = {
        "Content-Security-Policy": _POLICY.format(nonce=view.nonce),
        "X-Content-Type-Options": "nosniff",
        # With no-referrer, browsers would send `Origin: null` along with forms.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": _FEATURES,
        "Cache-Control": "no-store",
        "Vary": "HX-Request, HX-Target",
        **(headers or {}),
    }
    return Response(html, media_type="text/html; charset=utf-8", status_code=status, headers=sent, cookies=cookies or [])
