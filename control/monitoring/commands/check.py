"""`hcc check list|show|add`"""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

import msgspec

from control.core.pagination import PageRequest
from control.monitoring import kept
from control.monitoring.checks import service
from control.monitoring.checks.models import Check, CheckLocation, CheckResult, Expects, NewCheck
from control.monitoring.commands.asking import converted, fields_of, kind_of, only
from control.monitoring.commands.table import sheet, table
from control.security.commands.place import everything
from control.sites.commands.operator import Operator, operating, show

_LAST = PageRequest(1, 10, "at DESC, id")


def command(args: argparse.Namespace) -> int:
    """Exit code 0, or an exception that `hcc` explains."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with operating(args.org) as operator:
        if args.action == "list":
            rows = await _all(operator, args, args.state)
            head = ("id", "name", "kind", "state", "since (UTC)", "last (UTC)", "target", "message")
            cells = [(r.id, r.name, r.kind, _state(r), r.since, r.last_at, r.target or "-", r.message) for r in rows]
            return show(rows, table(head, cells, "There is no check."), as_json=args.json)
        if args.action == "show":
            found = only(await _all(operator, args, None), args.check, "check", "hcc check list")
            return await _show(operator.inside(found.organization_id), found, as_json=args.json)
        data = converted(
            {
                "name": args.name,
                "kind": kind_of(args.target, args.kind),
                "target": args.target,
                "interval_s": args.every,
                "timeout_s": args.timeout,
                "retries": args.retries,
                "locations": args.location,
                "severity": args.severity,
                "expects": expected(args),
            },
            NewCheck,
        )
        async with operator.transaction() as tx:
            made = await service.create_check(operator, tx, data)
        lines = [f"{made.id}  {made.name}: {made.kind} {made.target}, every {made.interval_s} s"]
        if made.push_url is not None:
            lines.append(f"Call this at the end of the job; it is not shown again: {made.push_url}")
        return show(made, lines, as_json=args.json)


def expected(args: argparse.Namespace) -> dict[str, Any]:
    """The options of what is expected, as the API's `expects`. Raises CommandError."""
    more = fields_of(args.expects) if args.expects else {}
    options = {
        "statuses": args.status,
        "keyword": args.keyword,
        "redirects": args.redirects,
        "tls_days": args.tls_days,
        "verify_tls": False if args.insecure else None,
    }
    given = {**more, **{name: value for name, value in options.items() if value is not None}}
    converted(given, Expects)
    return given


async def _all(operator: Operator, args: argparse.Namespace, state: str | None) -> list[Check]:
    filters = {"organization_id": operator.principal.organization_id if args.org else None, "kind": None, "state": state}
    rows, _ = await kept.page(operator, service.CHECK, Check, everything("c.name, c.id"), filters)
    return rows


async def _show(operator: Operator, check: Check, *, as_json: bool) -> int:
    places = await service.locations(operator, check.id)
    tries, _ = await service.results(operator, check.id, _LAST, {})
    everything_known = {"check": check, "locations": places, "results": tries}
    fields = {
        "id": check.id,
        "name": check.name,
        "kind": check.kind,
        "target": check.target,
        "state": _state(check),
        "since": check.since,
        "message": check.message,
        "every": f"{check.interval_s} s, {check.retries} retries, {check.timeout_s} s at most",
        "severity": check.severity,
        "labels": check.labels,
        "expects": msgspec.json.encode(check.expects).decode().replace("{}", ""),
    }
    lines = [*sheet(fields), "", *_places(places), "", *_tries(tries)]
    return show(everything_known, lines, as_json=as_json)


def _places(places: list[CheckLocation]) -> list[str]:
    cells = [(p.location, p.state, p.since, p.last_at, p.failures, p.message) for p in places]
    return table(("location", "state", "since (UTC)", "last (UTC)", "failures", "message"), cells, "No location knows it.")


def _tries(tries: list[CheckResult]) -> list[str]:
    cells = [(t.at, t.location, "ok" if t.ok else "failed", "-" if t.ms is None else f"{t.ms:.0f}", t.message) for t in tries]
    return table(("at (UTC)", "location", "result", "ms", "message"), cells, "It was not tried yet.")


def _state(check: Check) -> str:
    return check.state if check.is_active else "off"
