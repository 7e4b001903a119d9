"""Wires the domains into one application. `hcc control --domains accounts,security` serves some of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from litestar import Litestar
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, ControllerRouterHandler

from control.core.addresses import parse_networks
from control.core.context import provide_context
from control.core.edge import Edge
from control.core.loading import loading
from control.core.permissions import AUTHENTICATED, PERMISSIONS, PUBLIC, authorize
from control.core.rendering import render
from control.core.runtime import Runtime
from control.core.settings import Settings, load
from control.web import live, menu

DOMAINS = ("accounts", "automation", "billing", "monitoring", "security", "sites")
"""Every domain that has routes. `control.DOMAIN.routes.ROUTES` lists its handlers; `core` and `web` are always served."""

MAX_BODY = 1 << 20


def _packages(domains: Iterable[str]) -> list[str]:
    wanted = tuple(domains)
    if unknown := set(wanted) - set(DOMAINS):
        raise ValueError(f"there is no domain {', '.join(sorted(unknown))}; known are {', '.join(DOMAINS)}")
    return ["control.web", *(f"control.{domain}" for domain in DOMAINS if domain in wanted)]


def routes_of(domains: Iterable[str]) -> list[ControllerRouterHandler]:
    """The handlers of the domains and of what every process serves. Raises ValueError for an unknown domain."""
    packages = _packages(domains)
    with loading():
        api = [handler for package in packages for handler in import_module(f"{package}.routes").ROUTES]
        return [*api, *(handler for module in pages_of(domains) for handler in module.PAGES)]


def pages_of(domains: Iterable[str]) -> list[ModuleType]:
    """The modules with pages of the domains that have any: `control.DOMAIN.pages`, which lists `PAGES`, `MENU` and `CARDS`."""
    names = [f"{package}.pages" for package in _packages(domains)]
    return [import_module(name) for name in names if find_spec(name) is not None]


@asynccontextmanager
async def _running(app: Litestar) -> AsyncIterator[None]:
    """Opens what the application holds when a server starts it, and closes it at the end."""
    runtime: Runtime = app.state.runtime
    await runtime.start()
    try:
        yield
    finally:
        await live.hub_of(app.state).close()
        await runtime.stop()


def create_litestar(runtime: Runtime, domains: Iterable[str] = DOMAINS) -> Litestar:
    """The application without its outer layer. Refuses a route that does not say who may call it."""
    app = Litestar(
        route_handlers=routes_of(domains),
        dependencies={"ctx": Provide(provide_context, sync_to_thread=False)},
        guards=[authorize],
        exception_handlers={Exception: render},
        lifespan=[_running],
        openapi_config=None,
        request_max_body_size=MAX_BODY,
        debug=False,
        logging_config=None,
    )
    app.state.domains = tuple(domains)
    pages = pages_of(app.state.domains)
    app.state.offer = menu.offer(pages)
    app.state.tables = {table.name: table for module in pages for table in getattr(module, "TABLES", ())}
    attach(app, runtime)
    for path, handler in http_handlers(app):
        if handler.opt.get("permission") not in {PUBLIC, AUTHENTICATED, *PERMISSIONS}:
            raise LookupError(f"{sorted(handler.http_methods)} {path} does not say who may call it")
    return app


def attach(app: Litestar, runtime: Runtime) -> None:
    """Let the application work with these open parts; nothing that was made from earlier ones stays."""
    app.state.settings = runtime.settings
    app.state.runtime = runtime
    app.state.pop("openapi", None)
    app.state.pop("live", None)


def http_handlers(app: Litestar) -> list[tuple[str, HTTPRouteHandler]]:
    """Every path template with its handlers, the automatic OPTIONS left out."""
    return [
        (route.path_format or "/", handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in {id(h): h for h in route.route_handlers}.values()
        if handler.http_methods != {"OPTIONS"}
    ]


def create_app(settings: Settings | None = None, domains: Iterable[str] = DOMAINS) -> ASGIApp:
    """The application as a server runs it. Raises SettingsError when a setting is missing."""
    settings = settings or load()
    with loading():
        return Edge(create_litestar(Runtime(settings), domains), parse_networks(settings.trusted_proxies))
