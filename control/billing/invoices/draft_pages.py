"""Writing drafts: the positions in lines, what they come to before anything is kept, and throwing a draft away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.billing.catalogue.words import CLASSES
from control.billing.customers.models import Customer
from control.billing.invoices import drafting, listing, service
from control.billing.invoices.models import Invoice, NewInvoice
from control.billing.invoices.words import CATEGORIES, UNITS
from control.billing.parts import choose, own_customer, wanted_customer
from control.billing.settings import service as settings
from control.billing.settings.languages import languages
from control.billing.units import known
from control.core.errors import Conflict, DomainError, NotFound, PreconditionFailed, ValidationFailed
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web.asking import Asking
from control.web.editing import with_choices
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.lines import MOST, Lines
from control.web.routing import act, show
from control.web.ui import VERSION, Ui, UiOf

_WRITE = needs("billing:write")
_BACK = ("/invoices", N_("Invoices"))
_CORRECTED = 100
"""Invoices of a customer among which one is chosen that a debit note corrects."""
LINES = Lines(
    "items",
    (
        Field("description", N_("Description"), kind="textarea"),
        Field("quantity", N_("Quantity"), is_half=True),
        Field("unit", N_("Unit"), choices=UNITS, is_half=True),
        Field("unit_price", N_("Price of one"), is_half=True),
        Field("tax_class", N_("Class of tax"), choices=CLASSES, is_half=True),
        Field("discount_percent", N_("Discount in percent"), is_half=True),
        Field("discount_amount", N_("Discount in money"), hint=N_("Taken off after the percent."), is_half=True),
        Field("period_start", N_("Period from"), is_half=True),
        Field("period_end", N_("Period until before"), hint=N_("The first day after it."), is_half=True),
        Field("monthly_price", N_("Worth a month"), hint=N_("Where it recurs; it counts in reports."), is_half=True),
        Field("tax_rate", N_("Tax in percent"), hint=N_("Only where no rate is known for the place and class."), is_half=True),
    ),
    kept_by=("description", "unit_price"),
    start={"quantity": "1", "unit": "C62", "tax_class": "standard"},
)
PLAINLY = 5
"""Fields of a line that are always shown; the others stand behind a word, open where something is in them."""
DRAFT = Form(
    NewInvoice,
    Field("corrects_id", N_("Adds to the invoice"), kind="select", hint=N_("Then it is a debit note."), is_half=True),
    Field("payment_terms_days", N_("Days to pay"), hint=N_("The customer's when left empty."), is_half=True),
    Field("language", N_("Language"), choices=languages, hint=N_("The customer's when left empty."), is_half=True),
    Field("buyer_reference", N_("Buyer reference"), hint=N_("The customer's when left empty."), is_half=True),
    Field("supplied_from", N_("Supplied from"), is_half=True),
    Field("supplied_to", N_("Supplied to"), is_half=True),
    Field("notes", N_("Notes"), kind="textarea", hint=N_("They stand on the invoice.")),
    Field("prices_include_tax", N_("Prices include tax")),
    lines=LINES,
)


async def _corrected(ui: Ui, customer: Customer) -> dict[str, str]:
    """The invoices that a debit note can add to."""
    newest = PageRequest(1, _CORRECTED, "i.created_at DESC, i.id DESC")
    rows, _ = await listing.page(ui.ctx, newest, {"customer_id": customer.id, "kind": "invoice"})
    return {str(one.id): one.invoice_number for one in rows if one.invoice_number}


async def _editor(
    ui: Ui, form: Inputs, customer: Customer, invoice: Invoice | None, *, status: int = 200, found: drafting.Draft | None = None
) -> Response[Any]:
    """The page on which a draft is written."""
    form = with_choices(form, {"corrects_id": await _corrected(ui, customer)})
    return ui.page(
        "billing/draft.html", status=422 if form.is_wrong and status == 200 else status, form=form, customer=customer,
        invoice=invoice, found=found, plainly=PLAINLY, categories=CATEGORIES,
        version=(await ui.texts()).get(VERSION, "") or (invoice.version if invoice else ""),
        action=f"/invoices/{invoice.id}/edit" if invoice else f"/customers/{customer.id}/invoices",
        back=f"/invoices/{invoice.id}" if invoice else f"/customers/{customer.id}",
    )  # fmt: skip


async def _asked(ui: Ui, customer: Customer) -> NewInvoice:
    """What was typed. Raises ValidationFailed."""
    kind = "debit_note" if (await ui.texts()).get("corrects_id") else "invoice"
    return await DRAFT.read(ui, customer_id=str(customer.id), currency=customer.currency, kind=kind)


async def _looked_at(ui: Ui, customer: Customer, invoice: Invoice | None) -> Response[Any] | None:
    """The page once more, where a button was pressed that keeps nothing."""
    texts = await ui.texts()
    if "line" in texts:
        return await _editor(ui, await DRAFT.rearranged(ui), customer, invoice)
    if texts.get("do") not in ("calculate", "save", "finalise"):
        raise NotFound("button")
    if texts["do"] != "calculate":
        return None
    try:
        found = await service.preview(ui.ctx, await _asked(ui, customer))
    except ValidationFailed as error:
        return await _editor(ui, await DRAFT.again(ui, error), customer, invoice)
    return await _editor(ui, await DRAFT.again(ui, ValidationFailed([])), customer, invoice, found=found)


async def _kept(ui: Ui, invoice_id: object, said: str) -> Response[Any]:
    """On to the draft, or to what finalising does."""
    is_final = (await ui.texts()).get("do") == "finalise"
    return ui.go(f"/invoices/{invoice_id}/finalise" if is_final else f"/invoices/{invoice_id}", ui.words(said))


@show("/invoices/new", _WRITE)
async def ask_new(ui: UiOf) -> Response[Any]:
    """For whom; then an empty draft."""
    customer_id = wanted_customer(ui)
    if customer_id is None:
        return await choose(ui, N_("Write an invoice"), _BACK)
    customer = await own_customer(ui, customer_id)
    async with ui.ctx.transaction() as tx:
        seller = await settings.find(tx, customer.organization_id)
    return await _editor(ui, DRAFT.empty({"prices_include_tax": seller.prices_include_tax}), customer, None)


@act("/customers/{customer_id:uuid}/invoices", _WRITE)
async def create(ui: UiOf, customer_id: FromPath[UUID]) -> Response[Any]:
    """Calculate, add or move a line, or keep the draft: what the button says."""
    customer = await own_customer(ui, customer_id)
    shown = await _looked_at(ui, customer, None)
    if shown is not None:
        return shown
    try:
        data = await _asked(ui, customer)
        made = await ui.once(lambda tx: service.create(ui.ctx, tx, data))
    except DomainError as error:
        return await _editor(ui, await DRAFT.again(ui, error), customer, None, status=error.status)
    return await _kept(ui, made["id"], N_("The draft was kept."))


async def _draft(ui: Ui, invoice_id: UUID) -> tuple[Invoice, Customer]:
    """A draft of ours. Raises NotFound."""
    found = await service.get(ui.ctx, invoice_id)
    if found.status != "draft":
        raise NotFound("draft")
    return found, await own_customer(ui, found.customer_id)


async def _editable(ui: Ui, invoice_id: UUID) -> tuple[Invoice, Customer]:
    """A draft of ours that a page can hold. Raises NotFound, Conflict."""
    found, customer = await _draft(ui, invoice_id)
    if len(found.items) > MOST:
        raise Conflict(N_("This draft has more positions than a page can hold. Change it through the API."))
    return found, customer


@show("/invoices/{invoice_id:uuid}/edit", _WRITE)
async def ask_edit(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """A draft to be changed."""
    found, customer = await _editable(ui, invoice_id)
    return await _editor(ui, DRAFT.empty(_shown(found)), customer, found)


def _shown(found: Invoice) -> dict[str, Any]:
    """A draft as the form has it: numbers without their last noughts, and nothing where nothing is taken off."""
    values = msgspec.to_builtins(found)
    for item, one in zip(values["items"], found.items, strict=True):
        item["unit"] = known(one.unit)
        for name in ("quantity", "unit_price", "discount_percent", "discount_amount", "tax_rate", "monthly_price"):
            number = getattr(one, name)
            item[name] = None if number is None else f"{number.normalize():f}"
            if number == 0 and name.startswith("discount"):
                item[name] = None
    return dict(values)


@act("/invoices/{invoice_id:uuid}/edit", _WRITE)
async def edit(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """Calculate, add or move a line, or keep the draft: what the button says."""
    found, customer = await _editable(ui, invoice_id)
    shown = await _looked_at(ui, customer, found)
    if shown is not None:
        return shown
    try:
        await service.replace(ui.ctx, invoice_id, await _asked(ui, customer))
    except PreconditionFailed:
        error = PreconditionFailed(N_("Somebody changed this draft meanwhile. Open it anew in another window, and compare."))
        return await _editor(ui, await DRAFT.again(ui, error), customer, found, status=error.status)
    except DomainError as error:
        return await _editor(ui, await DRAFT.again(ui, error), customer, found, status=error.status)
    return await _kept(ui, invoice_id, N_("The draft was kept."))


async def _get(ui: Ui, invoice_id: UUID) -> Invoice:
    return (await _draft(ui, invoice_id))[0]


DELETE = Asking(
    path="/invoices/{row_id:uuid}/delete", writes=_WRITE, get=_get, name=lambda _, row: row.customer_name,
    back="/invoices/{row.id}", after="/invoices?status=draft", label=N_("Delete the draft"),
    text=N_("It has no number yet, so that nothing is missing in the books."),
    work=lambda ui, row, _: service.delete(ui.ctx, row.id), said=N_("The draft was deleted."), is_versioned=True,
)  # fmt: skip
PAGES = [ask_new, create, ask_edit, edit, *DELETE.pages()]
