"""What is wrong with a route, as the gateway's compiler would say, and more: what could only be a mistake is one."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from control.core.errors import FieldError
from control.core.words import reason, said
from control.sites.bodies.auth import Auth
from control.sites.bodies.route import Cors, Limit, Respond, RouteBody, Validation
from control.sites.checks import headers, hosts, networks, paths
from control.sites.checks.hosts import HostError
from control.sites.checks.paths import PathError

MOST_SCHEMA_BYTES = 65_536
MOST_BODY_BYTES = 65_536
_SCOPE = re.compile(r"^[!#-\[\]-~]+$")
_ORIGIN = re.compile(r"^(https?)://(\*\.)?([^/:]+)(:[0-9]{1,5})?$")
_PATHS = ("path_prefix", "path", "path_pattern")
_ENDS = ("upstream", "redirect", "respond")


def check(route: RouteBody) -> tuple[dict[str, Any], list[FieldError]]:
    """Fields in the gateway's form where that differs, and everything that is wrong."""
    errors: list[FieldError] = []
    names = _paths(route, errors)
    _ends(route, names, errors)
    errors += headers.rules("/request_headers", route.request_headers, "request")
    errors += headers.rules("/response_headers", route.response_headers, "response")
    if route.cors is not None:
        errors += _cors(route.cors)
    errors += _auth(route.auth)
    errors += _limits(route.rate_limits, route.auth)
    if route.validate is not None:
        errors += _validate(route.validate)
    maintenance, wrong = networks.maintenance(route.maintenance)
    methods = sorted(route.methods) if route.methods is not None else None
    if methods is not None and len(set(methods)) != len(methods):
        errors.append(FieldError("/methods", "names a method twice"))
    return {"maintenance": maintenance, "methods": methods}, errors + wrong


def _one_of(names: tuple[str, ...], name: str) -> FieldError:
    return FieldError(f"/{name}", said("one of %(choices)s is needed", choices=", ".join(names)))


def _paths(route: RouteBody, errors: list[FieldError]) -> list[str]:
    """The names that the route's pattern gives."""
    given = [name for name in _PATHS if getattr(route, name) is not None]
    if len(given) != 1:
        errors += [
            FieldError(f"/{name}", said("one of %(choices)s is needed", choices=", ".join(_PATHS)))
            for name in given or _PATHS[:1]
        ]
    names: list[str] = []
    for name in given:
        try:
            if name == "path_pattern":
                names = paths.pattern(route.path_pattern or "")
            else:
                paths.plain(getattr(route, name))
        except PathError as error:
            errors.append(FieldError(f"/{name}", reason(error)))
    return names


def _ends(route: RouteBody, names: list[str], errors: list[FieldError]) -> None:
    given = [name for name in _ENDS if getattr(route, name) is not None]
    if len(given) != 1:
        errors += [
            FieldError(f"/{name}", said("one of %(choices)s is needed", choices=", ".join(_ENDS))) for name in given or _ENDS[:1]
        ]
    if route.upstream is None:
        for name in ("canary", "strip_prefix", "rewrite", "total_ms"):
            if getattr(route, name) not in (None, False):
                errors.append(FieldError(f"/{name}", "needs an upstream"))
    if route.strip_prefix and route.path_prefix is None:
        errors.append(FieldError("/strip_prefix", "needs a path_prefix"))
    if route.strip_prefix and route.rewrite is not None:
        errors.append(FieldError("/rewrite", "and strip_prefix exclude each other"))
    if (canary := route.canary) is not None:
        if canary.upstream == route.upstream:
            errors.append(FieldError("/canary/upstream", "is the upstream itself"))
        if canary.header is not None and not (headers.is_token(canary.header[0]) and headers.is_value(canary.header[1])):
            errors.append(FieldError("/canary/header", "must be the name of a header field and its value"))
    try:
        if route.rewrite is not None:
            paths.rewrite(route.rewrite, names)
    except PathError as error:
        errors.append(FieldError("/rewrite", reason(error)))
    try:
        if route.redirect is not None:
            paths.redirect(route.redirect.to, names)
    except PathError as error:
        errors.append(FieldError("/redirect/to", reason(error)))
    if route.respond is not None:
        errors.extend(_respond(route.respond))


