"""Direct debits: mandates that customers signed, and files for the bank."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.billing.parts import Link, choose, file, full, listed, own_customer, wanted_customer
from control.billing.payments import page_words
from control.billing.payments.sepa import mandates, service
from control.billing.payments.sepa.models import Batch, NewBatch, NewMandate, Nothing
from control.core.context import Context
from control.core.errors import DomainError
from control.core.permissions import needs
from control.web.asking import Asking
from control.web.depends import Dependent
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.tables import Column, Filter, Table
from control.web.ui import Ui, UiOf

_WRITE = needs("payments:write")
_PATH = "/payments/direct-debits"
_BACK = (_PATH, N_("Direct debits"))
_SCHEMES = {"CORE": N_("Core"), "B2B": N_("Between businesses")}
_COLLECT, _MANDATE = N_("Collect open invoices"), N_("Add a mandate")
BATCHES = Table(
    name="sepa_batches",
    path=_PATH,
    service=service.page,
    sortable=service.SORTABLE,
    tie="b.id",
    columns=(
        Column(name="message_id", label=N_("File"), cell="link"),
        Column(name="collected_on", label=N_("Collected on"), sort="collected_on", cell="day"),
        Column(name="scheme", label=N_("Scheme")),
        Column(name="status", label=N_("Status"), cell="badge", of=lambda row: page_words.BATCHES[row.status]),
        Column(name="payments", label=N_("Debits"), cell="number"),
        Column(name="total", label=N_("Total in EUR"), cell="number"),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment", is_hidden=True),
    ),
    filters=(
        Filter(name="status", label=N_("Status"), words={name: one.label for name, one in page_words.BATCHES.items()}),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link=f"{_PATH}/{{id}}",
    empty=N_("Nothing was collected by direct debit yet."),
)
BATCH = Form(
    NewBatch,
    Field("collected_on", N_("Collected on"), is_half=True, hint=N_("A day on which banks are open.")),
    Field("scheme", N_("Scheme"), choices=_SCHEMES, is_half=True),
)
MANDATE = Form(
    NewMandate,
    Field("iban", N_("IBAN")),
    Field("holder", N_("Account holder"), is_half=True),
    Field("signed_on", N_("Signed on"), is_half=True),
    Field("scheme", N_("Scheme"), choices=_SCHEMES, is_half=True),
    Field("kind", N_("Kind"), choices={"recurrent": N_("For many debits"), "one_off": N_("For one debit")}, is_half=True),
    Field("reference", N_("Reference of the mandate"), hint=N_("Made when left empty."), is_half=True),
    Field("pre_notification_days", N_("Days of notice"), is_half=True),
)


@show(_PATH, _WRITE)
async def batches(ui: UiOf) -> Response[str]:
    """The files that were made."""
    links = (Link(_MANDATE, f"{_PATH}/mandates/new"), Link(_COLLECT, f"{_PATH}/new", "primary"))
    return await listed(ui, BATCHES, N_("Direct debits"), *links, back=("/payments", N_("Payments")))


def _new(ui: Ui, form: Any) -> Response[Any]:
    text = N_("All invoices that are due by that day, of customers with a mandate of the scheme, go into a file for your bank.")
    return full(ui, form, _COLLECT, _PATH, _BACK, words=text, label=N_("Make the file"))


@show(f"{_PATH}/new", _WRITE)
async def ask_batch(ui: UiOf) -> Response[Any]:
    """On which day."""
    return _new(ui, BATCH.empty({"scheme": "CORE"}))


@act(_PATH, _WRITE)
async def create(ui: UiOf) -> Response[Any]:
    """Make a file of direct debits."""
    try:
        data = await BATCH.read(ui)
        made = await ui.once(lambda tx: service.create(ui.ctx, tx, data))
    except DomainError as error:
        return _new(ui, await BATCH.again(ui, error))
    left_out = made["skipped"]
    if left_out:
        numbers = ", ".join(f"{one['invoice_number']} ({one['reason']})" for one in left_out[:10])
        text = ui.words(N_("The file was made. Left out: %(numbers)s."), numbers=numbers)
        return ui.go(f"{_PATH}/{made['id']}", text)
    return ui.go(f"{_PATH}/{made['id']}", ui.words(N_("The file was made.")))


@show(f"{_PATH}/{{batch_id:uuid}}", _WRITE)
async def batch(ui: UiOf, batch_id: FromPath[UUID]) -> Response[str]:
    """One file."""
    found = await service.get(ui.ctx, batch_id)
    return ui.page("billing/sepa_batch.html", batch=found, state=page_words.BATCHES[found.status], scheme=_SCHEMES[found.scheme])


@show(f"{_PATH}/{{batch_id:uuid}}/file", _WRITE)
async def document(ui: UiOf, batch_id: FromPath[UUID]) -> Response[Any]:
    """The file for the bank."""
    found, content = await service.document(ui.ctx, batch_id)
    return file(content, f"{found.message_id}.xml", "application/xml")


async def _get(ui: Ui, batch_id: UUID) -> Batch:
    return await service.get(ui.ctx, batch_id)


async def _payments(_: Context, row: Batch) -> list[Dependent]:
    return [Dependent(label=N_("Payments in it"), total=row.payments)]


SUBMIT = Asking(
    path=f"{_PATH}/{{row_id:uuid}}/submit", writes=_WRITE, get=_get, name=lambda _, row: row.message_id,
    back=f"{_PATH}/{{row.id}}", label=N_("It went to the bank"), dangerous=True, look="primary",
    text=N_("The file is noted as given to the bank. Its payments come in with a bank statement."),
    work=lambda ui, row, _: service.submit(ui.ctx, row.id, Nothing()), said=N_("It is noted."),
)  # fmt: skip
CANCEL = Asking(
    path=f"{_PATH}/{{row_id:uuid}}/cancel", writes=_WRITE, get=_get, name=lambda _, row: row.message_id,
    back=f"{_PATH}/{{row.id}}", label=N_("Cancel the file"), dangerous=True,
    text=N_("It will not be collected: its payments are cancelled, and the invoices stay open."),
    work=lambda ui, row, _: service.cancel(ui.ctx, row.id, Nothing()), said=N_("It is noted."), depends=_payments,
)  # fmt: skip


def _mandate(ui: Ui, form: Any, customer_id: UUID, name: str) -> Response[Any]:
    return full(ui, form, _MANDATE, f"/customers/{customer_id}/mandates", (f"/customers/{customer_id}", name))


@show(f"{_PATH}/mandates/new", _WRITE)
async def ask_mandate(ui: UiOf) -> Response[Any]:
    """Whose, and then which."""
    customer_id = wanted_customer(ui)
    if customer_id is None:
        return await choose(ui, _MANDATE, _BACK)
    customer = await own_customer(ui, customer_id)
    start = {"scheme": "CORE", "kind": "recurrent", "pre_notification_days": 14, "holder": customer.name[:70]}
    return _mandate(ui, MANDATE.empty(start), customer_id, customer.name)


@act("/customers/{customer_id:uuid}/mandates", _WRITE)
async def add_mandate(ui: UiOf, customer_id: FromPath[UUID]) -> Response[Any]:
    """Keep a mandate that a customer signed."""
    customer = await own_customer(ui, customer_id)
    try:
        data = await MANDATE.read(ui, customer_id=str(customer_id))
        await ui.once(lambda tx: mandates.add_mandate(ui.ctx, tx, data))
    except DomainError as error:
        return _mandate(ui, await MANDATE.again(ui, error), customer_id, customer.name)
    return ui.go(f"/payments/methods?customer_id={customer_id}", ui.words(N_("The mandate was added.")))


PAGES = [batches, ask_batch, create, batch, document, *SUBMIT.pages(), *CANCEL.pages(), ask_mandate, add_mandate]
