"""`hcc agent claims list|make|revoke`"""

from __future__ import annotations

import argparse
import asyncio

from control.monitoring.agents import service
from control.monitoring.agents.models import NewClaim
from control.monitoring.commands.asking import converted
from control.monitoring.commands.table import table
from control.security.commands.ban import seconds
from control.security.commands.place import everything, ident
from control.sites.commands.operator import operating, show


def command(args: argparse.Namespace) -> int:
    """Exit code 0, or an exception that `hcc` explains."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with operating(getattr(args, "org", None)) as operator:
        if args.claim_action == "list":
            filters = {
                "organization_id": operator.principal.organization_id if args.org else None,
                "status": None if args.all else "waiting",
            }
            rows, _ = await service.claims(operator, everything("created_at, id"), filters)
            cells = [(row.id, row.name or "-", row.state, row.expires_at, row.used_at) for row in rows]
            lines = table(("id", "name", "state", "expires (UTC)", "used (UTC)"), cells, "No claim waits to be used.")
            return show(rows, lines, as_json=args.json)
        if args.claim_action == "make":
            data = converted({"name": args.name, "expires_in_s": seconds(args.time)}, NewClaim)
            async with operator.transaction() as tx:
                made = await service.claim(operator, tx, data)
            until = f"Good once, until {made.expires_at:%Y-%m-%d %H:%M} UTC, and not shown again. On the server:"
            return show(made, [until, made.command], as_json=args.json)
        claim_id = ident(args.id, "hcc agent claims list")
        await service.revoke_claim(operator, claim_id)
        return show({"id": claim_id, "revoked": True}, [f"{claim_id}: revoked"], as_json=args.json)
