"""What each protocol's senders are told: success, partial success, their own faults, and ours.

Senders repeat what is answered with 429 and 503 and drop what is answered with another 4xx, so good rows of a request with bad
ones are kept before 400 is said. Our own faults are never 429.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
from hcc_native import Answer

Headers = list[tuple[str, str]]
Said = tuple[int, Headers, bytes]

JSON = ("content-type", "application/json")
TEXT = ("content-type", "text/plain; charset=utf-8")
PROTOBUF = ("content-type", "application/x-protobuf")
VERSION = ("x-influxdb-version", "1.8.10-hcc")
"""Clients look at the first number to choose what they speak."""
RETRY_S = {"full": 10, "busy": 1, "disk": 5, "closed": 2, "starting": 2}
SHOWN = 20
"""Faults in an answer's text."""
_STATUS = {"too_large": 413, "encoding": 415, "malformed": 400, "wait": 429}
_WORDS = {
    "too_large": "the body is larger than it may be",
    "encoding": "this Content-Encoding is not known here",
    "wait": "the organisation sent more values a second than its plan has",
    "unauthorized": "no valid token was sent",
    "foreign": "this token does not push for that organisation",
    "media": "this Content-Type is not known here",
    "starting": "the server is starting",
}


class Failure(msgspec.Struct, frozen=True):
    """A request of which nothing was taken."""

    status: int
    message: str
    retry_s: int = 0


def failure(answer: Answer) -> Failure | None:
    """What is wrong with the whole request, if it is that."""
    kind = answer.kind
    if kind == "kept":
        return None
    if kind in RETRY_S:
        return Failure(503, answer.message, RETRY_S[kind])
    return Failure(_STATUS[kind], answer.message or _WORDS[kind], answer.wait_s)


def said(kind: str, status: int, retry_s: int = 0) -> Failure:
    """A failure before the body was looked at."""
    return Failure(status, _WORDS[kind], retry_s)


def partial(answer: Answer, what: str) -> str:
    """Which rows were not taken, and why."""
    shown = "; ".join(f"{what} {at}: {reason}" for at, reason in answer.faults[:SHOWN])
    more = f"; and {answer.rejected - SHOWN} more" if answer.rejected > SHOWN else ""
    return f"partial write: {answer.rejected} refused, {answer.rows} kept: {shown}{more}"


def _headers(failed: Failure, *kind: tuple[str, str]) -> Headers:
    headers = [*kind]
    if failed.retry_s:
        headers.append(("retry-after", str(failed.retry_s)))
    if failed.status == 401:
        headers.append(("www-authenticate", 'Basic realm="hcc"'))
    return headers


class Influx:
    """`/write`: 204, or 400 with the numbers of the lines that were refused (InfluxDB 1.x)."""

    def failed(self, failed: Failure) -> Said:
        return failed.status, _headers(failed, JSON, VERSION), msgspec.json.encode({"error": failed.message})

    def kept(self, answer: Answer) -> Said:
        if not answer.rejected:
            return 204, [VERSION], b""
        body = {"error": partial(answer, "line"), **_lines(answer)}
        return 400, [JSON, VERSION], msgspec.json.encode(body)


class Influx2:
    """`/api/v2/write`: the same in the words of InfluxDB 2."""

    _CODES: ClassVar[dict[int, str]] = {
        400: "invalid",
        401: "unauthorized",
        413: "request too large",
        429: "too many requests",
        503: "unavailable",
    }

    def failed(self, failed: Failure) -> Said:
        code = self._CODES.get(failed.status, "invalid")
        return failed.status, _headers(failed, JSON, VERSION), msgspec.json.encode({"code": code, "message": failed.message})

    def kept(self, answer: Answer) -> Said:
        if not answer.rejected:
            return 204, [VERSION], b""
        body = {"code": "invalid", "message": partial(answer, "line"), **_lines(answer)}
        return 400, [JSON, VERSION], msgspec.json.encode(body)


def _lines(answer: Answer) -> dict[str, object]:
    lines = [{"line": at, "reason": reason} for at, reason in answer.faults]
    return {"lines": lines, "lines_kept": answer.rows, "lines_refused": answer.rejected}


class RemoteWrite:
    """`/api/v1/write`: 204, or 400 with the reason; version 2.0 is told what was written."""

    def __init__(self, version: int) -> None:
        self._version = version

    def failed(self, failed: Failure) -> Said:
        return failed.status, [*_headers(failed, TEXT), *self._written(0)], (failed.message + "\n").encode()

    def kept(self, answer: Answer) -> Said:
        written = self._written(answer.accepted)
        if not answer.rejected:
            return 204, written, b""
        return 400, [TEXT, *written], (partial(answer, "series") + "\n").encode()

    def _written(self, samples: int) -> Headers:
        if self._version == 1:
            return []
        counts = (("samples", samples), ("histograms", 0), ("exemplars", 0))
        return [(f"x-prometheus-remote-write-{what}-written", str(count)) for what, count in counts]


class Text:
    """`/api/v1/import/prometheus`: 204, or 400 with the numbers of the lines that were refused."""

    def failed(self, failed: Failure) -> Said:
        return failed.status, _headers(failed, TEXT), (failed.message + "\n").encode()

    def kept(self, answer: Answer) -> Said:
        if not answer.rejected:
            return 204, [], b""
        return 400, [TEXT], (partial(answer, "line") + "\n").encode()


class Otlp:
    """`/v1/metrics`: 200 also when points were rejected (OTLP 1.x, "Partial Success")."""

    def __init__(self, *, json: bool) -> None:
        self._json = json

    def failed(self, failed: Failure) -> Said:
        if self._json:
            return failed.status, _headers(failed, JSON), msgspec.json.encode({"message": failed.message})
        # google.rpc.Status: field 2 is the message.
        return failed.status, _headers(failed, PROTOBUF), _field(2, failed.message.encode())

    def kept(self, answer: Answer) -> Said:
        if not answer.rejected:
            return (200, [JSON], b"{}") if self._json else (200, [PROTOBUF], b"")
        message = partial(answer, "point")
        if self._json:
            # int64 is text in protobuf's JSON.
            body = {"partialSuccess": {"rejectedDataPoints": str(answer.rejected), "errorMessage": message}}
            return 200, [JSON], msgspec.json.encode(body)
        # ExportMetricsServiceResponse.partial_success = 1 { rejected_data_points = 1, error_message = 2 }
        inner = b"\x08" + _varint(answer.rejected) + _field(2, message.encode())
        return 200, [PROTOBUF], _field(1, inner)


Protocol = Influx | Influx2 | RemoteWrite | Text | Otlp


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content
