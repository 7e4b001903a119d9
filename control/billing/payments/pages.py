"""The list of payments, one payment, recording one, giving money back, moving it; and disputes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.billing.customers import service as customers
from control.billing.invoices import listing
from control.billing.invoices import service as invoices
from control.billing.invoices.words import METHODS
from control.billing.parts import NONE, Link, amount, ask, choose, full, listed, named, own_customer, wanted_customer
from control.billing.payments import page_words, refunding, service
from control.billing.payments.models import CAME_IN, Method, Move, NewPayment, NewRefund, Payment, Row, Status
from control.core.context import Context
from control.core.errors import DomainError, NotFound
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web.asking import Asking
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Column, Filter, Table
from control.web.ui import Ui, UiOf
from control.web.view import tongue

_READ, _WRITE = needs("billing:read"), needs("payments:write")
_RECORD, _REFUND, _MOVE = N_("Record a payment"), N_("Give money back"), N_("Move to an invoice")
MENU = (Entry(label=N_("Payments"), path="/payments", icon="coins", permission="billing:read", group=N_("Billing")),)


class Listed(Row, kw_only=True):
    """A payment in a list."""

    customer_name: str


async def _page(ctx: Context, wanted: PageRequest, filters: dict[str, Any]) -> tuple[list[Listed], int]:
    rows, total = await service.page(ctx, wanted, filters)
    return await named(ctx, rows, Listed), total


PAYMENTS = Table(
    name="payments",
    path="/payments",
    service=_page,
    sortable=service.SORTABLE,
    tie="p.id",
    columns=(
        Column(name="received_on", label=N_("Received on"), sort="received_on", cell="linked_day"),
        Column(name="customer_name", label=N_("Customer")),
        Column(name="method", label=N_("How"), of=lambda row: tongue().gettext(page_words.method(row))),
        Column(name="reference", label=N_("Reference")),
        Column(name="status", label=N_("Status"), sort="status", cell="badge", of=page_words.status),
        Column(name="amount", label=N_("Amount"), sort="amount", cell="amount", of=amount),
        Column(name="provider_reference", label=N_("Provider"), is_hidden=True),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="status", label=N_("Status"), kind=Status, words=page_words.STATUSES),
        Filter(name="method", label=N_("How"), kind=Method, words=METHODS),
        Filter(name="received_since", label=N_("Received from"), kind=date, input="date"),
        Filter(name="received_until", label=N_("to"), kind=date, input="date"),
        Filter(name="customer_id", label=N_("Customer"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link="/payments/{id}",
    search=N_("Reference"),
    empty=N_("There are no payments yet."),
    live="payment refund",
)
DISPUTES = Table(
    name="disputes",
    path="/payments/disputes",
    service=service.disputes,
    sortable=service.DISPUTES_SORTABLE,
    tie="d.id",
    columns=(
        Column(name="provider_reference", label=N_("Dispute"), cell="link"),
        Column(name="kind", label=N_("Kind"), of=lambda row: tongue().gettext(page_words.DISPUTE_KINDS[row.kind])),
        Column(name="reason", label=N_("Reason")),
        Column(name="status", label=N_("Status"), cell="badge", of=lambda row: page_words.DISPUTES[row.status]),
        Column(name="amount", label=N_("Amount"), sort="amount", cell="number"),
        Column(name="evidence_due_at", label=N_("Answer until"), cell="moment"),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment"),
    ),
    filters=(
        Filter(name="status", label=N_("Status"), words={name: one.label for name, one in page_words.DISPUTES.items()}),
        Filter(name="payment_id", label=N_("Payment"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link="/payments/{payment_id}",
    empty=N_("There are no disputes. May it stay so."),
)
PAYMENT = Form(
    NewPayment,
    Field("method", N_("How"), choices=page_words.BY_HAND, is_half=True),
    Field("received_on", N_("Received on"), hint=N_("Today when left empty."), is_half=True),
    Field("amount", N_("Amount"), is_half=True),
    Field("currency", N_("Currency"), hint=N_("The customer's when left empty."), is_half=True),
    Field("reference", N_("Reference")),
    Field("fee", N_("Fee of the bank"), is_half=True),
)
REFUND = Form(
    NewRefund,
    Field("amount", N_("Amount"), hint=N_("All that is left when left empty.")),
    Field("reason", N_("Reason")),
    Field("reopen_invoices", N_("Open invoices again for what no credit covers")),
)


def _may_write(ui: Ui, found: Payment) -> bool:
    principal = ui.ctx.principal
    return principal.may("payments:write") and found.customer_org_id != principal.organization_id


@show("/payments", _READ)
async def payments(ui: UiOf) -> Response[str]:
    """The payments in reach."""
    principal, links = ui.ctx.principal, []
    if principal.may("payments:write"):
        links = [
            Link(N_("Bank statements"), "/payments/bank"),
            Link(N_("Direct debits"), "/payments/direct-debits"),
            Link(N_("Disputes"), "/payments/disputes"),
            Link(_RECORD, "/payments/new", "primary"),
        ]
    elif principal.may("payments:pay"):
        links = [Link(N_("Ways to pay"), "/payments/methods")]
    return await listed(ui, PAYMENTS, N_("Payments"), *links)


@show("/payments/disputes", _READ)
async def disputes(ui: UiOf) -> Response[str]:
    """Chargebacks and returned debits."""
    text = N_("Chargebacks and returned debits. The invoices that they paid are open again.")
    return await listed(ui, DISPUTES, N_("Disputes"), words=text, back=("/payments", N_("Payments")))


@show("/payments/new", _WRITE)
async def ask_new(ui: UiOf) -> Response[Any]:
    """From whom, and then what."""
    customer_id = wanted_customer(ui)
    if customer_id is None:
        return await choose(ui, _RECORD, ("/payments", N_("Payments")))
    customer = await own_customer(ui, customer_id)
    return _new(ui, PAYMENT.empty({"method": "bank_transfer"}), customer_id, customer.name)


def _new(ui: Ui, form: Any, customer_id: UUID, name: str) -> Response[Any]:
    text = N_("It pays the customer's open invoices, the oldest first; what is left becomes the customer's credit.")
    return full(
        ui, form, _RECORD, f"/customers/{customer_id}/payments", (f"/customers/{customer_id}", name), words=text, label=_RECORD
    )


@act("/customers/{customer_id:uuid}/payments", _WRITE)
async def create(ui: UiOf, customer_id: FromPath[UUID]) -> Response[Any]:
    """Record money that came in from a customer."""
    customer = await own_customer(ui, customer_id)
    try:
        data = await PAYMENT.read(ui, customer_id=str(customer_id))
        made = await ui.once(lambda tx: service.create(ui.ctx, tx, data))
    except DomainError as error:
        return _new(ui, await PAYMENT.again(ui, error), customer_id, customer.name)
    return ui.go(f"/payments/{made['id']}", ui.words(N_("The payment was recorded.")))


async def _for_invoice(ui: Ui, invoice_id: UUID, form: Any = None) -> Response[Any]:
    found = await invoices.get(ui.ctx, invoice_id)
    if form is None:
        form = PAYMENT.empty({"method": "bank_transfer", "amount": found.balance, "currency": found.currency})
    text = N_("It pays this invoice; what is more than is open becomes the customer's credit.")
    back = f"/invoices/{invoice_id}"
    return ask(ui, form, _RECORD, f"{back}/payments", back, words=text, subject=f"{found.invoice_number} · {found.customer_name}")


@show("/invoices/{invoice_id:uuid}/payments/new", _WRITE)
async def ask_for_invoice(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """What came in for an invoice."""
    return await _for_invoice(ui, invoice_id)


@act("/invoices/{invoice_id:uuid}/payments", _WRITE)
async def create_for_invoice(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """Record money that came in for an invoice."""
    try:
        data = await PAYMENT.read(ui, invoice_id=str(invoice_id))
        await ui.once(lambda tx: service.create(ui.ctx, tx, data))
    except DomainError as error:
        return await _for_invoice(ui, invoice_id, await PAYMENT.again(ui, error))
    return ui.go(f"/invoices/{invoice_id}", ui.words(N_("The payment was recorded.")))


@show("/payments/{payment_id:uuid}", _READ)
async def payment(ui: UiOf, payment_id: FromPath[UUID]) -> Response[str]:
    """One payment: where its money is, and what went back."""
    found = await service.get(ui.ctx, payment_id)
    newest = PageRequest(1, 50, "d.created_at DESC, d.id DESC")
    disputed, _ = await service.disputes(ui.ctx, newest, {"organization_id": None, "status": None, "payment_id": payment_id})
    in_credit = sum((one.amount for one in found.allocations if one.invoice_id is None), Decimal(0))
    came_in = found.status in CAME_IN
    names = await customers.names(ui.ctx, [found.customer_id])
    return ui.page(
        "billing/payment.html",
        payment=found,
        customer=names.get(found.customer_id, NONE),
        disputes=disputed,
        words=page_words,
        state=page_words.status(found),
        may_write=_may_write(ui, found),
        may_refund=came_in and found.refunded < found.amount,
        may_move=came_in and in_credit > 0,
    )


async def _own(ui: Ui, payment_id: UUID) -> Payment:
    found = await service.get(ui.ctx, payment_id)
    if not _may_write(ui, found):
        raise NotFound("payment of yours to change")
    return found


async def _give_back(ui: Ui, row: Payment, data: Any) -> None:
    await ui.once(lambda tx: refunding.create(ui.ctx, tx, row.id, data))


REFUNDING = Asking(
    path="/payments/{row_id:uuid}/refund", writes=_WRITE, get=_own, back="/payments/{row.id}", label=_REFUND, form=REFUND,
    name=lambda ui, row: ui.view.tongue.money(row.amount - row.refunded, row.currency),
    text=N_(
        "It is taken from the customer's credit, which a credit note gives. A card gets it back by itself; a transfer you make."
    ),
    work=_give_back, said=N_("The money goes back."), dangerous=True,
)  # fmt: skip


async def _move_form(ui: Ui, found: Payment) -> Form[Move]:
    names: dict[str, str] = {}
    for status in ("overdue", "sent", "partially_paid"):
        wanted = PageRequest(1, 100, "i.due_date ASC, i.id ASC")
        rows, _ = await listing.page(ui.ctx, wanted, {"status": status, "customer_id": found.customer_id})
        money = ui.view.tongue.money
        same = [one for one in rows if one.currency == found.currency]
        names |= {str(one.id): f"{one.invoice_number} · {money(one.balance, one.currency)}" for one in same}
    hint = N_("As much as there is and is open when left empty.")
    return Form(Move, Field("invoice_id", N_("Invoice"), kind="select", choices=names), Field("amount", N_("Amount"), hint=hint))


def _move(ui: Ui, found: Payment, form: Any) -> Response[Any]:
    text = N_("What of the payment became the customer's credit pays an invoice.")
    back = f"/payments/{found.id}"
    return ask(ui, form, _MOVE, f"{back}/move", back, words=text, subject=ui.view.tongue.money(found.amount, found.currency))


@show("/payments/{payment_id:uuid}/move", _WRITE)
async def ask_move(ui: UiOf, payment_id: FromPath[UUID]) -> Response[Any]:
    """To which invoice."""
    found = await _own(ui, payment_id)
    return _move(ui, found, (await _move_form(ui, found)).empty())


@act("/payments/{payment_id:uuid}/move", _WRITE)
async def move(ui: UiOf, payment_id: FromPath[UUID]) -> Response[Any]:
    """Let credit of a payment pay an invoice."""
    found = await _own(ui, payment_id)
    form = await _move_form(ui, found)
    try:
        data = await form.read(ui)
        await ui.once(lambda tx: service.allocate(ui.ctx, tx, payment_id, data))
    except DomainError as error:
        return _move(ui, found, await form.again(ui, error))
    return ui.go(f"/payments/{payment_id}", ui.words(N_("The money was moved.")))


PAGES = [
    payments, disputes, ask_new, create, ask_for_invoice, create_for_invoice, payment, *REFUNDING.pages(), ask_move, move,
]  # fmt: skip
