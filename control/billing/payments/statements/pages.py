"""Bank statements: imported, and what their entries are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.billing.parts import NONE, Link, amount, ask, choose, listed, own_customer, uploaded, wanted_customer
from control.billing.payments import page_words
from control.billing.payments.statements import service
from control.billing.payments.statements.lines import Format
from control.billing.payments.statements.models import Acceptance, BankEntry, EntryStatus, Nothing, SetAside
from control.billing.payments.statements.routes import LARGEST_FILE
from control.core.errors import DomainError, FieldError, ValidationFailed
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.tables import Column, Filter, Table
from control.web.ui import Ui, UiOf

_WRITE = needs("payments:write")
_PATH = "/payments/bank"
_BACK = ("/payments", N_("Payments"))
_IMPORT = N_("Import a bank statement")


def _who(row: BankEntry) -> str:
    return row.counterparty or row.counterparty_iban or NONE


_STATES = {name: one.label for name, one in page_words.ENTRIES.items()}
ENTRIES = Table(
    name="bank_entries",
    path=_PATH,
    service=service.entries,
    sortable=service.ENTRIES_SORTABLE,
    by="booked_on",
    tie="e.id",
    columns=(
        Column(name="counterparty", label=N_("From or to"), cell="link", of=_who),
        Column(name="booked_on", label=N_("Booked on"), sort="booked_on", cell="day"),
        Column(name="remittance", label=N_("What it says")),
        Column(name="status", label=N_("Status"), cell="badge", of=lambda row: page_words.ENTRIES[row.status]),
        Column(name="outcome", label=N_("What became of it"), is_hidden=True),
        Column(name="amount", label=N_("Amount"), sort="amount", cell="amount", of=amount),
    ),
    filters=(
        Filter(name="status", label=N_("Status"), kind=EntryStatus, words=_STATES),
        Filter(name="statement_id", label=N_("Statement"), kind=UUID, input="hidden"),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link=f"{_PATH}/{{id}}",
    search=N_("Text or name"),
    empty=N_("No bank statement was imported yet."),
)  # fmt: skip
STATEMENTS = Table(
    name="bank_statements",
    path=f"{_PATH}/statements",
    service=service.page,
    sortable=service.SORTABLE,
    tie="s.id",
    columns=(
        Column(name="statement_id", label=N_("Statement"), cell="link", of=lambda row: row.statement_id or NONE),
        Column(name="account", label=N_("Account")),
        Column(name="entries", label=N_("Entries"), cell="number"),
        Column(name="known", label=N_("Known before"), cell="number"),
        Column(name="created_at", label=N_("Imported"), sort="created_at", cell="moment"),
    ),
    filters=(
        Filter(name="account", label=N_("Account"), input="hidden"),
        Filter(name="organization_id", label=N_("Seller"), kind=UUID, input="hidden"),
    ),
    link=f"{_PATH}?statement_id={{id}}",
    empty=N_("No bank statement was imported yet."),
)
ASIDE = Form(SetAside, Field("reason", N_("Reason"), hint=N_("Why it is no customer's payment.")))


class Import(msgspec.Struct, kw_only=True):
    """Which kind of file it is; a CSV is read by a layout, and its account is said beside it."""

    format: Format = "camt.053"
    profile_id: UUID | None = None
    account: str | None = None


async def _import_form(ui: Ui) -> Form[Import]:
    layouts, _ = await service.profiles(ui.ctx, PageRequest(1, 100, "p.name ASC, p.id ASC"), {"organization_id": None})
    names = {str(one.id): one.name for one in layouts}
    return Form(
        Import,
        Field("format", N_("Kind of file"), choices={"camt.053": "CAMT.053 (XML)", "csv": "CSV"}),
        Field("profile_id", N_("Layout of the CSV"), kind="select", choices=names, is_half=True),
        Field("account", N_("Account (IBAN) of the CSV"), is_half=True),
    )  # fmt: skip


@show(_PATH, _WRITE)
async def entries(ui: UiOf) -> Response[str]:
    """The entries, those that wait first to be seen."""
    links = (
        Link(N_("Statements"), f"{_PATH}/statements"),
        Link(N_("Layouts of CSV"), f"{_PATH}/layouts"),
        Link(_IMPORT, f"{_PATH}/import", "primary"),
    )
    text = N_(
        "What came in and went out. Entries that are as good as certain are matched by themselves; the others wait for you."
    )
    return await listed(ui, ENTRIES, N_("Bank statements"), *links, words=text, back=_BACK)


@show(f"{_PATH}/statements", _WRITE)
async def statements(ui: UiOf) -> Response[str]:
    """The files that were imported."""
    return await listed(ui, STATEMENTS, N_("Statements"), back=(_PATH, N_("Bank statements")))


@show(f"{_PATH}/import", _WRITE)
async def ask_import(ui: UiOf) -> Response[Any]:
    """Which file."""
    return ui.page("billing/import_statement.html", form=(await _import_form(ui)).empty({"format": "camt.053"}))


@act(f"{_PATH}/import", _WRITE, largest=LARGEST_FILE + 65_536)
async def import_(ui: UiOf) -> Response[Any]:
    """Import a file; what was imported before is not imported again."""
    form = await _import_form(ui)
    try:
        data, content = await form.read(ui), await uploaded(ui, "file")
        found = await service.read_statements(ui.ctx, content, data.format, data.profile_id, data.account)
        async with ui.ctx.transaction() as tx:
            kept = await service.keep(ui.ctx, tx, found)
    except DomainError as error:
        return ui.page("billing/import_statement.html", status=error.status, form=await form.again(ui, _readable(error)))
    new, known = sum(one.entries - one.known for one in kept), sum(one.known for one in kept)
    text = N_("Imported: %(new)s new entries, %(known)s known before. Those that are certain are matched in a moment.")
    return ui.go(_PATH, ui.words(text, new=new, known=known))


def _readable(error: DomainError) -> DomainError:
    """Parameters of the API are fields here."""
    if not isinstance(error, ValidationFailed):
        return error
    return ValidationFailed([FieldError("/" + one.pointer.strip("/"), one.message) for one in error.errors], error.message)


@show(f"{_PATH}/{{entry_id:uuid}}", _WRITE)
async def entry(ui: UiOf, entry_id: FromPath[UUID]) -> Response[str]:
    """One entry, with what it could be."""
    return await _entry(ui, await service.get_entry(ui.ctx, entry_id))


async def _entry(ui: Ui, found: BankEntry, problem: str = "", status: int = 200) -> Response[str]:
    return ui.page("billing/bank_entry.html", status=status, entry=found, state=page_words.ENTRIES[found.status], problem=problem)


@act(f"{_PATH}/{{entry_id:uuid}}/accept", _WRITE)
async def accept(ui: UiOf, entry_id: FromPath[UUID]) -> Response[Any]:
    """One of the suggestions is right, or it is money that a payment provider pays out."""
    posted = await ui.texts()
    choice = posted.get("suggestion", "")
    try:
        data = (
            Acceptance(payout=True) if choice == "payout" else msgspec.convert({"suggestion": choice}, Acceptance, strict=False)
        )
        await service.accept(ui.ctx, entry_id, data)
    except msgspec.ValidationError:
        return await _entry(ui, await service.get_entry(ui.ctx, entry_id), N_("Choose a suggestion."), 422)
    except DomainError as error:
        return await _entry(ui, await service.get_entry(ui.ctx, entry_id), error.message, error.status)
    return ui.go(f"{_PATH}?status=open", ui.words(N_("The entry is matched.")))


@act(f"{_PATH}/{{entry_id:uuid}}/refuse", _WRITE)
async def refuse(ui: UiOf, entry_id: FromPath[UUID]) -> Response[Any]:
    """None of the suggestions is right."""
    try:
        await service.dismiss(ui.ctx, entry_id, Nothing())
    except DomainError as error:
        return await _entry(ui, await service.get_entry(ui.ctx, entry_id), error.message, error.status)
    return ui.go(f"{_PATH}/{entry_id}", ui.words(N_("The suggestions are gone; the entry stays open.")))


async def _aside(ui: Ui, entry_id: UUID, form: Any) -> Response[Any]:
    found = await service.get_entry(ui.ctx, entry_id)
    back = f"{_PATH}/{entry_id}"
    about = f"{found.counterparty} · {ui.view.tongue.money(found.amount, found.currency)}"
    text = N_("It is no customer's payment, and no longer waits for anybody. Nothing is booked.")
    return ask(ui, form, N_("Set the entry aside"), f"{back}/aside", back, words=text, subject=about)


@show(f"{_PATH}/{{entry_id:uuid}}/aside", _WRITE)
async def ask_aside(ui: UiOf, entry_id: FromPath[UUID]) -> Response[Any]:
    """Why."""
    return await _aside(ui, entry_id, ASIDE.empty())


@act(f"{_PATH}/{{entry_id:uuid}}/aside", _WRITE)
async def aside(ui: UiOf, entry_id: FromPath[UUID]) -> Response[Any]:
    """It is no customer's payment."""
    try:
        await service.ignore(ui.ctx, entry_id, await ASIDE.read(ui))
    except DomainError as error:
        return await _aside(ui, entry_id, await ASIDE.again(ui, error))
    return ui.go(f"{_PATH}?status=open", ui.words(N_("The entry is set aside.")))


