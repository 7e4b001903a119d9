"""Subscriptions whose days go by, with changes, pauses, payments, credit notes, refunds and disputes in any order: no day is
billed twice or left out, a preview is what is charged, and the books agree.

`HCC_MACHINE_EXAMPLES` and `HCC_MACHINE_STEPS` ask for longer runs, and `HCC_MACHINE_SEED` for other ones than every day's.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, ClassVar
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from control.billing.catalogue.pricing import Meter
from control.billing.dunning.working import dun
from control.billing.payments import disputing, moving
from control.billing.payments.disputing import Claim
from control.billing.recognition.service import recognise
from control.billing.settings import service as seller_settings
from control.billing.subscriptions.periods import Period
from control.billing.subscriptions.renewing import renew_seller
from control.core.db import Scope
from control.core.runtime import Runtime
from tests.billing.charged_days import LIVE, Days, Prices, rows
from tests.billing.moments import Clock
from tests.billing.selling import Shop
from tests.billing.wrong import WRONG
from tests.conftest import Urls
from tests.world import World

EXAMPLES = int(os.environ.get("HCC_MACHINE_EXAMPLES", "8"))
STEPS = int(os.environ.get("HCC_MACHINE_STEPS", "20"))
SEED = os.environ.get("HCC_MACHINE_SEED")
pytestmark = [pytest.mark.alone, pytest.mark.timeout(120 + EXAMPLES * STEPS)]

DAYS = [date(2027, 1, 31), date(2028, 2, 29), date(2027, 3, 28), date(2027, 10, 30), date(2027, 12, 15), date(2026, 11, 26)]
_REFUSALS = {409, 422}
_NUMBERS = st.integers(0, 2**62)
_WHEN = ["now", "period_end"]
_DUNNING = [
    {"days": 3, "action": "remind", "text": "Please."},
    {"days": 7, "action": "late_fee", "fee": "5"},
    {"days": 10, "action": "suspend"},
    {"days": 40, "action": "cancel"},
    {"days": 60, "action": "write_off"},
]
_EMPTY = """SET session_replication_role = replica;
TRUNCATE hcc.customers, hcc.ledger_entries, hcc.ledger_lines, hcc.number_series, hcc.invoice_tallies, hcc.customer_credits,
  hcc.coupons, hcc.coupon_redemptions CASCADE;
