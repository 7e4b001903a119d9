"""Paying: one invoice, all that is due, and the page that waits until a payment is through."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath
from markupsafe import Markup

from control.billing.documents.payment_code import transfer_code
from control.billing.invoices import listing
from control.billing.invoices import service as invoices
from control.billing.invoices import words as invoice_words
from control.billing.invoices.models import Invoice, Row
from control.billing.parts import leave
from control.billing.payments import service as payments
from control.billing.payments.models import CAME_IN, Payment
from control.billing.payments.providers import card_pages, charging, hosting, methods
from control.billing.payments.providers.models import NewCharge
from control.billing.payments.providers.pages import name
from control.billing.today import today
from control.core.errors import DomainError, NotFound
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf

_PAY = needs("payments:pay")
_CONFIRM = N_("Your bank wants you to confirm the payment.")
_MOST = 100


class Paying(msgspec.Struct, kw_only=True):
    """With what."""

    payment_method_id: UUID


async def _cards(ui: Ui, customer_id: UUID | None) -> dict[str, str]:
    """The cards of a customer that may be charged: one that was just added, then the default one."""
    every = {"organization_id": None, "customer_id": customer_id, "kind": "card", "status": "active"}
    kept, _ = await methods.page(ui.ctx, PageRequest(1, 50, "m.is_default DESC, m.created_at DESC, m.id DESC"), every)
    month = (today("UTC").year, today("UTC").month)
    good = [one for one in kept if one.exp_year is None or (one.exp_year, one.exp_month or 12) >= month]
    wanted = card_pages.id_of(ui.request.query_params.get("method"))
    return {str(one.id): name(one) for one in sorted(good, key=lambda one: one.id != wanted)}


def _form(cards: dict[str, str]) -> Form[Paying]:
    return Form(Paying, Field("payment_method_id", N_("Card"), kind="select", choices=cards))


async def _under_way(ui: Ui, invoice_id: UUID) -> Payment | Any:
    newest = PageRequest(1, 20, "p.created_at DESC, p.id DESC")
    rows, _ = await payments.of_invoice(ui.ctx, invoice_id, newest, {})
    return next((one for one in rows if one.status == "pending"), None)


async def _own(ui: Ui, invoice_id: UUID) -> Invoice:
    """An invoice that the caller has to pay, or sells. Raises NotFound."""
    return await invoices.get(ui.ctx, invoice_id)


async def _pay(ui: Ui, invoice_id: UUID, form: Any = None) -> Response[Any]:
    found = await _own(ui, invoice_id)
    cards = await _cards(ui, found.customer_id)
    first = next(iter(cards), "")
    code = None
    if found.seller is not None and found.balance > 0:
        code = transfer_code(found.seller, found.balance, found.currency, found.invoice_number or "")
    return ui.page(
        "billing/pay.html",
        status=422 if form is not None else 200,
        invoice=found,
        form=form or _form(cards).empty({"payment_method_id": first}),
        has_card=bool(first),
        takes_cards=await hosting.has_provider(ui.ctx, found.organization_id),
        under_way=await _under_way(ui, invoice_id),
        code=Markup(code) if code else None,  # noqa: S704 - SVG that was drawn here
    )


@show("/invoices/{invoice_id:uuid}/pay", _PAY)
async def ask_pay(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """How it can be paid."""
    return await _pay(ui, invoice_id)


@act("/invoices/{invoice_id:uuid}/pay", _PAY)
async def pay(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
    """Charge what is open to a card that is kept."""
    form = _form(await _cards(ui, (await _own(ui, invoice_id)).customer_id))
    try:
        chosen = await form.read(ui)
        data = NewCharge(invoice_id=invoice_id, payment_method_id=chosen.payment_method_id)
        begun = msgspec.convert(await ui.once(lambda tx: charging.begin(ui.ctx, tx, data)), Payment, strict=False)
        after = await charging.try_to(ui.runtime, begun.organization_id, begun.id)
    except DomainError as error:
        return await _pay(ui, invoice_id, await form.again(ui, error))
    if after.requires_action and after.action_url:
        return leave(ui, after.action_url, _CONFIRM)
    return _told(ui, after)


def _told(ui: Ui, found: Payment) -> Response[Any]:
    """On to where a payment that is through, or not, is seen."""
    path = f"/invoices/{found.invoice_id}" if found.invoice_id else f"/payments/{found.id}"
    if found.status in CAME_IN:
        return ui.go(path, ui.words(N_("Paid. Thank you!")))
    if found.status == "pending":
        return ui.go(f"/payments/{found.id}/answer")
    if found.status == "cancelled":
        return ui.go(path, ui.words(N_("The payment was not confirmed in time. Nothing was charged.")), tone="error")
    why = found.failure_message or found.failure_code
    text = ui.words(N_("The card was not charged: %(why)s"), why=why)
    return ui.go(f"{path}/pay" if found.invoice_id else path, text, tone="error")


@show("/payments/{payment_id:uuid}/answer", _PAY)
async def answer(ui: UiOf, payment_id: FromPath[UUID]) -> Response[Any]:
    """Back from the bank: what became of a payment. The provider is asked, so that nobody waits for its event."""
    found = await payments.get(ui.ctx, payment_id)
    if found.customer_org_id != ui.ctx.principal.organization_id and not ui.ctx.principal.may("payments:write"):
        raise NotFound("payment of yours")
    if found.status == "pending" and found.provider:
        found = await charging.try_to(ui.runtime, found.organization_id, found.id)
    if found.status != "pending" or not found.provider:
        return _told(ui, found)
    values: dict[str, Any] = {"payment": found, "path": f"/payments/{payment_id}/answer"}
    if ui.target == "payment-answer":
        return ui.fragment("billing/waiting_inside.html", **values)
    return ui.page("billing/waiting.html", **values)


async def _all(ui: Ui, form: Any = None) -> Response[Any]:
    rows, owed = await listing.due(ui.ctx, _MOST)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row.currency] += row.balance
    cards = await _cards(ui, rows[0].customer_id) if rows else {}
    first = next(iter(cards), "")
    return ui.page(
        "billing/pay_all.html",
        status=422 if form is not None else 200,
        rows=rows,
        sums=dict(sums),
        more=sum(one.invoices for one in owed) - len(rows),
        words=invoice_words,
        form=form or _form(cards).empty({"payment_method_id": first}),
        has_card=bool(first),
        takes_cards=bool(rows) and await hosting.has_provider(ui.ctx, rows[0].organization_id),
    )


@show("/invoices/pay-all", _PAY)
async def ask_pay_all(ui: UiOf) -> Response[Any]:
    """All that is due, and with what to pay it."""
    return await _all(ui)


@act("/invoices/pay-all", _PAY)
async def pay_all(ui: UiOf) -> Response[Any]:
    """Charge each invoice that is due. One that a bank does not let through does not keep the others from being paid; sent twice,
    nothing is charged twice, since an invoice has one payment under way."""
    rows, _ = await listing.due(ui.ctx, _MOST)
    form = _form(await _cards(ui, rows[0].customer_id) if rows else {})
    done: list[tuple[Row, Payment | None, str]] = []
    try:
        chosen = await form.read(ui)
    except DomainError as error:
        return await _all(ui, await form.again(ui, error))
    for row in rows:
        data = NewCharge(invoice_id=row.id, payment_method_id=chosen.payment_method_id)
        try:
            async with ui.ctx.transaction() as tx:
                begun = await charging.begin(ui.ctx, tx, data)
            done.append((row, await charging.try_to(ui.runtime, begun.organization_id, begun.id), ""))
        except DomainError as error:
            done.append((row, None, error.message))
    if done and all(one is not None and one.status in CAME_IN for _, one, _ in done):
        return ui.go("/invoices", ui.words(N_("Paid. Thank you!")))
    return ui.page("billing/paid.html", done=done, came_in=CAME_IN)


PAGES = [ask_pay, pay, answer, ask_pay_all, pay_all]
