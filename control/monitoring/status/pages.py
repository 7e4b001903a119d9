"""/status/SLUG, for people and, with .json after it, for programs."""

from __future__ import annotations

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from control.core.context import Ctx
from control.core.envelope import now
from control.core.errors import NotFound
from control.core.permissions import public
from control.monitoring.status.models import PublicStatus
from control.monitoring.status.public import by_slug
from control.web.plain import page

_KEPT_S = 15
"""Seconds that a page is kept: a page that many look at, just when something is wrong, is made once."""
_CACHED = {"Cache-Control": f"public, max-age={_KEPT_S}"}
WORDS = {
    "up": "Works",
    "down": "Does not work",
    "unknown": "Not known",
    "maintenance": "Maintenance",
}
HEADLINES = {
    "up": "Everything works",
    "down": "Something does not work",
    "unknown": "Not everything is known right now",
    "maintenance": "Maintenance is under way",
}


@get("/status/{slug:str}", opt=public("404"), include_in_schema=False)
async def status_page(ctx: Ctx, slug: FromPath[str]) -> Response[str] | Response[bytes]:
    """How an organisation's services are; `/status/SLUG.json` is the same for programs."""
    as_json = slug.endswith(".json")
    name = slug.removesuffix(".json")
    kept = await ctx.runtime.cache.get(f"status:{name[:64]}", PublicStatus, _KEPT_S, lambda: by_slug(ctx.runtime, name, now()))
    if kept is None:
        raise NotFound("status page")
    found = kept
    if as_json:
        headers = {**_CACHED, "Access-Control-Allow-Origin": "*"}
        return Response(msgspec.json.encode(found), media_type="application/json", headers=headers)
    shown = page("status.html", status=200, page=found, words=WORDS, headline=HEADLINES[found.state], slug=slug)
    shown.headers.update(_CACHED)
    return shown


ROUTES = [status_page]
