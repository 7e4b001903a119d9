"""Attacks in disguise at the port of a gateway that blocks at paranoia 1: held back or refused, as their plain twins are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.waf.disguise import Evasion
from tests.waf.evasions import CHUNKS, ENCODINGS, FIELDS, PARAMETERS, PARANOID, PATHS, TRICKS
from tests.waf.evasions_bodies import BODIES, COMPRESSED
from tests.waf.evasions_multipart import MULTIPART
from tests.waf.port import Port, policy
from tests.waf.rules import crs3

ALL = {
    "encodings": ENCODINGS,
    "tricks": TRICKS,
    "parameters": PARAMETERS,
    "chunks": CHUNKS,
    "multipart": MULTIPART,
    "bodies": BODIES,
    "compressed": COMPRESSED,
    "paths": PATHS,
    "fields": FIELDS,
}
REFUSALS = {400, 413, 415, 501}
"""Statuses by which the gateway refuses what it takes for malformed, too much, or beyond what it can look into."""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Port]:
    with Port(tmp_path_factory.mktemp("port"), policy("block"), rules=crs3()) as running:
        yield running


@pytest.mark.parametrize("rows", ALL.values(), ids=ALL.keys())
def test_the_disguised_fares_as_the_plain(port: Port, rows: list[Evasion]) -> None:
    assert faults(port, rows) == {}


def test_what_only_paranoia_finds(tmp_path: Path) -> None:
    with Port(tmp_path, policy("block", paranoia=2), rules=crs3()) as port:
        assert faults(port, PARANOID) == {}


def faults(port: Port, rows: list[Evasion]) -> dict[tuple[str, str], Any]:
    """What does not fare as it should."""
    outcomes = port.send_all(wire for row in rows for wire in (row.hidden, row.plain, row.harmless))
    wrong: dict[tuple[str, str], Any] = {}
    for at, row in enumerate(rows):
        hidden, plain, harmless = outcomes[3 * at : 3 * at + 3]
        if not hidden.blocked and hidden.status not in REFUSALS:
            wrong[row.name, "passes"] = (hidden.status, hidden.reason, hidden.rules)
        if not plain.blocked:
            wrong[row.name, "its plain twin passes"] = (plain.status, plain.reason, plain.rules)
        if harmless.status != 200 or harmless.blocked:
            wrong[row.name, "its harmless twin does not pass"] = (harmless.status, harmless.reason, harmless.rules)
    return wrong


ENCODED = [row for row in COMPRESSED if b"Content-Encoding" in row.hidden]


def test_what_is_compressed_is_refused_unless_the_site_admits_it(port: Port, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Rule 200012 is one like others: a site whose applications unpack bodies themselves excludes it."""
    assert {outcome.status for outcome in port.send_all(row.hidden for row in ENCODED)} == {415}
    with Port(tmp_path_factory.mktemp("port"), policy("detect"), rules=crs3()) as telling:
        outcomes = telling.send_all(row.hidden for row in ENCODED)
    assert {outcome.status for outcome in outcomes} == {200}
    assert all(200012 in outcome.rules for outcome in outcomes)


def test_names_are_told_apart() -> None:
    names = [(group, row.name) for group, rows in ALL.items() for row in rows]
    assert len(names) == len(set(names)) > 100
