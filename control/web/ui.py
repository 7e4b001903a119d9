"""What the handler of a page works with, and the two kinds of routes that pages have: those that show and those that act."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import msgspec
import structlog
from litestar import Request, Response
from litestar.datastructures import Cookie, FormMultiDict, State
from litestar.di import NamedDependency, Provide

from control.accounts.auth import account
from control.accounts.auth.models import Me
from control.accounts.profile import unread
from control.core import idempotency
from control.core.context import Context, Ctx
from control.core.db import Transaction
from control.core.errors import FieldError, ValidationFailed
from control.core.permissions import Principal
from control.core.runtime import Runtime
from control.core.words import said
from control.web import csrf, flash, menu
from control.web import queries as q
from control.web.language import Tongue, best, chosen
from control.web.view import View, html_response, render

log = structlog.get_logger("hcc.web")
T = TypeVar("T")
_ME_SECONDS = 30
_PART_SECONDS = 2.0
"""How long a card may take, and anything else that a page can do without."""
VERSION = "_version"
"""The hidden field of the version that a form was made from."""
KEY = "_key"
"""The hidden field that keeps a form from being done twice."""


def me_key(principal: Principal) -> str:
    """Under which what the side bar says of a person is kept for a moment."""
    return f"me:{principal.session_id}:{principal.organization_id}"


def is_local(path: str) -> bool:
    """Whether a path that somebody sent us leads to a page of ours, and not to another site."""
    parts = urlsplit(path)
    is_path = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return is_path and not parts.scheme and not parts.netloc


class Ui:
    """One request of a browser. `ctx` is what services take."""

    def __init__(self, ctx: Context, me: Me | None, organization: str = "", unread: int = 0) -> None:
        self.ctx = ctx
        self.request = ctx.request
        self.me = me
        self.organization = organization
        self.unread = unread
        self._cookies: list[Cookie] = []
        self._secret = csrf.browser_secret(ctx.request)
        cookies = ctx.request.cookies
        theme = cookies.get("hcc_theme", "")
        self.view = View(
            tongue=Tongue(
                chosen(
                    cookies.get("hcc_language"), me.locale if me else None, best(ctx.request.headers.get("accept-language", ""))
                ),
                me.timezone if me else "UTC",
            ),
            theme=theme if theme in ("light", "dark") else "",
            csrf=self._token,
            path=ctx.request.url.path,
        )

    def _token(self) -> str:
        if not self._secret:
            self._secret, cookie = csrf.new_visit(self.ctx.runtime)
            self._cookies.append(cookie)
        return csrf.token(self.ctx.runtime, self._secret)

    def browser(self) -> str:
        """A hash of what tells this browser from others, for what is good in this one alone."""
        if not self._secret:
            self._token()
        return hashlib.sha256(self._secret.encode()).hexdigest()

    @property
    def runtime(self) -> Runtime:
        return self.ctx.runtime

    @property
    def principal(self) -> Principal | None:
        """Who is logged in, if anybody is."""
        found = self.request.scope.get("user")
        return found if isinstance(found, Principal) else None

    @property
    def target(self) -> str:
        """The id of the element that HTMX will fill; empty for an ordinary load."""
        return self.request.headers.get("hx-target", "") if "hx-request" in self.request.headers else ""

    @property
    def is_partial(self) -> bool:
        """Whether a script of ours asks, for a part of a page."""
        return "hx-request" in self.request.headers

    def words(self, text: str, **values: object) -> str:
        """A text in the person's language, with values put in."""
        found = self.view.tongue.gettext(text)
        return found % values if values else found

    def page(self, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any) -> Response[str]:
        """A page in the shell, or alone in a dialog when that is where it goes."""
        layout = (
            "layouts/modal.html" if self.target == "modal-content" else "layouts/shell.html" if self.me else "layouts/bare.html"
        )
        if self.target != "modal-content":
            message = flash.take(self.request)
            values["message"] = message
            if message is not None:
                self._cookies.append(flash.taken(self.runtime))
        return self.fragment(template, status=status, headers=headers, layout=layout, shell=self._shell(), **values)

    def fragment(
        self, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> Response[str]:
        """A template as it is: a part of a page."""
        html = render(self.view, template, {"ui": self, **values})
        return html_response(self.view, html, status=status, headers=dict(headers or {}), cookies=self._cookies)

    def card(self, title: str, inside: str, **values: Any) -> Response[str]:
        """A card of the dashboard: its inside alone, or a page of its own for those without scripts."""
        if self.is_partial:
            return self.fragment(inside, **values)
        return self.page("card.html", title=title, inside=inside, **values)

    async def bounded(self, work: Awaitable[T]) -> T | None:
        """What `work` gives; None when it fails, or takes longer than two seconds. For parts that must not take a page along."""
        try:
            async with asyncio.timeout(_PART_SECONDS):
                return await work
        except Exception as error:  # noqa: BLE001 - any failure of a part is its own
            log.warning("a part of a page failed", path=self.request.url.path, error=f"{type(error).__name__}: {error}")
            return None

    async def bounded_card(self, title: str, inside: str, work: Awaitable[dict[str, Any]]) -> Response[str]:
        """A card with what `work` gives for its template, or one that says that it is not there now."""
        values = await self.bounded(work)
        if values is None:
            return self.card(title, "failed_card.html")
        return self.card(title, inside, **values)

    def adopt(self, cookie: Cookie) -> None:
        """A new secret: the forms of the page that follows are made for it."""
        self._secret = cookie.value or ""
        self._cookies.append(cookie)

    def _shell(self) -> dict[str, Any]:
        principal = self.principal
        if principal is None or self.me is None:
            return {}
        groups = menu.entries(self.request.app.state.offer, principal)
        entries = [entry.path for _, some in groups for entry in some]
        path = self.request.url.path
        return {
            "menu": groups,
            "current": max((one for one in entries if path == one or path.startswith(f"{one}/")), key=len, default=""),
            # Tabs of one session share one stream of news.
            "live": hashlib.sha256(f"{principal.session_id}:{principal.organization_id}".encode()).hexdigest()[:16],
            "organization": self.organization,
            "is_visiting": principal.organization_id != principal.home_organization_id,
        }

    def go(
        self, path: str, message: str = "", *cookies: Cookie, tone: str = "success", undo: flash.Undo | None = None
    ) -> Response[Any]:
        """On to another page of ours, where the message is shown; with `undo`, beside a button that takes it back."""
        path = quote(path, safe="/?&=%#:+,;@[]!$'()*~")
        sent = [*self._cookies, *cookies]
        if message:
            sent.append(flash.give(self.runtime, flash.Flash(message, tone, undo)))
        headers = {"Cache-Control": "no-store"}
        if self.is_partial:
            return Response(b"", status_code=200, media_type="text/html", headers={**headers, "HX-Redirect": path}, cookies=sent)
        return Response(b"", status_code=303, media_type="text/html", headers={**headers, "Location": path}, cookies=sent)

    @staticmethod
    def undo(path: str, fields: Mapping[str, Any] | None = None, **more: Any) -> flash.Undo:
        """For `go`: posting these fields to `path` takes back what was done. Lists are several values of one name."""
        found: list[tuple[str, str]] = []
        for name, value in {**(fields or {}), **more}.items():
            found += [(name, str(each)) for each in (value if isinstance(value, list) else [value]) if each not in (None, "")]
        return flash.Undo(path, found)

    async def form(self) -> FormMultiDict:
        """What was posted. The version that it was made from counts from here on."""
        form = await self.request.form()
        version = str(form.get(VERSION) or "")
        if version.isascii() and version.isdigit():
            self.ctx.expected = int(version[:18])
        return form

    async def texts(self) -> dict[str, str]:
        """What was posted, the first value of each field."""
        form = await self.form()
        return {name: str(form.getall(name)[0]) for name in form}

    async def confirm(self, word: str) -> None:
        """Whether a word was typed that confirms something. Raises ValidationFailed."""
        if (await self.texts()).get("confirmation", "").strip() != word:
            raise ValidationFailed(FieldError("/confirmation", said("must be %(word)s", word=word)))

    async def once(self, work: Callable[[Transaction], Awaitable[Any]]) -> Any:
        """Do `work` in one transaction, but once for each form: what is sent twice gets the first one's result, as plain data."""
        form = await self.form()
        key = str(form.get(KEY) or "")
        if not key:
            async with self.ctx.transaction() as tx:
                return msgspec.to_builtins(await work(tx))
        fields = [(name, str(value)) for name, value in form.multi_items() if name not in (KEY, csrf.FIELD)]
        body = msgspec.json.encode(sorted(fields))
        async with self.ctx.transaction() as tx:
            outcome = await idempotency.once(
                tx,
                self.runtime.keyring,
                organization_id=self.ctx.principal.organization_id,
                actor_id=self.ctx.principal.user_id,
                key=idempotency.check_key(key),
                digest=idempotency.request_hash("POST", self.request.url.path, body),
                status=200,
                work=work,
            )
        return msgspec.json.decode(outcome.data)


async def provide_ui(request: Request[Any, Any, State], ctx: Ctx) -> Ui:
    """The `ui` of every page."""
    principal = request.scope.get("user")
    me, organization, number = None, "", 0
    if isinstance(principal, Principal):
        me = await ctx.runtime.cache.get(me_key(principal), Me, _ME_SECONDS, lambda: _me(ctx))
        names = {one.organization_id: one.name for one in me.organizations} if me else {}
        organization = names.get(principal.organization_id) or await _name(ctx)
        if me is not None and "hx-request" not in request.headers:
            number = await unread.number(ctx, me.email)
    found = Ui(ctx, me, organization, number)
    scope: Any = request.scope
    scope["ui"] = found
    return found


async def _me(ctx: Context) -> Me | None:
    return await account.me(ctx)


async def _name(ctx: Context) -> str:
    """How the organisation is called that somebody visits."""
    async with ctx.transaction() as tx:
        return str(await tx.value(q.SQL.organization_name, id=ctx.principal.organization_id) or "")


UiOf = NamedDependency[Ui]
"""How the handler of a page asks for its `ui`."""
PROVIDED = {"ui": Provide(provide_ui)}