DELETE FROM jobs.procrastinate_jobs;
SET session_replication_role = DEFAULT"""
_OPEN = "SELECT coalesce(-sum(amount), 0) FROM hcc.ledger_lines WHERE account = 'deferred_revenue'"
_TERMS: dict[str, dict[str, Any]] = {
    "small": {"amount": "10"},
    "large": {"amount": "33.33", "setup_fee": "5"},
    "seats": {"model": "per_unit", "amount": "4.99"},
    "bands": {
        "model": "graduated",
        "amount": "0",
        "tiers": [{"up_to": "3", "unit_price": "5"}, {"unit_price": "4.1", "flat_fee": "2"}],
    },
    "volume": {"model": "volume", "amount": "0", "tiers": [{"up_to": "5", "unit_price": "3.33"}, {"unit_price": "2.5"}]},
    "yearly": {"amount": "119.99", "interval": "year"},
    "backup": {"amount": "3.10"},
}
_DOING = {
    "subscribe": 10, "change": 24, "cancel": 5, "pause": 6, "resume": 8, "reactivate": 4, "suspend": 2, "unsuspend": 6,
    "pay": 12, "pay_all": 8, "pay_oldest": 6, "credit": 5, "refund": 4, "dispute": 3, "decide": 3, "days": 14, "away": 4,
}  # fmt: skip
"""How often each of what may happen does."""
_RUNNING = {"scheduled", "trialing", "active", "past_due", "paused"}
_FITTING = {
    "change": _RUNNING, "cancel": {*_RUNNING, "suspended"}, "pause": LIVE, "resume": {"paused"}, "reactivate": LIVE,
    "suspend": LIVE, "unsuspend": {"suspended"},
}  # fmt: skip
"""In which states a subscription lets itself do so."""


def cost(name: str, many: int) -> Decimal:
    """What so many cost for a period, by hand."""
    match name:
        case "seats":
            return Decimal("4.99") * many
        case "bands":
            return Decimal(5) * min(many, 3) + (Decimal("4.1") * (many - 3) + 2 if many > 3 else 0)
        case "volume":
            return (Decimal("3.33") if many <= 5 else Decimal("2.5")) * many
        case _:
            return Decimal(_TERMS[name]["amount"])


async def _nothing(
    organization_id: UUID, meter: Meter, customer: UUID, subscription: UUID, days: Period, timezone: str
) -> Decimal:
    """Nothing is metered."""
    return Decimal(0)


class Running(RuleBasedStateMachine):
    """What a seller and the days do with the subscriptions of two customers."""

    shop: ClassVar[Shop]
    owner: ClassVar[psycopg.Connection[Any]]
    loop: ClassVar[asyncio.AbstractEventLoop]
    worker: ClassVar[Runtime]
    clock: ClassVar[Clock]
    prices: ClassVar[dict[str, str]]

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        """The machine runs in a thread beside the loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The data of an answer; None for what the state of things refuses. Anything else is a fault."""
        answer = self.wait(self.shop.world.send("nora", method, path, body))
        assert answer.status_code in {200, 201, 204, *_REFUSALS}, (method, path, body, answer.text)
        return answer.json()["data"] if answer.status_code < 204 else None

    @property
    def seller(self) -> UUID:
        return self.shop.world.organizations["north"]

    @initialize(number=_NUMBERS)
    def begin(self, number: int) -> None:
        self.chosen = Random(number)
        day, combine, down = self.chosen.choice(DAYS), self.chosen.random() < 0.5, self.chosen.choice(_WHEN)
        self.owner.execute(_EMPTY)
        self.wait(self.stay_logged_in())
        self.clock.set(day)
        self.ask("PUT", "/v1/billing/subscription-settings", {"combine_invoices": combine, "downgrade": down})
        for coupon in (
            {"code": "TEN", "percent": "10", "duration": "forever"},
            {"code": "FIVE", "amount": "5", "currency": "EUR", "duration": "repeating", "periods": 2},
        ):
            self.wait(self.shop.ask("POST", "/v1/coupons", coupon, 201))
        self.customers = [
            self.wait(self.shop.customer(name, payment_terms_days=days))["id"] for name, days in [("A", 3), ("B", 14)]
        ]
        costs: Prices = {key: (lambda many, name=name: cost(name, many)) for name, key in self.prices.items()}  # type: ignore[misc]
        self.days = Days(self.owner, costs)
        self.payments: list[str] = []
        self.disputes: list[tuple[str, Claim]] = []
        self.disputed = 0
        self.suspended: set[str] = set()
        """Subscriptions that somebody suspended by hand."""
        self.promised: dict[str, tuple[str, Decimal]] = {}
        self.subscribe()

    async def stay_logged_in(self) -> None:
        """A long run takes longer than a token lives."""
        world = self.shop.world
        answer = await world.client.post("/v1/auth/refresh", json={"refresh_token": world.refresh_tokens["nora"]})
        assert answer.status_code == 200, answer.text
        told = answer.json()["data"]
        world.tokens["nora"], world.refresh_tokens["nora"] = told["access_token"], told["refresh_token"]

    # What is sold

    @rule(number=_NUMBERS)
    def something(self, number: int) -> None:
        """One thing, chosen by a number, and some days after it."""
        self.chosen = Random(number)
        [what] = self.chosen.choices(list(_DOING), list(_DOING.values()))
        match what:
            case "subscribe":
                self.subscribe()
            case "days":
                self.pass_days(self.chosen.randint(1, 33))
            case "away":
                self.pass_days(1, step=self.chosen.choice([2, 20, 45, 100]))
            case _ if what in _FITTING:
                self.do(what)
            case _:
                self.money(what)
        self.pass_days(self.chosen.choice([0, 0, 1, 4, 13]))

    def asked(self) -> list[dict[str, Any]]:
        """Items, most often of a month."""
        if self.chosen.random() < 0.15:
            names = ["yearly"]
        else:
            names = self.chosen.sample([name for name in _TERMS if name != "yearly"], self.chosen.randint(1, 3))
        one = ("small", "large", "yearly", "backup")
        return [{"price_id": self.prices[name], "quantity": 1 if name in one else self.chosen.randint(1, 9)} for name in names]

    def subscribe(self) -> None:
        choice = self.chosen.choice
        start, term = self.clock.day + timedelta(days=choice([0, 0, 0, 0, -40, 9])), choice([None, None, None, 20, 75])
        anchor, coupon = choice([None, None, 1, 15, 29, 31]), choice([None, None, "TEN", "five"])
        body = {
            "customer_id": choice(self.customers), "items": self.asked(), "trial_days": choice([0, 0, 0, 5, 30]),
            "anchor_day": anchor, "start_date": str(start), "coupon": coupon,
            "ends_on": None if term is None else str(self.clock.day + timedelta(term)),
        }  # fmt: skip
        shown = self.ask("POST", "/v1/subscriptions/preview", body)
        self.charging(shown, "POST", "/v1/subscriptions", body)

    def do(self, what: str) -> None:
        """Something to one of those in whose state it can be done; now and then to any."""
        any_ = self.chosen.random() < 0.1
        fit = [key for key, (sub, _) in sorted(self.days.seen.items()) if any_ or sub["status"] in _FITTING[what]]
        if not fit:
            return
        sub = self.chosen.choice(fit)
        match what:
            case "change":
                self.change(sub)
            case "cancel":
                self.cancel(sub)
            case "pause":
                days = self.chosen.choice([None, 1, 10, 40])
                until = None if days is None else str(self.clock.day + timedelta(days=days))
                self.plainly(sub, what, {"resumes_on": until})
            case _:
                self.plainly(sub, what, {})

    def plainly(self, sub: str, what: str, body: dict[str, Any]) -> None:
        if self.ask("POST", f"/v1/subscriptions/{sub}/{what}", body) is not None and what == "suspend":
            self.suspended.add(sub)
        self.promised.pop(sub, None)

    def change(self, sub: str) -> None:
        coupon = self.chosen.choice([None, None, None, "TEN"])
        body = {"items": self.asked(), "when": self.chosen.choice([None, *_WHEN]), "coupon": coupon}
        shown = self.ask("POST", f"/v1/subscriptions/{sub}/preview", {"change": body})
        if self.charging(shown, "PUT", f"/v1/subscriptions/{sub}", body) is not None and coupon is not None:
            self.days.look(self.clock.day, discounts=False)
            self.days.other_coupon[sub] = self.days.seen[sub][0]["billed_until"]

    def cancel(self, sub: str) -> None:
        body = {"when": self.chosen.choice(_WHEN), "credit_unused": self.chosen.choice([None, True, False])}
        shown = self.ask("POST", f"/v1/subscriptions/{sub}/preview", {"cancel": body})
        done = self.charging(shown, "POST", f"/v1/subscriptions/{sub}/cancel", body)
        if done is not None and done["status"] == "cancelled" and body["credit_unused"] is False:
            self.days.kept.add(sub)

    def charging(self, shown: dict[str, Any] | None, method: str, path: str, body: object) -> Any:
        """Do what was previewed: the documents that come of it are what the preview said, to the cent."""
        sql = "SELECT id::text, kind, total, balance, customer_id::text FROM hcc.invoices"
        before = {one["id"] for one in rows(self.owner, sql)}
        done = self.ask(method, path, body)
        assert (shown is None) == (done is None), ("a preview that is refused and a change that is not, or the reverse", body)
        if shown is None or done is None:
            return done
        new = [one for one in rows(self.owner, sql) if one["id"] not in before]
        bills, notes = ([one for one in new if (one["kind"] == "credit_note") is note] for note in (False, True))
        found = [
            sum((one[name] for one in made), Decimal(0))
            for made, name in [(bills, "total"), (notes, "total"), (bills, "balance")]
        ]
        wanted = [Decimal(shown["charge_total"]), Decimal(shown["credit_total"]), max(Decimal(shown["due_now"]), Decimal(0))]
        assert found == wanted, ("charged, credited and due are not as shown", found, shown, new)
        sql = "SELECT coalesce(sum(amount), 0) AS amount FROM hcc.customer_credits WHERE customer_id::text = %s"
        left = rows(self.owner, sql, done["customer_id"])[0]["amount"]
        # What is owed after a dispute is no credit that pays anything.
        if bills and left >= 0:
            assert left == max(-Decimal(shown["due_now"]), Decimal(0)), (shown, new, left)
        self.promised.pop(done["id"], None)
        if done["status"] in LIVE and done["cancels_on"] is None and done["due_on"] is not None:
            assert done["due_on"] == shown["next_due_on"]
            self.promised[done["id"]] = (done["due_on"], Decimal(shown["next_amount"]))
        return done

    # Money

    def money(self, how: str) -> None:
        found = rows(self.owner, "SELECT id::text, total FROM hcc.invoices WHERE kind = 'invoice' ORDER BY created_at, id")
        invoice = self.chosen.choice(found) if found else None
        payment = self.chosen.choice(self.payments) if self.payments else None
        customer, flag, amount = self.chosen.choice(self.customers), self.chosen.random() < 0.5, self.chosen.randint(1, 20_000)
        cents = f"{amount // 100}.{amount % 100:02d}"
        match how:
            case "pay" if invoice:
                self.paid({"invoice_id": invoice["id"], "amount": str(invoice["total"].quantize(Decimal("0.01")))})
            case "pay_oldest":
                self.paid({"customer_id": customer, "amount": cents})
            case "pay_all":
                sql = "SELECT sum(balance) AS owed FROM hcc.invoices WHERE kind <> 'credit_note' AND customer_id::text = %s"
                if owed := rows(self.owner, sql, customer)[0]["owed"]:
                    self.paid({"customer_id": customer, "amount": str(owed.quantize(Decimal("0.01")))})
            case "credit" if invoice:
                self.credit(invoice["id"], "0.5" if flag else None)
            case "refund" if payment:
                self.ask("POST", f"/v1/payments/{payment}/refunds", {"amount": cents if flag else None, "reopen_invoices": True})
            case "dispute" if payment:
                claim = Claim(kind="chargeback", reference=f"du_{self.disputed}", amount=Decimal(cents), reason="fraudulent")
                self.disputed += 1
                self.disputes.append((payment, claim))
                self.wait(self.claimed(payment, claim))
            case "decide" if self.disputes:
                payment, claim = self.disputes.pop()
                self.wait(self.claimed(payment, replace(claim, status="won" if flag else "lost")))

    def paid(self, body: dict[str, Any]) -> None:
        if made := self.ask("POST", "/v1/payments", {"method": "bank_transfer"} | body):
            self.payments.append(made["id"])

    def credit(self, invoice: str, quantity: str | None) -> None:
        body: dict[str, Any] = {"reason": "by hand"}
        if quantity is not None:
            items = self.ask("GET", f"/v1/invoices/{invoice}")["items"]
            body["items"] = [{"item_id": items[0]["id"], "quantity": quantity}]
        self.ask("POST", f"/v1/invoices/{invoice}/credit-notes", body)

    async def claimed(self, payment_id: str, claim: Claim) -> None:
        async with self.worker.database.transaction(Scope(self.seller)) as tx:
            payment = await moving.hold(tx, UUID(payment_id))
            seller = await seller_settings.find(tx, self.seller)
            await disputing.apply(tx, payment, seller, claim, on=self.clock.day)

    # Days

    def pass_days(self, days: int, step: int = 1) -> None:
        self.days.look(self.clock.day)
        for _ in range(days):
            self.clock.pass_(step)
            self.wait(self.a_day())
            self.days.look(self.clock.day)
            self.kept_promises()
            self.statuses()

    async def a_day(self) -> None:
        """What jobs do on a day, in the order in which they come."""
        on = self.clock.day
        async with self.worker.database.transaction(Scope(self.seller)) as tx:
            await recognise(tx, self.seller, on)
        [[open_]] = self.owner.execute(_OPEN).fetchall()
        if on.day == 1:
            assert open_ >= 0, ("more was earned than was sold", open_)
        run = await renew_seller(self.worker.database, self.seller, on, _nothing)
        assert run.failed == 0
        await dun(self.worker, self.seller, on)

    def kept_promises(self) -> None:
        """What a preview said of the next period is what the renewal charged."""
        sql = "SELECT subscription_id::text AS id, period_start, amount FROM hcc.subscription_periods"
        made = {(one["id"], str(one["period_start"])): one["amount"] for one in rows(self.owner, sql)}
        for key, (due, amount) in list(self.promised.items()):
            if (key, due) in made:
                assert made[key, due] == amount, ("the next amount", key, due, amount, made[key, due])
                del self.promised[key]

    def statuses(self) -> None:
        for sub, _ in self.days.seen.values():
            if sub["status"] in LIVE:
                assert (sub["status"] == "past_due") == sub["overdue"], sub
            elif sub["status"] == "suspended" and sub["id"] not in self.suspended:
                assert sub["overdue"] or sub["given_up"], ("what is paid was not switched on again", sub)

    @invariant()
    def nothing_is_wrong(self) -> None:
        if not hasattr(self, "days"):
            return
        for what, sql in WRONG.items():
            found = self.owner.execute(sql).fetchall()
            assert not found, (what, found[:5])
        self.days.look(self.clock.day)

    def teardown(self) -> None:
        """When all periods are over, all that was sold is earned."""
        if not hasattr(self, "days"):
            return
        for key, (sub, _) in self.days.seen.items():
            if sub["status"] not in ("cancelled", "ended"):
                self.ask("POST", f"/v1/subscriptions/{key}/cancel", {"when": "now"})
        self.days.look(self.clock.day)
        self.clock.pass_(800)
        self.wait(self.a_day())
        [[open_]] = self.owner.execute(_OPEN).fetchall()
        assert open_ == 0, ("sold and never earned", open_)
        self.nothing_is_wrong()


async def test_whatever_happens(world: World, urls: Urls, worker_runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    Running.shop, Running.loop, Running.worker = Shop(world), asyncio.get_running_loop(), worker_runtime
    Running.clock = Clock(monkeypatch, DAYS[0])
    await Running.shop.open(payment_terms_days=7)
    await Running.shop.ask("POST", "/v1/dunning-schedules", {"name": "All", "is_default": True, "steps": _DUNNING}, 201)
    Running.prices = {name: (await Running.shop.price(**terms))["id"] for name, terms in _TERMS.items()}
    wanted = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=SEED is None,
        print_blob=True,
    )
    machine = Running if SEED is None else seed(int(SEED))(Running)
    with psycopg.connect(urls["postgres"], autocommit=True) as Running.owner:
        await asyncio.to_thread(run_state_machine_as_test, machine, settings=wanted)
