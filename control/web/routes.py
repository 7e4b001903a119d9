"""What every process of the control plane serves: health, keys, counters, the API's description, the front page."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State

from control import __version__
from control.core import health as checks
from control.core import metrics as counters
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.errors import NotFound
from control.core.permissions import public
from control.web import openapi, reference
from control.web.assets import asset
from control.web.plain import page


@get("/health", opt=public(), tags=["health"], operation_id="health")
async def health(ctx: Ctx) -> Response[Envelope[checks.Health]]:
    """Every part with its state and response time; 503 when a needed one fails."""
    found = await checks.examine(ctx.runtime)
    return ctx.answer(found, status=503 if found.status == "unhealthy" else 200)


@get("/livez", opt=public(), include_in_schema=False, media_type="text/plain")
async def livez() -> str:
    """The process runs."""
    return "ok\n"


@get("/readyz", opt=public(), include_in_schema=False)
async def readyz(ctx: Ctx) -> Response[str]:
    """The process can do its work now."""
    found = await checks.examine(ctx.runtime)
    ready = found.status != "unhealthy"
    return Response("ready\n" if ready else "not ready\n", media_type="text/plain", status_code=200 if ready else 503)


@get("/metrics", opt=public(), include_in_schema=False)
async def metrics(request: Request[Any, Any, State]) -> Response[bytes]:
    """Counters for Prometheus, to those who reach this process itself: behind a gateway the path does not exist."""
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        raise NotFound("page")
    return Response(counters.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")


@get("/.well-known/jwks.json", opt=public(), include_in_schema=False)
async def jwks(ctx: Ctx) -> Response[dict[str, Any]]:
    """The public keys of access tokens (RFC 7517)."""
    return Response(await ctx.runtime.tokens.jwks(), headers={"Cache-Control": "public, max-age=30"})


def _document(request: Request[Any, Any, State]) -> dict[str, Any]:
    from control.app import routes_of

    state = request.app.state
    if "openapi" not in state:
        state.openapi = openapi.describe(routes_of(state.domains), state.settings.public_url)
    found: dict[str, Any] = state.openapi
    return found


@get("/openapi.json", opt=public(), include_in_schema=False)
async def openapi_json(request: Request[Any, Any, State]) -> Response[bytes]:
    """The API's description (OpenAPI 3.1)."""
    return Response(
        openapi.encode(_document(request)), media_type="application/json", headers={"Cache-Control": "public, max-age=60"}
    )


@get("/docs", opt=public(), include_in_schema=False)
async def docs(request: Request[Any, Any, State]) -> Response[str]:
    """The API's description for people."""
    return page("docs.html", version=__version__, groups=reference.groups(_document(request)), introduction=openapi.INTRODUCTION,
                errors=openapi.ERRORS, base_url=request.app.state.settings.public_url)  # fmt: skip


@get("/", opt=public(), include_in_schema=False)
async def front() -> Response[None]:
    """The panel; it asks those whom it does not know to log in."""
    return Response(None, status_code=303, headers={"Location": "/dashboard", "Cache-Control": "no-store"})


ROUTES = [health, livez, readyz, metrics, jwks, openapi_json, docs, front, asset]
