"""Wires the domains into one application. `hcc control --domains accounts,security` serves some of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from copy import copy
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from litestar import Litestar
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, ControllerRouterHandler, HTTPScope, Receive, Send
from litestar.utils.path import join_paths

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
    preparing = asyncio.create_task(app.prepare() if isinstance(app, Application) else asyncio.sleep(0), name="prepare routes")
    try:
        yield
    finally:
        preparing.cancel()
        await live.hub_of(app.state).close()
        await runtime.stop()


class _Route(HTTPRoute):
    """A route whose parameters are worked out with its first request, or when there is time: for a thousand of them that takes as
    long as all the rest until the first request is answered."""

    __slots__ = ("app", "is_ready")

    def __init__(self, app: Litestar, path: str, handlers: list[HTTPRouteHandler]) -> None:
        super().__init__(path=path, route_handlers=handlers)
        self.app, self.is_ready = app, False
        nothing: Any = None
        self.route_handler_map = {method: (one, nothing) for one in self.route_handlers for method in one.http_methods}
        if len(self.route_handler_map) < sum(len(one.http_methods) for one in self.route_handlers):
            raise LookupError(f"{path} has two handlers of one method")

    def prepare(self) -> None:
        """Work them out, once."""
        if self.is_ready:
            return
        for handler in self.route_handlers:
            handler.on_registration(self.app)
        self.route_handler_map = {}
        self.create_handler_map()
        self.is_ready = True

    async def handle(self, scope: HTTPScope, receive: Receive, send: Send) -> None:  # type: ignore[override]  # as above it
        self.prepare()
        await super().handle(scope, receive, send)


class Application(Litestar):
    """Litestar, told of all its routes at one time. For each one that it is given, it looks through those that it has: for a
    thousand of them that is half of the time until the first request is answered."""

    def add(self, handlers: Iterable[ControllerRouterHandler]) -> None:
        """Register these, as `register` does one after the other. Raises TypeError for what is no function behind a path."""
        found: dict[str, list[HTTPRouteHandler]] = {}
        for handler in handlers:
            if not isinstance(handler, HTTPRouteHandler):
                raise TypeError(f"{handler} is not a handler of HTTP")
            handler.owner = self
            mine = copy(handler)
            for path in sorted(handler.paths):
                found.setdefault(join_paths(["/", path]), []).append(mine)
        for path, several in found.items():
            self.routes.append(_Route(self, path, several))
        self.asgi_router.construct_routing_trie()

    async def prepare(self) -> None:
        """Work out what the routes take, one after the other, while requests are answered."""
        for route in self.routes:
            if isinstance(route, _Route):
                route.prepare()
                await asyncio.sleep(0)


def create_litestar(runtime: Runtime, domains: Iterable[str] = DOMAINS) -> Litestar:
    """The application without its outer layer. Refuses a route that does not say who may call it."""
    app = Application(
        dependencies={"ctx": Provide(provide_context, sync_to_thread=False)},
        guards=[authorize],
        exception_handlers={Exception: render},
        lifespan=[_running],
        openapi_config=None,
        request_max_body_size=MAX_BODY,
        debug=False,
        logging_config=None,
    )
    app.add(routes_of(domains))
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
