"""`hcc alert builtin list|install|remove`"""

from __future__ import annotations

import argparse
import asyncio

from control.monitoring.builtin import service
from control.monitoring.builtin.models import BuiltinPack, PackInstallation, PackOutcome
from control.monitoring.commands.asking import converted
from control.monitoring.commands.table import plain, table
from control.sites.commands.operator import operating, show

_WORDS = {
    "added": "added",
    "updated": "updated",
    "unchanged": "as it was",
    "deleted": "left out: you deleted it (--restore brings it back)",
    "name_taken": "left out: you have a rule of this name",
    "retired": "gone with the newer version",
    "released": "not built in any more; you changed it, and it is yours now",
}


def command(args: argparse.Namespace) -> int:
    """Exit code 0, or an exception that `hcc` explains."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with operating(args.org) as operator:
        if args.builtin_action == "list":
            packs = await service.every_pack(operator)
            return show(packs, _packs(packs, rules=args.rules), as_json=args.json)
        if args.builtin_action == "install":
            data = converted({"packs": args.packs or None, "restore": args.restore}, PackInstallation)
            async with operator.transaction() as tx:
                done = await service.install_packs(operator, tx, data)
            return show(done, [line for pack in done.packs for line in _outcome(pack)], as_json=args.json)
        count = await service.remove_pack(operator, args.pack)
        lines = [f"{args.pack}: {count} rules and their alerts deleted"]
        return show({"pack": args.pack, "rules": count, "deleted": True}, lines, as_json=args.json)


def _packs(packs: list[BuiltinPack], *, rules: bool) -> list[str]:
    cells = [(p.id, p.version, len(p.rules), _standing(p), p.about) for p in packs]
    lines = table(("pack", "version", "rules", "installed", "watches"), cells, "There is none.")
    for pack in packs if rules else []:
        listed = [(r.id, r.severity, f"{r.for_s} s", r.name, ", ".join(r.metrics)) for r in pack.rules]
        lines += ["", *table((pack.id, "severity", "for", "name", "series"), listed, "")]
    return lines


def _standing(pack: BuiltinPack) -> str:
    if pack.installed_version is None:
        return "no"
    return f"{pack.installed_rules} rules, version {pack.installed_version}"


def _outcome(pack: PackOutcome) -> list[str]:
    counts: dict[str, int] = {}
    lines: list[str] = []
    for rule in pack.rules:
        counts[rule.outcome] = counts.get(rule.outcome, 0) + 1
        if rule.outcome not in {"added", "unchanged"}:
            lines.append(f"  {plain(rule.name)}: {_WORDS[rule.outcome]}")
        if rule.yours:
            lines.append(f"  {plain(rule.name)}: yours stay: {', '.join(map(plain, rule.yours))}")
        lines += [f"    {one.field}: yours {plain(one.yours)}; built in {plain(one.builtin)}" for one in rule.differs]
    said = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in counts.items())
    return [f"{pack.pack}, version {pack.version}: {said}", *lines]
