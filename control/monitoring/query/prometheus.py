"""/prometheus/api/v1: the HTTP API of Prometheus, as Grafana's data source calls it.

Source: prometheus.io, "HTTP API"; checked against 2.42. Each question is asked by GET, or by POST with a form.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import HttpMethod, Request, Response, route
from litestar.datastructures import MultiDict, State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from control.core.context import Ctx
from control.core.permissions import needs
from control.core.rendering import to_domain_error
from control.monitoring.query import service
from control.monitoring.query.engine import Answer, Line
from control.monitoring.query.errors import BadExpression, BadQuery, QueryError
from control.monitoring.query.labels import is_label
from control.monitoring.query.matchers import Matcher
from control.monitoring.query.moments import MICRO, moment, span
from control.monitoring.query.parser import parse
from control.monitoring.query.syntax import Selector, bare
from control.monitoring.query.values import sample

BASE = "/prometheus/api/v1"
_READ = needs("metrics:read")
_MOST = 20_000
_STATUS = {"bad_data": 400, "execution": 422, "timeout": 503, "canceled": 503, "internal": 500}
_KINDS = {400: "bad_data", 401: "unauthorized", 403: "forbidden", 404: "not_found", 422: "bad_data", 503: "unavailable"}
VERSION = "2.42.0"
"""The Prometheus whose answers these are: clients choose by it what they ask for."""
Asked = Request[Any, Any, State]
Params = MultiDict[str]
Handler = Callable[..., Awaitable[Response[bytes]]]


def _failed(kind: str, words: str, status: int, headers: dict[str, str] | None = None) -> Response[bytes]:
    body = msgspec.json.encode({"status": "error", "errorType": kind, "error": words})
    return Response(body, status_code=status, media_type="application/json", headers=headers or {})


def render(request: Asked, error: Exception) -> Response[bytes]:
    """Any error in Prometheus's form."""
    if isinstance(error, QueryError):
        return _failed(error.kind, error.message, _STATUS[error.kind])
    known = to_domain_error(request, error)
    return _failed(_KINDS.get(known.status, "internal"), known.message, known.status, dict(known.headers))


def _succeeded(data: Any) -> Response[bytes]:
    body = b'{"status":"success","data":' + msgspec.json.encode(data) + b"}"
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"}, status_code=200)


