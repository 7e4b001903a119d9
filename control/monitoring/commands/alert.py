"""`hcc alert list|show|rules|test|silence`"""

from __future__ import annotations

import argparse
import asyncio
from datetime import timedelta
from typing import Any

from control.core.envelope import now
from control.monitoring import kept
from control.monitoring.alerts import service
from control.monitoring.alerts.models import Alert, AlertRule
from control.monitoring.commands.asking import converted, matcher, only
from control.monitoring.commands.table import plain, sheet, table
from control.monitoring.muting import service as muting
from control.monitoring.muting.models import NewSilence
from control.monitoring.notifications import service as notifications
from control.monitoring.notifications.models import NotificationChannel
from control.security.commands.ban import seconds
from control.security.commands.place import everything, ident
from control.sites.commands.operator import Operator, operating, show

_ORDER = {"critical": 0, "warning": 1, "info": 2}


def command(args: argparse.Namespace) -> int:
    """Exit code 0, or an exception that `hcc` explains."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with operating(getattr(args, "org", None)) as operator:
        match args.action:
            case "list":
                return await _list(operator, args)
            case "show":
                return await _show(operator, args)
            case "rules":
                return await _rules(operator, args)
            case "test":
                return await _test(operator, args)
            case _:
                return await _silence(operator, args)


def _place(operator: Operator, args: argparse.Namespace) -> dict[str, Any]:
    return {"organization_id": operator.principal.organization_id if args.org else None}


async def _list(operator: Operator, args: argparse.Namespace) -> int:
    filters = {**_place(operator, args), "phase": None, "severity": args.severity, "source_id": None}
    found, _ = await service.alerts(operator, everything("since DESC, id"), filters)
    rows = [row for row in found if args.all or row.phase != "resolved"]
    rows.sort(key=lambda row: (row.phase == "resolved", _ORDER[row.severity]))
    head = ("id", "severity", "phase", "since (UTC)", "name", "what")
    cells = [(r.id, r.severity, _phase(r), r.since, r.name, r.annotations.get("summary") or _labels(r)) for r in rows]
    return show(rows, table(head, cells, "No alert fires."), as_json=args.json)


async def _show(operator: Operator, args: argparse.Namespace) -> int:
    found = await service.alert(operator, ident(args.id, "hcc alert list"))
    filters = {"organization_id": None, "alert_id": found.id}
    changes, _ = await service.changes(operator, everything("at, id"), filters)
    fields = {
        "id": found.id,
        "name": found.name,
        "severity": found.severity,
        "phase": _phase(found),
        "since": found.since,
        "fired": found.fired_at,
        "resolved": found.resolved_at,
        "value": found.value,
        "labels": _labels(found),
        **found.annotations,
        "source": f"{found.source} {found.source_id}",
        "acknowledged": found.acknowledged_at,
        "note": found.acknowledged_note,
    }
    cells = [(c.at, c.before, c.after, c.value) for c in changes]
    lines = [*sheet(fields), "", *table(("at (UTC)", "before", "after", "value"), cells, "Nothing became of it yet.")]
    return show({"alert": found, "changes": changes}, lines, as_json=args.json)


async def _rules(operator: Operator, args: argparse.Namespace) -> int:
    filters = {**_place(operator, args), "is_active": None, "health": None}
    rows, _ = await kept.page(operator, service.RULE, AlertRule, everything("r.name, r.id"), filters)
    head = ("id", "name", "severity", "for", "health", "checked (UTC)", "expression")
    cells = [
        (
            r.id,
            r.name,
            r.severity,
            f"{r.for_s} s",
            r.health if r.is_active else "off",
            r.checked_at,
            " ".join(r.expression.split()),
        )
        for r in rows
    ]
    return show(rows, table(head, cells, "There is no alert rule; `hcc alert builtin install` brings some."), as_json=args.json)


async def _test(operator: Operator, args: argparse.Namespace) -> int:
    every = everything("name, id")
    rows, _ = await kept.page(operator, notifications.CHANNEL, NotificationChannel, every, _place(operator, args))
    channel = only(rows, args.channel, "channel", "GET /v1/monitoring/channels")
    inside = operator.inside(channel.organization_id)
    async with inside.transaction() as tx:
        sent = await notifications.test(inside, tx, channel.id)
    lines = [f"A test goes out through {plain(channel.name)} ({channel.kind}) as soon as a worker runs."]
    return show(sent, lines, as_json=args.json)


async def _silence(operator: Operator, args: argparse.Namespace) -> int:
    ends = now() + timedelta(seconds=seconds(args.time))
    data = converted({"matchers": [matcher(text) for text in args.matchers], "reason": args.reason, "ends_at": ends}, NewSilence)
    async with operator.transaction() as tx:
        made = await muting.create_silence(operator, tx, data)
    said = " ".join(f"{m.name}{m.op}{m.value}" for m in made.matchers)
    return show(made, [f"{made.id}  {said}: not told until {plain(made.ends_at)} UTC"], as_json=args.json)


def _phase(alert: Alert) -> str:
    return f"{alert.phase}, acknowledged" if alert.acknowledged_at is not None and alert.phase != "resolved" else alert.phase


def _labels(alert: Alert) -> str:
    return plain({name: value for name, value in alert.labels.items() if name not in {"alertname", "severity"}})
