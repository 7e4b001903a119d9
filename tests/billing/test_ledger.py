"""What the database itself refuses in the books."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from psycopg.errors import CheckViolation, UniqueViolation

from control.core.ids import new_id
from tests.conftest import Urls

_ENTRY = (
    "INSERT INTO hcc.ledger_entries (id, organization_id, booked_on, kind, source, currency)"
    " VALUES (%s, %s, '2026-01-01', %s, %s, 'EUR')"
)
_LINES = (
    "INSERT INTO hcc.ledger_lines (organization_id, entry_id, account, amount, base_amount)"
    " SELECT %s, %s, 'bank', a, b FROM unnest(%s::numeric[], %s::numeric[]) AS t (a, b)"
)


@pytest.fixture
def organization(urls: Urls) -> UUID:
    made = new_id()
    with psycopg.connect(urls["hcc_owner"]) as owner:
        owner.execute(
            "INSERT INTO hcc.organizations (id, kind, path, name, slug) VALUES (%s, 'platform', '{}', 'P', 'p')", (made,)
        )
    return made


@pytest.mark.parametrize(
    ("amounts", "base", "refused"),
    [
        ([5, -5], [5, -5], None),
        ([5, -3, -2], [5, -3, -2], None),
        ([5, -4], [5, -5], "ledger_balanced"),
        ([5, -5], [5, -4], "ledger_balanced"),
        ([0], [0], "ledger_balanced"),
        ([], [], "ledger_has_lines"),
    ],
)
def test_entries_balance(urls: Urls, organization: UUID, amounts: list[int], base: list[int], refused: str | None) -> None:
    entry = new_id()

    def write() -> None:
        with owner.transaction():
            owner.execute(_ENTRY, (entry, organization, "test", new_id()))
            owner.execute(_LINES, (organization, entry, amounts, base))

    with psycopg.connect(urls["hcc_owner"]) as owner:
        if refused is None:
            write()
            return
        with pytest.raises(CheckViolation) as error:
            write()
        assert error.value.diag.constraint_name == refused


def test_an_entry_is_closed_with_its_transaction_and_booked_once(urls: Urls, organization: UUID) -> None:
    entry, source = new_id(), new_id()
    with psycopg.connect(urls["hcc_owner"]) as owner:
        with owner.transaction():
            owner.execute(_ENTRY, (entry, organization, "test", source))
            owner.execute(_LINES, (organization, entry, [1, -1], [1, -1]))
        with pytest.raises(CheckViolation, match="closed"), owner.transaction():
            owner.execute(_LINES, (organization, entry, [1, -1], [1, -1]))
        with pytest.raises(UniqueViolation), owner.transaction():
            owner.execute(_ENTRY, (new_id(), organization, "test", source))
