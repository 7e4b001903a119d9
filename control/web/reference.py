"""The API's description as a page shows it: operations by tag, with their fields, errors and an example call."""

from __future__ import annotations

import json
from typing import Any

import msgspec

_METHODS = ("get", "post", "put", "patch", "delete")
_DEEPEST = 4


class Field(msgspec.Struct):
    """One field of a body, or one parameter."""

    name: str
    kind: str
    required: bool
    words: str
    place: str = "body"


class Operation(msgspec.Struct):
    """One call."""

    anchor: str
    method: str
    path: str
    summary: str
    words: str
    permission: str
    parameters: list[Field]
    body: list[Field]
    answers: list[tuple[str, str]]
    answer_fields: list[Field]
    example: str


class Group(msgspec.Struct):
    """The calls of one tag."""

    name: str
    operations: list[Operation]


def groups(document: dict[str, Any]) -> list[Group]:
    """All operations, by tag, in the order of their paths."""
    found: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                found.setdefault(operation.get("tags", ["other"])[0], []).append(_operation(document, path, method, operation))
    return [Group(name, operations) for name, operations in sorted(found.items())]


def resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference into the document."""
    seen = 0
    while "$ref" in schema and seen < _DEEPEST:
        target: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        schema, seen = target, seen + 1
    return schema


def kind_of(document: dict[str, Any], schema: dict[str, Any]) -> str:
    """A type in words."""
    if "$ref" in schema:
        named = resolve(document, schema)
        return (
            str(named.get("title") or schema["$ref"].rsplit("/", 1)[-1])
            if named.get("type") == "object"
            else kind_of(document, named)
        )
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(kind_of(document, s) for s in schema[several]))
    if "enum" in schema:
        return " | ".join(str(v) for v in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        return f"list of {kind_of(document, schema.get('items', {}))}"
    limits = [
        f"{words} {schema[key]}"
        for key, words in (("minLength", "from"), ("maxLength", "to"), ("minimum", "from"), ("maximum", "to"))
        if key in schema
    ]
    extra = [schema["format"]] if "format" in schema else []
    return " ".join([kind, *([f"({', '.join(extra + limits)})"] if extra or limits else [])])


def _fields(document: dict[str, Any], schema: dict[str, Any], prefix: str = "", depth: int = 0) -> list[Field]:
    resolved = resolve(document, schema)
    if resolved.get("type") == "array":
        return _fields(document, resolved.get("items", {}), f"{prefix}[].", depth)
    required = set(resolved.get("required", []))
    rows: list[Field] = []
    for name, part in resolved.get("properties", {}).items():
        rows.append(
            Field(prefix + name, kind_of(document, part), name in required, resolve(document, part).get("description", ""))
        )
        inner = resolve(document, part)
        if depth < 1 and inner.get("type") == "object" and inner.get("properties"):
            rows += _fields(document, inner, f"{prefix}{name}.", depth + 1)
    return rows


def _operation(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Operation:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    parameters = [
        Field(p["name"], kind_of(document, p.get("schema", {})), p.get("required", False), p.get("description", ""), p["in"])
        for p in operation.get("parameters", [])
    ]
    good: dict[str, Any] = next((r for code, r in operation["responses"].items() if code.startswith("2")), {})
    answer = good.get("content", {}).get("application/json", {}).get("schema")
    data = resolve(document, answer).get("properties", {}).get("data") if answer else None
    words = operation.get("description") or operation.get("summary") or ""
    return Operation(
        anchor=operation.get("operationId", f"{method}-{path}"),
        method=method.upper(),
        path=path,
        summary=words.split(".")[0].split(";")[0],
        words=words,
        permission=operation.get("x-permission") or ("anybody" if not operation.get("security") else "logged in"),
        parameters=parameters,
        body=_fields(document, body) if body else [],
        answers=[(code, resolve(document, r).get("description", "")) for code, r in sorted(operation["responses"].items())],
        answer_fields=_fields(document, data) if data else [],
        example=_example(document, path, method, operation, body),
    )


def _example(document: dict[str, Any], path: str, method: str, operation: dict[str, Any], body: dict[str, Any] | None) -> str:
    lines = [f"curl -X {method.upper()} $HCC{path}" if method != "get" else f"curl $HCC{path}"]
    if operation.get("security"):
        lines.append('  -H "Authorization: Bearer $TOKEN"')
    if body:
        resolved = resolve(document, body)
        required = resolved.get("required") or list(resolved.get("properties", {}))[:1]
        sample = {name: _sample(document, name, resolved["properties"][name]) for name in required}
        lines += ['  -H "Content-Type: application/json"', f"  -d '{json.dumps(sample)}'"]
    return " \\\n".join(lines)


def _sample(document: dict[str, Any], name: str, schema: dict[str, Any]) -> Any:
    schema = resolve(document, schema)
    known = {"email": "anna@example.com", "password": "correct-horse-7-battery", "slug": "example", "code": "123456"}
    if name in known:
        return known[name]
    match schema.get("type"):
        case "boolean":
            return True
        case "integer" | "number":
            return 1
        case "array":
            return [_sample(document, "", schema.get("items", {}))]
        case "object":
            return {}
    return schema.get("enum", ["…"])[0]
