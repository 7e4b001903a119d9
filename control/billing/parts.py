"""What pages of billing have in common: lists with links beside them, forms, questions, and the choice of a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile

from control.billing.customers import service as customers
from control.billing.customers.models import Customer
from control.billing.today import today
from control.core.context import Context
from control.core.errors import FieldError, NotFound, ValidationFailed
from control.core.pagination import PageRequest
from control.core.permissions import UserType
from control.core.validation import value_errors
from control.web.asking import confirm
from control.web.depends import Dependent
from control.web.forms import Inputs
from control.web.language import N_
from control.web.tables import Badge, Money, Table
from control.web.ui import Ui

T = TypeVar("T", bound=msgspec.Struct)
ACTIVE = {"true": N_("Active"), "false": N_("Retired")}
INTERVALS = {
    "month": N_("a month"),
    "quarter": N_("a quarter"),
    "half_year": N_("half a year"),
    "year": N_("a year"),
    "two_years": N_("two years"),
    "three_years": N_("three years"),
    "once": N_("once"),
}
MOST_SHOWN = 20
NONE = "\u2013"
"""What stands where there is nothing."""
SELLERS: frozenset[UserType] = frozenset({"admin", "reseller"})
"""For whom entries of the menu are that are about selling."""


class Link(msgspec.Struct, frozen=True):
    """A button beside the name of a page."""

    label: str
    href: str
    look: str = "plain"
    icon: str = ""
    modal: bool = False


def state(row: Any) -> Badge:
    """Whether something is on offer."""
    return Badge(ACTIVE["true"], "success") if row.is_active else Badge(ACTIVE["false"])


def amount(row: Any) -> Money:
    return Money(row.amount, row.currency)


async def listed(
    ui: Ui, table: Table, title: str, *links: Link, words: str = "", back: tuple[str, str] | str = ""
) -> Response[Any]:
    """A page with a list."""
    return await table.page(ui, "billing/list.html", title=title, words=words, back=back, links=links)


def full(
    ui: Ui,
    form: Inputs,
    title: str,
    action: str,
    back: tuple[str, str],
    *,
    words: str = "",
    label: str = N_("Save"),
    delete: str = "",
) -> Response[Any]:
    """A page with a form; `delete` is where the thing is deleted."""
    values: dict[str, Any] = {
        "form": form, "title": title, "action": action, "back": back, "words": words, "label": label, "delete": delete,
    }  # fmt: skip
    return ui.page("billing/form.html", status=422 if form.is_wrong else 200, **values)


def ask(
    ui: Ui,
    form: Inputs,
    title: str,
    action: str,
    back: str,
    *,
    words: str = "",
    subject: str = "",
    label: str = "",
    look: str = "primary",
    hidden: Mapping[str, str] | None = None,
    depends: Sequence[Dependent] = (),
) -> Response[Any]:
    """A question, with what happens then."""
    return confirm(
        ui,
        title=subject,
        text=words,
        label=title,
        action=action,
        back=back,
        look=look,
        button=label,
        form=form,
        hidden=hidden,
        depends=depends,
    )


def leave(ui: Ui, url: str, text: str) -> Response[Any]:
    """On to a page of somebody else's. A redirect behind a form would be stopped by the page's own policy (`form-action`); a page
    that leads on is not, and its link is there for those whose browser does not follow by itself."""
    headers = {"HX-Redirect": url} if ui.is_partial else {"Refresh": f"0; url={url}"}
    return ui.page("billing/leave.html", headers=headers, url=url, text=text)


def convert(document: Mapping[str, Any], model: type[T]) -> T:
    """A model of what a page put together. Raises ValidationFailed."""
    if errors := value_errors(document, model, strict=False):
        raise ValidationFailed(errors)
    return msgspec.convert(document, model, strict=False)


def renamed(error: ValidationFailed, names: Mapping[str, str]) -> ValidationFailed:
    """The same, about the fields of the page: each pointer that begins with one of `names` has the other name instead."""
    found = []
    for one in error.errors:
        name = next((old for old in names if one.pointer == old or one.pointer.startswith(f"{old}/")), None)
        found.append(one if name is None else FieldError(names[name], one.message))
    return ValidationFailed(found, error.message)


async def own_customer(ui: Ui, customer_id: UUID) -> Customer:
    """A customer to whom the person sells. Raises NotFound."""
    found = await customers.get(ui.ctx, customer_id)
    if found.customer_org_id == ui.ctx.principal.organization_id:
        raise NotFound("customer of yours")
    return found


async def named(ctx: Context, rows: list[Any], into: type[T]) -> list[T]:
    """Rows with their customers' names: `into` is the rows' model with `customer_name`."""
    names = await customers.names(ctx, (row.customer_id for row in rows))
    return [into(**msgspec.structs.asdict(row), customer_name=names.get(row.customer_id, NONE)) for row in rows]


def wanted_customer(ui: Ui) -> UUID | None:
    """The customer that the address names. Raises NotFound for what is no id."""
    text = ui.request.query_params.get("customer_id")
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("customer") from None


async def choose(ui: Ui, title: str, back: tuple[str, str]) -> Response[Any]:
    """Which customer it is for: those that match, the newest first."""
    search = (ui.request.query_params.get("search") or "")[:200]
    wanted = PageRequest(1, MOST_SHOWN, "created_at DESC, id DESC", search or None)
    rows, total = await customers.page(ui.ctx, wanted, {"is_active": True, "country": None, "organization_id": None})
    return ui.page("billing/choose_customer.html", title=title, back=back, customers=rows, total=total, search=search)


def days(ui: Ui) -> tuple[date, date]:
    """The days of a report: those that the address names, or this year up to today. Raises ValidationFailed."""
    now = today("UTC")
    found, errors = [], []
    for name, otherwise in (("since", date(now.year, 1, 1)), ("until", now)):
        text = ui.request.query_params.get(name)
        try:
            found.append(date.fromisoformat(text) if text else otherwise)
        except ValueError:
            errors.append(FieldError(name, N_("is no day")))
    if errors:
        raise ValidationFailed(errors)
    return found[0], found[1]


async def uploaded(ui: Ui, name: str) -> bytes:
    """A file that was chosen. Raises ValidationFailed."""
    found = (await ui.form()).get(name)
    content = await found.read() if isinstance(found, UploadFile) else b""
    if not content:
        raise ValidationFailed(FieldError(f"/{name}", N_("choose a file")))
    return content


def file(content: bytes | str, name: str, media_type: str = "text/csv") -> Response[Any]:
    """Something to be kept."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers={**headers, "X-Content-Type-Options": "nosniff"})
