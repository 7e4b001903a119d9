"""Usage of a period, read from the metrics of the seller."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from control.billing.catalogue.metering import matchers
from control.billing.catalogue.pricing import Aggregation, Meter
from control.billing.subscriptions.charging import measured
from control.billing.subscriptions.periods import Period
from control.core.db import Database, Scope
from control.monitoring.query.limits import LOOKBACK, Budget, Limits
from control.monitoring.query.postgres import PostgresStore
from control.monitoring.query.store import Column, Series, Store
from control.monitoring.traffic.counting import rise

_LIMITS = Limits(samples=5_000_000, series=5_000, seconds=60.0)
_COLUMN: dict[Aggregation, Column] = {
    "increase": "increase", "sum": "sum", "max": "max", "average": "avg", "last": "last", "p95": "avg",
}  # fmt: skip
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_P95 = 95


class Reader(Protocol):
    """Gives the figure of a meter for a subscription's period, in the unit that is sold."""

    def __call__(
        self, organization_id: UUID, meter: Meter, customer: UUID, subscription: UUID, days: Period, timezone: str
    ) -> Awaitable[Decimal]: ...


def moments(days: Period, timezone: str) -> tuple[int, int]:
    """The first and the last moment of a period where the seller is, in microseconds, through clock changes."""
    zone = ZoneInfo(timezone)

    def midnight(day: date) -> int:
        return (datetime(day.year, day.month, day.day, tzinfo=zone) - _FIRST) // timedelta(microseconds=1)

    return midnight(days.start), midnight(days.end)


def figure(aggregation: Aggregation, series: Sequence[Series], start: int, end: int) -> float:
    """One figure of all series between two moments: of the end itself nothing, since it is the next period's beginning."""
    if aggregation == "increase":
        # A value at the end stands for the time before it.
        return sum(rise(one, start) for one in series)
    found = []
    for one in series:
        inside = (one.times > start) & (one.times <= end) & np.isfinite(one.values)
        if inside.any():
            found.append(one.values[inside])
    if not found:
        return 0.0
    match aggregation:
        case "sum":
            return sum(float(values.sum()) for values in found)
        case "max":
            return sum(float(values.max()) for values in found)
        case "average":
            return sum(float(values.mean()) for values in found)
        case "p95":
            return sum(float(np.percentile(values, _P95)) for values in found)
        case _:
            return sum(float(values[-1]) for values in found)


async def read(
    store: Store, meter: Meter, customer: UUID, subscription: UUID, days: Period, timezone: str
) -> Decimal:  # fmt: skip
    """The figure of a meter over a period, in the unit that is sold. Raises QueryError."""
    start, end = moments(days, timezone)
    found = await store.select(
        matchers(meter.selector, customer, subscription),
        start - LOOKBACK,
        end,
        step=0,
        column=_COLUMN[meter.aggregation],
        window=end - start,
        series=_LIMITS.series + 1,
        samples=_LIMITS.samples + 1,
    )
    Budget(_LIMITS).fetched(len(found), sum(one.times.size for one in found))
    value = figure(meter.aggregation, found, start, end)
    return measured(Decimal(repr(value)) if math.isfinite(value) else Decimal(0), meter)


def reader(database: Database) -> Reader:
    """Reads from the metrics of the seller's own organisation."""

    async def of(
        organization_id: UUID, meter: Meter, customer: UUID, subscription: UUID, days: Period, timezone: str
    ) -> Decimal:  # fmt: skip
        store = PostgresStore(lambda: database.transaction(Scope(organization_id)))
        return await read(store, meter, customer, subscription, days, timezone)

    return of
