"""Generated requests against the whole billing API while two sellers have something of everything: the ids of the other one are
fed into paths, queries and bodies, and nothing of the other one is ever answered or changed.

`HCC_TENANTS_EXAMPLES` asks for more requests an operation, `HCC_TENANTS_SEED` for others.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as bounded
from hypothesis import strategies as st
from schemathesis.core.result import Ok

from control.app import DOMAINS, routes_of
from control.core.runtime import Runtime
from control.core.settings import Settings
from control.web.openapi import describe
from tests.accounts.matrix.paid import PAID
from tests.accounts.matrix.selling import SOLD
from tests.accounts.matrix.subscribed import SUBSCRIBED
from tests.accounts.matrix.targets import Making
from tests.billing.selling import Shop
from tests.conftest import Application, Peopled, Urls, begin
from tests.served import Served
from tests.world import world_of

pytestmark = [pytest.mark.alone, pytest.mark.timeout(900)]
EXAMPLES = int(os.environ.get("HCC_TENANTS_EXAMPLES", "3"))
SEED = int(os.environ.get("HCC_TENANTS_SEED", "20260101"))
WHO = ("nora", "anna")
"""The seller north, and a customer of north; the other seller is south."""
SCHEMA = schemathesis.openapi.from_dict(describe(routes_of(DOMAINS), "http://hcc.test"))
OPERATIONS = {
    f"{operation.method.upper()} {operation.path}": operation
    for operation in (result.ok() for result in SCHEMA.get_all_operations() if isinstance(result, Ok))
    if "billing" in (operation.definition.raw.get("tags") or [])
}
_IDS = """SELECT table_name FROM information_schema.columns c
 WHERE table_schema = 'hcc' AND column_name IN ('id', 'organization_id')
 AND table_name NOT IN ('audit_log', 'outbox_events')
 AND EXISTS (SELECT FROM pg_class k WHERE k.oid = format('hcc.%I', c.table_name)::regclass AND k.relkind = 'r')
 GROUP BY table_name HAVING count(*) = 2 ORDER BY 1"""
_OWNED = """SELECT table_name FROM information_schema.columns c WHERE table_schema = 'hcc' AND column_name = 'organization_id'
 AND EXISTS (SELECT FROM pg_class k WHERE k.oid = format('hcc.%I', c.table_name)::regclass AND k.relkind = 'r') ORDER BY 1"""

_KINDS = {
    "corrects_id": "invoice_id", "to_price_id": "price_id", "supplier_plan_id": "plan_id", "plan_ids": "plan_id",
    "extends": "plan_id", "seller_id": "organization_id", "reseller_org_id": "organization_id",
    "customer_org_id": "organization_id", "dunning_id": "schedule_id",
}  # fmt: skip
"""Names that ids of a kind have in bodies."""


class Sellers:
    """What north and south have: ids by the name that a path or a body gives them, and words that only one of them has."""

    def __init__(self, served: Served, owner: psycopg.Connection[Any], making: Making) -> None:
        self.served, self.owner = served, owner
        self.north, self.south = (served.world.organizations[name] for name in ("north", "south"))
        self.own: dict[str, list[str]] = {}
        self.foreign: dict[str, list[str]] = {}
        self.marks: set[str] = set()
        """Words of south."""
        for place, facts in (("north", self.own), ("south", self.foreign)):
            for name, factory in {**SOLD, **SUBSCRIBED, **PAID}.items():
                if name in ("new_terms", "new_schedule", "wanted", "statement_layout"):
                    continue
                target = factory(making, place)
                if place == "south" and target.mark.startswith("mark"):
                    self.marks.add(target.mark)
                for key, value in target.facts.items():
                    if _is_id(value):
                        facts.setdefault(key, []).append(value)
        # Those that are made there are far from their periods.
        owner.execute(
            "UPDATE hcc.subscriptions SET anchor_month = m, anchor_day = 1, period_start = m,"
            " period_end = m + interval '1 month', billed_until = m + interval '1 month', due_on = m + interval '1 month'"
            " FROM date_trunc('month', now()) m"
            " WHERE due_on IS NOT NULL"
        )
        self.secrets = self._ids_of(self.south) | {str(self.south), str(served.world.organizations["cherry"])}
        self.own.setdefault("organization_id", []).append(str(self.north))
        self.foreign.setdefault("organization_id", []).append(str(self.south))

    def _ids_of(self, organization: UUID) -> set[str]:
        found: set[str] = set()
        for (table,) in self.owner.execute(_IDS).fetchall():
            found |= {str(one) for (one,) in self.owner.execute(
                f"SELECT id FROM hcc.{table} WHERE organization_id = %s", (organization,)
            ).fetchall() if _is_id(str(one))}  # fmt: skip
        return found

    def picture(self) -> dict[str, Any]:
        """All rows that south has, in short."""
        return {
            table: self.owner.execute(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM hcc.{table} t WHERE organization_id = %s",
                (self.south,),
            ).fetchall()
            for (table,) in self.owner.execute(_OWNED).fetchall()
        }

    def fill(self, chosen: Random, name: str, value: Any) -> Any:
        """An id in place of a value: north's, south's, nobody's, or the value itself."""
        key = _KINDS.get(name, name)
        pool = chosen.choices([self.own, self.foreign, None, {}], [4, 5, 1, 1])[0]
        if pool is None:
            return value
        there = pool.get(key) or [one for many in pool.values() for one in many]
        return chosen.choice(there) if there else str(uuid4())

    def filled(self, chosen: Random, name: str, value: Any) -> Any:
        """A body with ids put in its places."""
        if isinstance(value, dict):
            return {key: self.filled(chosen, key, one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.filled(chosen, name, one) for one in value]
        # Words of a bank's and of the tax office's are no ids of ours.
        if name in ("end_to_end_id", "tax_id", "vat_id", "creditor_id"):
            return value
        ids = name.endswith(("_id", "_ids")) or name == "id" or (isinstance(value, str) and _is_id(value))
        return self.fill(chosen, name, value) if ids and (value is None or isinstance(value, str)) else value


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


@pytest.fixture
def sellers(people: Peopled, settings: Settings, application: Application, urls: Urls) -> Iterator[Sellers]:
    with asyncio.Runner() as runner, psycopg.connect(urls["postgres"], autocommit=True) as owner:
        runtime = Runtime(settings)
        runner.run(begin(runtime))
        client = application.client(runtime, "127.0.0.1")
        served = Served(runner, world_of(people.people, client), runtime)
        assert runtime.certificate_keyring is not None
        making = Making(owner, runtime.keyring, runtime.certificate_keyring, served.world)
        made = Sellers(served, owner, making)
        shop = Shop(served.world)
        customer = runner.run(shop.customer(customer_org_id=str(served.world.organizations["apple"])))
        invoice = runner.run(shop.invoice(customer["id"]))
        made.own.setdefault("customer_id", []).extend([customer["id"]] * 5)
        made.own.setdefault("invoice_id", []).extend([invoice["id"]] * 5)
        yield made
        runner.run(client.aclose())
        runner.run(runtime.stop())


def test_nothing_of_the_other_seller_is_told_or_changed(sellers: Sellers) -> None:
    print(f"HCC_TENANTS_SEED={SEED}")
    before = sellers.picture()
    wrong: list[str] = []
    statuses: dict[int, int] = {}
    for name, operation in OPERATIONS.items():
        for who in WHO:
            _operation(sellers, name, operation, who, wrong, statuses)
    assert wrong == []
    after = sellers.picture()
    assert [table for table in before if before[table] != after[table]] == []
    assert len(OPERATIONS) > 100
    # Or nothing of it was tried.
    assert min(statuses.get(status, 0) for status in (200, 404)) > EXAMPLES * 30, statuses


def _operation(sellers: Sellers, name: str, operation: Any, who: str, wrong: list[str], statuses: dict[int, int]) -> None:
    @seed(SEED)
    @bounded(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), number=st.integers(0, 2**62))
    def check(case: Any, number: int) -> None:
        chosen = Random(number)
        for parameter, value in (case.path_parameters or {}).items():
            case.path_parameters[parameter] = sellers.fill(chosen, parameter, str(value))
        for parameter, value in (case.query or {}).items():
            if parameter.endswith("_id"):
                case.query[parameter] = sellers.fill(chosen, parameter, value)
        for header in ("X-Organization-Id", "X-API-Key", "Authorization"):
            case.headers.pop(header, None)
        if isinstance(case.body, (dict, list)):
            case.body = sellers.filled(chosen, "", case.body)
        prepared = case.as_transport_kwargs(base_url="http://hcc.test", headers=sellers.served.world.headers(who))
        prepared.pop("cookies", None)
        content = prepared.pop("data", None)
        if content is not None:
            prepared["content"] = content
        answer = sellers.served.send(prepared)
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        told = f"{name} as {who}: {answer.status_code} {answer.text[:300]} for {str(prepared)[:600]}"
        if answer.status_code >= 500:
            wrong.append(f"a failure: {told}")
        if answer.status_code >= 400 and not _is_error(answer):
            wrong.append(f"not in the form of errors: {told}")
        # A refusal may repeat what was asked for.
        asked = str(prepared) if answer.status_code >= 400 else ""
        found = [secret for secret in sellers.secrets | sellers.marks if secret in answer.text and secret not in asked]
        if found:
            wrong.append(f"{found} of the other seller: {told}")

    check()


def _is_error(answer: Any) -> bool:
    try:
        body = answer.json()
    except ValueError:
        return False
    if not isinstance(body, dict) or body.get("success") is not False or body.get("data") is not None:
        return False
    error = body.get("error")
    return isinstance(error, dict) and bool(error.get("code")) and bool(error.get("message")) and "request_id" in body
