"""Prices of plans: added, replaced from a day on, moved to, and sold no more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from control.billing.catalogue import prices, products, words
from control.billing.catalogue.models import AnyInterval, Move, NewPrice, NewVersion, Price
from control.billing.catalogue.pricing import Aggregation, Model
from control.billing.money import Currency
from control.billing.parts import INTERVALS, ask, convert, full, renamed
from control.core.context import Context
from control.core.errors import DomainError, FieldError, ValidationFailed
from control.core.pagination import PageRequest
from control.core.permissions import needs
from control.web.asking import Asking
from control.web.depends import Dependent, Depends, named
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import act, show
from control.web.ui import Ui, UiOf

_WRITE = needs("catalogue:write")
_ZERO = Decimal(0)


class PriceFields(msgspec.Struct, kw_only=True):
    """What a version of a price says, flat. Of `tiers` each line is one band."""

    amount: Decimal = _ZERO
    setup_fee: Decimal = _ZERO
    valid_from: date | None = None
    tiers: list[str] = []
    selector: str = ""
    aggregation: Aggregation = "increase"
    unit_name: str = ""
    scale: Decimal = Decimal(1)
    included: Decimal = _ZERO


class NewPriceFields(PriceFields, kw_only=True):
    """With what all versions of a price have in common."""

    name: str = ""
    currency: Currency
    interval: AnyInterval
    model: Model
    unit: str = "C62"


_AMOUNTS = (
    Field("amount", N_("Amount"), is_half=True, hint=N_("Without tax, unless your settings say otherwise.")),
    Field("setup_fee", N_("Set-up fee"), is_half=True),
    Field("valid_from", N_("From"), is_half=True, hint=N_("Today when left empty.")),
)
_TIERS = (
    Field("tiers", N_("Bands"), hint=N_("One a line: up to; price of a unit; fixed fee. The last one begins with a star.")),
)
_METER = (
    Field("selector", N_("What is measured"), hint=N_("For what is measured: a selector of metrics.")),
    Field("aggregation", N_("How it becomes one figure"), choices=words.AGGREGATIONS, is_half=True),
    Field("unit_name", N_("Its unit"), is_half=True),
    Field("scale", N_("Divided by"), is_half=True),
    Field("included", N_("Free of charge"), is_half=True),
)
PRICE = Form(
    NewPriceFields,
    Field("name", N_("Name"), hint=N_("Tells several prices of one plan apart."), is_half=True),
    Field("model", N_("How it is counted"), choices=words.MODELS, is_half=True),
    Field("currency", N_("Currency"), hint=N_("Three letters, such as EUR."), is_half=True),
    Field("interval", N_("Charged for"), choices=INTERVALS, is_half=True),
    Field("unit", N_("Code of the unit"), is_half=True),
    *_AMOUNTS,
    *_TIERS,
    *_METER,
)
_FOR_MODEL = {"volume": _TIERS, "graduated": _TIERS, "metered": (*_TIERS, *_METER)}
_NAMES = {
    "/meter/selector": "/selector",
    "/meter/aggregation": "/aggregation",
    "/meter/unit_name": "/unit_name",
    "/meter/scale": "/scale",
    "/meter/included": "/included",
    "/meter": "/selector",
}


def _tiers(lines: list[str]) -> list[dict[str, Any]]:
    found = []
    for line in lines:
        parts = [part.strip() for part in line.split(";")]
        try:
            end, unit, fee, *rest = (*parts, "", "")[: max(3, len(parts))]
            up_to = None if end in ("*", "") else Decimal(end.replace(",", "."))
            numbers = [Decimal(part.replace(",", ".")) if part else _ZERO for part in (unit, fee)]
        except InvalidOperation:
            raise ValidationFailed(FieldError("/tiers", N_("A line is three numbers with semicolons between them."))) from None
        if rest:
            raise ValidationFailed(FieldError("/tiers", N_("A line is three numbers with semicolons between them.")))
        found.append({"up_to": up_to, "unit_price": numbers[0], "flat_fee": numbers[1]})
    return found


def _document(data: PriceFields) -> dict[str, Any]:
    document = msgspec.structs.asdict(data)
    document["tiers"] = _tiers(data.tiers)
    meter = {name: document.pop(name) for name in ("selector", "aggregation", "unit_name", "scale", "included")}
    document["meter"] = meter if data.selector or data.unit_name else None
    return document


async def _plan_name(ui: Ui, plan_id: UUID) -> str:
    return (await products.PLANS.get(ui.ctx, plan_id)).name


def _new(ui: Ui, plan_id: UUID, form: Any, name: str) -> Response[Any]:
    return full(ui, form, N_("Add a price"), f"/plans/{plan_id}/prices", (f"/plans/{plan_id}", name))


@show("/plans/{plan_id:uuid}/prices/new", _WRITE)
async def ask_price(ui: UiOf, plan_id: FromPath[UUID]) -> Response[Any]:
    """A price to be."""
    start = {"model": "flat", "currency": "EUR", "interval": "month", "unit": "C62", "aggregation": "increase"}
    return _new(ui, plan_id, PRICE.empty(start), await _plan_name(ui, plan_id))


@act("/plans/{plan_id:uuid}/prices", _WRITE)
async def create_price(ui: UiOf, plan_id: FromPath[UUID]) -> Response[Any]:
    """Add a price to a plan."""
    try:
        data = convert({**_document(await PRICE.read(ui)), "plan_id": plan_id}, NewPrice)
        await ui.once(lambda tx: prices.create(ui.ctx, tx, data))
    except ValidationFailed as error:
        return _new(ui, plan_id, await PRICE.again(ui, renamed(error, _NAMES)), await _plan_name(ui, plan_id))
    except DomainError as error:
        return _new(ui, plan_id, await PRICE.again(ui, error), await _plan_name(ui, plan_id))
    return ui.go(f"/plans/{plan_id}", ui.words(N_("The price was added.")))


def _version_form(found: Price) -> Form[PriceFields]:
    """What a version of such a price consists of."""
    return Form(PriceFields, *_AMOUNTS, *_FOR_MODEL.get(found.model, ()))


def _plain(number: Decimal) -> str:
    """Without zeros at the end."""
    return f"{number.normalize():f}"


def _fields(found: Price) -> dict[str, Any]:
    shown: dict[str, Any] = {"amount": _plain(found.amount), "setup_fee": _plain(found.setup_fee), "aggregation": "increase"}
    ends = [("*" if one.up_to is None else _plain(one.up_to), one) for one in found.tiers]
    shown["tiers"] = [f"{end}; {_plain(one.unit_price)}; {_plain(one.flat_fee)}" for end, one in ends]
    if found.meter is not None:
        shown |= msgspec.structs.asdict(found.meter)
    return shown


async def _version(ui: Ui, found: Price, form: Any) -> Response[Any]:
    text = N_("New subscriptions get it from its day on. Those that there are keep what they have until you move them.")
    back = (f"/plans/{found.plan_id}", await _plan_name(ui, found.plan_id))
    return full(ui, form, N_("A new price from a day on"), f"/prices/{found.id}/versions", back, words=text)


@show("/prices/{price_id:uuid}/versions/new", _WRITE)
async def ask_version(ui: UiOf, price_id: FromPath[UUID]) -> Response[Any]:
    """What it is to cost."""
    found = await prices.get(ui.ctx, price_id)
    return await _version(ui, found, _version_form(found).empty(_fields(found)))


@act("/prices/{price_id:uuid}/versions", _WRITE)
async def create_version(ui: UiOf, price_id: FromPath[UUID]) -> Response[Any]:
    """Another price from a day on."""
    found = await prices.get(ui.ctx, price_id)
    form = _version_form(found)
    try:
        data = convert(_document(await form.read(ui)), NewVersion)
        await ui.once(lambda tx: prices.add_version(ui.ctx, tx, price_id, data))
    except ValidationFailed as error:
        return await _version(ui, found, await form.again(ui, renamed(error, _NAMES)))
    except DomainError as error:
        return await _version(ui, found, await form.again(ui, error))
    return ui.go(f"/plans/{found.plan_id}", ui.words(N_("The new price was added.")))


async def _move_form(ui: Ui, found: Price) -> Form[Move]:
    same = {"organization_id": None, "plan_id": found.plan_id, "currency": found.currency, "interval": found.interval, "on": None}
    others, _ = await prices.page(ui.ctx, PageRequest(1, 100, "valid_from DESC, id DESC"), same)
    tongue = ui.view.tongue
    names = {
        str(one.id): f"{one.name} {words.price(tongue, one)}, {tongue.day(one.valid_from)}".strip()
        for one in others
        if one.id != found.id and one.model == found.model and one.is_active
    }
    return Form(
        Move,
        Field("to_price_id", N_("To"), kind="select", choices=names),
        Field("effective_from", N_("With the first period from")),
    )


async def _move(ui: Ui, found: Price, form: Any) -> Response[Any]:
    text = N_("Subscriptions with this price get the other one with their first period from that day on. Customers are told.")
    back, about = f"/plans/{found.plan_id}", words.price(ui.view.tongue, found)
    return ask(ui, form, N_("Move subscriptions"), f"/prices/{found.id}/move", back, words=text, subject=about)


@show("/prices/{price_id:uuid}/move", _WRITE)
async def ask_move(ui: UiOf, price_id: FromPath[UUID]) -> Response[Any]:
    """To which price, and when."""
    found = await prices.get(ui.ctx, price_id)
    return await _move(ui, found, (await _move_form(ui, found)).empty())


@act("/prices/{price_id:uuid}/move", _WRITE)
async def move(ui: UiOf, price_id: FromPath[UUID]) -> Response[Any]:
    """Let subscriptions get another price."""
    found = await prices.get(ui.ctx, price_id)
    form = await _move_form(ui, found)
    try:
        data = await form.read(ui)
        moved = await ui.once(lambda tx: prices.move(ui.ctx, tx, price_id, data))
    except DomainError as error:
        return await _move(ui, found, await form.again(ui, error))
    return ui.go(
        f"/plans/{found.plan_id}",
        ui.words(N_("Positions of subscriptions that will get the price: %(count)s."), count=moved["items"]),
    )


async def _get(ui: Ui, price_id: UUID) -> Price:
    return await prices.get(ui.ctx, price_id)


def _depends(*, keeps: bool) -> Depends:
    async def found(ctx: Context, row: Price) -> list[Dependent]:
        those = await products.subscriptions_of(ctx, price_id=row.id)
        return [named(N_("Subscriptions"), those, "/subscriptions", keeps=keeps)]

    return found


ARCHIVE = Asking(
    path="/prices/{row_id:uuid}/archive", writes=_WRITE, get=_get, name=lambda ui, row: words.price(ui.view.tongue, row),
    back="/plans/{row.plan_id}", label=N_("Sell it no more"),
    text=N_("Nobody new gets it. Subscriptions that have it go on with it."),
    work=lambda ui, row, _: prices.archive(ui.ctx, row.id), said=N_("The price is sold no more."), depends=_depends(keeps=False),
)  # fmt: skip
DELETE = Asking(
    path="/prices/{row_id:uuid}/delete", writes=_WRITE, get=_get, name=lambda ui, row: words.price(ui.view.tongue, row),
    back="/plans/{row.plan_id}", label=N_("Delete the price"),
    text=N_("A version that nobody has is deleted for good; the one before it is sold again."),
    work=lambda ui, row, _: prices.delete(ui.ctx, row.id), said=N_("The price was deleted."), depends=_depends(keeps=True),
)  # fmt: skip
PAGES = [
    ask_price, create_price, ask_version, create_version, ask_move, move, *ARCHIVE.pages(), *DELETE.pages(),
]  # fmt: skip
