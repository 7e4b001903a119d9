"""Input errors with one pointer a field. msgspec stops at the first; here each field is tried by itself."""

from __future__ import annotations

import re
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.utils.scope.state import ScopeState
from msgspec.structs import fields

from control.core import type_errors
from control.core.errors import FieldError, below
from control.core.words import said

_PATH = re.compile(r"^(?P<message>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[([^\]]*)\]")


def pointer(path: str) -> str:
    """msgspec's `.items[0].name` as an RFC 6901 pointer."""
    steps = (name or index for name, index in _STEP.findall(path))
    return "".join(below("", step) for step in steps)


def struct_errors(raw: bytes, into: type[msgspec.Struct]) -> list[FieldError]:
    """Everything wrong with a JSON body that should be `into`; empty when it is right."""
    try:
        msgspec.json.decode(raw, type=into)
        return []
    except msgspec.ValidationError as error:
        first = _field_error(error)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return [FieldError("", said("not valid JSON: %(reason)s", reason=str(error)))]
    document = msgspec.json.decode(raw)
    if not isinstance(document, dict):
        return [FieldError("", "must be a JSON object")]
    return value_errors(document, into) or [first]


def value_errors(value: object, kind: Any, *, strict: bool = True) -> list[FieldError]:
    """Everything wrong with a decoded value that should be `kind`, the inside of objects and lists looked through.

    Not strict, numbers and the like may be texts, as forms send them.
    """
    try:
        msgspec.convert(value, kind, strict=strict)
        return []
    except msgspec.ValidationError as error:
        return _inside(value, bare(kind), strict) or [_field_error(error)]


def bare(kind: Any) -> Any:
    """A type without its constraints and without the ways of leaving it out."""
    if get_origin(kind) is Annotated:
        return bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        rest = [arg for arg in get_args(kind) if arg not in (type(None), msgspec.UnsetType)]
        return bare(rest[0]) if len(rest) == 1 else kind
    return kind


def _inside(value: object, kind: Any, strict: bool) -> list[FieldError]:
    if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _members(value, kind, strict)
    inner = get_args(kind)
    if isinstance(value, list) and get_origin(kind) is list:
        return [_below(str(n), error) for n, item in enumerate(value) for error in value_errors(item, inner[0], strict=strict)]
    if isinstance(value, dict) and get_origin(kind) is dict:
        return [_below(str(name), error) for name, item in value.items() for error in value_errors(item, inner[1], strict=strict)]
    return []


def _members(value: dict[str, Any], into: type[msgspec.Struct], strict: bool) -> list[FieldError]:
    errors: list[FieldError] = []
    known = {field.encode_name: field for field in fields(into)}
    if into.__struct_config__.forbid_unknown_fields:
        errors += [_below(name, FieldError("", "is not a known field")) for name in value if name not in known]
    for name, field in known.items():
        if name in value:
            errors += [_below(name, error) for error in value_errors(value[name], field.type, strict=strict)]
        elif field.required:
            errors.append(_below(name, FieldError("", "is required")))
    return errors


def _below(name: str, error: FieldError) -> FieldError:
    return FieldError(below("", name) + error.pointer, error.message)


def body_errors(request: Request[Any, Any, State]) -> list[FieldError] | None:
    """What is wrong with the body of a refused request; None when the body is not the reason."""
    handler = cast("dict[str, Any]", request.scope).get("route_handler")
    field = getattr(handler, "parsed_data_field", None)
    raw: object = ScopeState.from_scope(request.scope).body  # Empty when it was never read
    if field is None or not isinstance(raw, bytes):
        return None
    if not (isinstance(field.annotation, type) and issubclass(field.annotation, msgspec.Struct)):
        return None
    return struct_errors(raw, field.annotation) or None


def _field_error(error: msgspec.ValidationError) -> FieldError:
    match = _PATH.match(str(error))
    message, path = (match["message"], match["path"] or "") if match else (str(error), "")
    return FieldError(pointer(path), type_errors.told(message))
