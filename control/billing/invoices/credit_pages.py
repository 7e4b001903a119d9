"""Taking an invoice back with a credit note: all that is left of it, or some of its positions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_type_hints
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.billing.invoices import crediting, service
from control.billing.invoices.models import CreditItem, Invoice, NewCreditNote
from control.billing.parts import renamed
from control.core.errors import DomainError, FieldError, ValidationFailed
from control.core.permissions import needs
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf

_WRITE = needs("billing:write")
_Reason = get_type_hints(NewCreditNote, include_extras=True)["reason"]
MOST = 100
"""Positions that are offered one by one; a longer invoice is taken back as a whole here."""


def _form(ui: Ui, found: Invoice) -> Form[Any]:
    """The reason, and a field for how much of each position."""
    items = found.items if len(found.items) <= MOST else []
    number = ui.view.tongue.number
    columns: list[tuple[str, Any, Any]] = [(f"quantity_{n}", Decimal | None, None) for n in range(len(items))]
    model = msgspec.defstruct("Credit", [("reason", _Reason), *columns], kw_only=True)
    return Form(
        model,
        Field("reason", N_("Reason"), kind="textarea", hint=N_("It stands on the credit note.")),
        *(
            Field(
                f"quantity_{n}",
                f"{n + 1}. {one.description}"[:120],
                hint=ui.words(N_("Of %(number)s"), number=number(one.quantity)),
                is_half=True,
            )
            for n, one in enumerate(items)
        ),
    )


def _asked(filled: Any, found: Invoice) -> tuple[NewCreditNote, list[int]]:
    """What is taken back, and the line of each position. Raises ValidationFailed."""
    given = msgspec.structs.asdict(filled)
    wanted = [n for n in range(len(found.items)) if given.get(f"quantity_{n}") is not None]
    lines = [n for n in wanted if given[f"quantity_{n}"]]
    if wanted and not lines:
        raise ValidationFailed(FieldError(f"/quantity_{wanted[0]}", N_("is nothing; leave all empty to take back the whole")))
    items = [CreditItem(item_id=found.items[n].id, quantity=given[f"quantity_{n}"]) for n in lines]
    return NewCreditNote(reason=filled.reason, items=items or None), lines


@show("/invoices/{invoice_id:uuid}/credit", _WRITE)
async def ask_credit(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[str]:
    """Why it is taken back, and what of it."""
    found = await service.get(ui.ctx, invoice_id)
    return ui.page("billing/credit.html", invoice=found, form=_form(ui, found).empty())


@act("/invoices/{invoice_id:uuid}/credit", _WRITE)
async def credit(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """Take it back."""
    found = await service.get(ui.ctx, invoice_id)
    form = _form(ui, found)
    lines: list[int] = []
    try:
        data, lines = _asked(await form.read(ui), found)
        note = await ui.once(lambda tx: crediting.credit(ui.ctx, tx, invoice_id, data))
    except DomainError as error:
        if isinstance(error, ValidationFailed):
            error = renamed(error, {f"/items/{n}": f"/quantity_{line}" for n, line in enumerate(lines)})
        return ui.page("billing/credit.html", status=error.status, invoice=found, form=await form.again(ui, error))
    return ui.go(f"/invoices/{note['id']}", ui.words(N_("The credit note was made.")))


PAGES = [ask_credit, credit]