def _respond(respond: Respond) -> list[FieldError]:
    errors = []
    if respond.status in (204, 205, 304) and respond.body:
        errors.append(FieldError("/respond/body", said("cannot be with status %(status)s", status=respond.status)))
    if len(respond.body.encode()) > MOST_BODY_BYTES:
        errors.append(FieldError("/respond/body", said("has more than %(most)s bytes", most=MOST_BODY_BYTES)))
    if respond.content_type is not None and not headers.is_value(respond.content_type):
        errors.append(FieldError("/respond/content_type", "cannot stand in a header field"))
    return errors


def _cors(cors: Cors) -> list[FieldError]:
    errors = []
    for number, origin in enumerate(cors.origins):
        if origin == "*":
            if cors.credentials:
                errors.append(FieldError(f"/cors/origins/{number}", "* excludes credentials"))
            continue
        match = _ORIGIN.match(origin)
        try:
            fine = match is not None and hosts.name(match[3]) == match[3].lower()
        except HostError:
            fine = False
        if not fine:
            errors.append(FieldError(f"/cors/origins/{number}", "is no origin such as https://app.example or https://*.example"))
    for field in ("headers", "expose"):
        found = getattr(cors, field)
        errors += headers.names(f"/cors/{field}", found)
        if cors.credentials and "*" in found:
            errors.append(FieldError(f"/cors/{field}", "with credentials * is a name like any other; list the names"))
    return errors


def _auth(auth: Auth) -> list[FieldError]:
    errors: list[FieldError] = []
    if auth.mode == "none":
        wanting = [field for field in ("scopes", "roles", "user_types") if getattr(auth, field)]
        errors += [FieldError(f"/auth/{field}", "needs the mode jwt or optional") for field in wanting]
        if auth.api_keys == "verify":
            errors.append(FieldError("/auth/api_keys", "verify needs the mode jwt or optional"))
    elif auth.scopes and auth.api_keys != "verify":
        errors.append(FieldError("/auth/scopes", "needs api_keys: verify"))
    errors += [FieldError(f"/auth/scopes/{n}", "is no scope") for n, text in enumerate(auth.scopes) if not _SCOPE.match(text)]
    return errors


def _limits(limits: list[Limit], auth: Auth) -> list[FieldError]:
    errors = []
    seen: set[str] = set()
    for number, limit in enumerate(limits):
        where = f"/rate_limits/{number}"
        if limit.name in seen:
            errors.append(FieldError(f"{where}/name", "stands twice"))
        seen.add(limit.name)
        if (limit.key == "header") != (limit.header is not None):
            errors.append(FieldError(f"{where}/header", "is needed for the key header, and only there"))
        elif limit.header is not None and not headers.is_token(limit.header):
            errors.append(FieldError(f"{where}/header", "is no name of a header field"))
        if limit.key in ("user", "organization") and auth.mode == "none":
            errors.append(FieldError(f"{where}/key", "needs auth with the mode jwt or optional: nobody is known otherwise"))
        if limit.key == "api_key" and auth.api_keys != "verify":
            errors.append(FieldError(f"{where}/key", "needs auth with api_keys: verify"))
    return errors


def _validate(validate: Validation) -> list[FieldError]:
    errors = [
        FieldError(f"/validate/content_types/{number}", "is no media type such as application/json or image/*")
        for number, text in enumerate(validate.content_types)
        if not headers.is_media_range(text)
    ]
    if validate.schema is not None and len(msgspec.json.encode(validate.schema)) > MOST_SCHEMA_BYTES:
        errors.append(FieldError("/validate/schema", said("has more than %(most)s bytes", most=MOST_SCHEMA_BYTES)))
    return errors
