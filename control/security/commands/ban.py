"""`hcc ban list|add|lift`"""

from __future__ import annotations

import argparse
import asyncio
import re
from typing import Any

from control.security.bans import service
from control.security.bans.models import Ban, Lift, NewBan
from control.security.commands.place import everything, ident
from control.sites.commands.operator import CommandError, operating, show

_TIME = re.compile(r"^([1-9][0-9]{0,8})([smhd])$")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def command(args: argparse.Namespace) -> int:
    """Exit code 0, or an exception that `hcc` explains."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with operating(getattr(args, "org", None)) as operator:
        if args.action == "list":
            filters: dict[str, Any] = {
                "organization_id": operator.principal.organization_id if args.org else None,
                "in_force": None if args.all else True,
                "detector": None,
                "address": args.address,
            }
            rows, _ = await service.page(operator, everything("created_at, id"), filters)
            return show(rows, [_line(row) for row in rows] or ["Nobody is banned."], as_json=args.json)
        if args.action == "add":
            data = NewBan(network=args.network, reason=args.reason, seconds=None if args.time is None else seconds(args.time))
            async with operator.transaction() as tx:
                made = await service.create(operator, tx, data)
            return show(made, [_line(made)], as_json=args.json)
        found = await service.get(operator, ident(args.id, "hcc ban list"))
        lifted = await service.lift(operator.inside(found.organization_id), found.id, Lift(args.reason))
        return show(lifted, [_line(lifted)], as_json=args.json)


def seconds(text: str) -> int:
    """`90s`, `15m`, `6h` or `7d` in seconds. Raises CommandError."""
    match = _TIME.match(text)
    if match is None:
        raise CommandError(f"{text!r} is no time; write 90s, 15m, 6h or 7d.")
    return int(match[1]) * _SECONDS[match[2]]


def _line(ban: Ban) -> str:
    until = "without end" if ban.until is None else f"until {ban.until:%Y-%m-%d %H:%M}"
    state = "lifted" if ban.lifted_at else until if ban.in_force else f"ended {ban.until:%Y-%m-%d %H:%M}"
    by = f" [{ban.detector}]" if ban.detector else ""
    return f"{ban.id}  {ban.network}  {state}  {ban.reason}{by}"
