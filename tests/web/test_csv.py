"""Tables as files."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from control.core.ids import new_id
from control.core.pagination import Keyset
from control.web import export
from control.web.cells import Badge, Money, cell
from control.web.language import Tongue
from control.web.view import View, speaking
from tests.billing.selling import Shop
from tests.cluster import Urls
from tests.web.conftest import LogIn
from tests.world import World


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(("value", "text"), [
    ("=HYPERLINK(0)", "'=HYPERLINK(0)"),
    ("+49 30 1", "'+49 30 1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\tx", "'\tx"),
    ("\rx", "'\rx"),
    ("-1+cmd", "'-1+cmd"),
    ("-12.50", "-12.50"),
    ("+7", "+7"),
    (-3, "-3"),
    ("a=b", "a=b"),
    (Decimal("-0.10"), "-0.10"),
    (Money(Decimal("5.00"), "EUR"), "5.00 EUR"),
    (Badge("=1"), "'=1"),
    (["-a", "b"], "'-a, b"),
    (None, ""),
    (True, "true"),
    (date(2026, 1, 2), "2026-01-02"),
    (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "2026-01-02T03:04:00+00:00"),
])  # fmt: skip
def test_cells(value: Any, text: str) -> None:
    with speaking(View(tongue=Tongue("en", "UTC"))):
        assert cell(value) == text


@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize("column", ["n", "at", "word"])
def test_parts_by_keyset_are_the_whole_in_order(urls: Urls, order: str, column: str) -> None:
    """Also where values are the same, or missing."""
    sql = """
        SELECT i AS id, nullif(mod(i, 4), 0) AS n,
               CASE WHEN mod(i, 5) > 0 THEN timestamptz '2026-01-01' + (i / 3) * interval '1 day' END AS at,
               CASE WHEN mod(i, 7) > 0 THEN 'it''s 5 %% ' || mod(i, 3) END AS word
          FROM generate_series(1, 40) i
    """
    with psycopg.connect(urls["hcc_app"]) as connection:
        whole = connection.execute(f"SELECT * FROM ({sql}) x ORDER BY {column} {order}, id {order}", {}).fetchall()
        place = {"n": 1, "at": 2, "word": 3}[column]
        found: list[Any] = []
        keyset = Keyset(column, "id", order == "DESC")
        while True:
            part = connection.execute(keyset.part(sql, 6, 0), {}).fetchall()
            found += part
            if len(part) < 6:
                break
            keyset = Keyset(column, "id", order == "DESC", (part[-1][place], part[-1][0]))
    assert found == whole
    assert len(found) == 40


async def _add_people(urls: Urls, world: World, number: int) -> None:
    with psycopg.connect(urls["hcc_owner"]) as connection:
        place = world.organizations["north"]
        rows = [(new_id(), place, f"p{n:04}@example.com", f"p{n:04}", "=cmd|x" if n == 7 else "P") for n in range(number)]
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO hcc.users (id, organization_id, email, username, full_name) VALUES (%s, %s, %s, %s, %s)", rows
            )
            members = [(place, one[0]) for one in rows]
            cursor.executemany("INSERT INTO hcc.memberships (organization_id, user_id) VALUES (%s, %s)", members)


@pytest.mark.parametrize("query", ["", "sort_by=username&sort_order=asc", "search=p00"])
async def test_all_rows_in_parts(world: World, urls: Urls, log_in: LogIn, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    monkeypatch.setattr(export, "PART", 7)
    await _add_people(urls, world, 40)
    nora = await log_in("nora")
    found: list[str] = []
    for page in (1, 2, 3):
        answer = await world.get("nora", f"/v1/users?limit=20&page={page}&{query}")
        found += [one["email"] for one in answer.json()["data"]]
    answer = await nora.get(f"/users?format=csv&{query}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="users.csv"'
    rows = read(answer.text)
    emails = [next(each for each in row if "@" in each) for row in rows[1:]]
    assert emails == found
    assert "=cmd|x" not in {each for row in rows for each in row}


async def test_invoices_in_parts(world: World, log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PART", 2)
    shop = Shop(world)
    await shop.open()
    apple = await shop.customer("Apple")
    invoices = [await shop.invoice(apple["id"], {"description": "x", "unit_price": str(price)}) for price in (3, 1, 2, 5, 4)]
    made = [one["invoice_number"] for one in invoices]
    nora = await log_in("nora")
    for query, order in (
        ("", [4, 3, 2, 1, 0]),
        ("sort_by=total&sort_order=asc", [1, 2, 0, 4, 3]),
        ("sort_by=number&sort_order=asc", [0, 1, 2, 3, 4]),
    ):
        rows = read((await nora.get(f"/invoices?format=csv&{query}")).text)
        assert [row[0] for row in rows[1:]] == [made[n] for n in order], query


async def test_chosen_columns_and_a_language(world: World, log_in: LogIn) -> None:
    nora = await log_in("nora")
    rows = read((await nora.get("/users?format=csv&columns=is_active")).text)
    whole = read((await nora.get("/users?format=csv")).text)
    assert len(rows[0]) < len(whole[0])
    assert (await nora.get("/users?columns=nothing")).status_code == 200


async def test_too_many_rows_are_said(world: World, log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST", 1)
    nora = await log_in("nora")
    answer = await nora.get("/users?format=csv")
    assert answer.status_code == 422
    assert "more than 100,000 rows" in answer.text


async def test_the_page_s_permission_is_that_of_the_file(log_in: LogIn) -> None:
    alex = await log_in("alex")
    assert (await alex.get("/invoices?format=csv")).status_code == 403
