"""What is done with many invoices at once: first a page that says what will happen, then an operation that can be left."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response

from control.billing.invoices import many
from control.billing.invoices.models import MOST_AT_ONCE, FinaliseInvoices
from control.billing.mails import service as mails
from control.billing.mails.models import SendInvoices
from control.core.errors import FieldError, ValidationFailed
from control.core.ids import new_id
from control.core.permissions import needs
from control.core.words import said
from control.web.language import N_
from control.web.routing import act
from control.web.ui import Ui, UiOf

_WRITE = needs("billing:write")


async def _chosen(ui: Ui) -> list[UUID]:
    """The invoices that were chosen. Raises ValidationFailed."""
    form = await ui.form()
    try:
        ids = msgspec.convert([str(one) for one in form.getall("ids", [])], list[UUID], strict=False)
    except msgspec.ValidationError:
        raise ValidationFailed(FieldError("ids", "are not ids")) from None
    if not 1 <= len(ids) <= MOST_AT_ONCE:
        raise ValidationFailed(
            FieldError("ids", said("choose from 1 to %(most)s", most=MOST_AT_ONCE)), N_("Choose some invoices first.")
        )
    return ids


async def _is_meant(ui: Ui) -> bool:
    return (await ui.texts()).get("confirmed") == "yes"


def _ask(ui: Ui, ids: list[UUID], action: str, title: str, text: str, label: str) -> Response[Any]:
    words: dict[str, Any] = {"title": title, "text": text, "label": label}
    return ui.page("billing/bulk.html", ids=ids, action=action, key=str(new_id()), **words)


@act("/invoices/send", _WRITE)
async def send_many(ui: UiOf) -> Response[Any]:
    """Mail the chosen ones, each to its customer."""
    ids = await _chosen(ui)
    if not await _is_meant(ui):
        text = N_("Each is mailed to its customer with its PDF. Drafts are finalised first, and never change from then on.")
        return _ask(ui, ids, "/invoices/send", N_("Send invoices"), text, N_("Send"))
    made = await ui.once(lambda tx: mails.send_many(ui.ctx, tx, SendInvoices(ids=ids)))
    return ui.go(f"/operations/{made['id']}")


@act("/invoices/finalise", _WRITE)
async def finalise_many(ui: UiOf) -> Response[Any]:
    """Finalise the chosen drafts."""
    ids = await _chosen(ui)
    if not await _is_meant(ui):
        text = N_("Each draft gets its number and is booked. From then on it never changes; a credit note takes it back.")
        return _ask(ui, ids, "/invoices/finalise", N_("Finalise invoices"), text, N_("Finalise"))
    made = await ui.once(lambda tx: many.begin(ui.ctx, tx, FinaliseInvoices(ids=ids)))
    return ui.go(f"/operations/{made['id']}")


PAGES = [send_many, finalise_many]
