"""What operations of the catalogue, of subscriptions and of dunning are aimed at; see targets.py."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date
from typing import LiteralString

from psycopg.types.json import Jsonb

from control.core.ids import new_id
from tests.accounts.matrix.selling import customer, invoice, seller
from tests.accounts.matrix.targets import Making, Target

_STEPS = Jsonb([{"days": 1, "action": "remind"}])


def product(making: Making, place: str) -> Target:
    """A product that has no plans."""
    of, product_id = seller(making, place), new_id()
    mark = of.facts["mark"]
    making.connection.execute(
        "INSERT INTO hcc.products (id, organization_id, name) VALUES (%s, %s, %s)",
        (product_id, making.organization(place), mark),
    )
    return Target(str(product_id), mark, {**of.facts, "product_id": str(product_id)})


def plan(making: Making, place: str) -> Target:
    """A plan that has no prices."""
    of, plan_id = product(making, place), new_id()
    making.connection.execute(
        "INSERT INTO hcc.plans (id, organization_id, product_id, name) VALUES (%s, %s, %s, %s)",
        (plan_id, making.organization(place), of.id, of.mark),
    )
    return Target(str(plan_id), of.mark, {**of.facts, "plan_id": str(plan_id)})


def price(making: Making, place: str) -> Target:
    """A price of a month that nobody has yet."""
    of, price_id = plan(making, place), new_id()
    making.connection.execute(
        "INSERT INTO hcc.prices (id, organization_id, plan_id, name, currency, interval, model, amount, valid_from)"
        " VALUES (%s, %s, %s, %s, 'EUR', 'month', 'flat', 10, '2026-01-01')",
        (price_id, making.organization(place), of.id, of.mark),
    )
    return Target(str(price_id), of.mark, {**of.facts, "price_id": str(price_id)})


def two_prices(making: Making, place: str) -> Target:
    """A price, and another one of the same plan to which subscriptions can be moved."""
    of, other_id = price(making, place), new_id()
    making.connection.execute(
        "INSERT INTO hcc.prices (id, organization_id, plan_id, name, currency, interval, model, amount, valid_from)"
        " VALUES (%s, %s, %s, 'dearer', 'EUR', 'month', 'flat', 12, '2026-01-01')",
        (other_id, making.organization(place), of.facts["plan_id"]),
    )
    return Target(of.id, of.mark, {**of.facts, "to_price_id": str(other_id)})


def coupon(making: Making, place: str) -> Target:
    """A coupon that nobody redeemed."""
    of, coupon_id = seller(making, place), new_id()
    making.connection.execute(
        "INSERT INTO hcc.coupons (id, organization_id, code, percent, duration) VALUES (%s, %s, %s, 10, 'once')",
        (coupon_id, making.organization(place), of.facts["mark"]),
    )
    return Target(str(coupon_id), of.facts["mark"], {**of.facts, "coupon_id": str(coupon_id)})


def new_terms(making: Making, place: str) -> Target:
    """Nothing yet: a plan of the platform, and the organisation that is to sell it on."""
    of = plan(making, "platform")
    return Target("", "no such mark", {**of.facts, "organization_id": str(making.organization(place))})


def reseller_terms(making: Making, place: str) -> Target:
    """What the platform lets that organisation sell on. The mark is a plan, which a refusal need not name."""
    of, terms_id = plan(making, "platform"), new_id()
    making.connection.execute(
        "INSERT INTO hcc.reseller_terms (id, organization_id, reseller_org_id, plan_id, kind, percent)"
        " VALUES (%s, %s, %s, %s, 'wholesale', 20)",
        (terms_id, making.organization("platform"), making.organization(place), of.id),
    )
    return Target(str(terms_id), of.id, {**of.facts, "terms_id": str(terms_id), "reseller": str(making.organization("north"))})


def supplier_share(making: Making, place: str) -> Target:
    """What that organisation owes the platform for a line that it sold."""
    of, share_id = plan(making, "platform"), new_id()
    making.connection.execute(
        "INSERT INTO hcc.supplier_shares (id, organization_id, supplier_org_id, invoice_item_id, supplier_plan_id, kind, percent,"
        " booked_on, currency, sold, owed) VALUES (%s, %s, %s, %s, %s, 'wholesale', 20, '2026-01-01', 'EUR', 10, 8)",
        (share_id, making.organization(place), making.organization("platform"), new_id(), of.id),
    )
    return Target(str(share_id), of.id, {})


def reseller_statement(making: Making, place: str) -> Target:
    """What that organisation owes the platform for a month, which is in its own books."""
    of, statement_id = customer(making, "platform"), new_id()
    many = making.connection.execute("SELECT count(*) FROM hcc.reseller_statements").fetchone()
    assert many is not None
    row = {
        "id": statement_id,
        "org": making.organization("platform"),
        "reseller": making.organization(place),
        "customer": of.id,
        # One statement a month: the next one that has none.
        "month": date(1000 + many[0] // 12, 1 + many[0] % 12, 1),
        "entry": new_id(),
    }
    making.connection.execute(
        "INSERT INTO hcc.reseller_statements (id, organization_id, reseller_org_id, customer_id, month, currency, sales, sold,"
        " owed, amount, amount_currency)"
        " VALUES (%(id)s, %(org)s, %(reseller)s, %(customer)s, %(month)s, 'EUR', 1, 10, 8, 8, 'EUR')",
        row,
    )
    making.connection.execute(
        "WITH e AS (INSERT INTO hcc.ledger_entries (id, organization_id, booked_on, kind, source, currency)"
        " VALUES (%(entry)s, %(reseller)s, '2026-02-01', 'supplier_statement', %(id)s, 'EUR'))"
        " INSERT INTO hcc.ledger_lines (organization_id, entry_id, account, amount, base_amount)"
        " VALUES (%(reseller)s, %(entry)s, 'supplier_costs', 8, 8), (%(reseller)s, %(entry)s, 'supplier_payable', -8, -8)",
        row,
    )
    return Target(str(statement_id), str(of.id), {**of.facts, "statement_id": str(statement_id)})


def wanted(making: Making, place: str) -> Target:
    """A customer, and a price for a subscription."""
    of = customer(making, place)
    return Target("", of.mark, {**price(making, place).facts, **of.facts})


def subscription(making: Making, place: str) -> Target:
    """A subscription that runs, of which nothing is due for a long time."""
    of, subscription_id = wanted(making, place), new_id()
    organization_id, customer_org_id = making.organization(place), of.facts["customer_org_id"]
    making.connection.execute("UPDATE hcc.prices SET used_at = now() WHERE id = %s", (of.facts["price_id"],))
    making.connection.execute(
        "INSERT INTO hcc.subscriptions (id, organization_id, customer_id, customer_org_id, name, status, currency, interval,"
        " collection, prices_include_tax, anchor_month, anchor_day, started_on, billed_until, due_on, period_start, period_end)"
        " VALUES (%s, %s, %s, %s, %s, 'active', 'EUR', 'month', 'invoice', false, '2026-01-01', 1, '2026-01-01', '2990-02-01',"
        " '2990-02-01', '2990-01-01', '2990-02-01')",
        (subscription_id, organization_id, of.facts["customer_id"], customer_org_id, of.mark),
    )
    making.connection.execute(
        "INSERT INTO hcc.subscription_items (id, organization_id, customer_org_id, subscription_id, plan_id, price_id, name,"
        " quantity, position, setup_charged, started_on) VALUES (%s, %s, %s, %s, %s, %s, 'x', 1, 1, true, '2026-01-01')",
        (new_id(), organization_id, customer_org_id, subscription_id, of.facts["plan_id"], of.facts["price_id"]),
    )
    return Target(str(subscription_id), of.mark, {**of.facts, "subscription_id": str(subscription_id)})


def _changed(making: Making, place: str, change: LiteralString) -> Target:
    of = subscription(making, place)
    making.connection.execute("UPDATE hcc.subscriptions SET " + change + " WHERE id = %s", (of.id,))
    return of


def ending(making: Making, place: str) -> Target:
    """A subscription that was cancelled and still runs."""
    return _changed(making, place, "cancels_on = billed_until")


def paused(making: Making, place: str) -> Target:
    """A subscription that is paused."""
    return _changed(making, place, "status = 'paused', due_on = NULL")


def suspended(making: Making, place: str) -> Target:
    """A subscription whose services are switched off."""
    return _changed(making, place, "status = 'suspended', due_on = NULL")


def schedule(making: Making, place: str) -> Target:
    """A schedule that no plan names."""
    schedule_id, mark = new_id(), f"mark{secrets.token_hex(8)}"
    making.connection.execute(
        "INSERT INTO hcc.dunning_schedules (id, organization_id, name, steps) VALUES (%s, %s, %s, %s)",
        (schedule_id, making.organization(place), mark, _STEPS),
    )
    return Target(str(schedule_id), mark, {"schedule_id": str(schedule_id)})


def new_schedule(making: Making, place: str) -> Target:
    """Nothing yet."""
    del making, place
    return Target("", "no such mark", {"mark": f"mark{secrets.token_hex(8)}"})


def dunned(making: Making, place: str) -> Target:
    """An invoice that is overdue, with its case."""
    of = invoice(making, place)
    making.connection.execute("UPDATE hcc.invoices SET status = 'overdue' WHERE id = %s", (of.id,))
    making.connection.execute(
        "INSERT INTO hcc.dunning_cases (invoice_id, organization_id, customer_id, steps) VALUES (%s, %s, %s, %s)",
        (of.id, making.organization(place), of.facts["customer_id"], _STEPS),
    )
    return of


def stopped(making: Making, place: str) -> Target:
    """An invoice of which nobody is reminded any more."""
    of = dunned(making, place)
    making.connection.execute(
        "UPDATE hcc.dunning_cases SET stopped_at = now(), stop_reason = 'x' WHERE invoice_id = %s", (of.id,)
    )
    return of


def stopped_customer(making: Making, place: str) -> Target:
    """A customer who is not reminded of anything."""
    of = customer(making, place)
    making.connection.execute(
        "INSERT INTO hcc.dunning_stops (customer_id, organization_id, reason) VALUES (%s, %s, 'x')",
        (of.id, making.organization(place)),
    )
    return of


SUBSCRIBED: dict[str, Callable[[Making, str], Target]] = {
    factory.__name__: factory
    for factory in (
        product, plan, price, two_prices, coupon, new_terms, reseller_terms, supplier_share,
        reseller_statement, wanted, subscription, ending, paused,
        suspended, schedule, new_schedule, dunned, stopped, stopped_customer,
    )
}  # fmt: skip
