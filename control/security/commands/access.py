"""`hcc access list|add|remove`"""

from __future__ import annotations

import argparse
import asyncio
import re
from typing import Any

from control.security.access import service
from control.security.access.models import AccessEntry, NewAccessEntry
from control.security.commands.place import after, everything, ident, place_of
from control.sites.commands.operator import operating, show

_ASN = re.compile(r"^AS([0-9]{1,10})$", re.IGNORECASE)
_COUNTRY = re.compile(r"^[A-Za-z]{2}$")


def command(args: argparse.Namespace) -> int:
    """Exit code 0, or an exception that `hcc` explains."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with operating(getattr(args, "org", None)) as operator:
        if args.action == "remove":
            found = await service.ROWS.get(operator, ident(args.id, "hcc access list"))
            await service.ROWS.delete(operator.inside(found.organization_id), found.id)
            return show({"id": found.id, "deleted": True}, [f"{_line(found)}: deleted"], as_json=args.json)
        inside, site_id = await place_of(operator, args.host)
        if args.action == "list":
            wanted = inside.principal.organization_id if args.org or args.host else None
            filters: dict[str, Any] = {"organization_id": wanted, "site_id": site_id, "action": None}
            rows, _ = await service.ROWS.page(inside, everything("created_at, id"), filters)
            return show(rows, [_line(row) for row in rows] or ["The lists are empty."], as_json=args.json)
        what: dict[str, Any] = {"network": args.what}
        if match := _ASN.match(args.what):
            what = {"asn": int(match[1])}
        elif _COUNTRY.match(args.what):
            what = {"country": args.what.upper()}
        data = NewAccessEntry(action=args.verdict, site_id=site_id, note=args.note, expires_at=after(args.days), **what)
        async with inside.transaction() as tx:
            made = await service.create(inside, tx, data)
        return show(made, [_line(made)], as_json=args.json)


def _line(row: AccessEntry) -> str:
    what = row.network or row.country or f"AS{row.asn}"
    until = f" until {row.expires_at:%Y-%m-%d}" if row.expires_at else ""
    return f"{row.id}  {row.action} {what}{until}{f' ({row.note})' if row.note else ''}"