async def _params(request: Asked) -> Params:
    """The query's parameters, and those of a form."""
    found = list(request.query_params.multi_items())
    if request.method == "POST" and request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        found += [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
    return MultiDict(found)


def _needed(params: Params, name: str) -> str:
    text = params.get(name)
    if not text:
        if name == "query":
            return ""
        raise BadQuery(f'invalid parameter "{name}": cannot parse "" to a valid {"duration" if name == "step" else "timestamp"}')
    return str(text)


def _now() -> int:
    return time.time_ns() // 1_000_000 * 1000


def _asks(path: str) -> Callable[[Handler], HTTPRouteHandler]:
    made: Callable[[Handler], HTTPRouteHandler] = route(
        f"{BASE}/{path}", http_method=[HttpMethod.GET, HttpMethod.POST], opt=_READ, include_in_schema=False,
        exception_handlers={Exception: render}, status_code=200,
    )  # fmt: skip
    return made


@_asks("query")
async def query(ctx: Ctx, request: Asked) -> Response[bytes]:
    """The value at one moment."""
    params = await _params(request)
    at = params.get("time")
    when = moment("time", str(at)) if at else _now()
    try:
        answer = await service.at(ctx, _needed(params, "query"), when)
    except BadExpression as error:
        # Said of a moment only, as Prometheus does.
        raise BadQuery(f'invalid parameter "query": {error.message}') from error
    return _succeeded({"resultType": answer.kind, "result": _result(answer)})


@_asks("query_range")
async def query_range(ctx: Ctx, request: Asked) -> Response[bytes]:
    """The values over a time."""
    params = await _params(request)
    start, end = (moment(name, _needed(params, name)) for name in ("start", "end"))
    if end < start:
        raise BadQuery('invalid parameter "end": end timestamp must not be before start time')
    step = span("step", _needed(params, "step"))
    answer = await service.over(ctx, _needed(params, "query"), start, end, step)
    return _succeeded({"resultType": "matrix", "result": _result(answer)})


def _seconds(micro: int) -> float | int:
    whole, rest = divmod(micro, MICRO)
    return whole if rest == 0 else micro / MICRO


def _pairs(line: Line) -> list[tuple[float | int, str]]:
    return [(_seconds(t), sample(v)) for t, v in zip(line.times.tolist(), line.values.tolist(), strict=True)]


def _result(answer: Answer) -> Any:
    match answer.kind:
        case "string":
            return (_seconds(answer.time), answer.text)
        case "scalar":
            return _pairs(answer.lines[0])[0]
        case "vector":
            return [{"metric": dict(line.labels), "value": _pairs(line)[0]} for line in answer.lines]
        case _:
            return [{"metric": dict(line.labels), "values": _pairs(line)} for line in answer.lines]


def _selectors(params: Params, *, needed: bool) -> list[list[Matcher]]:
    texts = [str(text) for text in params.getall("match[]", [])]
    if needed and not texts:
        raise BadQuery("no match[] parameter provided")
    found = []
    for text in texts:
        try:
            tree = bare(parse(text))
        except BadExpression as error:
            raise BadQuery(f'invalid parameter "match[]": {error.message}') from None
        if not isinstance(tree, Selector) or tree.offset is not None or tree.at is not None:
            raise BadQuery(f'invalid parameter "match[]": {text} is no selector of series')
        found.append(tree.matchers)
    return found


def _times(params: Params) -> tuple[int, int]:
    start, end = (params.get(name) for name in ("start", "end"))
    return moment("start", str(start)) if start else 0, moment("end", str(end)) if end else _now()


def _limited(params: Params, found: list[Any]) -> list[Any]:
    text = params.get("limit")
    if text is None:
        return found
    if not (str(text).isascii() and str(text).isdigit()):
        raise BadQuery(f'invalid parameter "limit": cannot parse "{text}" to a valid number')
    return found[: int(str(text)[:9])] if int(str(text)[:9]) else found


@_asks("labels")
async def labels(ctx: Ctx, request: Asked) -> Response[bytes]:
    """The names of labels."""
    params = await _params(request)
    _times(params)
    return _succeeded(_limited(params, await service.label_names(ctx, _selectors(params, needed=False), _MOST)))


@_asks("label/{name:str}/values")
async def label_values(ctx: Ctx, request: Asked, name: FromPath[str]) -> Response[bytes]:
    """The values of one label."""
    if not is_label(name):
        raise BadQuery(f'invalid label name: "{name}"')
    params = await _params(request)
    _times(params)
    return _succeeded(_limited(params, await service.label_values(ctx, name, _selectors(params, needed=False), _MOST)))


@_asks("series")
async def series(ctx: Ctx, request: Asked) -> Response[bytes]:
    """The labels of series."""
    params = await _params(request)
    selectors = _selectors(params, needed=True)
    return _succeeded(_limited(params, await service.series(ctx, selectors, *_times(params), _MOST)))


@_asks("metadata")
async def metadata(ctx: Ctx, request: Asked) -> Response[bytes]:
    """What is known about metrics."""
    params = await _params(request)
    metric = params.get("metric")
    found = await service.metadata(ctx, None if metric is None else str(metric), _MOST)
    return _succeeded(dict(_limited(params, list(found.items()))))


@_asks("status/buildinfo")
async def buildinfo(request: Asked) -> Response[bytes]:
    """What clients take this for."""
    del request
    return _succeeded({"version": VERSION, "revision": "hcc", "branch": "", "buildUser": "", "buildDate": "", "goVersion": ""})


@_asks("query_exemplars")
async def query_exemplars(request: Asked) -> Response[bytes]:
    """Exemplars are not kept, so there are none."""
    del request
    return _succeeded([])


ROUTES = [query, query_range, labels, label_values, series, metadata, buildinfo, query_exemplars]
