"""`hcc route list|add|remove`, `hcc limit add|remove`, `hcc canary set|remove`"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import msgspec

from control.core.errors import ValidationFailed
from control.core.pagination import PageRequest
from control.core.validation import struct_errors
from control.sites.bodies.route import Canary, Limit, Redirect, Respond
from control.sites.commands.operator import CommandError, Operator, operating, show, site_of
from control.sites.routing import service
from control.sites.routing.models import NewRoute, Route
from control.sites.sites.models import Site

_RATE = re.compile(r"^([0-9]{1,9})/([0-9]{1,5})$")


def command(args: argparse.Namespace) -> int:
    """Exit code 0, or an exception that `hcc` explains."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    noun = getattr(args, "noun", "route")
    async with operating() as operator:
        inside, site = await site_of(operator, args.host)
        rows, _ = await service.page(inside, site.id, PageRequest(1, 100_000, "r.priority DESC, r.id"), {"upstream": None})
        if args.action == "list":
            return show(rows, [described(row) for row in rows] or ["The site has no routes."], as_json=args.json)
        if noun == "route" and args.action == "add":
            return await _add(inside, site, args)
        route = _one(rows, args)
        if noun == "route":
            await service.delete(inside, site.id, route.id)
            return show({"id": route.id, "deleted": True}, [f"{described(route)}: deleted"], as_json=args.json)
        changed = await service.update(inside, site.id, route.id, (_limits if noun == "limit" else _canary)(route, args))
        return show(changed, [described(changed)], as_json=args.json)


async def _add(inside: Operator, site: Site, args: argparse.Namespace) -> int:
    kind = "path" if args.exact else "path_pattern" if args.pattern else "path_prefix"
    fields: dict[str, Any] = {kind: args.path, "methods": args.methods, "priority": args.priority}
    fields |= {"strip_prefix": args.strip_prefix, "rewrite": args.rewrite, "upstream": args.upstream}
    if args.redirect is not None:
        fields["redirect"] = msgspec.to_builtins(Redirect(args.redirect, args.status))
    if args.respond is not None:
        fields["respond"] = msgspec.to_builtins(Respond(args.respond, body=args.body))
    raw = msgspec.json.encode({**_further(args.fields), **fields})
    if errors := struct_errors(raw, NewRoute):
        raise ValidationFailed(errors)
    async with inside.transaction() as tx:
        made = await service.create(inside, tx, site.id, msgspec.json.decode(raw, type=NewRoute))
    return show(made, [described(made)], as_json=args.json)


def _further(name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"{name}: must be a JSON object ({error})") from None


def _one(rows: list[Route], args: argparse.Namespace) -> Route:
    """The route that a path, and methods when given, name. Raises CommandError."""
    found = [row for row in rows if args.path in (row.path_prefix, row.path, row.path_pattern)]
    if args.methods is not None:
        found = [row for row in found if row.methods == sorted(args.methods)]
    if not found:
        raise CommandError(f"{args.host} has no such route; `hcc route list {args.host}` shows them.")
    if len(found) > 1:
        shown = "\n".join(f"  {described(row)}" for row in found)
        raise CommandError(f"Several routes have this path; say which with --method:\n{shown}")
    return found[0]


def _limits(route: Route, args: argparse.Namespace) -> dict[str, Any]:
    others = [limit for limit in route.rate_limits if limit.name != args.name]
    if args.action == "remove":
        if len(others) == len(route.rate_limits):
            raise CommandError(f"The route has no limit {args.name!r}.")
        return {"rate_limits": others}
    match = _RATE.match(args.rate)
    if match is None:
        raise CommandError(f"--rate {args.rate!r} must be requests/seconds, such as 100/60.")
    limit = {
        "name": args.name, "key": args.key, "header": args.header, "rate": int(match[1]), "per_s": int(match[2]),
        "burst": args.burst, "shared": args.shared,
    }  # fmt: skip
    return {"rate_limits": [*others, _converted(limit, Limit)]}


def _canary(route: Route, args: argparse.Namespace) -> dict[str, Any]:
    if args.action == "remove":
        return {"canary": None}
    header = None
    if args.header is not None:
        name, colon, value = args.header.partition(":")
        if not colon:
            raise CommandError("--header must be NAME:VALUE.")
        header = [name.strip(), value.strip()]
    return {"canary": _converted({"upstream": args.upstream, "percent": args.percent, "header": header}, Canary)}


def _converted(value: dict[str, Any], into: type[msgspec.Struct]) -> msgspec.Struct:
    if errors := struct_errors(msgspec.json.encode(value), into):
        raise ValidationFailed(errors)
    return msgspec.convert(value, into)


def described(route: Route) -> str:
    """A route in one line."""
    path = route.path_prefix or route.path or route.path_pattern
    kind = "" if route.path_prefix else " (exact)" if route.path else " (pattern)"
    if route.redirect is not None:
        end = f"{route.redirect.status} to {route.redirect.to}"
    elif route.respond is not None:
        end = f"answers {route.respond.status}"
    else:
        end = str(route.upstream)
    line = f"{' '.join(route.methods or ['*'])} {path}{kind} -> {end}"
    if route.canary is not None:
        line += f", {route.canary.percent:g} % to {route.canary.upstream}"
        line += f" and {': '.join(route.canary.header)}" if route.canary.header else ""
    for limit in route.rate_limits:
        line += f", limit {limit.name} {limit.rate}/{limit.per_s} s burst {limit.burst} by {limit.key}"
    return line
