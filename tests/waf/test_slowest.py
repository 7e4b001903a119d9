"""The slowest rule: a megabyte of what each rule likes least, and how long the gateway looks at it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest

from tests.waf.disguise import post
from tests.waf.nasty import EVERYONE, of_rules
from tests.waf.port import Port, policy
from tests.waf.rules import crs3

SIZE = 1 << 20
"""Bytes of a body, which is as much of it as the gateway looks at."""
AIM_MS = 50.0
"""What 99 of 100 requests should take less than."""
TOLERATED_MS = 10 * AIM_MS
"""What they must: machines differ, and share their cores, but not by as much."""
TOLD = 10


def form(piece: str) -> bytes:
    """A form whose one field repeats a piece until the body has its size; a piece is cut nowhere."""
    encoded = quote_from_bytes(piece.encode("utf-8", "surrogatepass"))
    return post("q=" + encoded * ((SIZE - 2) // len(encoded)))


@pytest.mark.alone
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("paranoia", "every"), [(1, 1), (4, 5)])
def test_a_megabyte_of_the_nastiest(tmp_path: Path, paranoia: int, every: int, capsys: pytest.CaptureFixture[str]) -> None:
    setup, rules = crs3()
    inputs = EVERYONE + list(of_rules(Path(rules).parent))[::every]
    assert len(inputs) > 150
    with Port(tmp_path, policy("detect", paranoia), rules=[setup, rules], patience=30) as port:
        outcomes = port.send_all(form(piece) for _, piece in inputs)
    assert {outcome.status for outcome in outcomes} == {200}
    times = sorted(((o.us / 1000, name, piece) for (name, piece), o in zip(inputs, outcomes, strict=True)), reverse=True)
    p99 = times[len(times) // 100][0]
    with capsys.disabled():
        print(f"\nparanoia {paranoia}, {len(times)} inputs of 1 MiB: median {times[len(times) // 2][0]:.1f} ms, p99 {p99:.1f} ms")
        for took, name, piece in times[:TOLD]:
            print(f"  {took:8.1f} ms  {name}  {piece[:50]!r}")
    assert p99 < TOLERATED_MS
