"""`hcc waf check|ftw`: rule sets looked at without a gateway."""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

import hcc_native
import msgspec


class Check(msgspec.Struct, frozen=True):
    """What the engine says of a rule set."""

    rules: int
    complaints: list[str]
    seconds: float


class Outcome(msgspec.Struct, frozen=True):
    """What became of one test; nothing `wrong` is a pass."""

    title: str
    file: str
    wrong: list[str]
    log: str


class Outcomes(msgspec.Struct, frozen=True):
    """What became of all, and which test files could not be read."""

    outcomes: list[Outcome]
    complaints: list[str]


class OverridesError(Exception):
    """The file of overrides is not as it should be."""


def command(args: argparse.Namespace) -> int:
    """Exit code 0 when all is well, 1 when the rules or a test are not, 2 when something could not be read."""
    return check(args) if args.action == "check" else ftw(args)


def check(args: argparse.Namespace) -> int:
    """Compile the rules, and tell what is wrong with them."""
    told = msgspec.json.decode(hcc_native.waf_check(args.rules), type=Check)
    if args.json:
        print(msgspec.json.encode(told).decode())
    else:
        print(*told.complaints, sep="\n", end="\n" if told.complaints else "")
        count = len(told.complaints)
        print(f"{count} complaints" if count else f"{told.rules} rules, no complaint, {told.seconds:.2f} s")
    return 1 if told.complaints else 0


def overrides(path: str | None) -> dict[str, str]:
    """Reasons by the title of the test that is known to end differently. Raises OverridesError."""
    if path is None:
        return {}
    try:
        found = tomllib.loads(Path(path).read_text()).get("expected_to_differ", {})
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise OverridesError(f"{path}: {error}") from None
    wrong = [title for title, reason in found.items() if not isinstance(reason, str) or len(reason) < 10]
    if wrong:
        raise OverridesError(f"{path}: {', '.join(wrong)}: each needs its reason")
    return dict(found)


def ftw(args: argparse.Namespace) -> int:
    """Run the tests of a folder; overrides that no longer differ are wrong too."""
    try:
        known = overrides(args.overrides)
        told = msgspec.json.decode(hcc_native.waf_ftw(args.rules, args.tests), type=Outcomes)
    except (OverridesError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    failed = [o for o in told.outcomes if o.wrong and o.title not in known]
    differing = {o.title for o in told.outcomes if o.wrong and o.title in known}
    stale = sorted(known.keys() - differing)
    passed = len(told.outcomes) - len(failed) - len(differing)
    if args.json:
        summary = {
            "passed": passed,
            "differing": sorted(differing),
            "stale": stale,
            "failed": failed,
            "complaints": told.complaints,
        }
        print(msgspec.json.encode(summary).decode())
    else:
        for outcome in failed:
            print(f"{outcome.title} ({outcome.file}): {'; '.join(outcome.wrong)}")
        for title in stale:
            print(f"{title}: listed in {args.overrides}, but passes or does not exist")
        for complaint in told.complaints:
            print(complaint)
        print(f"{passed} passed, {len(differing)} differ as listed, {len(failed)} failed")
    return 1 if failed or stale or told.complaints or not told.outcomes else 0
