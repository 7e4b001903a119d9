"""Which protocol a request speaks, by its path and headers."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import msgspec

from dataplane.ingest.answers import Failure, Influx, Influx2, Otlp, Protocol, RemoteWrite, Text, said

PRECISIONS = frozenset({"", "n", "ns", "u", "us", "µ", "µs", "ms", "s", "m", "h"})


class Push(msgspec.Struct, frozen=True):
    """How a body is to be read, and how to answer."""

    protocol: str
    speaks: Protocol
    precision: str = ""
    encoding: str = ""


def recognise(path: str, query: str, headers: Any) -> Push | tuple[Protocol, Failure] | None:
    """What a POST to this path pushes; what is wrong with it; None when nothing is pushed there.

    `headers` has `get`, as Granian's do.
    """
    kind, _, parameters = headers.get("content-type", "").partition(";")
    kind, parameters = kind.strip().lower(), parameters.replace(" ", "").lower()
    encoding = headers.get("content-encoding", "").strip().lower()
    match path:
        case "/write" | "/api/v2/write":
            speaks = Influx() if path == "/write" else Influx2()
            precision = next(iter(parse_qs(query, max_num_fields=100).get("precision", [])), "") if "precision" in query else ""
            if precision not in PRECISIONS:
                return speaks, Failure(400, "precision must be one of n, ns, u, us, ms, s, m, h")
            return Push("line", speaks, precision, encoding)
        case "/api/v1/write":
            # Remote write 2.0, "Protocol": the parameter says which message it is, and without one it is 1.0.
            match parameters:
                case "" | "proto=prometheus.writerequest":
                    version = 1
                case "proto=io.prometheus.write.v2.request":
                    version = 2
                case _:
                    return RemoteWrite(1), said("media", 415)
            if kind not in ("application/x-protobuf", ""):
                return RemoteWrite(version), said("media", 415)
            return Push(f"remote_write_{version}", RemoteWrite(version), "", encoding or "snappy")
        case "/api/v1/import/prometheus":
            return Push("openmetrics" if kind == "application/openmetrics-text" else "text", Text(), "", encoding)
        case "/v1/metrics":
            if kind not in ("application/x-protobuf", "application/json"):
                return Otlp(json=True), said("media", 415)
            json = kind == "application/json"
            return Push("otlp_json" if json else "otlp_protobuf", Otlp(json=json), "", encoding)
    return None
