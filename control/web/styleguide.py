"""The sheet of all parts of which pages are made. For those who make pages: it is there with HCC_ENV=dev alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from msgspec import Meta

from control.core.errors import FieldError, NotFound, ValidationFailed
from control.core.permissions import public
from control.web import flash, merging
from control.web.forms import Field, Form
from control.web.language import N_
from control.web.routing import show
from control.web.ui import UiOf


class _Sample(msgspec.Struct, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    amount: Decimal
    colour: Literal["red", "green"] = "red"
    notes: str = ""
    is_active: bool = False


_FORM = Form(
    _Sample,
    Field("name", N_("Name")),
    Field("amount", N_("Amount"), is_half=True),
    Field("colour", N_("Kind"), is_half=True),
    Field("notes", N_("Notes"), kind="textarea", hint="A hint says what is not plain."),
    Field("is_active", N_("Active")),
)
_DATA = {
    "times": [1767225600 + n * 86400 for n in range(30)],
    "series": [{"label": "EUR", "values": [n * n % 97 for n in range(30)]}],
}


@show("/styleguide", public())
async def styleguide(ui: UiOf) -> Response[str]:
    """All parts."""
    if ui.runtime.settings.env not in ("dev", "test"):
        raise NotFound("page")
    theirs = _FORM.texts({"name": "Example", "amount": "12", "notes": "What somebody else wrote"})
    both = _FORM.empty({"name": "Example", "amount": "10"}, version=1)
    fields = [msgspec.structs.replace(one, theirs=theirs[one.field.name] if one.field.name == "notes" else None,
                                      is_taken=one.field.name == "amount") for one in both.fields]  # fmt: skip
    conflict = msgspec.structs.replace(both, fields=fields, problems=[merging.CHANGED], is_conflict=True)
    undo = flash.Flash("The entry was deleted.", undo=flash.Undo("/styleguide", []))
    wrong = ValidationFailed([FieldError("/name", "is required"), FieldError("/amount", "must be a number")])
    parts: dict[str, Any] = {"conflict": conflict, "undo": undo, "unread": 3}
    return ui.page(
        "styleguide.html", **parts, form=_FORM.empty({"name": "Example"}), wrong=await _FORM.again(ui, wrong), data=_DATA
    )
