"""The list of invoices, one invoice, and what is done with them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.billing.documents import service as documents
from control.billing.documents.models import Format
from control.billing.dunning import service as dunning
from control.billing.invoices import listing, many, service, words
from control.billing.invoices.models import Invoice, Kind, Status
from control.billing.mails import service as mails
from control.billing.mails.models import SendInvoice
from control.billing.payments import service as payments
from control.billing.today import today
from control.core.errors import DomainError, NotFound, ValidationFailed
from control.core.operations import Operation
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import act, show
from control.web.tables import Bulk, Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _WRITE = needs("billing:read"), needs("billing:write")
MENU = (Entry(label=N_("Invoices"), path="/invoices", icon="invoice", permission="billing:read", group=N_("Billing")),)
INVOICES = Table(
    name="invoices",
    path="/invoices",
    service=listing.page,
    sortable=listing.SORTABLE,
    tie="i.id",
    columns=(
        Column(name="invoice_number", label=N_("Number"), sort="number", cell="link"),
        Column(name="customer_name", label=N_("Customer"), sort="customer_name"),
        Column(name="status", label=N_("Status"), sort="status", cell="badge", of=words.status),
        Column(name="issued_on", label=N_("Issued"), sort="issued_on", cell="day"),
        Column(name="due_date", label=N_("Due"), sort="due_date", cell="day"),
        Column(name="total", label=N_("Total"), sort="total", cell="amount", of=words.total),
        Column(name="balance", label=N_("Still open"), cell="amount", of=words.balance),
        Column(name="sent_at", label=N_("Sent"), cell="moment", is_hidden=True),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="status", label=N_("Status"), kind=Status, words=words.STATUSES),
        Filter(name="kind", label=N_("Kind"), kind=Kind, words=words.KINDS),
        Filter(name="issued_since", label=N_("Issued from"), kind=date, input="date"),
        Filter(name="issued_until", label=N_("to"), kind=date, input="date"),
        Filter(name="customer_id", label=N_("Customer"), kind=UUID, input="hidden"),
    ),
    bulk=(
        Bulk(label=N_("Finalise"), path="/invoices/finalise", permission="billing:write", icon="check"),
        Bulk(label=N_("Send"), path="/invoices/send", permission="billing:write", icon="send"),
    ),
    link="/invoices/{id}",
    search=N_("Number or customer"),
    empty=N_("There are no invoices yet."),
    live="invoice credit_note payment",
)
SEND = Form(
    SendInvoice,
    Field("recipients", N_("Recipients"), kind="list", hint=N_("One address a line; the customer's own when left empty.")),
    Field("message", N_("Message"), kind="textarea", hint=N_("Above the fixed words of the mail.")),
)
_FEW = 50


@show("/invoices", _READ)
async def invoices(ui: UiOf) -> Response[str]:
    """The invoices in reach."""
    is_buyer = ui.ctx.principal.user_type == "customer"
    open_ = await _open(ui) if is_buyer and ui.target != f"rows-{INVOICES.name}" else {}
    chosen, may_pay = ui.request.query_params.get("status", ""), ui.ctx.principal.may("payments:pay")
    may_write = ui.ctx.principal.may("billing:write")
    return await INVOICES.page(
        ui, "billing/invoices.html", is_buyer=is_buyer, open=open_, chosen=chosen, may_pay=may_pay, may_write=may_write
    )


async def _open(ui: Ui) -> dict[str, Decimal]:
    """What a customer has to pay, by currency."""
    sums: dict[str, Decimal] = {}
    for status in ("overdue", "sent", "partially_paid"):
        rows, _ = await listing.page(ui.ctx, PageRequest(1, 100, "i.due_date ASC, i.id ASC"), {"status": status})
        for row in rows:
            if row.kind != "credit_note" and row.balance > 0:
                sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.balance
    return sums


@show("/invoices/{invoice_id:uuid}", _READ)
async def invoice(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[str]:
    """One invoice: its positions, what was paid, and the mails about it."""
    found = await service.get(ui.ctx, invoice_id)
    newest = PageRequest(1, _FEW, "p.created_at DESC, p.id DESC")
    paid, _ = await payments.of_invoice(ui.ctx, invoice_id, newest, {})
    newest = PageRequest(1, _FEW, "m.created_at DESC, m.id DESC")
    mailed, _ = await mails.page(ui.ctx, newest, {"invoice_id": invoice_id, "status": None})
    principal, is_own = ui.ctx.principal, found.customer_org_id == ui.ctx.principal.organization_id
    return ui.page(
        "billing/invoice.html",
        invoice=found,
        payments=paid,
        mails=mailed,
        words=words,
        may_sell=_may_sell(ui, found),
        may_pay=is_own and principal.may("payments:pay"),
        ahead=await _ahead(ui, found) if is_own else None,
        may_record=not is_own and principal.may("payments:write"),
    )


async def _ahead(ui: Ui, found: Invoice) -> dict[str, Any] | None:
    """What a customer should know of an invoice that is overdue: since when, and what comes next."""
    if found.status != "overdue" or found.due_date is None:
        return None
    late = max(1, (today("UTC") - found.due_date).days)
    try:
        case = await dunning.case(ui.ctx, found.id)
    except DomainError:
        return {"days": late, "next": None, "on": None, "stopped": False}
    step = case.steps[case.done] if case.done < len(case.steps) and case.stopped_at is None else None
    on = case.next_on or (found.due_date + timedelta(days=step.days) if step else None)
    return {"days": late, "next": None if step is None else step.action, "on": on, "stopped": case.stopped_at is not None}


def _may_sell(ui: Ui, found: Invoice) -> bool:
    principal = ui.ctx.principal
    return principal.may("billing:write") and found.customer_org_id != principal.organization_id


@show("/invoices/{invoice_id:uuid}/document", _READ)
async def document(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """The invoice as a file, or a page that waits until it is made."""
    try:
        wanted = msgspec.convert(ui.request.query_params.get("format", "pdf"), Format)
    except msgspec.ValidationError:
        raise NotFound("format") from None
    found = await documents.fetch(ui.ctx, invoice_id, wanted)
    if isinstance(found, Operation):
        return ui.page("billing/document.html", status=202, headers={"Refresh": "1"}, invoice_id=invoice_id)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"', "Cache-Control": "private, no-cache"}
    return Response(found.content, media_type=found.media_type, headers={**headers, "X-Content-Type-Options": "nosniff"})


@show("/invoices/{invoice_id:uuid}/finalise", _WRITE)
async def ask_finalise(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[str]:
    """What finalising does."""
    return ui.page("billing/finalise.html", invoice=await service.get(ui.ctx, invoice_id))


@act("/invoices/{invoice_id:uuid}/finalise", _WRITE)
async def finalise(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """Give a draft its number."""
    async with ui.ctx.transaction() as tx:
        [(_, seller)] = await many.reach(ui.ctx, tx, [invoice_id])
    if seller is None:
        raise NotFound("invoice of yours to finalise")
    result = (await many.finalise(ui.runtime.database, UUID(seller), [invoice_id], ui.ctx.actor))[invoice_id]
    if isinstance(result, DomainError):
        raise result
    return ui.go(
        f"/invoices/{invoice_id}", ui.words(N_("The invoice has the number %(number)s now."), number=result.invoice_number)
    )


@show("/invoices/{invoice_id:uuid}/send", _WRITE)
async def ask_send(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[str]:
    """To whom, and what to say."""
    return ui.page("billing/send.html", invoice=await service.get(ui.ctx, invoice_id), form=SEND.empty())


@act("/invoices/{invoice_id:uuid}/send", _WRITE)
async def send(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """Mail it."""
    try:
        data = await SEND.read(ui)
        if not data.recipients:
            data = msgspec.structs.replace(data, recipients=None)
        await ui.once(lambda tx: mails.send(ui.ctx, tx, invoice_id, data))
    except ValidationFailed as error:
        found = await service.get(ui.ctx, invoice_id)
        return ui.page("billing/send.html", status=422, invoice=found, form=await SEND.again(ui, error))
    return ui.go(f"/invoices/{invoice_id}", ui.words(N_("The mail is on its way.")))


PAGES = [
    invoices, invoice, document, ask_finalise, finalise, ask_send, send,
]  # fmt: skip
