"""/v1/monitoring/traffic"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from litestar import Response, get
from litestar.params import FromQuery

from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.errors import FieldError, Unavailable, ValidationFailed
from control.core.permissions import needs
from control.monitoring.query.errors import QueryError, TooSlow
from control.monitoring.query.moments import MICRO, moment
from control.monitoring.traffic import service
from control.monitoring.traffic.models import Grouping, TrafficAnswer

_DEFAULT_S = 3600
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


@get("/v1/monitoring/traffic", opt=needs("metrics:read"), tags=["metrics"], operation_id="get_traffic")
async def get_traffic(
    ctx: Ctx,
    start: FromQuery[str | None] = None,
    end: FromQuery[str | None] = None,
    by: FromQuery[Grouping] = "site",
    site_id: FromQuery[UUID | None] = None,
) -> Response[Envelope[TrafficAnswer]]:
    """Requests, errors, latency and decisions of the firewall and of limits, by site or by route, as the gateways count them.

    `start` and `end` are seconds since 1970 or RFC 3339; the last hour unless given.
    """
    try:
        last = time.time_ns() // 1000 if end is None else moment("end", end)
        first = last - _DEFAULT_S * MICRO if start is None else moment("start", start)
        if not service.SHORTEST_S * MICRO <= last - first <= service.LONGEST_S * MICRO:
            raise ValidationFailed(FieldError("start", "must be from a minute to 31 days before end"))
        found = await service.traffic(ctx, first, last, by, site_id)
    except QueryError as error:
        if isinstance(error, TooSlow):
            raise Unavailable(error.message) from error
        raise ValidationFailed(FieldError("", error.message)) from error
    answer = TrafficAnswer(
        start=_FIRST + timedelta(microseconds=first), end=_FIRST + timedelta(microseconds=last), by=by, traffic=found
    )
    return ctx.answer(answer)


ROUTES = [get_traffic]
