"""Selling on: what resellers owe for it, the statements of each month, and noting that one paid."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from litestar.response import Stream

from control.accounts.organizations import service as organizations
from control.billing.catalogue import reselling as lines
from control.billing.parts import NONE, SELLERS, Link, ask, file, listed
from control.billing.reports.tables import csv_of
from control.billing.reselling import service
from control.billing.reselling.models import NewStatements, ResellerStatement, SettledSale, Settlement
from control.core.context import Context
from control.core.errors import DomainError, NotFound
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web.asking import PLAIN
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Badge, Column, Filter, Money, Table
from control.web.ui import Ui, UiOf
from control.web.view import tongue

_READ, _WRITE = needs("ledger:read"), needs("billing:write")
PATH = "/reselling/statements"
MENU = (
    Entry(label=N_("Selling on"), path=PATH, icon="repeat", permission="ledger:read", group=N_("Billing"), for_types=SELLERS),
)  # fmt: skip
KINDS = {"wholesale": N_("The list price less a percentage"), "commission": N_("Their price less what they keep")}
_ACCOUNTS = {"bank": N_("Bank"), "cash": N_("Cash")}
_MAKE, _SETTLE = N_("Make statements now"), N_("Note that it was paid")


class Listed(ResellerStatement, kw_only=True):
    """A statement, and how both sides are called."""

    seller: str
    reseller: str


async def _named(ctx: Context, rows: list[ResellerStatement]) -> list[Listed]:
    names = await organizations.names(ctx, {one for row in rows for one in (row.organization_id, row.reseller_org_id)})
    found = []
    for row in rows:
        sides: dict[str, Any] = {"seller": names.get(row.organization_id, NONE), "reseller": names.get(row.reseller_org_id, NONE)}
        found.append(Listed(**sides, **msgspec.structs.asdict(row)))
    return found


async def _page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Listed], int]:
    rows, total = await service.page(ctx, wanted, filters)
    return await _named(ctx, rows), total


def state(row: ResellerStatement) -> Badge:
    """Whether it was paid, as the reseller's books say."""
    if row.settled_on:
        return Badge(N_("Paid"), "success")
    return Badge(N_("Owed"), "warning") if row.booked_on else Badge(N_("Not booked yet"))


