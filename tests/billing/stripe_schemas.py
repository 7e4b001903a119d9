"""Stripe's own description of its API, as schemas that answers can be held against."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types

Schema = dict[str, Any]


class Described:
    """An OpenAPI document of Stripe's (`spec3.json`)."""

    def __init__(self, document: Path) -> None:
        found = json.loads(document.read_bytes())
        self.version: str = found["info"]["version"]
        self._root = {"components": {"schemas": {name: _plain(one) for name, one in found["components"]["schemas"].items()}}}
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", r"[^/]+", path) + "$"), path.count("{"), operations)
            for path, operations in found["paths"].items()
        ]

    def answer_errors(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """What is wrong with an answer to a request, or that there is no such request."""
        fitting = [(many, one) for pattern, many, one in self._paths if pattern.match(path) and method.lower() in one]
        if not fitting:
            return [f"{method} {path} is no request of this API"]
        # A name in a path goes before what is any id.
        _, operations = min(fitting, key=lambda one: one[0])
        responses = operations[method.lower()]["responses"]
        schema = responses.get(str(status), responses["default"])["content"]["application/json"]["schema"]
        return self._errors(_plain(schema), body)

    def object_errors(self, body: Any) -> list[str]:
        """What is wrong with an object that says itself what it is."""
        return self._errors({"$ref": f"#/components/schemas/{body['object']}"}, body)

    def unknown_fields(self, body: Any) -> set[str]:
        """Fields of an object, and of what is in it, that Stripe's do not have."""
        found: set[str] = set()
        if isinstance(body, dict):
            kind = body.get("object")
            schema = self._root["components"]["schemas"].get(kind) if isinstance(kind, str) else None
            if schema is not None:
                found |= {f"{kind}.{name}" for name in body if name not in schema["properties"]}
            for one in body.values():
                found |= self.unknown_fields(one)
        elif isinstance(body, list):
            for one in body:
                found |= self.unknown_fields(one)
        return found

    def _errors(self, schema: Schema, body: Any) -> list[str]:
        checked = Draft202012Validator({**self._root, **schema})
        return [f"{error.json_path}: {error.message[:300]}" for error in checked.iter_errors(body)]


def _plain(schema: Any) -> Any:
    """An OpenAPI 3.0 schema as JSON Schema: `nullable` is a type, and a length of text is nothing that we hold them to."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    left_out = ("nullable", "maxLength", "format", "x-expansionResources", "x-expandableFields", "description", "discriminator")
    found = {
        name: {key: _plain(one) for key, one in value.items()} if name == "properties" else _plain(value)
        for name, value in schema.items()
        if name not in left_out
    }
    return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") is True else found