@show(f"{_PATH}/{{entry_id:uuid}}/customer", _WRITE)
async def ask_customer(ui: UiOf, entry_id: FromPath[UUID]) -> Response[Any]:
    """Whose payment it is, when no suggestion knows."""
    customer_id = wanted_customer(ui)
    back = f"{_PATH}/{entry_id}"
    if customer_id is None:
        return await choose(ui, N_("Whose payment it is"), (back, N_("Entry")))
    found, customer = await service.get_entry(ui.ctx, entry_id), await own_customer(ui, customer_id)
    about = f"{customer.name} · {ui.view.tongue.money(found.amount, found.currency)}"
    text = N_("It pays the customer's open invoices, the oldest first; what is left becomes the customer's credit.")
    hidden = {"customer_id": str(customer_id)}
    form = Form(Nothing).empty()
    return ask(ui, form, N_("It is this customer's payment"), f"{back}/customer", back, words=text, subject=about, hidden=hidden)


@act(f"{_PATH}/{{entry_id:uuid}}/customer", _WRITE)
async def customer(ui: UiOf, entry_id: FromPath[UUID]) -> Response[Any]:
    """It is a payment of a customer whom somebody chose."""
    try:
        data = msgspec.convert({"customer_id": (await ui.texts()).get("customer_id", "")}, Acceptance)
        await service.accept(ui.ctx, entry_id, data)
    except msgspec.ValidationError:
        return await _entry(ui, await service.get_entry(ui.ctx, entry_id), N_("Choose a customer."), 422)
    except DomainError as error:
        return await _entry(ui, await service.get_entry(ui.ctx, entry_id), error.message, error.status)
    return ui.go(f"{_PATH}?status=open", ui.words(N_("The entry is matched.")))


PAGES = [
    entries, statements, ask_import, import_, entry, accept, refuse, ask_aside, aside, ask_customer, customer,
]  # fmt: skip
