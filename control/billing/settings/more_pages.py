"""The accountant's accounts, and the payment provider: trying its keys, and forgetting them."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import msgspec
from litestar import Response

from control.billing.datev import service as datev
from control.billing.datev.models import AccountName, LedgerAccounts, NewLedgerAccounts, Number
from control.billing.ledger.pages import ACCOUNTS
from control.billing.parts import ask, convert, listed, renamed
from control.billing.payments.providers import accounts, inbox
from control.billing.payments.providers.pages import METHODS
from control.billing.reports.report_pages import REASONS
from control.core.errors import Conflict, DomainError, NotFound, Unavailable, ValidationFailed
from control.core.permissions import needs
from control.web.asking import PLAIN
from control.web.depends import Hangs
from control.web.forms import Field, Form, Inputs
from control.web.language import N_
from control.web.lines import Lines
from control.web.routing import act, show
from control.web.tables import Badge, Column, Filter, Table
from control.web.ui import Ui, UiOf

_WRITE, _KEYS = needs("billing-settings:write"), needs("payment-settings:write")
_PATH = "/billing/settings"
_BACK = (_PATH, N_("Billing settings"))
_CHARTS = {"skr03": "SKR03", "skr04": "SKR04", "custom": N_("One of your own")}
_NAMES: tuple[str, ...] = get_args(AccountName)
_PLACES = {f"/accounts/{name}": f"/account_{name}" for name in _NAMES}
_MODEL = get_type_hints(NewLedgerAccounts, include_extras=True)
_FIELDS: list[Any] = [
    (one.name, _MODEL[one.name], *([one.default] if one.default is not msgspec.NODEFAULT else []))
    for one in msgspec.structs.fields(NewLedgerAccounts)
    if one.name not in ("accounts", "revenue")
]
Chart = msgspec.defstruct(
    "Chart",
    [*_FIELDS, ("revenue", _MODEL["revenue"], []), *((f"account_{name}", Number | None, None) for name in _NAMES)],
    kw_only=True,
)
"""The model of the accounts with a field for each account."""
LINES = Lines(
    "revenue",
    (
        Field("reason", N_("Treatment"), choices=REASONS, is_half=True),
        Field("account", N_("Account"), is_half=True),
        Field("rate", N_("Tax in percent"), hint=N_("For all rates when left empty."), is_half=True),
        Field("country", N_("Country"), hint=N_("Two letters; for all when left empty."), is_half=True),
        Field("bu_key", N_("Tax key"), is_half=True),
        Field("tax_account", N_("Account of the tax"), is_half=True),
        Field("automatic", N_("The account computes its tax itself")),
    ),
    kept_by=("account",),
    start={"reason": "domestic", "automatic": "true"},
)
CHART: Form[Any] = Form(
    Chart,
    Field("chart", N_("Chart of accounts"), choices=_CHARTS, is_half=True),
    Field("account_length", N_("Digits of an account"), is_half=True),
    Field("consultant_number", N_("Number of the accountant"), is_half=True),
    Field("client_number", N_("Your number there"), is_half=True),
    Field("fiscal_year_month", N_("The fiscal year begins in month"), is_half=True),
    *(
        Field(f"account_{name}", ACCOUNTS.get(name, name), hint=N_("The chart's when left empty."), is_half=True)
        for name in _NAMES
    ),
    lines=LINES,
)


def _chart(ui: Ui, form: Inputs, status: int = 200) -> Response[Any]:
    return ui.page(
        "billing/lines_form.html", status=422 if form.is_wrong and status == 200 else status, form=form,
        title=N_("Chart of accounts"), back=_BACK, action=f"{_PATH}/accounts", line=N_("Sales %(number)s"),
        words=N_("Where the books go at your accountant's, for DATEV. What you say stands before what the chart says."),
        more=N_("Where sales go that are taxed in some way. The first line that fits counts."),
    )  # fmt: skip


_EVENT_STATES = {
    "received": Badge(N_("Waits"), "info"),
    "processed": Badge(N_("Done"), "success"),
    "ignored": Badge(N_("Nothing to do")),
    "unknown": Badge(N_("Not about ours"), "warning"),
    "failed": Badge(N_("Failed"), "error"),
}
EVENTS = Table(
    name="provider_events",
    path=f"{_PATH}/provider/events",
    service=inbox.page,
    sortable=inbox.SORTABLE,
    by="received_at",
    tie="e.id",
    columns=(
        Column(name="topic", label=N_("What"), cell="code"),
        Column(name="object_id", label=N_("Of what"), cell="code"),
        Column(name="status", label=N_("Status"), cell="badge", of=lambda row: _EVENT_STATES[row.status]),
        Column(name="detail", label=N_("Details"), of=lambda row: row.detail or None),
        Column(name="received_at", label=N_("Came"), sort="received_at", cell="moment"),
        Column(name="processed_at", label=N_("Done"), cell="moment", is_hidden=True),
        Column(name="event_id", label=N_("Id"), cell="code", is_hidden=True),
    ),
    filters=(Filter(name="status", label=N_("Status"), words={name: one.label for name, one in _EVENT_STATES.items()}),),
    empty=N_("The provider sent nothing yet."),
)


@show(f"{_PATH}/provider/events", _KEYS)
async def events(ui: UiOf) -> Response[str]:
    """What the provider sent, and what came of it."""
    back = (f"{_PATH}/provider", N_("Payment provider"))
    return await listed(
        ui, EVENTS, N_("Events of the provider"), words=N_("What the provider told us, the latest first."), back=back
    )


@show(f"{_PATH}/accounts", _WRITE)
async def ask_chart(ui: UiOf) -> Response[Any]:
    """The accounts as they are, or the defaults."""
    try:
        found: LedgerAccounts | None = await datev.get(ui.ctx)
    except NotFound:
        found = None
    if found is None:
        return _chart(ui, CHART.empty({"chart": "skr03", "fiscal_year_month": 1, "account_length": 4}))
    shown = msgspec.to_builtins(found)
    shown |= {f"account_{name}": number for name, number in shown["accounts"].items()}
    return _chart(ui, CHART.empty(shown))


@act(f"{_PATH}/accounts", _WRITE)
async def set_chart(ui: UiOf) -> Response[Any]:
    """Say which accounts the accountant keeps."""
    if "line" in await ui.texts():
        return _chart(ui, await CHART.rearranged(ui))
    try:
        given = msgspec.to_builtins(await CHART.read(ui))
        numbers = {name: given.pop(f"account_{name}") for name in _NAMES}
        given["accounts"] = {name: number for name, number in numbers.items() if number}
        await datev.save(ui.ctx, convert(given, NewLedgerAccounts))
    except ValidationFailed as error:
        return _chart(ui, await CHART.again(ui, renamed(error, _PLACES)))
    except DomainError as error:
        return _chart(ui, await CHART.again(ui, error), error.status)
    return ui.go(_PATH, ui.words(N_("The settings were saved.")))


@act(f"{_PATH}/provider/test", _KEYS)
async def try_provider(ui: UiOf) -> Response[Any]:
    """Ask the provider with the keys that are kept."""
    path = f"{_PATH}/provider"
    try:
        found = await accounts.balance(ui.ctx)
    except (Conflict, Unavailable) as error:
        return ui.go(path, ui.words(error.message), tone="error")
    money = ", ".join(ui.view.tongue.money(one.amount, one.currency) for one in found) or "0"
    return ui.go(path, ui.words(N_("The provider takes the key. It keeps %(money)s for you."), money=money))


_CARDS = Hangs(
    table=METHODS, label=N_("Cards"), permission="billing:read", by="organization_id", fixed={"kind": "card", "status": "active"}
)


@show(f"{_PATH}/provider/remove", _KEYS)
async def ask_forget(ui: UiOf) -> Response[Any]:
    """Whether it is meant."""
    path = f"{_PATH}/provider"
    text = N_("Nothing is charged to cards any more, and what the provider sends is not taken. You need the keys to begin again.")
    cards = [await _CARDS.found(ui.ctx, ui.ctx.principal.organization_id)] if ui.ctx.principal.may(_CARDS.permission) else []
    title, remove = N_("Forget the keys"), f"{path}/remove"
    return ask(ui, PLAIN.empty(), title, remove, path, words=text, look="danger", depends=cards)


@act(f"{_PATH}/provider/remove", _KEYS, dangerous=True)
async def forget(ui: UiOf) -> Response[Any]:
    """Forget the keys."""
    await accounts.delete(ui.ctx)
    return ui.go(_PATH, ui.words(N_("The keys were forgotten.")))


PAGES = [events, ask_chart, set_chart, try_provider, ask_forget, forget]
