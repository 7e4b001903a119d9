"""All about one customer: subscriptions, payments, ways to pay, tax, mails, history; and what is done with the record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.billing.customers import service
from control.billing.customers.models import Customer
from control.billing.customers.pages import _countries, about, may_sell
from control.billing.dunning import service as dunning
from control.billing.dunning.models import Stop
from control.billing.invoices.models import Nothing
from control.billing.invoices.pages import INVOICES
from control.billing.invoices.words import MAILS as MAIL_STATES
from control.billing.mails import service as mails
from control.billing.mails.models import Status
from control.billing.parts import Link, own_customer
from control.billing.payments import crediting
from control.billing.payments.models import Adjustment
from control.billing.payments.pages import PAYMENTS
from control.billing.payments.providers.pages import METHODS
from control.billing.subscriptions.pages import SUBSCRIPTIONS
from control.billing.tax.evidence import service as evidence
from control.billing.tax.evidence.models import NewPiece
from control.billing.tax.vat_checks import service as checks
from control.billing.tax.vat_checks.pages import FLAGS
from control.core.errors import DomainError, NotFound
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.security.audit_log.pages import AUDIT_LOG
from control.web.asking import Asking
from control.web.depends import Hangs, hanging
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf
from control.web.view import tongue

_READ, _WRITE = needs("billing:read"), needs("billing:write")
_DUNNING, _CREDIT = needs("subscriptions:write"), needs("payments:write")
_FEW = 20
WHATS = {
    "invoice": N_("Invoice"),
    "reminder": N_("Reminder"),
    "payment_failed": N_("A payment failed"),
    "payment_confirm": N_("A payment waits to be confirmed"),
    "debit_announced": N_("A direct debit is announced"),
}
TAX_IDS = {
    "none": Badge(N_("None")),
    "pending_verification": Badge(N_("Is being checked"), "info"),
    "valid": Badge(N_("Valid"), "success"),
    "invalid": Badge(N_("Not valid"), "error"),
    "unchecked": Badge(N_("No register to ask")),
}
OUTCOMES = {
    "valid": Badge(N_("Valid"), "success"),
    "invalid": Badge(N_("Not valid"), "error"),
    "unavailable": Badge(N_("No answer"), "warning"),
}
VERDICTS = {
    "settled": Badge(N_("Certain"), "success"),
    "elsewhere": Badge(N_("Not the country of the address"), "error"),
    "contradictory": Badge(N_("Contradictory"), "error"),
    "insufficient": Badge(N_("Not enough evidence"), "warning"),
}
REASONS = {
    "settled": N_("The pieces speak for the country of the bill."),
    "elsewhere": N_("The pieces speak for another country than that of the bill; correct the address or ask the customer."),
    "contradictory": N_("As many pieces speak for one country as for another; ask the customer for one more."),
    "insufficient": N_("At least two pieces must speak for a country."),
}
"""Why a verdict is what it is."""
KINDS = {
    "billing_address": N_("Address"),
    "ip_address": N_("Address on the internet"),
    "bank": N_("Bank"),
    "tax_id": N_("VAT id"),
    "phone": N_("Telephone"),
    "other": N_("Something else"),
}
_BY_HAND = {name: KINDS[name] for name in ("ip_address", "bank", "phone", "other")}
MAILED = Table(
    name="customer_mails",
    path="/customers",
    service=mails.page,
    sortable=mails.SORTABLE,
    tie="m.id",
    columns=(
        Column(name="invoice_number", label=N_("Invoice"), cell="link"),
        Column(name="what", label=N_("What"), of=lambda row: tongue().gettext(WHATS[row.what])),
        Column(name="recipients", label=N_("Recipients"), of=lambda row: ", ".join(row.recipients)),
        Column(name="status", label=N_("Status"), sort="status", cell="badge", of=lambda row: MAIL_STATES[row.status]),
        Column(name="detail", label=N_("Details"), of=lambda row: row.detail or None),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment"),
        Column(name="sent_at", label=N_("Sent"), cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="status", label=N_("Status"), kind=Status, words={name: one.label for name, one in MAIL_STATES.items()}),
        Filter(name="invoice_id", label=N_("Invoice"), kind=UUID, input="hidden"),
    ),
    link="/invoices/{invoice_id}",
    search=N_("Number or recipient"),
    empty=N_("No mails yet."),
)
CREDIT = Form(
    Adjustment,
    Field("amount", N_("Amount"), hint=N_("With a minus, it is taken away."), is_half=True),
    Field("currency", N_("Currency"), hint=N_("The customer's when left empty."), is_half=True),
    Field("reason", N_("Reason"), hint=N_("It stands in the books.")),
)
STOP = Form(Stop, Field("reason", N_("Reason"), kind="textarea"))
PIECE = Form(
    NewPiece,
    Field("kind", N_("Kind"), choices=_BY_HAND, is_half=True),
    Field("country", N_("Country"), choices=_countries, is_half=True),
    Field("detail", N_("Details"), hint=N_("Such as the bank's name. Of an address on the internet only the network is kept.")),
)


async def _list(ui: Ui, found: Customer, table: Table, part: str, title: str, *links: Link, **fixed: Any) -> Response[Any]:
    shown = await table.view(ui, fixed or {"customer_id": found.id}, f"/customers/{found.id}/{part}")
    if ui.target == shown.id:
        return ui.fragment("components/results.html", table=shown)
    return ui.page("billing/customer_list.html", table=shown, title=title, links=links, **about(ui, found))


@show("/customers/{customer_id:uuid}/subscriptions", needs("subscriptions:read"))
async def subscriptions(ui: UiOf, customer_id: FromPath[UUID]) -> Response[Any]:
    """What is charged again and again."""
    found = await service.get(ui.ctx, customer_id)
    new = Link(N_("Start a subscription"), f"/subscriptions/new?customer_id={customer_id}", "primary", "repeat")
    return await _list(ui, found, SUBSCRIPTIONS, "subscriptions", N_("Subscriptions"), *([new] if may_sell(ui, found) else []))


@show("/customers/{customer_id:uuid}/payments", _READ)
async def payments(ui: UiOf, customer_id: FromPath[UUID]) -> Response[Any]:
    """What came in."""
    found = await service.get(ui.ctx, customer_id)
    new = Link(N_("Record a payment"), f"/payments/new?customer_id={customer_id}", "primary", "coins")
    return await _list(ui, found, PAYMENTS, "payments", N_("Payments"), *([new] if may_sell(ui, found) else []))


@show("/customers/{customer_id:uuid}/methods", _READ)
async def methods(ui: UiOf, customer_id: FromPath[UUID]) -> Response[Any]:
    """Cards and mandates."""
    found = await service.get(ui.ctx, customer_id)
    new = Link(N_("Keep a mandate"), f"/payments/direct-debits/mandates/new?customer_id={customer_id}", "primary")
    return await _list(ui, found, METHODS, "methods", N_("Ways to pay"), *([new] if may_sell(ui, found) else []))


@show("/customers/{customer_id:uuid}/mails", _WRITE)
async def mailed(ui: UiOf, customer_id: FromPath[UUID]) -> Response[Any]:
    """The mails about invoices."""
    return await _list(ui, await own_customer(ui, customer_id), MAILED, "mails", N_("Mails"))


@show("/customers/{customer_id:uuid}/history", needs("audit:read"))
async def history(ui: UiOf, customer_id: FromPath[UUID]) -> Response[Any]:
    """Who did what with the record."""
    found = await own_customer(ui, customer_id)
    fixed = {"subject_type": "customer", "subject_id": str(customer_id)}
    return await _list(ui, found, AUDIT_LOG, "history", N_("History"), **fixed)


@show("/customers/{customer_id:uuid}/tax", _WRITE)
async def tax(ui: UiOf, customer_id: FromPath[UUID]) -> Response[Any]:
    """The VAT id and what registers said, the country whose tax is owed, and invoices in doubt."""
    found = await own_customer(ui, customer_id)
    table = await FLAGS.view(ui, {"customer_id": customer_id}, f"/customers/{customer_id}/tax")
    if ui.target == table.id:
        return ui.fragment("components/results.html", table=table)
    said, _ = await checks.page(ui.ctx, customer_id, PageRequest(1, _FEW, "checked_at DESC, id DESC"), {})
    place = await evidence.answer(ui.ctx, customer_id)
    return ui.page(
        "billing/customer_tax.html", table=table, checks=said, place=place, known=TAX_IDS[found.tax_id_status],
        verdict=VERDICTS[place.verdict], reason=REASONS[place.verdict],
        outcomes=OUTCOMES, kinds=KINDS, country=_country, **about(ui, found),
    )  # fmt: skip


def _country(code: str) -> str:
    return str(tongue().locale.territories.get(code, code))


@act("/customers/{customer_id:uuid}/check-tax-id", _WRITE)
async def check_tax_id(ui: UiOf, customer_id: FromPath[UUID]) -> Response[Any]:
    """Have the register asked now."""
    path = f"/customers/{customer_id}/tax"
    try:
        await checks.check_again(ui.ctx, customer_id, Nothing())
    except NotFound:
        raise
    except DomainError as error:
        return ui.go(path, ui.words(error.message), tone="error")
    return ui.go(path, ui.words(N_("The register is being asked. Load the page again in a moment.")))


async def _adjust(ui: Ui, row: Customer, data: Any) -> None:
    await ui.once(lambda tx: crediting.adjust(ui.ctx, tx, row.id, data))


async def _add(ui: Ui, row: Customer, data: Any) -> None:
    await ui.once(lambda tx: evidence.add(ui.ctx, tx, row.id, data))


EVIDENCE = Asking(
    path="/customers/{row_id:uuid}/evidence", writes=_WRITE, get=own_customer, back="/customers/{row.id}/tax", form=PIECE,
    label=N_("Add a piece of evidence"), button=N_("Keep it"), look="primary",
    text=N_("What an order, a bank or a call said of the customer's country. Two pieces that agree settle whose tax is owed."),
    work=_add, said=N_("It was kept."),
)  # fmt: skip
CREDITING = Asking(
    path="/customers/{row_id:uuid}/credit", writes=_CREDIT, get=own_customer, back="/customers/{row.id}", form=CREDIT,
    label=N_("Give or take credit"), button=N_("Book it"), look="primary",
    text=N_("Credit pays invoices to come. What is given is an expense in the books."),
    work=_adjust, said=N_("The credit was changed."),
)  # fmt: skip
STOPPING = Asking(
    path="/customers/{row_id:uuid}/reminders/stop", writes=_DUNNING, get=own_customer, back="/customers/{row.id}", form=STOP,
    label=N_("Stop the reminders"), look="primary",
    text=N_("Nothing is done about overdue invoices of this customer until somebody goes on: no mails, fees or suspension."),
    work=lambda ui, row, data: dunning.stop_customer(ui.ctx, row.id, data), said=N_("The reminders are stopped."),
)  # fmt: skip


@act("/customers/{customer_id:uuid}/reminders/continue", _DUNNING)
async def go_on(ui: UiOf, customer_id: FromPath[UUID]) -> Response[Any]:
    """Go on with their invoices."""
    await dunning.go_on_customer(ui.ctx, customer_id)
    return ui.go(f"/customers/{customer_id}", ui.words(N_("The reminders go on.")))


DELETE = Asking(
    path="/customers/{row_id:uuid}/delete", writes=_WRITE, get=own_customer, back="/customers/{row.id}", after="/customers",
    label=N_("Delete the customer"),
    text=N_("Only a customer who never got an invoice is deleted; others are closed by editing them. The organization stays."),
    work=lambda ui, row, _: service.delete(ui.ctx, row.id), said=N_("The customer was deleted."), is_versioned=True,
    depends=hanging(
        Hangs(table=INVOICES, label=N_("Invoices"), permission="billing:read", by="customer_id", keeps=True,
              name=lambda row: row.invoice_number or tongue().gettext(N_("Draft"))),
        Hangs(table=SUBSCRIPTIONS, label=N_("Subscriptions"), permission="subscriptions:read", by="customer_id", keeps=True),
        Hangs(table=PAYMENTS, label=N_("Payments"), permission="billing:read", by="customer_id", keeps=True,
              name=lambda row: tongue().day(row.received_on) if row.received_on else tongue().day(row.created_at)),
        Hangs(table=METHODS, label=N_("Ways to pay"), permission="billing:read", by="customer_id", keeps=True),
    ),
)  # fmt: skip
PAGES = [
    subscriptions, payments, methods, mailed, history, tax, check_tax_id, *EVIDENCE.pages(), *CREDITING.pages(),
    *STOPPING.pages(), go_on, *DELETE.pages(),
]  # fmt: skip
