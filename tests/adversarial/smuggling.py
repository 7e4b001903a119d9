"""The table: every case by name, from the five files that hold them by kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from tests.adversarial import cases_chunks, cases_fields, cases_framing, cases_lines, cases_targets
from tests.adversarial.case import Accepted, Answered, Refused

Case = TypeVar("Case", Refused, Answered, Accepted)


def _joined(*tables: Mapping[str, Case]) -> dict[str, Case]:
    joined: dict[str, Case] = {}
    for table in tables:
        assert not joined.keys() & table.keys(), joined.keys() & table.keys()
        joined.update(table)
    return joined


REFUSED: dict[str, Refused] = _joined(
    cases_framing.REFUSED, cases_chunks.REFUSED, cases_lines.REFUSED, cases_targets.REFUSED, cases_fields.REFUSED
)
ANSWERED: dict[str, Answered] = _joined(cases_lines.ANSWERED, cases_targets.ANSWERED)
ACCEPTED: dict[str, Accepted] = _joined(
    cases_framing.ACCEPTED, cases_chunks.ACCEPTED, cases_lines.ACCEPTED, cases_targets.ACCEPTED, cases_fields.ACCEPTED
)
