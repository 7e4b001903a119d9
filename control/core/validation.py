"""Input errors with one pointer a field. msgspec stops at the first; here each field is tried by itself."""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.utils.scope.state import ScopeState
from msgspec.structs import fields

from control.core.errors import FieldError

_PATH = re.compile(r"^(?P<message>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[([^\]]*)\]")


def pointer(path: str) -> str:
    """msgspec's `.items[0].name` as an RFC 6901 pointer."""
    steps = (name or index for name, index in _STEP.findall(path))
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def struct_errors(raw: bytes, into: type[msgspec.Struct]) -> list[FieldError]:
    """Everything wrong with a JSON body that should be `into`; empty when it is right."""
    try:
        msgspec.json.decode(raw, type=into)
        return []
    except msgspec.ValidationError as error:
        first = _field_error(error)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return [FieldError("", f"not valid JSON: {error}")]
    document = msgspec.json.decode(raw)
    if not isinstance(document, dict):
        return [FieldError("", "must be a JSON object")]
    errors: list[FieldError] = []
    known = {field.encode_name: field for field in fields(into)}
    if into.__struct_config__.forbid_unknown_fields:
        errors += [FieldError(pointer(f".{name}"), "is not a known field") for name in document if name not in known]
    for name, field in known.items():
        if name not in document:
            if field.required:
                errors.append(FieldError(pointer(f".{name}"), "is required"))
            continue
        try:
            msgspec.convert(document[name], field.type)
        except msgspec.ValidationError as error:
            found = _field_error(error)
            errors.append(FieldError(f"/{name}{found.pointer}", found.message))
    return errors or [first]


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
    return FieldError(pointer(path), message[:1].lower() + message[1:])
