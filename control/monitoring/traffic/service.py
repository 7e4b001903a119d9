"""Traffic over a time, asked of the query engine: the counters that gateways push, summed over gateways."""

from __future__ import annotations

import math
from collections import defaultdict
from uuid import UUID

import msgspec

from control.core.context import Context
from control.monitoring.query import service as metrics
from control.monitoring.query.moments import MICRO
from control.monitoring.traffic import queries as q
from control.monitoring.traffic.models import Grouping, Latency, Traffic

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
LONGEST_S = 31 * 86_400
SHORTEST_S = 60
Key = tuple[str, str]
"""Site and route, the latter empty for none."""


class _Named(msgspec.Struct):
    id: UUID
    name: str


async def traffic(ctx: Context, start: int, end: int, by: Grouping, site_id: UUID | None) -> list[Traffic]:
    """What the sites of the caller's organisation did between two moments (microseconds). Raises QueryError."""
    labels, chosen = ("site, route" if by == "route" else "site"), "" if site_id is None else f'{{site="{site_id}"}}'
    window = f"[{max((end - start) // MICRO, SHORTEST_S)}s]"

    async def rises(metric: str, more: str = "") -> dict[Key, dict[str, float]]:
        """How much a counter rose, by site and route and one label more."""
        grouped = f"{labels}, {more}" if more else labels
        answer = await metrics.at(ctx, f"sum by ({grouped}) (increase({metric}{chosen}{window}))", end)
        found: dict[Key, dict[str, float]] = defaultdict(dict)
        for line in answer.lines:
            said = dict(line.labels)
            found[said.get("site", ""), said.get("route", "")][said.get(more, "")] = float(line.values[0])
        return found

    async def within(quantile: float) -> dict[Key, float]:
        buckets = f"sum by ({labels}, le) (increase(hcc_site_request_seconds_bucket{chosen}{window}))"
        answer = await metrics.at(ctx, f"histogram_quantile({quantile}, {buckets})", end)
        lines = ((dict(line.labels), float(line.values[0])) for line in answer.lines)
        return {(said.get("site", ""), said.get("route", "")): value for said, value in lines if math.isfinite(value)}

    classes = await rises("hcc_site_requests_total", "class")
    decisions = await rises("hcc_site_decisions_total", "action")
    received, sent = await rises("hcc_site_received_bytes_total"), await rises("hcc_site_sent_bytes_total")
    quantiles = {name: await within(quantile) for name, quantile in QUANTILES.items()}
    sites = {key: UUID(key[0]) for key in classes if _is_uuid(key[0])}
    async with ctx.transaction("own") as tx:
        names = {row.id: row.name for row in await tx.all(_Named, q.SQL.site_names, ids=list(set(sites.values())))}
    found = []
    for key, site in sites.items():
        counts = classes[key]
        requests, errors = sum(counts.values()), counts.get("5xx", 0.0)
        found.append(
            Traffic(
                site_id=site,
                site_name=names.get(site),
                route_id=key[1] or None,
                requests=requests,
                errors=errors,
                error_share=errors / requests if requests else 0.0,
                by_class=counts,
                latency_s=Latency(**{name: values.get(key) for name, values in quantiles.items()}),
                decisions=decisions.get(key, {}),
                received_bytes=sum(received.get(key, {}).values()),
                sent_bytes=sum(sent.get(key, {}).values()),
            )
        )
    return sorted(found, key=lambda one: (-one.requests, str(one.site_id), one.route_id or ""))


def _is_uuid(text: str) -> bool:
    # Anybody may push a series of this name into their own organisation.
    try:
        UUID(text)
    except ValueError:
        return False
    return True
