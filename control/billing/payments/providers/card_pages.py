"""Adding a card, on a page of the provider's. No number of a card ever passes through here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response

from control.billing.parts import full, leave
from control.billing.payments.providers import hosting
from control.core.errors import DomainError, NotFound
from control.core.permissions import needs
from control.web.asking import PLAIN
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf

_PAY = needs("payments:pay")
_PATH = "/payments/methods"
_TITLE = N_("Add a card")
ALL = "all"
"""What comes next, when it is not an invoice: paying all that is due."""


def id_of(text: str | None) -> UUID | None:
    """An id in an address; None for what is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _after(then: str) -> str:
    """Where to go when the card is there."""
    if then == ALL:
        return "/invoices/pay-all"
    invoice_id = id_of(then)
    return f"/invoices/{invoice_id}/pay" if invoice_id else _PATH


def _asked(ui: Ui, form: Any, then: str) -> Response[Any]:
    text = N_("Our payment provider asks for the card on a page of its own. We never see its number; you come back here.")
    back = (_after(then), N_("Back"))
    return full(ui, form, _TITLE, f"{_PATH}/new?then={then}", back, words=text, label=N_("Go on to the provider"))


@show(f"{_PATH}/new", _PAY)
async def ask_new(ui: UiOf) -> Response[Any]:
    """What happens next."""
    return _asked(ui, PLAIN.empty(), _then(ui))


def _then(ui: Ui) -> str:
    then = ui.request.query_params.get("then", "")
    return then if then == ALL or id_of(then) else ""


@act(f"{_PATH}/new", _PAY)
async def new(ui: UiOf) -> Response[Any]:
    """Go to the provider's page."""
    then = _then(ui)
    try:
        url = await hosting.begin(ui.ctx, None, then)
    except DomainError as error:
        return _asked(ui, await PLAIN.again(ui, error), then)
    return leave(ui, url, N_("You give your card there, and come back here."))


@show(hosting.BACK, _PAY)
async def added(ui: UiOf) -> Response[Any]:
    """Back from the provider's page: with a card, or without."""
    query = ui.request.query_params
    customer_id, session, path = id_of(query.get("customer")), query.get("session", ""), _after(query.get("then", ""))
    if customer_id is None:
        raise NotFound("page")
    made = await hosting.finish(ui.ctx, customer_id, session) if session else None
    if made is None:
        return ui.go(path, ui.words(N_("No card was added.")), tone="error")
    text = ui.words(N_("The card was added."))
    if path == _PATH:
        return ui.go(f"{_PATH}/{made.id}", text)
    return ui.go(f"{path}?method={made.id}", text)


PAGES = [ask_new, new, added]
