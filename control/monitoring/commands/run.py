"""`hcc check run`: one look from this machine, step by step. Nothing is kept, and no database is needed."""

from __future__ import annotations

import argparse
import asyncio
from urllib.parse import urlsplit

import msgspec

from control.core.errors import DomainError
from control.monitoring.checks.models import Expects, NewCheck
from control.monitoring.checks.places import addresses, host_and_port
from control.monitoring.checks.probes import attempt
from control.monitoring.checks.service import check
from control.monitoring.commands.asking import converted, kind_of
from control.monitoring.commands.check import expected
from control.sites.commands.operator import CommandError, show

_STEPS = {
    "http": ("resolve", "connect", "tls", "wait", "read"),
    "tcp": ("resolve", "connect"),
    "database": ("connect", "query"),
    "icmp": ("round_trip",),
    "dns": (),
}
"""The steps of each kind in their order; `wait` is from the request to the head of the answer."""


class Step(msgspec.Struct):
    """One step; `ms` is null when it was not finished."""

    step: str
    ms: float | None
    note: str = ""


class Look(msgspec.Struct):
    """What one look found. `ms` is the time of the steps together, without what this process takes to begin; of the whole try
    where no step was finished."""

    target: str
    kind: str
    ok: bool
    message: str
    ms: float
    steps: list[Step]


def command(args: argparse.Namespace) -> int:
    """Exit code 0 when it is well, 1 when it is not."""
    found = asyncio.run(look(args.target, kind_of(args.target, args.kind), converted(expected(args), Expects), args.timeout))
    show(found, _lines(found), as_json=args.json)
    return 0 if found.ok else 1


async def look(target: str, kind: str, expects: Expects, limit: int) -> Look:
    """Try once, also at inner addresses: it is this machine's own network. Raises CommandError for what no check may be."""
    data = converted(
        {"name": "x", "kind": kind, "target": target, "timeout_s": limit, "interval_s": max(20, limit + 1)}, NewCheck
    )
    try:
        check(msgspec.structs.replace(data, expects=expects))
    except DomainError as error:
        fields = (error.details or {}).get("errors", [])
        raise CommandError("; ".join(f"{f['pointer'].strip('/')} {f['message']}" for f in fields) or str(error)) from None
    tried = await attempt(kind, target, expects, None, allow_private=True, limit=float(limit), patience=1.0)
    figures = tried.outcome.figures
    names = [name for name in _STEPS[kind] if name != "tls" or target.startswith("https:")]
    steps = [Step(name, _ms(figures.get(f"{name}_seconds"))) for name in names]
    await _annotate(steps, kind, target, figures)
    spent = sum(step.ms for step in steps if step.ms is not None) or tried.seconds * 1000
    return Look(target, kind, tried.outcome.ok, tried.outcome.message, round(spent, 1), steps)


async def _annotate(steps: list[Step], kind: str, target: str, figures: dict[str, float]) -> None:
    """Which addresses there are, and how long the certificate is good."""
    by_name = {step.step: step for step in steps}
    resolved, secured = by_name.get("resolve"), by_name.get("tls")
    if resolved is not None and resolved.ms is not None:
        host = host_and_port(target)[0] if kind == "tcp" else urlsplit(target).hostname or ""
        try:
            found = await addresses(host, 0, allow_private=True)
        except OSError:
            found = []
        resolved.note = ", ".join(map(str, found))
    if secured is not None and "tls_days" in figures:
        secured.note = f"certificate good for {figures['tls_days']:.1f} days"


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)


def _lines(found: Look) -> list[str]:
    lines = [f"{found.kind} {found.target}"]
    stopped = False
    for step in found.steps:
        if step.ms is not None:
            lines.append(f"  {step.step:<10} {step.ms:>9.1f} ms  {step.note}".rstrip())
        elif not stopped:
            stopped = True
            lines.append(f"  {step.step:<10} {'-':>9}     stopped here")
    lines.append(f"{'up' if found.ok else 'DOWN'}: {found.message} ({found.ms:.1f} ms)")
    return lines
