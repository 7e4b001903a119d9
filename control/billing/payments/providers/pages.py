"""Ways to pay: cards and mandates that are kept, and paying an invoice with one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.billing.parts import NONE, Link, listed
from control.billing.payments.providers import methods
from control.billing.payments.providers.models import MethodChange, PaymentMethod
from control.core.permissions import needs
from control.web.asking import Asking
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf

_READ, _PAY = needs("billing:read"), needs("payments:pay")
_PATH = "/payments/methods"
MENU = (
    Entry(
        label=N_("Ways to pay"),
        path=_PATH,
        icon="coins",
        permission="payments:pay",
        group=N_("Billing"),
        for_types=frozenset({"customer"}),
    ),
)
_KINDS = {"card": N_("Card"), "sepa_debit": N_("Direct debit")}
_STATES = {"active": N_("Active"), "revoked": N_("No more")}


def name(one: PaymentMethod) -> str:
    """How a person knows it: the brand and the last four digits, or the ends of the IBAN."""
    if one.kind == "card":
        return f"{one.brand.title()} ···· {one.last4}"
    return str(one.iban)


def _state(one: PaymentMethod) -> Badge:
    if one.status == "revoked":
        return Badge(_STATES["revoked"])
    return Badge(N_("Charged by itself"), "success") if one.is_default else Badge(_STATES["active"], "info")


def _ends(one: PaymentMethod) -> str:
    return f"{one.exp_month:02}/{one.exp_year}" if one.exp_month and one.exp_year else NONE


METHODS = Table(
    name="payment_methods",
    path=_PATH,
    service=methods.page,
    sortable=methods.SORTABLE,
    tie="m.id",
    columns=(
        Column(name="name", label=N_("Way to pay"), cell="link", of=name),
        Column(name="holder", label=N_("Account holder")),
        Column(name="ends", label=N_("Good until"), of=_ends),
        Column(name="state", label=N_("State"), cell="badge", of=_state),
        Column(name="created_at", label=N_("Created"), sort="created_at", cell="moment"),
    ),
    filters=(
        Filter(name="status", label=N_("State"), words=_STATES),
        Filter(name="kind", label=N_("Kind"), words=_KINDS),
        Filter(name="customer_id", label=N_("Customer"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link=f"{_PATH}/{{id}}",
    empty=N_("There are no ways to pay yet. Add a card, and invoices can be paid with one click."),
)


@show(_PATH, _READ)
async def ways(ui: UiOf) -> Response[str]:
    """The cards and mandates in reach."""
    is_buyer = ui.ctx.principal.user_type == "customer" and ui.ctx.principal.may("payments:pay")
    links = [Link(N_("Add a card"), f"{_PATH}/new", "primary", "coins")] if is_buyer else []
    return await listed(ui, METHODS, N_("Ways to pay"), *links, words=N_("Cards and direct debits that are kept for later."))


@show(f"{_PATH}/{{method_id:uuid}}", _READ)
async def way(ui: UiOf, method_id: FromPath[UUID]) -> Response[str]:
    """One of them."""
    found = await methods.get(ui.ctx, method_id)
    values: dict[str, Any] = {"name": name(found), "kind": _KINDS[found.kind], "state": _state(found), "ends": _ends(found)}
    return ui.page("billing/payment_method.html", method=found, may_write=ui.ctx.principal.may("payments:pay"), **values)


async def _get(ui: Ui, method_id: UUID) -> PaymentMethod:
    return await methods.get(ui.ctx, method_id)


PREFER = Asking(
    path=f"{_PATH}/{{row_id:uuid}}/default", writes=_PAY, get=_get, name=lambda _, row: name(row), back=f"{_PATH}/{{row.id}}",
    after=_PATH, label=N_("Charge this one"), text=N_("What is due by itself is charged to this one from now on."),
    look="primary", work=lambda ui, row, _: methods.prefer(ui.ctx, row.id, MethodChange(is_default=True)),
    said=N_("It is charged from now on."),
)  # fmt: skip
REVOKE = Asking(
    path=f"{_PATH}/{{row_id:uuid}}/revoke", writes=_PAY, get=_get, name=lambda _, row: name(row), back=f"{_PATH}/{{row.id}}",
    after=_PATH, label=N_("Use it no more"),
    text=N_("Nothing is charged to it any more, and a card is forgotten at the provider too."),
    work=lambda ui, row, _: methods.revoke(ui.ctx, row.id), said=N_("It is used no more."),
)  # fmt: skip
PAGES = [ways, way, *PREFER.pages(), *REVOKE.pages()]
