"""`hcc waf show|set|exclude|exclusions|include|load`"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from control.security.commands.place import after, everything, ident, place_of
from control.security.exclusions import service as exclusions
from control.security.exclusions.models import Exclusion, NewExclusion
from control.security.policies import service as policies
from control.security.policies.models import NewSecurityPolicy, PolicyInForce, SecurityPolicy
from control.security.waf_rules import service as rules
from control.security.waf_rules.models import NewWafRules
from control.sites.commands.operator import CommandError, Operator, operating, show, site_of
from control.sites.commands.route import described
from control.sites.routing import service as routing

_FIELDS = {
    "mode": "mode", "paranoia": "paranoia", "inbound": "inbound_threshold", "outbound": "outbound_threshold",
    "rule_set": "rule_set", "response_bodies": "response_bodies",
}  # fmt: skip


def command(args: argparse.Namespace) -> int:
    """Exit code 0, or an exception that `hcc` explains."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with operating(getattr(args, "org", None)) as operator:
        match args.action:
            case "show":
                return await _show(operator, args)
            case "set":
                return await _set(operator, args)
            case "exclude":
                return await _exclude(operator, args)
            case "exclusions":
                return await _exclusions(operator, args)
            case "include":
                found = await exclusions.ROWS.get(operator, ident(args.id, "hcc waf exclusions"))
                await exclusions.ROWS.delete(operator.inside(found.organization_id), found.id)
                return show({"id": found.id, "deleted": True}, [f"{_line(found)}: deleted"], as_json=args.json)
            case _:
                return await _load(operator, args)


async def _show(operator: Operator, args: argparse.Namespace) -> int:
    inside, site = await site_of(operator, args.host)
    found = await policies.in_force(inside, site.id)
    routes, _ = await routing.page(inside, site.id, everything("r.priority DESC, r.id"), {"upstream": None})
    names = {route.id: described(route) for route in routes}
    lines = [f"{'all of it' if row.route_id is None else names.get(row.route_id, row.route_id)}: {_said(row)}" for row in found]
    return show(found, [" ".join(site.hosts), *(f"  {line}" for line in lines)], as_json=args.json)


async def _set(operator: Operator, args: argparse.Namespace) -> int:
    inside, site_id = await place_of(operator, args.host)
    route_id = None
    if site_id is not None and args.path is not None:
        route_id = await _route(inside, site_id, args.path)
    given = {field: getattr(args, name) for name, field in _FIELDS.items() if getattr(args, name) is not None}
    if not given:
        raise CommandError("Nothing to set; --mode, --paranoia, --inbound, --outbound, --rule-set, --response-bodies say what.")
    values = {field: _value(field, text) for field, text in given.items()}
    organization_id = inside.principal.organization_id
    async with inside.transaction() as tx:
        before = await policies.of_place(tx, organization_id, site_id, route_id)
    old = {} if before is None else {field: getattr(before, field) for field in _FIELDS.values()}
    try:
        data = msgspec.convert({**old, **values, "site_id": site_id, "route_id": route_id}, NewSecurityPolicy, strict=False)
    except msgspec.ValidationError as error:
        raise CommandError(f"This is not possible: {error}.") from None
    if before is None:
        async with inside.transaction() as tx:
            changed = await policies.create(inside, tx, data)
    else:
        changed = await policies.replace(inside, before.id, data)
    return show(changed, [_own(changed)], as_json=args.json)


def _value(field: str, text: str) -> Any:
    if text == "inherit":
        return None
    return text == "on" if field == "response_bodies" else text


async def _route(operator: Operator, site_id: UUID, path: str) -> UUID:
    routes, _ = await routing.page(operator, site_id, everything("r.priority DESC, r.id"), {"upstream": None})
    fitting = [route.id for route in routes if path in (route.path_prefix, route.path, route.path_pattern)]
    if not fitting:
        raise CommandError(f"The site has no route {path}; `hcc route list` shows them.")
    if len(fitting) > 1:
        raise CommandError(f"The site has several routes {path}; set their policies through the API, by id.")
    return fitting[0]


async def _exclude(operator: Operator, args: argparse.Namespace) -> int:
    inside, site_id = await place_of(operator, args.host)
    first = last = None
    if args.rule is not None:
        begin, _, end = args.rule.partition("-")
        if not begin.isdigit() or not (end or begin).isdigit():
            raise CommandError(f"{args.rule!r} is neither a rule's number nor a range such as 942100-942199.")
        first, last = int(begin), int(end or begin)
    data = NewExclusion(
        site_id=site_id, rule_from=first, rule_to=last, tag=args.tag, target=args.target, path_prefix=args.path, note=args.note,
        expires_at=after(args.days),
    )  # fmt: skip
    async with inside.transaction() as tx:
        made = await exclusions.create(inside, tx, data)
    return show(made, [_line(made)], as_json=args.json)


async def _exclusions(operator: Operator, args: argparse.Namespace) -> int:
    inside, site_id = await place_of(operator, args.host)
    wanted = inside.principal.organization_id if args.org or args.host else None
    filters: dict[str, Any] = {"organization_id": wanted, "site_id": site_id, "rule_id": None}
    rows, _ = await exclusions.ROWS.page(inside, everything("created_at, id"), filters)
    lines = [_line(row) for row in rows] or ["Nothing is left out."]
    return show(rows, lines, as_json=args.json)


async def _load(operator: Operator, args: argparse.Namespace) -> int:
    inside, site_id = await place_of(operator, args.host)
    text = _text(args.file)
    filters: dict[str, Any] = {"organization_id": inside.principal.organization_id, "site_id": site_id}
    rows, _ = await rules.ROWS.page(inside, everything("position, id"), filters)
    before = next((row for row in rows if row.name == args.name and row.site_id == site_id), None)
    data = NewWafRules(name=args.name, text=text, site_id=site_id, position=before.position if before else 0)
    if before is None:
        async with inside.transaction() as tx:
            stored = await rules.create(inside, tx, data)
    else:
        stored = await rules.replace(inside, before.id, data)
    return show(stored, [f"{stored.name}: {len(text.splitlines())} lines stored"], as_json=args.json)


def _text(name: str) -> str:
    return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")


def _said(row: PolicyInForce) -> str:
    if row.mode == "off":
        return "off"
    bodies = ", bodies of answers" if row.response_bodies else ""
    thresholds = f"thresholds {row.inbound_threshold} in, {row.outbound_threshold} out"
    return f"{row.mode}, paranoia {row.paranoia}, {thresholds}, CRS {row.rule_set}{bodies}"


def _own(row: SecurityPolicy) -> str:
    said = {name: getattr(row, field) for name, field in _FIELDS.items()}
    return ", ".join(f"{name.replace('_', ' ')} {'inherited' if value is None else value}" for name, value in said.items())


def _line(row: Exclusion) -> str:
    rule = f"tag {row.tag}" if row.rule_from is None else f"rule {row.rule_from}"
    if row.rule_from is not None and row.rule_to != row.rule_from:
        rule = f"rules {row.rule_from} to {row.rule_to}"
    more = [f"for {row.target}" if row.target else "", f"below {row.path_prefix}" if row.path_prefix else ""]
    more += [f"until {row.expires_at:%Y-%m-%d}" if row.expires_at else "", f"({row.note})" if row.note else ""]
    return " ".join([f"{row.id}  {rule}", *(word for word in more if word)])
