"""The API's description: OpenAPI 3.1, made from the handlers, with what is true of every operation added once."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from litestar import Litestar
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.types import ControllerRouterHandler

from control import __version__
from control.core.context import provide_context
from control.core.pagination import MAX_PAGE
from control.core.permissions import AUTHENTICATED, PERMISSIONS, PUBLIC

INTRODUCTION = """One API for staff, resellers and customers of a hosting company.

Every answer has the same shape: `success`, `data`, `error`, `timestamp`, `request_id`; lists add `pagination`.
Log in at `/v1/auth/login` and send the token as `Authorization: Bearer …`, or send an API key as `X-API-Key`.
Send an `Idempotency-Key` with a POST that creates, and `If-Match` with the `ETag` you read when you change something.
Staff send `X-Organization-Id` to work inside an organisation below theirs.
Errors come as `application/problem+json` (RFC 9457) to those who accept it.
"""
ERRORS = {
    "400": ("BadRequest", "BAD_REQUEST", "Not JSON, or a request that makes no sense."),
    "401": ("Unauthorized", "UNAUTHORIZED", "No proof of who asks, or one that is not good."),
    "403": ("Forbidden", "FORBIDDEN", "Known, but not allowed."),
    "404": ("NotFound", "NOT_FOUND", "There is no such thing, or not in your reach."),
    "409": ("Conflict", "CONFLICT", "It cannot be done in this state, or a twin of this request is still at work."),
    "412": ("PreconditionFailed", "PRECONDITION_FAILED", "If-Match names an older version."),
    "422": ("ValidationError", "VALIDATION_ERROR", "Fields are wrong; `error.details.errors` has a pointer for each."),
    "429": ("RateLimited", "RATE_LIMITED", "Too many requests; `Retry-After` says how many seconds to wait."),
    "503": ("Unavailable", "SERVICE_UNAVAILABLE", "A needed part is away for the moment; `Retry-After` says when to come back."),
}
_MODULE = re.compile(rb"control(?:\.[a-z_]+)+\.(?=[A-Z])")
_METHODS = ("get", "post", "put", "patch", "delete")


def describe(handlers: list[ControllerRouterHandler], public_url: str) -> dict[str, Any]:
    """The document. The handlers are registered on an application of their own, which never serves."""
    config = OpenAPIConfig(title="hcc API", version=__version__, description=INTRODUCTION, use_handler_docstrings=True)
    app = Litestar(
        route_handlers=handlers,
        dependencies={"ctx": Provide(provide_context, sync_to_thread=False)},
        openapi_config=config,
        logging_config=None,
    )
    document = _short_names(app.openapi_schema.to_schema())
    document["openapi"] = "3.1.0"
    document["servers"] = [{"url": public_url}]
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "From /v1/auth/login"},
        "api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "From /v1/api-keys"},
    }
    components.setdefault("schemas", {})["Failure"] = _failure_schema()
    components["responses"] = {
        name: {
            "description": words,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}},
        }
        for name, _code, words in ERRORS.values()
    }
    permissions = {
        (path, method.lower()): (handler.opt.get("permission"), handler.opt.get("errors", ()), handler.opt.get("also", ()))
        for path, handler in _handlers(app)
        for method in handler.http_methods
    }
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                permission, errors, also = permissions.get((path, method), (None, (), ()))
                _complete(item[method], path, method, permission, errors)
                for media_type in also:
                    item[method]["responses"]["200"]["content"][media_type] = {"schema": {"type": "string"}}
    return document


def _handlers(app: Litestar) -> list[tuple[str, Any]]:
    from control.app import http_handlers

    return http_handlers(app)


def _failure_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["success", "data", "error", "timestamp", "request_id"],
        "properties": {
            "success": {"const": False},
            "data": {"type": "null"},
            "error": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    "code": {"type": "string", "examples": ["NOT_FOUND"]},
                    "message": {"type": "string"},
                    "details": {"type": ["object", "null"]},
                },
            },
            "timestamp": {"type": "string", "format": "date-time"},
            "request_id": {"type": "string"},
        },
    }


def _complete(operation: dict[str, Any], path: str, method: str, permission: str | None, errors: tuple[str, ...]) -> None:
    """Add security, the errors that can happen, and the headers that every such operation takes."""
    codes = ["429", "503", *errors]
    has_body = "requestBody" in operation
    listing = any(code in operation["responses"] for code in ("200",)) and "Page_" in str(operation["responses"].get("200"))
    if permission != PUBLIC:
        codes += ["401", "403"]
        operation["security"] = [{"bearer": []}] if permission == AUTHENTICATED else [{"bearer": []}, {"api_key": []}]
        if permission in PERMISSIONS:
            operation["x-permission"] = permission
    else:
        operation["security"] = []
    if "{" in path:
        codes.append("404")
    operation.get("responses", {}).pop("400", None)
    if has_body or listing:
        codes += ["400", "422"]
    parameters = operation.setdefault("parameters", [])
    if method in ("put", "patch", "delete") and permission in PERMISSIONS:
        codes += ["409", "412"]
        parameters.append(_header("If-Match", "The ETag that you read; 412 when somebody was faster."))
    if method == "post" and permission in PERMISSIONS:
        codes.append("409")
        parameters.append(_header("Idempotency-Key", "Sent again with the same key, the request is not done again.", 255))
    if permission in PERMISSIONS:
        codes += ["404", "422"]
        parameters.append(_header("X-Organization-Id", "Work inside this organisation below yours (organizations:enter)."))
    if listing:
        parameters += _page_parameters()
    if not parameters:
        del operation["parameters"]
    for code in codes:
        name = ERRORS[code][0]
        operation["responses"].setdefault(code, {"$ref": f"#/components/responses/{name}"})


def _header(name: str, words: str, longest: int | None = None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if longest is not None:
        schema |= {"minLength": 1, "maxLength": longest}
    if name == "X-Organization-Id":
        schema["format"] = "uuid"
    return {"name": name, "in": "header", "required": False, "description": words, "schema": schema}


def _page_parameters() -> list[dict[str, Any]]:
    def query(name: str, words: str, schema: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "in": "query", "required": False, "description": words, "schema": schema}

    return [
        query("page", "Which page, from 1", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 1}),
        query("limit", "Rows a page", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
        query("sort_by", "The field to sort by; an unknown one is refused with the list", {"type": "string"}),
        query("sort_order", "asc or desc", {"type": "string", "enum": ["asc", "desc"], "default": "desc"}),
        query("search", "Part of a name", {"type": "string", "maxLength": 200}),
    ]


def encode(document: dict[str, Any]) -> bytes:
    """The document as JSON."""
    return msgspec.json.encode(document)


def _short_names(document: dict[str, Any]) -> dict[str, Any]:
    """Schemas named by their class alone: clients that are generated from the document carry the names."""
    found: dict[str, Any] = msgspec.json.decode(_MODULE.sub(b"", msgspec.json.encode(document)))
    return found
