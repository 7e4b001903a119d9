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

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Generic, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec
from babel import Locale
from babel.numbers import NumberFormatError, parse_decimal
from litestar.datastructures import FormMultiDict
from msgspec.structs import fields as struct_fields

from control.core.errors import DomainError, FieldError, PreconditionFailed, ValidationFailed
from control.core.ids import new_id
from control.core.validation import bare, value_errors
from control.core.words import Said, said
from control.web import lines as several
from control.web import merging
from control.web.language import N_
from control.web.ui import VERSION, Ui

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
    line: int = 0
    """The number of its line, from 1 on, where it stands in one."""
    theirs: str | None = None
    """What somebody else made of it meanwhile, where what was typed differs."""
    is_taken: bool = False
    """Whether the value is what somebody else made of it."""

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
    lines: list[list[Input]] = []

    version: str = ""
    """The version of what is changed; the service refuses to change another one."""
    marks: str = ""
    is_conflict: bool = False

    @property
    def all(self) -> list[Input]:
        """Those of lines too."""
        return [*self.fields, *(one for line in self.lines for one in line)]

    @property
    def is_wrong(self) -> bool:
        return bool(self.problems or any(one.errors for one in self.all))


LABELS: dict[tuple[str, str], str] = {}
"""What forms call a field, by the name of their model and of the field: it is its name elsewhere too."""


