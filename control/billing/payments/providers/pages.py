"""Ways to pay: cards and mandates that are kept, and paying an invoice with one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from control.billing.parts import NONE, Link, listed
from control.billing.payments.providers import methods
from control.billing.payments.providers.models import MethodChange, PaymentMethod
from control.billing.payments.sepa import online
from control.core.context import Context
from control.core.permissions import needs
from control.web.asking import Asking
from control.web.depends import Dependent
from control.web.language import N_
from control.web.menu import Entry
from control.web.routing import show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf
from control.web.view import gettext, tongue

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
        return Badge(N_("Refused"), "warning") if _is_refused(one) else Badge(_STATES["revoked"])
    return Badge(N_("Charged by itself"), "success") if one.is_default else Badge(_STATES["active"], "info")


def _is_refused(one: PaymentMethod) -> bool:
    return one.given_online and one.revoked_by == "seller"


def _origin(one: PaymentMethod) -> str:
    """How a mandate came."""
    if one.kind == "card":
        return ""
    return N_("Given online") if one.given_online else N_("Signed on paper")


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
        Column(name="origin", label=N_("Mandate"), of=lambda row: gettext(_origin(row)) or NONE),
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
    if is_buyer and await online.is_offered(ui.ctx):
        links.insert(0, Link(N_("Give a direct debit mandate"), f"{_PATH}/online"))
    return await listed(ui, METHODS, N_("Ways to pay"), *links, words=N_("Cards and direct debits that are kept for later."))


@show(f"{_PATH}/{{method_id:uuid}}", _READ)
async def way(ui: UiOf, method_id: FromPath[UUID]) -> Response[str]:
    """One of them."""
    found = await methods.get(ui.ctx, method_id)
    values: dict[str, Any] = {
        "name": name(found),
        "kind": _KINDS[found.kind],
        "state": _state(found),
        "ends": _ends(found),
        "origin": _origin(found),
        "consent": await online.consent(ui.ctx, method_id) if found.given_online else None,
        "revoke": _revoking(ui, found)[0],
    }
    return ui.page("billing/payment_method.html", method=found, may_write=ui.ctx.principal.may("payments:pay"), **values)


_REVOKE = {
    "card": (N_("Use it no more"), N_("Nothing is charged to it any more, and a card is forgotten at the provider too.")),
    "mandate": (N_("Revoke the mandate"), N_("Nothing more is collected from the account, and a mail confirms it.")),
    "refused": (N_("Refuse the mandate"), N_("Nothing more is collected from the account, and the customer is told so by mail.")),
}


def _revoking(ui: Ui, found: PaymentMethod) -> tuple[str, str]:
    """What using it no more is called, and what it means."""
    what = "card"
    if found.kind == "sepa_debit":
        is_own = found.customer_org_id == ui.ctx.principal.home_organization_id
        what = "refused" if found.given_online and not is_own else "mandate"
    return _REVOKE[what]


async def _under_way(ctx: Context, row: PaymentMethod) -> list[Dependent]:
    waiting = await methods.pending(ctx, row)
    return [
        Dependent(
            label=N_("Payments under way, which this does not stop"), total=len(waiting), rows=waiting,
            name=lambda one: f"{one.reference} {tongue().money(one.amount, one.currency)}".strip(),
            where=lambda one: f"/payments/{one.id}",
        )
    ]  # fmt: skip


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
    after=_PATH, label=lambda ui, row: _revoking(ui, row)[0], text=lambda ui, row: _revoking(ui, row)[1], depends=_under_way,
    work=lambda ui, row, _: methods.revoke(ui.ctx, row.id), said=N_("It is used no more."),
)  # fmt: skip
PAGES = [ways, way, *PREFER.pages(), *REVOKE.pages()]
