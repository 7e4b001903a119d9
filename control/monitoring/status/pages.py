"""/status/SLUG, for people and, with .json after it, for programs."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.core.envelope import now
from control.core.errors import NotFound
from control.core.permissions import public
from control.monitoring.status.bars import LEGEND, bars
from control.monitoring.status.models import PublicStatus
from control.monitoring.status.public import by_slug
from control.web.language import N_
from control.web.routing import show
from control.web.ui import UiOf

_KEPT_S = 15
"""Seconds that a page is kept: a page that many look at, just when something is wrong, is made once."""
_CACHED = {"Cache-Control": f"public, max-age={_KEPT_S}"}
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""It shows what others wrote to whoever comes by; nothing but our style is needed for that."""
_BY_READER = {**_CACHED, "Vary": "Accept-Language, Cookie", "Content-Security-Policy": _POLICY}
"""The page is in the reader's language, and in the look that their browser keeps."""
WORDS = {
    "up": N_("Works"),
    "down": N_("Does not work"),
    "unknown": N_("Not known"),
    "maintenance": N_("Maintenance"),
}
HEADLINES = {
    "up": N_("Everything works"),
    "down": N_("Something does not work"),
    "unknown": N_("Not everything is known right now"),
    "maintenance": N_("Maintenance is under way"),
}
TONES = {"up": "success", "down": "error", "unknown": "warning", "maintenance": "info"}
IMPACTS = {"none": N_("None"), "minor": N_("Minor"), "major": N_("Major"), "critical": N_("Critical")}
STATUSES = {
    "investigating": N_("We look into it"), "identified": N_("The cause is known"), "monitoring": N_("Mended, and watched"),
    "resolved": N_("Over"),
}  # fmt: skip


@show("/status/{slug:str}", public("404"))
async def status_page(ui: UiOf, slug: FromPath[str]) -> Response[Any]:
    """How an organisation's services are; `/status/SLUG.json` is the same for programs. No cookie is set, and no script runs."""
    as_json = slug.endswith(".json")
    name = slug.removesuffix(".json")
    kept = await ui.runtime.cache.get(f"status:{name[:64]}", PublicStatus, _KEPT_S, lambda: by_slug(ui.runtime, name, now()))
    if kept is None:
        raise NotFound("status page")
    found = kept
    if as_json:
        headers = {**_CACHED, "Access-Control-Allow-Origin": "*"}
        return Response(msgspec.json.encode(found), media_type="application/json", headers=headers)
    return ui.fragment(
        "status.html", headers=_BY_READER, page=found, words=WORDS, headlines=HEADLINES, tones=TONES, impacts=IMPACTS,
        statuses=STATUSES, legend=LEGEND, bars=bars, slug=slug,
    )  # fmt: skip


ROUTES = [status_page]
