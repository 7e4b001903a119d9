"""What ends an open invoice other than a payment: it is cancelled, written off, or paid with the customer's credit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.billing.invoices import crediting, service
from control.billing.invoices.models import Invoice, NewCreditNote, WriteOff
from control.billing.parts import ask
from control.billing.payments import crediting as paying
from control.billing.payments.models import UseCredit
from control.core.errors import DomainError, NotFound
from control.core.permissions import needs
from control.web.asking import Asking
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import VERSION, Ui, UiOf

_WRITE, _PAYMENTS = needs("billing:write"), needs("payments:write")
CANCEL = Form(NewCreditNote, Field("reason", N_("Reason"), kind="textarea", hint=N_("It stands on the credit note.")))
WRITE_OFF = Form(WriteOff, Field("reason", N_("Reason"), kind="textarea", hint=N_("It stands in the books.")))
USE_CREDIT = Form(UseCredit, Field("amount", N_("Amount"), hint=N_("As much as there is and is open when left empty.")))


async def _own(ui: Ui, invoice_id: UUID) -> Invoice:
    """A finalised invoice of ours. Raises NotFound."""
    found = await service.get(ui.ctx, invoice_id)
    if found.customer_org_id == ui.ctx.principal.organization_id or not found.invoice_number or found.kind == "credit_note":
        raise NotFound("invoice of yours that is open")
    return found


def _number(_: Ui, row: Invoice) -> str:
    return row.invoice_number or ""


CANCELLING = Asking(
    path="/invoices/{row_id:uuid}/cancel", writes=_WRITE, get=_own, name=_number, back="/invoices/{row.id}", form=CANCEL,
    label=N_("Cancel the invoice"), is_versioned=True,
    text=N_("A credit note over all of it is made. Where something was paid, make a credit note and give money back."),
    work=lambda ui, row, data: crediting.cancel(ui.ctx, row.id, data), said=N_("The invoice was cancelled."),
)  # fmt: skip
WRITING_OFF = Asking(
    path="/invoices/{row_id:uuid}/write-off", writes=_WRITE, get=_own, name=_number, back="/invoices/{row.id}", form=WRITE_OFF,
    label=N_("Write off"), is_versioned=True,
    text=N_("What is open becomes a loss in the books, and nobody is reminded of it any more. The invoice itself stays."),
    work=lambda ui, row, data: crediting.write_off(ui.ctx, row.id, data), said=N_("The invoice was written off."),
)  # fmt: skip


async def _use_credit(ui: Ui, found: Invoice, form: Inputs) -> Response[Any]:
    there = [one for one in await paying.of_customer(ui.ctx, found.customer_id) if one.currency == found.currency]
    amount = there[0].amount if there else Decimal(0)
    text = ui.words(
        N_("The customer has %(credit)s to their credit; %(open)s are open."),
        credit=ui.view.tongue.money(amount, found.currency), open=ui.view.tongue.money(found.balance, found.currency),
    )  # fmt: skip
    path = f"/invoices/{found.id}"
    return ask(
        ui, form, N_("Pay with credit"), f"{path}/use-credit", path, words=text, subject=found.invoice_number or "",
        hidden={VERSION: str(found.version)},
    )  # fmt: skip


@show("/invoices/{invoice_id:uuid}/use-credit", _PAYMENTS)
async def ask_use_credit(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """How much of it."""
    return await _use_credit(ui, await _own(ui, invoice_id), USE_CREDIT.empty())


@act("/invoices/{invoice_id:uuid}/use-credit", _PAYMENTS)
async def use_credit(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """Pay with the customer's credit."""
    found = await _own(ui, invoice_id)
    try:
        data = await USE_CREDIT.read(ui)
        await ui.once(lambda tx: paying.use(ui.ctx, tx, invoice_id, data))
    except DomainError as error:
        return await _use_credit(ui, found, await USE_CREDIT.again(ui, error))
    return ui.go(f"/invoices/{invoice_id}", ui.words(N_("The credit was used.")))


PAGES = [*CANCELLING.pages(), *WRITING_OFF.pages(), ask_use_credit, use_credit]
