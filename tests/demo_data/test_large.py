"""The large data set, made small: books that balance, and a second run that finds all of it there."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Any

import psycopg
import pytest

from control.accounts import directory
from control.demo_data import command, filling, names
from control.demo_data.operating.making import Size
from control.demo_data.trading import making
from control.stack.launch import StackError
from tests.cluster import Urls

SMALL = filling.Large(
    customers=60,
    invoices=2_000,
    subscriptions=30,
    resellers=2,
    operating=Size(organizations=12, sites=10, servers=4, hours=1, security_events=300, audit=300),
)
COUNTED = ("organizations", "customers", "invoices", "invoice_items", "payments", "ledger_lines", "subscriptions", "users",
           "gateway_sites", "agents", "checks", "security_events", "audit_log", "webhook_deliveries", "alerts",
           "bans")  # fmt: skip


class Place:
    """A database with the organisations that the demo has."""

    def __init__(self, url: str) -> None:
        self.url = url
        with psycopg.connect(url) as connection:
            root = directory.ensure_organization(connection, slug="platform", name="P", kind="platform", parent=None)
            seller = directory.ensure_organization(connection, slug="nordwind", name="N", kind="reseller", parent=root)
            shop = directory.ensure_organization(connection, slug="shop", name="S", kind="customer", parent=seller)
        self.root, self.seller, self.shop = root, seller, shop

    def fill(self) -> str:
        said = io.StringIO()
        filling.fill(
            self.url, platform=self.root, reseller=self.seller, more=[self.shop], origin="127.0.0.1:9", large=SMALL, stream=said
        )
        return said.getvalue()

    def rows(self, sql: str) -> list[Any]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql).fetchall()

    def sizes(self) -> dict[str, int]:
        return {name: self.rows(f"SELECT count(*) FROM hcc.{name}")[0][0] for name in COUNTED}


@pytest.fixture
def place(urls: Urls) -> Place:
    return Place(urls["hcc_owner"])


def test_all_of_it_fits_together_and_is_made_once(place: Place) -> None:
    place.fill()
    assert place.rows("SELECT entry_id FROM hcc.ledger_lines GROUP BY 1 HAVING sum(amount) <> 0") == []
    [(open_, booked)] = place.rows(
        "SELECT (SELECT sum(balance) FROM hcc.invoices WHERE status IN ('sent', 'partially_paid', 'overdue')),"
        " (SELECT sum(amount) FROM hcc.ledger_lines WHERE account = 'receivable')"
    )
    assert open_ == booked > 0
    assert (
        place.rows(
            "SELECT i.id FROM hcc.invoices i JOIN hcc.invoice_items t ON t.invoice_id = i.id GROUP BY i.id"
            " HAVING sum(t.line_total) <> i.amount OR sum(t.line_tax) <> i.tax"
        )
        == []
    )
    assert (
        place.rows(
            "SELECT 1 FROM (SELECT number_sequence - lag(number_sequence) OVER (PARTITION BY organization_id, number_prefix"
            " ORDER BY number_sequence) AS step FROM hcc.invoices WHERE number IS NOT NULL) s WHERE step <> 1"
        )
        == []
    )
    states = {status for (status,) in place.rows("SELECT DISTINCT status FROM hcc.invoices")}
    assert states >= {"draft", "sent", "paid", "overdue", "uncollectible"}
    sizes = place.sizes()
    assert min(sizes.values()) > 0, sizes
    assert "people: there already" in place.fill()
    assert place.sizes() == sizes


def test_a_run_that_was_stopped_is_gone_on_with(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "BATCH", 100)
    plan = making.Plan(seller=place.root, customers=20, invoices=450, subscriptions=5)
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO hcc.billing_settings (organization_id, legal_name, address, email)"
            " VALUES (%s, 'P', '{}', 'a@p.example')",
            (place.root,),
        )
        first = making.trade(connection, plan, {})
        assert [next(first), next(first)] == [100, 100]
        del first  # as if it had been stopped here
        assert list(making.trade(connection, plan, {})) == [200, 100, 100, 50]
    assert place.rows("SELECT count(*), count(DISTINCT number) FROM hcc.invoices WHERE number IS NOT NULL") == [(450, 450)]


def test_it_is_refused_where_real_customers_are(
    urls: Urls, place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # fmt: skip
    args = argparse.Namespace(large=True, yes=True, force=False)
    monkeypatch.setenv("HCC_RUN_DIR", str(tmp_path))
    monkeypatch.delenv("HCC_OWNER_DATABASE_URL", raising=False)
    with pytest.raises(StackError, match="start it with"):
        command.command(args)
    monkeypatch.setenv("HCC_ENV", "production")
    with pytest.raises(StackError, match="for dev only"):
        command.command(args)
    monkeypatch.setenv("HCC_ENV", "dev")
    monkeypatch.setattr(command, "_database", lambda _: (urls["hcc_owner"], "127.0.0.1:9"))
    with psycopg.connect(urls["hcc_owner"]) as connection:
        connection.execute(
            "INSERT INTO hcc.customers (id, organization_id, customer_org_id, number, kind, name, email, address, currency,"
            " language) VALUES (gen_random_uuid(), %s, %s, 'C1', 'business', 'Real', 'me@firm.test', '{\"country\": \"DE\"}',"
            " 'EUR', 'en')",
            (place.seller, place.shop),
        )
    with pytest.raises(StackError, match="1 customers who are not the demo's"):
        command.command(args)


def test_names_are_the_same_each_time_and_nobodys() -> None:
    made = [names.company(n) for n in range(300)]
    assert made == [names.company(n) for n in range(300)]
    assert len({one.slug for one in made}) == 300
    assert {one.address["country"] for one in made} == {"DE", "FR", "ES", "RO", "IT", "NL"}
    assert all(one.email.endswith(".example") for one in made)
