"""Pages that belong to no domain: the dashboard, how the panel looks, and the sheet of its parts."""

from __future__ import annotations

from typing import Any

from litestar import Response
from litestar.datastructures import Cookie
from litestar.params import FromPath

from control.core.errors import NotFound
from control.core.permissions import authenticated, public
from control.web import attention, live, menu, saved, searching, sessions, settings_pages
from control.web.language import LANGUAGES, N_
from control.web.routing import act, show
from control.web.styleguide import styleguide
from control.web.ui import UiOf, is_local

MENU = (menu.Entry(label=N_("Dashboard"), path="/dashboard", icon="home"), *settings_pages.MENU)
CARDS = attention.CARDS
_A_YEAR = 365 * 24 * 3600


@show("/dashboard", authenticated())
async def dashboard(ui: UiOf) -> Response[str]:
    """What matters today, of what the person may see."""
    return ui.page("dashboard.html", cards=menu.cards(ui.request.app.state.offer, ui.ctx.principal))


@act("/preferences/look", public())
async def choose_look(ui: UiOf) -> Response[Any]:
    """Keep language and theme in this browser."""
    posted = await ui.texts()
    theme, language = posted.get("theme", ""), posted.get("language", "")
    wanted = {"hcc_theme": theme if theme in ("light", "dark") else "", "hcc_language": language if language in LANGUAGES else ""}
    secure = sessions.secure(ui.runtime.settings)
    cookies = [
        Cookie(key=name, value=value, max_age=_A_YEAR if value else 0, path="/", secure=secure, samesite="lax", httponly=True)
        for name, value in wanted.items()
    ]
    back = posted.get("back", "")
    return ui.go(back if is_local(back) else "/dashboard", "", *cookies)


@act("/preferences/columns/{name:str}", authenticated())
async def choose_columns(ui: UiOf, name: FromPath[str]) -> Response[Any]:
    """Keep which columns of a table the person wants to see."""
    table = ui.request.app.state.tables.get(name)
    if table is None:
        raise NotFound("table")
    form = await ui.form()
    await table.choose(ui, [str(one) for one in form.getall("columns", [])])
    back = str(form.get("back") or "")
    return ui.go(back if is_local(back) else table.path)


PAGES = [
    dashboard, choose_look, choose_columns, *saved.PAGES, *searching.PAGES, *live.PAGES, styleguide, *attention.PAGES,
    *settings_pages.PAGES,
]  # fmt: skip
