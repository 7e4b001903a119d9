"""Traffic over a time, asked of the query engine: the counters that gateways push, summed over gateways."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

import msgspec

from control.core.context import Context
from control.monitoring.query import service as metrics
from control.monitoring.query.labels import NAME
from control.monitoring.query.matchers import Matcher
from control.monitoring.query.moments import MICRO
from control.monitoring.traffic import queries as q
from control.monitoring.traffic.counting import rise
from control.monitoring.traffic.models import Grouping, Latency, Traffic

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
LONGEST_S = 31 * 86_400
SHORTEST_S = 60
CLASSES, DECISIONS = "hcc_site_requests_total", "hcc_site_decisions_total"
RECEIVED, SENT = "hcc_site_received_bytes_total", "hcc_site_sent_bytes_total"
TOLD_BY = {CLASSES: "class", DECISIONS: "action", RECEIVED: "", SENT: ""}
"""The counters, and the label by which series of one route differ."""
Key = tuple[str, str]
"""Site and route, the latter empty for none."""


class _Named(msgspec.Struct):
    id: UUID
    name: str


async def traffic(ctx: Context, start: int, end: int, by: Grouping, site_id: UUID | None) -> list[Traffic]:
    """What the sites of the caller's organisation did between two moments (microseconds). Raises QueryError."""
    counts = await _counts(ctx, start, end, by, site_id)
    quantiles = {name: await _within(ctx, quantile, start, end, by, site_id) for name, quantile in QUANTILES.items()}
    sites = {key: UUID(key[0]) for key in counts[CLASSES] if _is_uuid(key[0])}
    async with ctx.transaction("own") as tx:
        names = {row.id: row.name for row in await tx.all(_Named, q.SQL.site_names, ids=list(set(sites.values())))}
    found = []
    for key, site in sites.items():
        classes = counts[CLASSES][key]
        requests, errors = sum(classes.values()), classes.get("5xx", 0.0)
        found.append(
            Traffic(
                site_id=site,
                site_name=names.get(site),
                route_id=key[1] or None,
                requests=requests,
                errors=errors,
                error_share=errors / requests if requests else 0.0,
                by_class=classes,
                latency_s=Latency(**{name: values.get(key) for name, values in quantiles.items()}),
                decisions=counts[DECISIONS].get(key, {}),
                received_bytes=sum(counts[RECEIVED].get(key, {}).values()),
                sent_bytes=sum(counts[SENT].get(key, {}).values()),
            )
        )
    return sorted(found, key=lambda one: (-one.requests, str(one.site_id), one.route_id or ""))


async def _counts(
    ctx: Context, start: int, end: int, by: Grouping, site_id: UUID | None
) -> dict[str, dict[Key, dict[str, float]]]:
    """How much each counter rose, by name, by site and route, and by what tells its series apart."""
    matchers = [Matcher(NAME, "=~", "|".join(TOLD_BY))]
    if site_id is not None:
        matchers.append(Matcher("site", "=", str(site_id)))
    found: dict[str, dict[Key, dict[str, float]]] = {name: defaultdict(lambda: defaultdict(float)) for name in TOLD_BY}
    for series in await metrics.selected(ctx, matchers, start, end):
        name = series.labels[NAME]
        found[name][_key(series.labels, by)][series.labels.get(TOLD_BY[name], "")] += rise(series, start)
    return found


async def _within(ctx: Context, quantile: float, start: int, end: int, by: Grouping, site_id: UUID | None) -> dict[Key, float]:
    """The seconds within which this share of the requests was answered."""
    labels, chosen = ("site, route" if by == "route" else "site"), "" if site_id is None else f'{{site="{site_id}"}}'
    window = f"[{max((end - start) // MICRO, SHORTEST_S)}s]"
    buckets = f"sum by ({labels}, le) (increase(hcc_site_request_seconds_bucket{chosen}{window}))"
    answer = await metrics.at(ctx, f"histogram_quantile({quantile}, {buckets})", end)
    lines = ((dict(line.labels), float(line.values[0])) for line in answer.lines)
    return {_key(labels, by): value for labels, value in lines if math.isfinite(value)}


def _key(labels: Mapping[str, str], by: Grouping) -> Key:
    return labels.get("site", ""), labels.get("route", "") if by == "route" else ""


def _is_uuid(text: str) -> bool:
    # Anybody may push a series of this name into their own organisation.
    try:
        UUID(text)
    except ValueError:
        return False
    return True
