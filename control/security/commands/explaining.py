"""`hcc waf explain`: a request, and what each rule makes of it."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hcc_native
import msgspec

from dataplane.rule_sets import RuleSetsError, parse_rule_sets

MOST_NAMES = 6
"""Values of one rule that are named in a line."""
OUTCOMES = ("matched", "not matched", "nothing to look at", "skipped", "left out")
_HEAD_END = re.compile(rb"\r?\n\r?\n")


class ExplainError(Exception):
    """There is nothing to explain, or nothing to explain it with."""


class Link(msgspec.Struct, frozen=True):
    """One link of a rule: what it looks at, and how; values are pairs of name and text."""

    targets: str
    transformations: list[str]
    operator: str
    looked_at: list[tuple[str, str]]
    more: int
    matched: list[tuple[str, str]]


class Changed(msgspec.Struct, frozen=True):
    """An element of TX that a rule changed."""

    name: str
    before: str | None
    after: str | None


class Event(msgspec.Struct, frozen=True):
    """What a match logs."""

    message: str
    data: str
    severity: str | None
    tags: list[str]


class Turn(msgspec.Struct, frozen=True):
    """One rule's turn."""

    phase: int
    rule_id: int
    file: str
    line: int
    chain: int
    outcome: str
    skipped_by: int | None
    links: list[Link]
    captured: list[tuple[int, str]]
    tx: list[Changed]
    event: Event | None
    ended: bool


class Refused(msgspec.Struct, frozen=True):
    """How the gateway answers before any rule is asked."""

    status: int
    word: str


class Explained(msgspec.Struct, frozen=True):
    """All of it."""

    request: str
    refused: Refused | None
    rules: int
    turns: list[Turn]
    status: int | None
    rule_id: int | None
    score: int
    outbound_score: int
    tx: dict[str, int | str]


def command(args: argparse.Namespace) -> int:
    """Exit code 0 whatever the verdict, 2 when there is nothing to explain."""
    try:
        files = args.rules or rule_set(args.rule_set)
        raw = sys.stdin.buffer.read() if args.request == "-" else Path(args.request).read_bytes()
        waf = hcc_native.Waf.from_files([*(args.own or []), *files], mode="block", paranoia=args.paranoia, gateway=True)
        found = waf.explain(as_sent(raw), args.client)
    except (ExplainError, OSError, ValueError) as error:
        print(f"hcc waf explain: {error}", file=sys.stderr)
        return 2
    if args.json:
        print(found.decode())
        return 0
    explained = msgspec.json.decode(found, type=Explained)
    print("\n".join(lines(explained, everything=args.all, only=set(args.rule or []))))
    return 0


def rule_set(version: str | None) -> list[str]:
    """The files of a rule set that the gateway has. Raises ExplainError."""
    try:
        known = parse_rule_sets(os.environ.get("HCC_WAF_RULE_SETS", "")) or hcc_native.waf_rule_sets()
    except RuleSetsError as error:
        raise ExplainError(str(error)) from None
    version = version or next(iter(known))
    if version not in known:
        raise ExplainError(f"no rule set {version}; HCC_WAF_RULE_SETS has {', '.join(known)}")
    return known[version]


def as_sent(raw: bytes) -> bytes:
    """A request as an editor keeps it, as a client sends it: lines end with CRLF, and a body has a length.

    What has CRLF in its head or frames its body itself stays as it is, to the byte.
    """
    found = _HEAD_END.search(raw)
    head, body = (raw[: found.start()], raw[found.end() :]) if found else (raw.rstrip(b"\r\n"), b"")
    if b"\r\n" in head or (found and found[0] == b"\r\n\r\n"):
        return raw if found else head + b"\r\n\r\n"
    names = {line.partition(b":")[0].strip().lower() for line in head.split(b"\n")[1:]}
    if body and not names & {b"content-length", b"transfer-encoding"}:
        body = body.removesuffix(b"\n")
        head += b"\nContent-Length: %d" % len(body)
    return head.replace(b"\n", b"\r\n") + b"\r\n\r\n" + body


