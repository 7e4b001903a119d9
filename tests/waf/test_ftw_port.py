"""The core rules' own tests, sent to the port of a gateway: what the engine says alone it says there too."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import msgspec

from tests.waf.cases import Case, read
from tests.waf.port import EVALUATION, Outcome, Port, policy
from tests.waf.rules import crs3, crs3_tests

REFUSED = Path(__file__).parent / "crs-3.3.4-refused.toml"
SECONDS = 60.0
LIMITS = {
    "crs_validate_utf8_encoding": 1,
    "arg_name_length": 100,
    "arg_length": 400,
    "total_arg_length": 64000,
    "max_num_args": 255,
    "max_file_size": 64100,
    "combined_file_sizes": 65535,
}
"""What the tests take for granted, as custom rules of the site."""


class Refusal(msgspec.Struct, forbid_unknown_fields=True):
    """Tests whose requests are refused with one answer; `word` is that of the access log."""

    status: int
    word: str
    reason: str
    tests: list[str]


def refusals() -> dict[str, tuple[int, str]]:
    """Status and word by the title of the test."""
    found = msgspec.convert(tomllib.loads(REFUSED.read_text())["refused"], list[Refusal])
    assert all(len(one.reason) > 40 for one in found)
    titles = [title for one in found for title in one.tests]
    assert len(titles) == len(set(titles))
    return {title: (one.status, one.word) for one in found for title in one.tests}


def wrong(case: Case, outcome: Outcome) -> list[str]:
    """What is not as the test says; of rules that only add up no events are looked for."""
    found = []
    if missing := case.matching - outcome.rules - EVALUATION:
        found.append(f"{sorted(missing)} did not match, but {sorted(outcome.rules)}")
    if loud := case.silent & outcome.rules:
        found.append(f"{sorted(loud)} matched")
    if case.status and outcome.status not in case.status:
        found.append(f"status {outcome.status}")
    if case.fails:
        found.append("no error")
    if outcome.blocked:
        found.append("blocked where it should only be told")
    return found


def test_crs_3_through_the_port(tmp_path: Path) -> None:
    cases = read(crs3_tests())
    assert len(cases) > 2400
    custom = "".join(f"SecAction \"id:{n},phase:1,pass,nolog,setvar:'tx.{name}={value}'\"\n"
                     for n, (name, value) in enumerate(LIMITS.items(), start=1))  # fmt: skip
    began = time.monotonic()
    with Port(tmp_path, policy("detect", paranoia=4), custom, crs3()) as port:
        outcomes = port.send_all(case.wire for case in cases)
    both = list(zip(cases, outcomes, strict=True))
    refused = {c.title: (o.status, o.reason or "") for c, o in both if o.reason or not o.status}
    assert refused == refusals()
    differing = {c.title: found for c, o in both if c.title not in refused and (found := wrong(c, o))}
    assert differing == {}
    assert time.monotonic() - began < SECONDS
