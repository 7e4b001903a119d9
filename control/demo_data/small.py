"""The trade of the small demo: a reseller with a catalogue, a dozen customers, subscriptions, and invoices in every state.

All of it goes through the services that the panel and the API use, as if the reseller's owner had done it in the last half year.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from litestar import Request

from control.billing.addresses import Address
from control.billing.catalogue import prices, products
from control.billing.catalogue.models import NewPlan, NewPrice, NewProduct
from control.billing.customers import service as customers
from control.billing.customers.models import Customer, NewCustomer
from control.billing.invoices import crediting, finalising
from control.billing.invoices import queries as invoice_queries
from control.billing.invoices import service as invoices
from control.billing.invoices.models import Invoice, NewCreditNote, NewInvoice, NewItem, WriteOff
from control.billing.payments import service as payments
from control.billing.payments.models import NewPayment
from control.billing.settings import service as settings
from control.billing.settings.models import BillingSettings, NewBillingSettings
from control.billing.subscriptions import service as subscriptions
from control.billing.subscriptions.models import NewSubscription, NewSubscriptionItem
from control.billing.today import today
from control.core.context import Context
from control.core.db import Transaction
from control.core.permissions import Principal, UserType
from control.core.runtime import Runtime
from control.demo_data import names
from control.monitoring.checks import service as checks
from control.monitoring.checks.models import NewCheck

_ADDRESS = Address(line1="Speicherstraße 8", postal_code="20457", city="Hamburg", country="DE")
_PLANS = (("Web S", "9.90"), ("Web L", "24.90"), ("Server M", "79"))
_CUSTOMERS = 12
_AGES = (150, 120, 90, 60, 30, 5)
"""Days since invoices were made. Who pays has paid those that are older than two weeks."""


def _context(runtime: Runtime, user_id: UUID, organization_id: UUID, kind: UserType) -> Context:
    """What a request of this person would carry."""
    principal = Principal(
        user_id=user_id, organization_id=organization_id, home_organization_id=organization_id, user_type=kind, roles=["owner"],
        permissions=["*"],
    )  # fmt: skip
    scope: Any = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [], "user": principal}
    return Context(Request(scope), runtime)


async def trade(
    runtime: Runtime, *, reseller: UUID, owner: UUID, shop: UUID, shop_owner: UUID, bakery: UUID, origin: str
) -> bool:
    """Make it, once; false when the reseller sells already."""
    ctx = _context(runtime, owner, reseller, "reseller")
    async with ctx.transaction() as tx:
        if await tx.value(invoice_queries.SQL.sellers_in_reach) is not None:
            return False
    await settings.save(
        ctx,
        NewBillingSettings(
            legal_name="Nordwind Webhosting GmbH", address=_ADDRESS, email="billing@nordwind.demo.example", vat_id="DE136695976",
            iban="DE89370400440532013000", timezone="Europe/Berlin",
        ),
    )  # fmt: skip
    async with ctx.transaction() as tx:
        seller = await settings.find(tx, reseller)
        on = today(seller.timezone)
        sold = await _catalogue(ctx, tx)
        folk = await _customers(ctx, tx, shop, bakery)
        drafts = [await _draft(ctx, tx, one, age, n) for n, (one, age) in enumerate(_order(folk))]
        finals = await _finalise(tx, drafts, {one.id: one for one in folk}, seller, on)
        for n, one in enumerate(folk[:8]):
            item = NewSubscriptionItem(price_id=sold[n % len(sold)])
            await subscriptions.create(ctx, tx, NewSubscription(customer_id=one.id, items=[item], start_date=on))
    await _settle(ctx, finals, folk, on)
    async with ctx.transaction() as tx:
        await tx.run(invoice_queries.SQL.overdue, organization_id=reseller, today=on)
    await _watch(_context(runtime, shop_owner, shop, "customer"), origin)
    return True


async def _catalogue(ctx: Context, tx: Transaction) -> list[UUID]:
    product = await products.create_product(ctx, tx, NewProduct(name="Hosting", description="Web space and servers"))
    made = []
    for name, amount in _PLANS:
        plan = await products.create_plan(ctx, tx, NewPlan(product_id=product.id, name=name))
        new = NewPrice(plan_id=plan.id, currency="EUR", interval="month", model="flat", amount=Decimal(amount))
        made.append((await prices.create(ctx, tx, new)).id)
    return made


async def _customers(ctx: Context, tx: Transaction, shop: UUID, bakery: UUID) -> list[Customer]:
    known = [("Olivia's Shop", "owner@shop.demo.example", shop), ("Bäckerei Sonne", "owner@bakery.demo.example", bakery)]
    made = [
        await customers.create(
            ctx, tx, NewCustomer(kind="business", name=name, email=email, address=_ADDRESS, customer_org_id=organization_id)
        )
        for name, email, organization_id in known
    ]
    for n in range(_CUSTOMERS - len(known)):
        one = names.company(n, "demo-")
        address = Address(**one.address)
        new = NewCustomer(kind="business", name=one.name, contact=one.contact, email=one.email, address=address)
        made.append(await customers.create(ctx, tx, new))
    return made


def _order(folk: Sequence[Customer]) -> list[tuple[Customer, int]]:
    """Who gets an invoice when: in the order of their days, so that numbers rise with them."""
    return [(one, age) for age in _AGES for n, one in enumerate(folk) if n < 2 or (n + age // 30) % 2 == 0]


async def _draft(ctx: Context, tx: Transaction, customer: Customer, age: int, n: int) -> tuple[Invoice, int]:
    name, amount = _PLANS[n % len(_PLANS)]
    items = [NewItem(description=name, unit_price=Decimal(amount))]
    if n % 4 == 0:
        items.append(NewItem(description="Domain, a year", unit_price=Decimal("14.40")))
    return await invoices.create(ctx, tx, NewInvoice(customer_id=customer.id, items=items)), age


async def _finalise(
    tx: Transaction, drafts: list[tuple[Invoice, int]], folk: dict[UUID, Customer], seller: BillingSettings, today_: date
) -> list[tuple[Invoice, int]]:
    """All but the last two, each as of its day."""
    finals: list[tuple[Invoice, int]] = []
    for age, group in groupby(drafts[:-2], key=lambda one: one[1]):
        on = today_ - timedelta(days=age)
        ready = [finalising.ready(draft, seller, folk[draft.customer_id], on) for draft, _ in group]
        finals += [(final, age) for final in await finalising.finalise_many(tx, ready, seller, on)]
    return finals


async def _settle(ctx: Context, finals: list[tuple[Invoice, int]], folk: list[Customer], on: date) -> None:
    """Most of what is old is paid; some is not, one half, one credited, one given up. The shop has something to pay."""
    shop = folk[0].id
    for n, (invoice, age) in enumerate(finals):
        is_half = n == len(finals) - 1
        if (age < 14 and not is_half) or (invoice.customer_id == shop and age == 30):
            continue
        if n == 5:
            async with ctx.transaction() as tx:
                await crediting.credit(ctx, tx, invoice.id, NewCreditNote(reason="Cancelled on time"))
        elif n == 8:
            await crediting.write_off(ctx, invoice.id, WriteOff(reason="The customer is gone"))
        elif n % 9 != 6:
            amount = invoice.total if not is_half else Decimal("5.00")
            received = on - timedelta(days=max(age - 9, 1))
            new = NewPayment(
                method="bank_transfer", amount=amount, invoice_id=invoice.id, received_on=received,
                reference=invoice.invoice_number or "",
            )  # fmt: skip
            async with ctx.transaction() as tx:
                await payments.create(ctx, tx, new)


async def _watch(ctx: Context, origin: str) -> None:
    """A check of what serves the shop's site."""
    async with ctx.transaction() as tx:
        await checks.create_check(ctx, tx, NewCheck(name="Shop", kind="http", target=f"http://{origin}/", severity="warning"))
