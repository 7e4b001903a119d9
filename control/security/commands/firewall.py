"""`hcc firewall show|set|apply|confirm|rollback`"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from control.security.commands.place import everything
from control.security.firewall import nft, service, trial
from control.security.firewall.models import Firewall, NewFirewall
from control.security.firewall.render import render
from control.sites.commands.operator import CommandError, Operator, operating, show

_LONGEST = 3600


def command(args: argparse.Namespace) -> int:
    """Exit code 0, or an exception that `hcc` explains."""
    try:
        if args.action in ("confirm", "rollback"):
            return _decide(args)
        return asyncio.run(_run(args))
    except (nft.NftError, trial.TrialError) as error:
        raise CommandError(str(error)) from None


def _decide(args: argparse.Namespace) -> int:
    folder = Path(args.state or trial.STATE)
    if args.action == "rollback":
        if not trial.rollback(folder):
            raise CommandError("No rules are on trial: there were none, they are confirmed, or they were taken back.")
        return show({"rolled_back": True}, ["The former filter is in force again."], as_json=args.json)
    kept = trial.confirm(folder)
    return show(kept, [f"{kept.server}: version {kept.version} stays."], as_json=args.json)


async def _run(args: argparse.Namespace) -> int:
    server = args.server or socket.gethostname().lower()
    async with operating(args.org) as operator:
        before = await _find(operator, server)
        if args.action == "set":
            return await _store(operator, before, server, args)
    if before is None:
        raise CommandError(f"There is no filter for {server}; `hcc firewall set FILE --server {server}` stores one.")
    text = render(before)
    if args.action == "show":
        return show({"text": text}, [text.rstrip()], as_json=args.json)
    if not 1 <= args.seconds <= _LONGEST:
        raise CommandError(f"--seconds is from 1 to {_LONGEST}.")
    if wrong := nft.problems(text):
        raise CommandError("\n".join(["nft refuses the filter:", *wrong]))
    what = trial.Pending(time.time() + args.seconds, server, before.version)
    trial.start(Path(args.state or trial.STATE), text, what)
    said = f"{server}: version {before.version} is in force for {args.seconds} s; `hcc firewall confirm` keeps it."
    return show(what, [said], as_json=args.json)


async def _find(operator: Operator, server: str) -> Firewall | None:
    filters: dict[str, Any] = {"organization_id": operator.principal.organization_id, "server": server}
    rows, _ = await service.ROWS.page(operator, everything("created_at, id"), filters)
    return rows[0] if rows else None


async def _store(operator: Operator, before: Firewall | None, server: str, args: argparse.Namespace) -> int:
    try:
        given = msgspec.json.decode(_text(args.file))
        data = msgspec.convert({**given, "server": server} if isinstance(given, dict) else given, NewFirewall)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise CommandError(f"{args.file}: {error}") from None
    if before is None:
        async with operator.transaction() as tx:
            stored = await service.create(operator, tx, data)
    else:
        stored = await service.replace(operator, before.id, data)
    return show(stored, [f"{server}: version {stored.version} stored, {len(stored.rules)} rules"], as_json=args.json)


def _text(name: str) -> str:
    return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
