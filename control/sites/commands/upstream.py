"""`hcc upstream list|add|remove`"""

from __future__ import annotations

import argparse
import asyncio

from control.core.pagination import PageRequest
from control.sites.bodies.upstream import HealthCheck
from control.sites.commands.operator import CommandError, operating, show, site_of, targets_of
from control.sites.upstreams import service
from control.sites.upstreams.models import NewUpstream, Upstream


def command(args: argparse.Namespace) -> int:
    """Exit code 0, or an exception that `hcc` explains."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with operating() as operator:
        inside, site = await site_of(operator, args.host)
        if args.action == "add":
            targets, tls = targets_of(args.targets)
            health = HealthCheck(path=args.health) if args.health else None
            data = NewUpstream(
                name=args.name, targets=targets, tls=tls, policy=args.policy, protocol=args.protocol, health=health
            )
            checked = await service.checked(inside, data)
            async with inside.transaction() as tx:
                made = await service.create(inside, tx, site.id, checked)
            return show(made, [_line(made)], as_json=args.json)
        rows, _ = await service.page(inside, site.id, PageRequest(1, 1000, "u.name"), {})
        if args.action == "list":
            return show(rows, [_line(row) for row in rows] or ["The site has no upstreams."], as_json=args.json)
        found = next((row for row in rows if row.name == args.name), None)
        if found is None:
            raise CommandError(f"{args.host} has no upstream {args.name!r}; `hcc upstream list {args.host}` shows them.")
        await service.delete(inside, site.id, found.id)
        return show({"id": found.id, "deleted": True}, [f"{args.name}: deleted"], as_json=args.json)


def _line(upstream: Upstream) -> str:
    return f"{upstream.name}  {upstream.policy}  {' '.join(f'{t.address} (weight {t.weight})' for t in upstream.targets)}"
