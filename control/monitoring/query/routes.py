"""/v1/metrics: questions in PromQL, answers as columns."""

from __future__ import annotations

import time
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromQuery, QueryParameter

from control.core.context import Context, Ctx
from control.core.envelope import Envelope
from control.core.errors import DomainError, FieldError, Unavailable, ValidationFailed
from control.core.permissions import needs
from control.core.words import said
from control.monitoring.query import answers, service
from control.monitoring.query.answers import Format, MetricAnswer
from control.monitoring.query.engine import Answer
from control.monitoring.query.errors import BadExpression, BadQuery, QueryError, TooSlow
from control.monitoring.query.moments import MICRO, moment, span

_TAGS = ["metrics"]
_READ = needs("metrics:read")
_WIDEST = 11_000


@get("/v1/metrics/query", opt=_READ, tags=_TAGS, operation_id="query_metrics")
async def query_metrics(
    ctx: Ctx,
    request: Request[Any, Any, State],
    expression: Annotated[str, QueryParameter(name="query")],
    at: Annotated[str | None, QueryParameter(name="time")] = None,
    format: FromQuery[Format | None] = None,  # noqa: A002 - the name that callers write
) -> Response[Envelope[MetricAnswer]]:
    """The value of a PromQL expression at one moment, now unless `time` says otherwise (seconds since 1970 or RFC 3339).

    CSV, Arrow and Parquet come to those who accept them, or by `format`.
    """
    try:
        answer = await service.at(ctx, expression, _moment("time", at))
    except QueryError as error:
        raise _refused(error) from error
    return _answer(ctx, request, answer, format)


@get("/v1/metrics/query_range", opt=_READ, tags=_TAGS, operation_id="query_metrics_range")
async def query_metrics_range(
    ctx: Ctx,
    request: Request[Any, Any, State],
    expression: Annotated[str, QueryParameter(name="query")],
    start: FromQuery[str],
    step: FromQuery[str],
    end: FromQuery[str | None] = None,
    width: FromQuery[int | None] = None,
    format: FromQuery[Format | None] = None,  # noqa: A002 - the name that callers write
) -> Response[Envelope[MetricAnswer]]:
    """The values of a PromQL expression from `start` to `end` (now unless given), every `step` (seconds, or such as `5m`).

    With `width` each series has at most so many points, those that keep its look in a plot. The coarsest table that answers the
    step is read. CSV, Arrow and Parquet come to those who accept them, or by `format`.
    """
    if width is not None and not 0 < width <= _WIDEST:
        raise ValidationFailed(
            FieldError("width", said("must be from 1 to %(most)s", most=_WIDEST)), "The query has invalid parameters."
        )
    try:
        answer = await service.over(ctx, expression, moment("start", start), _moment("end", end), span("step", step))
    except QueryError as error:
        raise _refused(error) from error
    return _answer(ctx, request, answers.thinned(answer, width), format)


def _moment(name: str, text: str | None) -> int:
    return time.time_ns() // 1_000_000 * (MICRO // 1000) if text is None else moment(name, text)


def _refused(error: QueryError) -> DomainError:
    match error:
        case TooSlow():
            return Unavailable(error.message)
        case BadQuery() if not isinstance(error, BadExpression):
            return ValidationFailed(FieldError("", error.message), "The query has invalid parameters.")
        case _:
            return ValidationFailed(FieldError("query", error.message), "The query has no answer.")


def _answer(ctx: Context, request: Request[Any, Any, State], answer: Answer, named: Format | None) -> Response[Any]:
    made: bytes
    match answers.wanted(request.headers.get("accept", ""), named):
        case "csv":
            made, media_type = answers.as_csv(answer), "text/csv"
        case "arrow":
            made, media_type = answers.as_arrow(answer), "application/vnd.apache.arrow.stream"
        case "parquet":
            made, media_type = answers.as_parquet(answer), "application/vnd.apache.parquet"
        case _:
            return ctx.answer(answers.columns(answer), headers={"Vary": "Accept"})
    return Response(made, media_type=media_type, headers={"Cache-Control": "no-store", "Vary": "Accept"})


ROUTES = [query_metrics, query_metrics_range]
