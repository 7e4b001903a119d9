"""Answers as columns: for JSON, CSV, Arrow and Parquet."""

from __future__ import annotations

import csv
import io
import math
from importlib import import_module
from typing import Any, Literal

import msgspec
import numpy as np
from hcc_kernels import lttb_indices

from control.core.errors import BadRequest
from control.monitoring.query.engine import Answer, Kind, Line
from control.monitoring.query.values import plain

Format = Literal["json", "csv", "arrow", "parquet"]
MEDIA_TYPES: dict[str, Format] = {
    "text/csv": "csv",
    "application/vnd.apache.arrow.stream": "arrow",
    "application/vnd.apache.parquet": "parquet",
}
_FEWEST_POINTS = 3


class MetricSeries(msgspec.Struct, kw_only=True):
    """One series of an answer. `times` are milliseconds since 1970; a value that is no finite number is a string."""

    labels: dict[str, str]
    times: list[int]
    values: list[float | Literal["NaN", "+Inf", "-Inf"]]


class MetricAnswer(msgspec.Struct, kw_only=True):
    """What a query gave. `resolution` is how many seconds the values read are apart at least, 0 for the samples themselves;
    `text` is the answer where it is a string."""

    kind: Kind
    resolution: int
    series: list[MetricSeries]
    text: str | None = None


def thinned(answer: Answer, width: int | None) -> Answer:
    """At most `width` points a series, those that keep its look; series with values that are not finite stay as they are."""
    if width is None or answer.kind != "matrix":
        return answer
    return msgspec.structs.replace(answer, lines=[_thin(line, max(width, _FEWEST_POINTS)) for line in answer.lines])


def _thin(line: Line, width: int) -> Line:
    if line.times.size <= width or not np.isfinite(line.values).all():
        return line
    kept = lttb_indices(line.times, line.values, width)
    return Line(line.labels, line.times[kept], line.values[kept])


def columns(answer: Answer) -> MetricAnswer:
    """For JSON."""
    series = [
        MetricSeries(
            labels=dict(line.labels), times=(line.times // 1000).tolist(), values=[_number(v) for v in line.values.tolist()]
        )
        for line in answer.lines
    ]
    text = answer.text if answer.kind == "string" else None
    return MetricAnswer(kind=answer.kind, resolution=answer.resolution.value, series=series, text=text)


def _number(value: float) -> Any:
    return value if math.isfinite(value) else plain(value)


def wanted(accept: str, named: Format | None) -> Format:
    """The format that a request asks for: by name, else the first of Accept that is known, else JSON."""
    if named is not None:
        return named
    for part in accept.split(","):
        media_type = part.partition(";")[0].strip().lower()
        if media_type in MEDIA_TYPES:
            return MEDIA_TYPES[media_type]
        if media_type == "application/json":
            break
    return "json"


def label_names(answer: Answer) -> list[str]:
    """Every label of any series, sorted: the columns between time and value."""
    return sorted({name for line in answer.lines for name, _ in line.labels})


def as_csv(answer: Answer) -> bytes:
    """A line a value: its time (RFC 3339, UTC), the labels, the value. Lines end as RFC 4180 says."""
    names = label_names(answer)
    sheet = io.StringIO()
    rows = csv.writer(sheet)
    rows.writerow(["time", *names, "value"])
    for line in answer.lines:
        labels = dict(line.labels)
        known = [labels.get(name, "") for name in names]
        times = np.datetime_as_string(line.times.astype("datetime64[us]"), unit="ms", timezone="UTC").tolist()
        rows.writerows([time, *known, plain(value)] for time, value in zip(times, line.values.tolist(), strict=True))
    return sheet.getvalue().encode()


def as_table(answer: Answer) -> Any:
    """An Arrow table: `time` (microseconds, UTC), a dictionary column a label, `value`. Raises BadRequest without pyarrow."""
    try:
        pa: Any = import_module("pyarrow")
    except ImportError:
        raise BadRequest("This server cannot make Arrow or Parquet: pyarrow is not installed. Ask for csv or json.") from None
    lengths = np.array([line.times.size for line in answer.lines], dtype=np.int64)
    nothing = np.zeros(0)
    times = np.concatenate([*(line.times for line in answer.lines), nothing.astype(np.int64)])
    made: dict[str, Any] = {"time": pa.array(times, type=pa.int64()).cast(pa.timestamp("us", tz="UTC"))}
    for name in label_names(answer):
        texts = [dict(line.labels).get(name) for line in answer.lines]
        known = sorted({text for text in texts if text is not None})
        place = {text: n for n, text in enumerate(known)}
        codes = np.repeat(np.array([-1 if text is None else place[text] for text in texts], dtype=np.int32), lengths)
        indices = pa.array(codes, mask=codes < 0)
        made[f"label {name}" if name in {"time", "value"} else name] = pa.DictionaryArray.from_arrays(
            indices, pa.array(known, pa.string())
        )
    made["value"] = pa.array(np.concatenate([*(line.values for line in answer.lines), nothing]))
    return pa.table(made)


def as_arrow(answer: Answer) -> bytes:
    """The table as an Arrow IPC stream."""
    table = as_table(answer)
    pa: Any = import_module("pyarrow")
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def as_parquet(answer: Answer) -> bytes:
    """The table as a Parquet file."""
    table = as_table(answer)
    parquet: Any = import_module("pyarrow.parquet")
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()
