"""Ordinary requests at the port of a gateway that blocks: none is held back, and for each the same rules match as elsewhere."""

from __future__ import annotations

import tomllib

import msgspec
import pytest

from tests.waf.port import Outcome, Port, policy
from tests.waf.rules import crs3
from tests.waf.test_corpus import ALL, FOLDER, Ordinary

DIFFERING = FOLDER / "differing.toml"


class Difference(msgspec.Struct, forbid_unknown_fields=True):
    """Requests for which the judge's rules and ours differ in the same way."""

    reason: str
    requests: list[str]
    more: set[int] = set()
    fewer: set[int] = set()


def differences() -> dict[str, Difference]:
    """By the request's name."""
    found = msgspec.convert(tomllib.loads(DIFFERING.read_text())["differing"], list[Difference])
    assert all(len(one.reason) > 40 for one in found)
    return {name: one for one in found for name in one.requests}


def wire(entry: Ordinary) -> bytes:
    """The bytes of a line of the corpus."""
    lines = [f"{entry.method} {entry.target} HTTP/1.1", *(f"{name}: {value}" for name, value in entry.headers), "", ""]
    return "\r\n".join(lines).encode() + entry.content()


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Ordinary, Outcome]]:
    """Every request of the corpus, and what became of it."""
    with Port(tmp_path_factory.mktemp("port"), policy("block"), rules=crs3()) as port:
        outcomes = port.send_all(wire(entry) for _, entry in ALL)
    return [(entry, outcome) for (_, entry), outcome in zip(ALL, outcomes, strict=True)]


def test_none_of_the_ordinary_is_held_back(judged: list[tuple[Ordinary, Outcome]]) -> None:
    clean = [(entry, outcome) for entry, outcome in judged if entry.clean]
    assert len(clean) >= 300
    assert [(e.name, o.status, o.reason, o.rules) for e, o in clean if o.status != 200 or o.blocked] == []


def test_the_same_rules_match_as_in_the_judge(judged: list[tuple[Ordinary, Outcome]]) -> None:
    known = differences()
    found = {}
    for entry, outcome in judged:
        expected = set(entry.crs_blocks or entry.crs_matches or [])
        more, fewer = outcome.rules - expected, expected - outcome.rules
        if more or fewer:
            found[entry.name] = (more, fewer)
    assert found == {name: (one.more, one.fewer) for name, one in known.items()}


def test_what_the_judge_blocks_is_blocked(judged: list[tuple[Ordinary, Outcome]]) -> None:
    known = differences()
    differing = [
        (entry.name, outcome.status)
        for entry, outcome in judged
        if outcome.blocked != (entry.crs_blocks is not None) and not (entry.name in known and known[entry.name].fewer)
    ]
    assert differing == []