def lines(found: Explained, *, everything: bool, only: set[int]) -> Iterator[str]:
    """The explanation for people."""
    yield found.request
    if found.refused is not None:
        yield f"The gateway itself answers {found.refused.status} ({found.refused.word}); the rules are shown it all the same."
    for phase in sorted({turn.phase for turn in found.turns}):
        turns = [turn for turn in found.turns if turn.phase == phase]
        yield ""
        yield _summary(phase, turns)
        for turn in turns:
            if turn.rule_id in only:
                yield from _turn(turn, values=True)
            elif not only and (everything or _tells(turn)):
                yield from _turn(turn, values=False)
    yield ""
    yield from _verdict(found)


def _summary(phase: int, turns: list[Turn]) -> str:
    counts = Counter(turn.outcome for turn in turns)
    quiet = sum(turn.outcome == "matched" and not _tells(turn) for turn in turns)
    said = [f"{counts[what]} {what}" for what in OUTCOMES if counts[what]]
    if quiet:
        said[0] += f" ({quiet} to prepare)"
    return f"phase {phase}: {len(turns)} rules: {', '.join(said)}"


def _tells(turn: Turn) -> bool:
    """Whether a turn says something of the request, and is not one of the many that only prepare."""
    scores = any("score" in change.name and change.before is not None for change in turn.tx)
    return turn.outcome == "matched" and (turn.event is not None or turn.ended or scores)


def _turn(turn: Turn, *, values: bool) -> Iterator[str]:
    place = f"{turn.file.rpartition('/')[2]}:{turn.line}"
    by = f" by rule {turn.skipped_by}" if turn.skipped_by else ""
    yield f"  {turn.rule_id}  {turn.outcome}{by}  {place}"
    if turn.event is not None:
        yield f"      {turn.event.severity or 'no severity'}: {turn.event.message}"
    for number, link in enumerate(turn.links, 1):
        if turn.chain > 1:
            yield f"      link {number} of {turn.chain}"
        if link.operator:
            yield f"      of         {link.targets}"
            if link.transformations:
                yield "      after      " + ", ".join(f"t:{name}" for name in link.transformations)
            yield f"      test       {link.operator}"
            if values:
                yield from (f"      looked at  {name} = {text}" for name, text in link.looked_at)
            if not values or not link.looked_at:
                yield f"      looked at  {_names(link.looked_at, link.more)}"
        yield from (f"      matched    {name} = {text}" for name, text in link.matched)
    if turn.captured:
        yield "      captured   " + ", ".join(f"TX.{number} = {text}" for number, text in turn.captured)
    for change in turn.tx:
        yield f"      sets       TX.{change.name}: {_value(change.before)} -> {_value(change.after)}"
    if turn.ended:
        yield "      ends the phase"


def _value(text: str | None) -> str:
    return "unset" if text is None else text


def _names(values: list[tuple[str, str]], more: int) -> str:
    names = list(dict.fromkeys(name for name, _ in values))
    beyond = len(names) - MOST_NAMES + more
    return ", ".join(names[:MOST_NAMES]) + (f" and {beyond} more" if beyond > 0 else "") or "nothing is there"


def _verdict(found: Explained) -> Iterator[str]:
    known = [("paranoia", ("blocking_paranoia_level", "paranoia_level")), ("threshold", ("inbound_anomaly_score_threshold",))]
    told = {what: next((found.tx[name] for name in names if name in found.tx), None) for what, names in known}
    threshold = "" if told["threshold"] is None else f" (blocks from {told['threshold']}, paranoia level {told['paranoia']})"
    yield f"score: {found.score}{threshold}"
    if found.status is None:
        yield "verdict: goes on to the site"
    else:
        yield f"verdict: {found.status}, by rule {found.rule_id}"
