"""Forms: fields over the same model that the API takes. What was posted becomes that model; what is wrong with it, found here or
by the service, stands beside its field, and what was typed stays.

    CREDIT = Form(NewCreditNote, Field("reason", N_("Reason"), kind="textarea"))

    @act("/invoices/{invoice_id:uuid}/credit", needs("billing:write"))
    async def credit(ui: UiOf, invoice_id: FromPath[UUID]) -> Response[Any]:
        try:
            data = await CREDIT.read(ui)
            note = await ui.once(lambda tx: crediting.credit(ui.ctx, tx, invoice_id, data))
        except DomainError as error:
            return ui.page("billing/credit.html", status=error.status, form=await CREDIT.again(ui, error))
        return ui.go(f"/invoices/{note['id']}", ui.words(N_("The credit note was made.")))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from babel import Locale
from babel.numbers import NumberFormatError, parse_decimal
from litestar.datastructures import FormMultiDict
from msgspec.structs import fields as struct_fields

from control.core.errors import DomainError, FieldError, ValidationFailed
from control.core.ids import new_id
from control.core.validation import bare, value_errors
from control.web.language import N_
from control.web.ui import Ui

Model = TypeVar("Model", bound=msgspec.Struct)
Kind = Literal[
    "text", "email", "password", "number", "date", "textarea", "select", "checkbox", "hidden", "list", "code", "choices"
]
Choices = Mapping[str, str] | Callable[[], Mapping[str, str]]
SAID_BELOW = (N_("is required"), N_("must be a number"), N_("is not right"), N_("The request has invalid fields."))
"""What is said most often of fields, by services too; here so that it is translated."""


class Field(msgspec.Struct, frozen=True):
    """One field. `name` is where it belongs in the model, with dots: `address.country`. `list` is one value a line,
    `choices` are boxes of which several may be ticked."""

    name: str
    label: str
    kind: Kind | None = None
    hint: str = ""
    choices: Choices | None = None
    autocomplete: str = "off"
    is_half: bool = False
    """Beside another one, where there is room."""


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """A field as it is shown once."""

    field: Field
    kind: Kind
    value: str
    is_required: bool
    longest: int | None
    source: Choices
    errors: list[str]

    @property
    def choices(self) -> Mapping[str, str]:
        """Values and their names; asked for while the page is rendered, since names may depend on the language."""
        return self.source() if callable(self.source) else self.source

    @property
    def id(self) -> str:
        return f"f-{self.field.name.replace('.', '-')}"


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """A form as it is shown once. `problems` are those that belong to no field."""

    fields: list[Input]
    problems: list[str]
    key: str

    @property
    def is_wrong(self) -> bool:
        return bool(self.problems or any(one.errors for one in self.fields))


class Form(Generic[Model]):
    """The fields of a model that a person fills in; `fixed` are those that the page sets itself."""

    def __init__(self, model: type[Model], *fields: Field) -> None:
        """Raises LookupError for a field that the model does not have."""
        self.model = model
        self.fields = fields
        self._types = {one.name: _type_at(model, one.name) for one in fields}

    def empty(self, values: Mapping[str, Any] | msgspec.Struct | None = None) -> Inputs:
        """The form to be filled in, with what is there already."""
        known = msgspec.to_builtins(values) if values is not None else {}
        return self._shown({one.name: _text(_at(known, one.name)) for one in self.fields}, {}, [], str(new_id()))

    async def read(self, ui: Ui, **fixed: Any) -> Model:
        """What was posted as the model. Raises ValidationFailed with a pointer for each field that is wrong."""
        document: dict[str, Any] = {}
        form = await ui.form()
        errors: list[FieldError] = []
        for one in self.fields:
            try:
                value = self._value(one, form, ui.view.tongue.locale)
            except ValueError:
                errors.append(FieldError(_pointer(one.name), "must be a number"))
                continue
            if value is not None:
                _put(document, one.name, value)
        document |= fixed
        errors += value_errors(document, self.model, strict=False)
        if errors:
            seen: set[str] = set()
            raise ValidationFailed([e for e in errors if not (e.pointer in seen or seen.add(e.pointer))])  # type: ignore[func-returns-value]
        return msgspec.convert(document, self.model, strict=False)

    def _value(self, field: Field, form: FormMultiDict, locale: Locale) -> Any:
        kind, required, _, can_be_none = self._types[field.name]
        text = _posted(form, field.name)
        if kind is bool:
            return text in ("true", "on", "1")
        if get_origin(kind) is list:
            return [line.strip() for line in text.splitlines() if line.strip()] or None
        if field.kind not in ("password", "textarea"):
            text = text.strip()
        if not text:
            return "" if kind is str and not required and not can_be_none else None
        return _number(text, locale) if kind in (Decimal, int, float) else text.replace("\r\n", "\n")

    async def again(self, ui: Ui, error: DomainError) -> Inputs:
        """The form as it was posted, with what is wrong beside the fields."""
        form = await ui.form()
        values = {one.name: _posted(form, one.name) for one in self.fields}
        found: dict[str, list[str]] = {}
        problems = [] if isinstance(error, ValidationFailed) else [error.message]
        for each in error.errors if isinstance(error, ValidationFailed) else ():
            name = self._field_of(each.pointer)
            if name is None:
                problems.append(f"{each.pointer.strip('/')} {each.message}".strip())
            else:
                found.setdefault(name, []).append(each.message)
        return self._shown(values, found, problems, str(form.get("_key") or new_id()))

    def _field_of(self, pointer: str) -> str | None:
        """The field of a pointer; one below it, such as an entry of a list, counts."""
        name = pointer.strip("/").replace("/", ".")
        while name:
            if name in self._types:
                return name
            name = name.rpartition(".")[0]
        return None

    def _shown(self, values: dict[str, str], errors: dict[str, list[str]], problems: list[str], key: str) -> Inputs:
        inputs = []
        for one in self.fields:
            kind, required, longest, _ = self._types[one.name]
            choices = one.choices
            if choices is None and get_origin(kind) is Literal:
                choices = {str(each): str(each) for each in get_args(kind)}
            inputs.append(
                Input(
                    field=one,
                    kind=one.kind or _kind(kind, choices),
                    value="" if one.kind == "password" else values.get(one.name, ""),
                    is_required=required and kind is not bool,
                    longest=longest,
                    source=choices or {},
                    errors=errors.get(one.name, []),
                )
            )
        return Inputs(fields=inputs, problems=problems, key=key)


def _type_at(model: type[msgspec.Struct], name: str) -> tuple[Any, bool, int | None, bool]:
    """The type of a field, whether it must be given, its longest text, and whether it can be None."""
    kind: Any = model
    required, longest, can_be_none = True, None, False
    for step in name.split("."):
        known = {one.encode_name: one for one in struct_fields(bare(kind))}
        if step not in known:
            raise LookupError(f"{bare(kind).__name__} has no field {step!r}")
        required = required and known[step].required
        kind = get_type_hints(bare(kind), include_extras=True)[known[step].name]
        can_be_none = type(None) in get_args(kind)
        if get_origin(kind) is Annotated:
            longest = next((one.max_length for one in get_args(kind)[1:] if isinstance(one, msgspec.Meta)), None)
    return bare(kind), required, longest, can_be_none


def _kind(kind: Any, choices: Choices | None) -> Kind:
    if choices is not None:
        return "select"
    if kind is bool:
        return "checkbox"
    if get_origin(kind) is list:
        return "list"
    if kind in (Decimal, int, float):
        return "number"
    return "date" if getattr(kind, "__name__", "") == "date" else "text"


def _number(text: str, locale: Locale) -> str:
    """A number as the language writes it, or as programs do. Raises ValueError."""
    try:
        return str(parse_decimal(text, locale=locale, strict=True))
    except NumberFormatError:
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValueError(text) from None
        return str(number)


def _posted(form: FormMultiDict, name: str) -> str:
    """What was posted for a field; several values of one name are lines."""
    return "\n".join(str(value) for value in form.getall(name, []))


def _pointer(name: str) -> str:
    return "/" + name.replace(".", "/")


def _at(document: Any, name: str) -> Any:
    for step in name.split("."):
        document = document.get(step) if isinstance(document, dict) else None
    return document


def _put(document: dict[str, Any], name: str, value: Any) -> None:
    *above, last = name.split(".")
    for step in above:
        document = document.setdefault(step, {})
    document[last] = value


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else ""
        case Decimal() if value.as_tuple().exponent < -2:  # type: ignore[operator]  # 'n' and 'F' are no amounts
            # Kept with the digits that any currency may have; people write two.
            short = value.quantize(Decimal("0.01"))
            return str(short if short == value else value.normalize())
        case list():
            return "\n".join(str(one) for one in value)
    return str(value)
