"""The same lists and pages, asked of the panel and of Django's admin in turn, by staff who see every row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median
from typing import Any

import _django
import psycopg
from _pages import Person, percentile

ROWS = 50
"""On a page of a list, for everybody."""
DEEP = 500
"""The page far down, or the last full one of a smaller data set."""
PEERS = {"django admin": "admin", "django, counting": "counting"}
"""What they are called, and where each is found."""
DESCRIPTION = {
    "django admin": "Django's admin, gunicorn with 1 process and 1 thread, show_full_result_count off",
    "django, counting": "the same process, show_full_result_count on, as it is by itself",
}
_OURS = re.compile(r'href="/(?:invoices|customers|payments|subscriptions|audit-log)/([0-9a-f-]{36}|\d+)"')
_THEIRS = re.compile(r'href="/\w+/shop/\w+/([0-9a-f-]{36}|\d+)/change/')
_BUSY = """
WITH busy AS (
  SELECT i.customer_id FROM hcc.invoices i JOIN hcc.organizations o ON o.id = i.organization_id AND o.kind = 'platform'
   GROUP BY i.customer_id HAVING count(*) BETWEEN 15 AND 25 ORDER BY i.customer_id LIMIT 1
)
SELECT i.id::text, i.number, c.id::text, c.number
  FROM busy
  JOIN hcc.customers c ON c.id = busy.customer_id
  JOIN hcc.payments p ON p.organization_id = c.organization_id AND p.customer_id = c.id
  JOIN hcc.invoices i ON i.id = p.invoice_id
 ORDER BY i.created_at DESC, i.id DESC LIMIT 1
"""
"""A customer with some invoices, and one that was paid. The platform's own: reading what is others' is noted."""


@dataclass(frozen=True)
class Case:
    """What is asked of whom. `says` is on the page of one thing; a list is checked by its rows."""

    name: str
    ours: str
    theirs: str
    says: str = ""


def cases(owner: str) -> list[Case]:
    """Those of a database."""
    with psycopg.connect(owner) as connection:
        row = connection.execute(_BUSY).fetchone()
        many = connection.execute("SELECT count(*) FROM hcc.invoices").fetchone()
    assert row is not None
    assert many is not None
    invoice, number, customer, customer_number = row
    beginning, rows, deep = number[:-2].lower(), f"limit={ROWS}", min(DEEP, many[0] // ROWS)
    return [
        Case("invoices, first page", f"/invoices?{rows}", "invoice/"),
        Case("invoices, one status", f"/invoices?{rows}&status=overdue", "invoice/?status__exact=overdue"),
        Case("invoices, the beginning of a number", f"/invoices?{rows}&search={beginning}", f"invoice/?q={beginning}"),
        Case(f"invoices, page {deep}", f"/invoices?{rows}&page={deep}", f"invoice/?p={deep}"),
        Case("one invoice, with positions, payments and mails", f"/invoices/{invoice}", f"invoice/{invoice}/change/", number),
        Case("customers, first page", f"/customers?{rows}", "customer/"),
        Case(
            "one customer, with invoices",
            f"/customers/{customer}?{rows}",
            f"customer/{customer}/change/",
            customer_number,
        ),
        Case("payments, first page", f"/payments?{rows}", "payment/"),
        Case("subscriptions, first page", f"/subscriptions?{rows}", "subscription/"),
        Case("audit log, first page", f"/audit-log?{rows}", "auditentry/"),
    ]


def compare(control: str, django: str, staff: dict[str, str], owner: str, rounds: int) -> list[dict[str, Any]]:
    """All cases, one request after the other, each on a connection that stays open; who is asked first changes."""
    us, them = Person(control), Person(django)
    us.log_in(staff["email"], staff["password"])
    them.log_in(_django.USER, _django.PASSWORD, "/admin/login/", "username")
    results = []
    for case in cases(owner):
        asked = {"ours": (us, case.ours), **{who: (them, f"/{at}/shop/{case.theirs}") for who, at in PEERS.items()}}
        if case.says:
            # How many there are is no question of one thing's page.
            del asked["django, counting"]
        _same(case, {who: _body(*one).decode() for who, one in asked.items()})
        results.append(_measure(case, asked, rounds))
        print(line(results[-1]), flush=True)
    return results


def _body(person: Person, path: str) -> bytes:
    status, body, _ = person.ask(path)
    assert status == 200, (path, status, person.headers)
    return body


def _same(case: Case, pages: dict[str, str]) -> None:
    """All show the same rows, in the same order; or speak of the same thing."""
    if case.says:
        assert all(case.says in page for page in pages.values()), case
        return
    rows = {who: list(dict.fromkeys((_OURS if who == "ours" else _THEIRS).findall(page))) for who, page in pages.items()}
    assert rows["ours"], (case, "no rows")
    assert len(set(map(tuple, rows.values()))) == 1, (case, rows)


def _measure(case: Case, asked: dict[str, tuple[Person, str]], rounds: int) -> dict[str, Any]:
    took: dict[str, list[float]] = {who: [] for who in asked}
    size = {who: len(_body(*one)) for who, one in asked.items()}
    everybody = tuple(asked)
    for turn in range(rounds):
        shift = turn % len(everybody)
        for who in (*everybody[shift:], *everybody[:shift]):
            person, path = asked[who]
            status, _, one = person.ask(path)
            assert status == 200, (path, status)
            took[who].append(one)
    middle = {who: round(median(times), 1) for who, times in took.items()}
    ratios = {who: round(median(a / b for a, b in zip(took["ours"], took[who], strict=True)), 3) for who in everybody[1:]}
    return {
        "case": case.name,
        "unit": "ms",
        "better": "lower",
        "ours": middle.pop("ours"),
        "peers": middle,
        "ratios": ratios,
        "p95_ms": {who: round(percentile(times, 0.95), 1) for who, times in took.items()},
        "kib": {who: round(many / 1024, 1) for who, many in size.items()},
    }


def line(result: dict[str, Any]) -> str:
    """A case in one line, for people."""
    peers = ", ".join(f"{who} {one} (x{result['ratios'][who]})" for who, one in result["peers"].items())
    return f"{result['case']}: ours {result['ours']} ms, {peers}; p95 {result['p95_ms']}"
