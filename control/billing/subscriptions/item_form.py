"""The positions of a subscription as fields of a form: a price and how many of it, a few lines of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from control.billing.catalogue import listing, words
from control.billing.parts import renamed
from control.billing.subscriptions.models import Collection, NewSubscriptionItem, SubscriptionItem, When
from control.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.ui import Ui

MORE = 3
"""Lines for what may be added."""
_COLUMNS: list[tuple[str, Any, Any]] = [("collection", Collection, "invoice"), ("coupon", str | None, None)]
_LATER: list[tuple[str, Any, Any]] = [
    ("name", str, ""),
    ("start_date", date | None, None),
    ("ends_on", date | None, None),
    ("trial_days", int | None, None),
    ("anchor_day", int | None, None),
]


async def price_names(ui: Ui, currency: str) -> dict[str, str]:
    """The prices that are on sale, by id, as people read them."""
    try:
        return words.priced(ui.view.tongue, await listing.price_list(ui.ctx, "own", currency))
    except (Conflict, NotFound):
        return {}


def _model(lines: int, more: Sequence[tuple[str, Any, Any]]) -> type[msgspec.Struct]:
    rows: list[tuple[str, Any, Any]] = []
    for n in range(lines):
        rows += [(f"price_{n}", UUID | None, None), (f"quantity_{n}", int | None, None)]
    return msgspec.defstruct("Positions", [*rows, *more], kw_only=True)


def _fields(lines: int, names: Mapping[str, str], known: int = 1) -> list[Field]:
    rows = []
    for n in range(lines):
        label = N_("Price") if n < known else N_("One more")
        rows.append(Field(f"price_{n}", label, kind="select", choices=names, is_half=True))
        rows.append(Field(f"quantity_{n}", N_("How many"), is_half=True))
    return rows


def starting(names: Mapping[str, str], collections: Mapping[str, str]) -> Form[Any]:
    """The form of a subscription to be."""
    return Form(
        _model(1 + MORE, [*_COLUMNS, *_LATER]),
        *_fields(1 + MORE, names),
        Field("coupon", N_("Coupon"), is_half=True),
        Field("collection", N_("How it is paid"), choices=collections, is_half=True),
        Field("name", N_("Name"), hint=N_("That of the first plan when left empty."), is_half=True),
        Field("start_date", N_("Begins on"), hint=N_("Today when left empty."), is_half=True),
        Field("ends_on", N_("Ends on"), hint=N_("For a fixed term: the first day without it."), is_half=True),
        Field("trial_days", N_("Days of trial"), hint=N_("The plan's when left empty."), is_half=True),
        Field("anchor_day", N_("Day of the month"), hint=N_("On which periods begin."), is_half=True),
    )


def changing(
    items: Sequence[SubscriptionItem], names: Mapping[str, str], whens: Mapping[str, str], collections: Mapping[str, str]
) -> Form[Any]:
    """The form of a change: what there is, and room for more. A line without a price ends."""
    known = {str(one.price_id): one.name for one in items}
    lines = len(items) + MORE
    return Form(
        _model(lines, [*_COLUMNS, ("when", When | None, None)]),
        *_fields(lines, {**known, **names}, len(items)),
        Field("when", N_("When"), kind="select", choices=whens, is_half=True, hint=N_("As your settings say when left empty.")),
        Field("coupon", N_("Another coupon"), is_half=True),
        Field("collection", N_("How it is paid"), choices=collections, is_half=True),
    )


def buying(lines: Sequence[Mapping[str, str]], label: str, collections: Mapping[str, str] | None) -> Form[Any]:
    """The form of customers: on each line what can be chosen there, and how many. With `collections`, how it is paid."""
    fields = []
    for n, names in enumerate(lines):
        fields.append(Field(f"price_{n}", label if n == 0 else N_("And"), kind="select", choices=names, is_half=True))
        fields.append(Field(f"quantity_{n}", N_("How many"), is_half=True))
    fields.append(Field("coupon", N_("Coupon"), is_half=True))
    if collections is not None:
        fields.append(Field("collection", N_("How it is paid"), choices=collections, is_half=True))
    return Form(_model(len(lines), _COLUMNS if collections is not None else _COLUMNS[1:]), *fields)


def values(items: Sequence[Any]) -> dict[str, Any]:
    """What a form shows of the items that there are."""
    found: dict[str, Any] = {}
    for n, one in enumerate(items):
        found |= {f"price_{n}": str(one.price_id), f"quantity_{n}": one.quantity}
    return found


def asked(data: msgspec.Struct, items: Sequence[SubscriptionItem] = ()) -> tuple[list[NewSubscriptionItem], list[int]]:
    """The items of a filled-in form, and the line of each. Raises ValidationFailed."""
    given = msgspec.structs.asdict(data)
    found, lines = [], []
    for n in range(sum(name.startswith("price_") for name in given)):
        price, quantity = given[f"price_{n}"], given[f"quantity_{n}"]
        if price is None:
            continue
        if quantity is not None and not 1 <= quantity <= 1_000_000:
            raise ValidationFailed(FieldError(f"/quantity_{n}", N_("must be a whole number from 1 on")))
        item_id = items[n].id if n < len(items) else None
        found.append(NewSubscriptionItem(price_id=price, quantity=1 if quantity is None else quantity, id=item_id))
        lines.append(n)
    if not found:
        raise ValidationFailed(FieldError("/price_0", N_("is required")))
    return found, lines


def on_lines(error: ValidationFailed, lines: Sequence[int]) -> ValidationFailed:
    """What is wrong with items, said of the lines on which they stand."""
    names: dict[str, str] = {}
    for n, line in enumerate(lines):
        names |= {f"/items/{n}/quantity": f"/quantity_{line}", f"/items/{n}": f"/price_{line}"}
    return renamed(error, {**names, "/items": "/price_0"})