class Form(Generic[Model]):
    """The fields of a model that a person fills in; `fixed` are those that the page sets itself."""

    def __init__(self, model: type[Model], *fields: Field, lines: several.Lines | None = None) -> None:
        """Raises LookupError for a field that the model does not have."""
        self.model = model
        self.fields = fields
        self.lines = lines
        self._types = {one.name: _type_at(model, one.name) for one in fields}
        if lines is not None:
            entry = get_args(_type_at(model, lines.name)[0])[0]
            self._line_types = {one.name: _type_at(entry, one.name) for one in lines.fields}
        # Some forms are made for each request; the first has said it.
        for one in fields:
            LABELS.setdefault((model.__name__, one.name), one.label)

    def empty(self, values: Mapping[str, Any] | msgspec.Struct | None = None, *, version: int | None = None) -> Inputs:
        """The form to be filled in, with what is there already: a thing with a version, or `version` says which one it is."""
        texts = self.texts(values)
        version = getattr(values, "version", None) if version is None else version
        rows: list[dict[str, str]] = []
        if self.lines is not None:
            known = _plain(values)
            found = _at(known, self.lines.name) or []
            rows = [{one.name: _text(_at(row, one.name)) for one in self.lines.fields} for row in found]
            rows = rows or several.rearranged([], "add", self.lines)
        shown = self._shown(texts, {}, [], str(new_id()), rows)
        return shown if version is None else self._versioned(shown, str(version), texts)

    def texts(self, values: Mapping[str, Any] | msgspec.Struct | None) -> dict[str, str]:
        """What the fields hold for these values, passwords left out: as it would be posted."""
        known = _plain(values)
        return {one.name: _text(_at(known, one.name)) for one in self.fields if one.kind != "password"}

    @property
    def _sets(self) -> list[str]:
        return [one.name for one in self.fields if one.kind == "choices"]

    def _versioned(self, shown: Inputs, version: str, values: Mapping[str, str]) -> Inputs:
        return msgspec.structs.replace(shown, version=version, marks=merging.marks(values, self._sets))

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
        if self.lines is not None:
            document[self.lines.name] = self._line_values(form, ui.view.tongue.locale, errors)
        document |= fixed
        errors += value_errors(document, self.model, strict=False)
        if errors:
            seen: set[str] = set()
            raise ValidationFailed([e for e in errors if not (e.pointer in seen or seen.add(e.pointer))])  # type: ignore[func-returns-value]
        return msgspec.convert(document, self.model, strict=False)

    def _value(self, field: Field, form: FormMultiDict, locale: Locale) -> Any:
        return self._worth(field, self._types[field.name], _posted(form, field.name), locale)

    def _line_values(self, form: FormMultiDict, locale: Locale, errors: list[FieldError]) -> list[dict[str, Any]]:
        """The entries of the lines; what is no number is added to the errors."""
        assert self.lines is not None
        rows: list[dict[str, Any]] = []
        given = several.filled(several.posted(form, self.lines), self.lines)
        if len(given) > several.MOST:
            errors.append(FieldError(f"/{self.lines.name}", said("must be at most %(most)s lines", most=several.MOST)))
        for n, row in enumerate(given):
            entry: dict[str, Any] = {}
            for one in self.lines.fields:
                try:
                    value = self._worth(one, self._line_types[one.name], row[one.name], locale)
                except ValueError:
                    errors.append(FieldError(f"/{self.lines.name}/{n}{_pointer(one.name)}", "must be a number"))
                    continue
                if value is not None:
                    _put(entry, one.name, value)
            rows.append(entry)
        return rows

    def _worth(self, field: Field, known: _Type, text: str, locale: Locale) -> Any:
        """What a text is worth as a value of the field's type. Raises ValueError for what is no number."""
        kind, required, _, can_be_none = known
        origin: Any = get_origin(kind)
        if kind is bool and not (field.choices and can_be_none and not text):
            return text in ("true", "on", "1")
        if origin is list:
            return [line.strip() for line in text.splitlines() if line.strip()] or None
        if field.kind not in ("password", "textarea"):
            text = text.strip()
        if not text:
            return "" if kind is str and not required and not can_be_none else None
        return _number(text, locale) if kind in (Decimal, int, float) else text.replace("\r\n", "\n")

    async def again(self, ui: Ui, error: DomainError, now: Mapping[str, Any] | msgspec.Struct | None = None) -> Inputs:
        """The form as it was posted, with what is wrong beside the fields. `now` is what is there: where somebody else changed it
        since the form was made, the form says what, and saving it again goes over that."""
        form = await ui.form()
        if isinstance(error, PreconditionFailed) and now is not None:
            return self._merged(form, error, self.texts(now))
        values = {one.name: _posted(form, one.name) for one in self.fields}
        rows = [] if self.lines is None else several.filled(several.posted(form, self.lines), self.lines)
        found: dict[str, list[str]] = {}
        problems = [] if isinstance(error, ValidationFailed) else [error.message]
        for each in error.errors if isinstance(error, ValidationFailed) else ():
            name = self._field_of(each.pointer)
            if name is None:
                problems.append(_placed(each.pointer.strip("/"), each.message))
            else:
                found.setdefault(name, []).append(self._without_pattern(name, each.message))
        if self.lines is not None:
            rows = rows or several.rearranged([], "add", self.lines)
        shown = self._shown(values, found, problems, str(form.get("_key") or new_id()), rows)
        sent = {"version": str(form.get(VERSION) or ""), "marks": str(form.get(merging.MARKS) or "")}
        return msgspec.structs.replace(shown, **sent)

    def _without_pattern(self, name: str, message: str) -> str:
        """What is wrong with a field; the hint beside it says the form that is wanted better than a regular expression."""
        has_hint = any(one.name == name and one.hint for one in self.fields)
        if has_hint and isinstance(message, Said) and "pattern" in message.values:
            return N_("does not have the form that is wanted")
        return message

    def _merged(self, form: FormMultiDict, error: PreconditionFailed, now: dict[str, str]) -> Inputs:
        typed = {one.name: _posted(form, one.name) for one in self.fields}
        found = merging.merge(typed, now, str(form.get(merging.MARKS) or ""), self._sets)
        shown = self._shown(found.values, {}, [merging.CHANGED], str(new_id()))
        fields = [
            msgspec.structs.replace(one, theirs=found.theirs.get(one.field.name), is_taken=one.field.name in found.taken)
            for one in shown.fields
        ]
        shown = msgspec.structs.replace(shown, fields=fields, is_conflict=True)
        return self._versioned(shown, str((error.details or {}).get("version", "")), now)

    async def rearranged(self, ui: Ui) -> Inputs:
        """The form as it was posted, after the button of a line was pressed."""
        form = await ui.form()
        assert self.lines is not None
        rows = several.rearranged(several.posted(form, self.lines), str(form.get(several.BUTTON) or ""), self.lines)
        values = {one.name: _posted(form, one.name) for one in self.fields}
        return self._shown(values, {}, [], str(form.get("_key") or new_id()), rows)

    def _field_of(self, pointer: str) -> str | None:
        """The field of a pointer; one below it, such as an entry of a list, counts."""
        name = pointer.strip("/").replace("/", ".")
        while name:
            if name in self._types or self._is_in_line(name):
                return name
            name = name.rpartition(".")[0]
        return None

    def _is_in_line(self, name: str) -> bool:
        if self.lines is None or not name.startswith(f"{self.lines.name}."):
            return False
        number, _, rest = name.removeprefix(f"{self.lines.name}.").partition(".")
        return number.isdecimal() and rest in self._line_types

    def _shown(
        self,
        values: dict[str, str],
        errors: dict[str, list[str]],
        problems: list[str],
        key: str,
        rows: Sequence[dict[str, str]] = (),
    ) -> Inputs:
        fields = [_input(one, self._types[one.name], values.get(one.name, ""), errors) for one in self.fields]
        shown = []
        if self.lines is not None:
            for n, row in enumerate(rows):
                places = [
                    (one, msgspec.structs.replace(one, name=f"{self.lines.name}.{n}.{one.name}")) for one in self.lines.fields
                ]
                shown.append([_input(at, self._line_types[one.name], row[one.name], errors, n + 1) for one, at in places])
        return Inputs(fields=fields, problems=problems, key=key, lines=shown)


_Type = tuple[Any, bool, int | None, bool]


def _input(one: Field, known: _Type, value: str, errors: Mapping[str, list[str]], line: int = 0) -> Input:
    kind, required, longest, _ = known
    choices, origin = one.choices, cast("Any", get_origin(kind))
    if choices is None and origin is Literal:
        choices = {str(each): str(each) for each in get_args(kind)}
    return Input(
        field=one,
        kind=one.kind or _kind(kind, choices),
        value="" if one.kind == "password" else value,
        is_required=required and kind is not bool,
        longest=longest,
        source=choices or {},
        errors=errors.get(one.name, []),
        line=line,
    )


def _type_at(model: type[msgspec.Struct], name: str) -> _Type:
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


def _plain(values: Any) -> Any:
    """As JSON has it, numbers with a decimal point excepted: they are shortened where they are shown."""
    return {} if values is None else msgspec.to_builtins(values, builtin_types=(Decimal,))


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


def _placed(field: str, message: str) -> str:
    """What is wrong with a field that the form does not have."""
    if not field:
        return message
    what = message if isinstance(message, Said) else Said(message, {})
    return Said("%(field)s %(what)s", {"field": field, "what": what})
