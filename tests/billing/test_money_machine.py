"""Invoices, payments, credit and refunds in any order: whatever happens, the books and the documents agree."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule, run_state_machine_as_test

from tests.billing.selling import Shop
from tests.billing.wrong import WRONG
from tests.conftest import Urls
from tests.world import World

pytestmark = [pytest.mark.alone, pytest.mark.timeout(300)]

EXAMPLES, STEPS = 12, 25
_CENTS = st.integers(1, 40_000).map(lambda cents: f"{cents // 100}.{cents % 100:02d}")
_REFUSALS = {409, 422}


class Money(RuleBasedStateMachine):
    """What a seller does with one customer or several."""

    shop: ClassVar[Shop]
    owner: ClassVar[psycopg.Connection[Any]]
    loop: ClassVar[asyncio.AbstractEventLoop]
    customers: Bundle[str] = Bundle("customers")
    invoices: Bundle[dict[str, Any]] = Bundle("invoices")
    payments: Bundle[dict[str, Any]] = Bundle("payments")

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        """The machine runs in a thread beside the loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def ask(self, method: str, path: str, body: object) -> Any:
        """The data of an answer; None for what the state of things refuses. Anything else is a fault."""
        answer = self.wait(self.shop.world.send("nora", method, path, body))
        assert answer.status_code in {200, 201, *_REFUSALS}, answer.text
        return answer.json()["data"]

    @initialize(target=customers)
    def first_customer(self) -> str:
        return str(self.wait(self.shop.customer())["id"])

    @rule(target=invoices, customer=customers, price=_CENTS, quantity=st.integers(1, 7))
    def invoice(self, customer: str, price: str, quantity: int) -> Any:
        return self.wait(self.shop.invoice(customer, {"description": "Server", "unit_price": price, "quantity": str(quantity)}))

    @rule(target=payments, customer=customers, amount=_CENTS)
    def pay_oldest(self, customer: str, amount: str) -> Any:
        return self.wait(self.shop.pay(amount, customer_id=customer))

    @rule(target=payments, invoice=invoices, amount=_CENTS, method=st.sampled_from(["cash", "bank_transfer"]))
    def pay(self, invoice: dict[str, Any], amount: str, method: str) -> Any:
        return self.wait(self.shop.pay(amount, invoice_id=invoice["id"], method=method))

    @rule(target=payments, invoice=invoices)
    def pay_exactly(self, invoice: dict[str, Any]) -> Any:
        return self.wait(self.shop.pay(invoice["total"], invoice_id=invoice["id"]))

    @rule(invoice=invoices, quantity=st.none() | st.integers(1, 3))
    def credit(self, invoice: dict[str, Any], quantity: int | None) -> None:
        body: dict[str, Any] = {"reason": "Sorry"}
        if quantity is not None:
            body["items"] = [{"item_id": invoice["items"][0]["id"], "quantity": str(quantity)}]
        self.ask("POST", f"/v1/invoices/{invoice['id']}/credit-notes", body)

    @rule(invoice=invoices)
    def write_off(self, invoice: dict[str, Any]) -> None:
        self.ask("POST", f"/v1/invoices/{invoice['id']}/write-off", {"reason": "Insolvent"})

    @rule(invoice=invoices, amount=st.none() | _CENTS)
    def use_credit(self, invoice: dict[str, Any], amount: str | None) -> None:
        self.ask("POST", f"/v1/invoices/{invoice['id']}/use-credit", {"amount": amount})

    @rule(payment=payments, amount=st.none() | _CENTS, reopen=st.booleans())
    def refund(self, payment: dict[str, Any], amount: str | None, reopen: bool) -> None:
        self.ask("POST", f"/v1/payments/{payment['id']}/refunds", {"amount": amount, "reopen_invoices": reopen})

    @rule(payment=payments, invoice=invoices, amount=st.none() | _CENTS, sign=st.sampled_from(["", "-"]))
    def move(self, payment: dict[str, Any], invoice: dict[str, Any], amount: str | None, sign: str) -> None:
        body = {"invoice_id": invoice["id"], "amount": None if amount is None else sign + amount}
        self.ask("POST", f"/v1/payments/{payment['id']}/allocations", body)

    @rule(payment=payments)
    def take_all_off(self, payment: dict[str, Any]) -> None:
        now = self.wait(self.shop.ask("GET", f"/v1/payments/{payment['id']}"))
        for one in now["allocations"]:
            if one["invoice_id"] and float(one["amount"]) > 0:
                body = {"invoice_id": one["invoice_id"], "amount": f"-{one['amount']}"}
                self.ask("POST", f"/v1/payments/{payment['id']}/allocations", body)

    @rule(invoice=consumes(invoices))
    def forget(self, invoice: dict[str, Any]) -> None:
        """Others come to be used more often."""

    @invariant()
    def nothing_is_wrong(self) -> None:
        for what, sql in WRONG.items():
            found = self.owner.execute(sql).fetchall()
            assert not found, (what, found[:5])


async def test_whatever_happens(world: World, urls: Urls) -> None:
    Money.shop, Money.loop = Shop(world), asyncio.get_running_loop()
    await Money.shop.open()
    wanted = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    with psycopg.connect(urls["hcc_owner"], autocommit=True) as Money.owner:
        await asyncio.to_thread(run_state_machine_as_test, Money, settings=wanted)
