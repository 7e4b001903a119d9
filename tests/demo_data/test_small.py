"""The trade of the small demo: what somebody sees who logs in for the first time."""

from __future__ import annotations

import asyncio
from collections import Counter

import psycopg

from control import demo
from control.core.settings import Settings
from tests.cluster import Urls


def test_a_newcomer_finds_invoices_in_all_states(settings: Settings, urls: Urls) -> None:
    places = {"gateway_url": "http://127.0.0.1:1", "control_addr": "127.0.0.1:2", "origin_addr": "127.0.0.1:3"}
    asyncio.run(demo.seed(settings, **places, secrets={"admin": "violet-tractor-9", "customer": "violet-tractor-8"}))
    assert asyncio.run(demo.trade(settings, "127.0.0.1:3"))
    assert not asyncio.run(demo.trade(settings, "127.0.0.1:3")), "a second start changes nothing"
    with psycopg.connect(urls["hcc_owner"]) as connection:
        found = connection.execute("SELECT status, count(*)::integer FROM hcc.invoices GROUP BY 1").fetchall()
        states: Counter[str] = Counter(dict(found))
        assert set(states) == {"draft", "sent", "partially_paid", "paid", "overdue", "cancelled", "uncollectible"}
        assert 40 <= states.total() <= 60
        numbers = connection.execute(
            "SELECT issued_on FROM hcc.invoices WHERE kind = 'invoice' AND number IS NOT NULL ORDER BY number_sequence"
        ).fetchall()
        assert numbers == sorted(numbers), "numbers rise with the days"
        assert connection.execute("SELECT sum(amount) FROM hcc.ledger_lines").fetchone() == (0,)
        theirs = "customer_org_id = (SELECT id FROM hcc.organizations WHERE slug = 'shop')"
        for what in ("invoices WHERE balance > 0 AND status <> 'draft' AND", "subscriptions WHERE"):
            row = connection.execute(f"SELECT count(*) FROM hcc.{what} {theirs}").fetchone()
            assert row is not None
            assert row[0] > 0, what
        assert connection.execute("SELECT count(*) FROM hcc.customers").fetchone() == (12,)
        assert connection.execute("SELECT count(*) FROM hcc.checks").fetchone() == (1,)
