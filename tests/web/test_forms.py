"""Forms over models: what is read from a post, and where its errors stand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Annotated, Any, Literal

import msgspec
import pytest
from litestar.datastructures import FormMultiDict
from msgspec import UNSET, Meta, UnsetType

from control.core.errors import Conflict, FieldError, ValidationFailed
from control.web.forms import Field, Form
from control.web.language import Tongue
from control.web.ui import is_local


class Place(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    city: Annotated[str, Meta(min_length=1, max_length=40)]
    zip: str = ""


class Order(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=20)]
    price: Decimal
    colour: Literal["red", "green"] = "red"
    count: Annotated[int, Meta(ge=1)] | None = None
    day: date | None = None
    code: Annotated[str, Meta(pattern="^[A-Z]{3}$")] | None = None
    note: str | UnsetType = UNSET
    copies: list[str] = []
    is_open: bool = True
    place: Place


FORM = Form(
    Order,
    *(Field(name, name) for name in ("name", "price", "colour", "count", "day", "code", "note", "copies", "is_open")),
    Field("place.city", "City"),
    Field("place.zip", "Zip"),
)
GOOD = {"name": "Anna", "price": "12.50", "place.city": "Berlin"}


def ui(posted: dict[str, str], language: str = "en") -> Any:
    async def form() -> FormMultiDict:
        return FormMultiDict(posted)

    return SimpleNamespace(form=form, view=SimpleNamespace(tongue=Tongue(language)))


async def test_a_post_becomes_the_model() -> None:
    read = await FORM.read(
        ui({**GOOD, "count": "3", "day": "2026-11-26", "copies": "a\r\n b \r\n\r\n", "is_open": "true", "code": "EUR"})
    )
    assert read == Order(
        name="Anna", price=Decimal("12.50"), count=3, day=date(2026, 11, 26), copies=["a", "b"], code="EUR", note="",
        place=Place(city="Berlin"),
    )  # fmt: skip


async def test_what_is_left_empty_gets_its_default() -> None:
    read = await FORM.read(ui({**GOOD, "count": "", "day": "", "code": "", "copies": "", "colour": ""}))
    assert (read.count, read.day, read.code, read.copies, read.colour, read.is_open) == (None, None, None, [], "red", False)


@pytest.mark.parametrize(
    ("language", "typed", "number"),
    [
        ("en", "1,234.5", "1234.5"),
        ("de", "1.234,5", "1234.5"),
        ("de", "12.50", "12.50"),
        ("fr", "12,5", "12.5"),
        ("en", "-3", "-3"),
    ],
)
async def test_numbers_as_a_language_writes_them(language: str, typed: str, number: str) -> None:
    assert (await FORM.read(ui({**GOOD, "price": typed}, language))).price == Decimal(number)


@pytest.mark.parametrize(
    ("posted", "wrong"),
    [
        ({"name": ""}, {"/name"}),
        ({"name": "x" * 21}, {"/name"}),
        ({"price": ""}, {"/price"}),
        ({"price": "much"}, {"/price"}),
        ({"colour": "blue"}, {"/colour"}),
        ({"count": "0"}, {"/count"}),
        ({"day": "tomorrow"}, {"/day"}),
        ({"code": "eur"}, {"/code"}),
        ({"place.city": ""}, {"/place/city"}),
        ({"name": "", "price": "x", "place.city": ""}, {"/name", "/price", "/place/city"}),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(posted: dict[str, str], wrong: set[str]) -> None:
    asked = ui({**GOOD, **posted})
    with pytest.raises(ValidationFailed) as raised:
        await FORM.read(asked)
    places = {error.pointer for error in raised.value.errors if error.pointer != "/place"}
    assert places == wrong
    shown = await FORM.again(asked, raised.value)
    marked = {"/" + one.field.name.replace(".", "/") for one in shown.fields if one.errors}
    assert marked == wrong
    for name, typed in {**GOOD, **posted}.items():
        assert next(one.value for one in shown.fields if one.field.name == name) == typed


async def test_other_errors_stand_above() -> None:
    taken = await FORM.again(ui(GOOD), Conflict("That name is taken."))
    assert taken.problems == ["That name is taken."]
    deep = await FORM.again(ui(GOOD), ValidationFailed([FieldError("/copies/1", "is bad"), FieldError("/elsewhere", "is odd")]))
    assert deep.problems == ["elsewhere is odd"]
    assert next(one for one in deep.fields if one.field.name == "copies").errors == ["is bad"]


def test_a_field_that_the_model_does_not_have_is_refused() -> None:
    with pytest.raises(LookupError, match="has no field 'street'"):
        Form(Order, Field("place.street", "Street"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/a?b=c", True), ("/", True), ("", False), ("a", False), ("//a", False), ("/\\a", False), ("https://a/", False),
     ("/a\r\nSet-Cookie: x", False), ("javascript:1", False), ("/%0d%0a", True)],
)  # fmt: skip
def test_which_paths_are_ours(path: str, expected: bool) -> None:
    assert is_local(path) is expected