STATEMENTS = Table(
    name="reseller_statements",
    path=PATH,
    service=_page,
    sortable=service.SORTABLE,
    by="month",
    tie="s.id",
    columns=(
        Column(name="month", label=N_("Month"), sort="month", cell="link"),
        Column(name="reseller", label=N_("Who sells on")),
        Column(name="seller", label=N_("For")),
        Column(name="sales", label=N_("Sales"), cell="number"),
        Column(name="sold", label=N_("Sold"), cell="amount", of=lambda row: Money(row.sold, row.currency)),
        Column(name="kept", label=N_("Kept"), cell="amount", of=lambda row: Money(row.kept, row.currency)),
        Column(name="owed", label=N_("Owed"), cell="amount", of=lambda row: Money(row.owed, row.currency)),
        Column(name="state", label=N_("State"), cell="badge", of=state),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="reseller_org_id", label=N_("Who sells on"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link=f"{PATH}/{{id}}",
    empty=N_("There are no statements yet. They are made each month, over what was sold on."),
)
SALES = Table(
    name="reseller_sales",
    path=PATH,
    service=lambda ctx, wanted, filters: service.sales(ctx, filters["statement_id"], wanted, {}),
    sortable=service.SALES_SORTABLE,
    by="booked_on",
    tie="share_id",
    columns=(
        Column(name="plan_name", label=N_("Plan")),
        Column(name="booked_on", label=N_("Day"), sort="booked_on", cell="day"),
        Column(name="kind", label=N_("Terms"), of=lambda row: tongue().gettext(KINDS[row.kind])),
        Column(name="percent", label=N_("Percent"), cell="number"),
        Column(name="sold", label=N_("Sold"), cell="number"),
        Column(name="kept", label=N_("Kept"), cell="number"),
        Column(name="owed", label=N_("Owed"), cell="number"),
    ),
    empty=N_("Nothing was sold."),
)
SHARES = Table(
    name="supplier_shares",
    path="/reselling/shares",
    service=lines.shares,
    sortable=lines.SHARES_SORTABLE,
    by="booked_on",
    columns=(
        Column(name="booked_on", label=N_("Day"), sort="booked_on", cell="day"),
        Column(name="kind", label=N_("Terms"), of=lambda row: tongue().gettext(KINDS[row.kind])),
        Column(name="percent", label=N_("Percent"), cell="number"),
        Column(name="sold", label=N_("Sold"), cell="amount", of=lambda row: Money(row.sold, row.currency)),
        Column(
            name="owed", label=N_("Owed"), of=lambda row: NONE if row.owed is None else tongue().money(row.owed, row.currency)
        ),
    ),
    filters=(
        Filter(name="since", label=N_("From"), kind=date, input="date"),
        Filter(name="until", label=N_("to"), kind=date, input="date"),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    empty=N_("Nothing was sold on yet."),
)
SETTLEMENT = Form(
    Settlement,
    Field("account", N_("From"), choices=_ACCOUNTS, is_half=True),
    Field("paid_on", N_("Paid on"), hint=N_("Today when left empty."), is_half=True),
)


@show(PATH, _READ)
async def statements(ui: UiOf) -> Response[str]:
    """Those one makes, and those one gets."""
    links = [Link(N_("Line by line"), "/reselling/shares"), Link(N_("Terms"), "/reselling/terms")]
    if ui.ctx.principal.may("billing:write"):
        links.append(Link(_MAKE, f"{PATH}/new", modal=True))
    text = N_("What resellers below you owe for what they sell on, and what you owe yourself.")
    return await listed(ui, STATEMENTS, N_("Selling on"), *links, words=text)


@show("/reselling/shares", _READ)
async def shares(ui: UiOf) -> Response[str]:
    """What is owed, line by line, before the month is over too."""
    text = N_("What is owed to the seller above, line by line: by you, and by resellers below you.")
    return await listed(ui, SHARES, N_("Sales that were sold on"), words=text, back=(PATH, N_("Selling on")))


@show(f"{PATH}/new", _WRITE)
async def ask_make(ui: UiOf) -> Response[Any]:
    """What happens."""
    return _make(ui, PLAIN.empty())


def _make(ui: Ui, form: Inputs) -> Response[Any]:
    text = N_("Months that are over and were not settled get their statement and an invoice. It happens each night by itself.")
    return ask(ui, form, _MAKE, PATH, PATH, words=text)


@act(PATH, _WRITE)
async def make(ui: UiOf) -> Response[Any]:
    """Settle months that are over."""
    try:
        made = await ui.once(lambda tx: service.create(ui.ctx, tx, NewStatements()))
    except DomainError as error:
        return _make(ui, await PLAIN.again(ui, error))
    return ui.go(PATH, ui.words(N_("Statements that were made: %(number)s"), number=len(made)))


def _is_mine(ui: Ui, found: ResellerStatement) -> bool:
    return found.reseller_org_id == ui.ctx.principal.organization_id


@show(f"{PATH}/{{statement_id:uuid}}", _READ)
async def statement(ui: UiOf, statement_id: FromPath[UUID]) -> Response[Any] | Stream:
    """One of them, with the sales that it is made of."""
    [found] = await _named(ui.ctx, [await service.get(ui.ctx, statement_id)])
    table = await SALES.view(ui, {"statement_id": statement_id}, f"{PATH}/{statement_id}")
    is_open = found.booked_on is not None and found.settled_on is None
    return table.alone(ui) or ui.page(
        "billing/reseller_statement.html", found=found, table=table, state=state(found), path=PATH,
        may_settle=is_open and _is_mine(ui, found) and ui.ctx.principal.may("billing:write"), is_mine=_is_mine(ui, found),
    )  # fmt: skip


@show(f"{PATH}/{{statement_id:uuid}}/sales.csv", _READ)
async def export(ui: UiOf, statement_id: FromPath[UUID]) -> Response[Any]:
    """The sales as a file."""
    found, rows = await service.all_sales(ui.ctx, statement_id)
    return file(csv_of(rows, SettledSale), f"statement-{found.month}-{found.currency}.csv")


async def _mine(ui: Ui, statement_id: UUID) -> ResellerStatement:
    found = await service.get(ui.ctx, statement_id)
    if not _is_mine(ui, found):
        raise NotFound("statement about what you sell on")
    return found


def _settle(ui: Ui, found: ResellerStatement, form: Inputs) -> Response[Any]:
    path = f"{PATH}/{found.id}"
    about = f"{found.month} · {ui.view.tongue.money(found.amount, found.amount_currency)}"
    text = N_("It is booked as paid in your own books. No money is moved.")
    return ask(ui, form, _SETTLE, f"{path}/settle", path, words=text, subject=about)


@show(f"{PATH}/{{statement_id:uuid}}/settle", _WRITE)
async def ask_settle(ui: UiOf, statement_id: FromPath[UUID]) -> Response[Any]:
    """From where, and when."""
    return _settle(ui, await _mine(ui, statement_id), SETTLEMENT.empty({"account": "bank"}))


@act(f"{PATH}/{{statement_id:uuid}}/settle", _WRITE)
async def settle(ui: UiOf, statement_id: FromPath[UUID]) -> Response[Any]:
    """Note that one paid what one owes."""
    found = await _mine(ui, statement_id)
    try:
        await service.settle(ui.ctx, statement_id, await SETTLEMENT.read(ui))
    except DomainError as error:
        return _settle(ui, found, await SETTLEMENT.again(ui, error))
    return ui.go(f"{PATH}/{statement_id}", ui.words(N_("It is booked as paid.")))


PAGES = [statements, shares, ask_make, make, statement, export, ask_settle, settle]
