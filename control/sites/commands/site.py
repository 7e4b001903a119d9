"""`hcc site list|add|show|set|remove`"""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from control.core.pagination import PageRequest
from control.sites.bodies.common import Maintenance
from control.sites.commands.operator import Operator, operating, show, site_of, targets_of
from control.sites.commands.route import described
from control.sites.gateway import service as gateway
from control.sites.routing import service as routing
from control.sites.routing.models import NewRoute
from control.sites.sites import service
from control.sites.sites.models import NewSite, Site
from control.sites.upstreams import service as upstreams
from control.sites.upstreams.models import NewUpstream, Upstream

ORIGIN = "origin"
"""What the first upstream of a site is called."""
_ALL = 100_000


def command(args: argparse.Namespace) -> int:
    """Exit code 0, or an exception that `hcc` explains."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with operating(getattr(args, "org", None)) as operator:
        if args.action == "list":
            return await _list(operator, args)
        if args.action == "add":
            return await _add(operator, args)
        inside, site = await site_of(operator, args.host)
        match args.action:
            case "show":
                return await _show(inside, site, args)
            case "set":
                changed = await service.update(inside, site.id, _changes(args, site))
                return show(changed, _lines(changed), as_json=args.json)
            case _:
                await service.delete(inside, site.id)
                return show({"id": site.id, "deleted": True}, [f"{' '.join(site.hosts)}: deleted"], as_json=args.json)


def everything(order_by: str) -> PageRequest:
    """All rows of a list."""
    return PageRequest(1, _ALL, order_by)


async def _list(operator: Operator, args: argparse.Namespace) -> int:
    organization_id = operator.principal.organization_id if args.org else None
    filters = {"organization_id": organization_id, "host": None, "is_active": None}
    rows, _ = await service.page(operator, everything("hosts, id"), filters)
    lines = [f"{' '.join(row.hosts)}  {row.name}{'' if row.is_active else '  (off)'}" for row in rows]
    return show(rows, lines or ["There are no sites; `hcc site add` makes one."], as_json=args.json)


async def _add(operator: Operator, args: argparse.Namespace) -> int:
    targets, tls = targets_of(args.targets)
    upstream = await upstreams.checked(operator, NewUpstream(name=ORIGIN, targets=targets, tls=tls))
    async with operator.transaction() as tx:
        made = await service.create(operator, tx, NewSite(name=args.name or args.hosts[0][:100], hosts=args.hosts))
        await upstreams.create(operator, tx, made.id, upstream)
        await routing.create(operator, tx, made.id, NewRoute(path_prefix="/", upstream=ORIGIN))
    return await _show(operator, made, args)


def _changes(args: argparse.Namespace, site: Site) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if args.active is not None:
        changes["is_active"] = args.active == "on"
    if args.https_redirect is not None:
        changes["https_redirect"] = args.https_redirect == "on"
    if args.hsts is not None:
        changes["hsts_s"] = args.hsts
    if args.maintenance is not None:
        before = site.maintenance or Maintenance()
        changes["maintenance"] = Maintenance(
            on=args.maintenance == "on",
            retry_after_s=before.retry_after_s,
            message=args.message or before.message,
            allow=args.allow or before.allow,
        )
    return changes


async def _show(operator: Operator, site: Site, args: argparse.Namespace) -> int:
    found, _ = await upstreams.page(operator, site.id, everything("u.name"), {})
    routes, _ = await routing.page(operator, site.id, everything("r.priority DESC, r.id"), {"upstream": None})
    status = await gateway.status(operator, site.id)
    fresh = await service.get(operator, site.id)
    lines = _lines(fresh)
    lines += [f"  upstream {upstream.name}: {_targets(upstream)}" for upstream in found]
    lines += [f"  route    {described(route)}" for route in routes]
    lines.append(f"  gateways: {status.state}")
    lines += [f"    {report.gateway}: {report.state}{f' ({report.error})' if report.error else ''}" for report in status.gateways]
    lines += [f"  certificate for {c.host} until {c.not_after:%Y-%m-%d}: {c.certificate_id}" for c in status.certificates]
    data = {"site": fresh, "upstreams": found, "routes": routes, "status": status}
    return show(data, lines, as_json=args.json)


def _targets(upstream: Upstream) -> str:
    scheme = "https" if upstream.tls is not None else "http"
    return " ".join(t.address if t.address.startswith("unix:") else f"{scheme}://{t.address}" for t in upstream.targets)


def _lines(site: Site) -> list[str]:
    flags = [
        word
        for word, on in (
            ("off", not site.is_active),
            ("https only", site.https_redirect),
            (f"HSTS {site.hsts_s} s", site.hsts_s > 0),
            ("maintenance", site.maintenance is not None and site.maintenance.on),
        )
        if on
    ]
    first = f"{' '.join(site.hosts)}  {site.name}"
    return [f"{first} ({', '.join(flags)})" if flags else first, f"  id {site.id}"]
