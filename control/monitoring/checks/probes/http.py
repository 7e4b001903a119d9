"""HTTP(S): the answer's status, words, JSON, redirects, certificate, and how long each part took."""

from __future__ import annotations

import re
import ssl
import time
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urljoin

import httpx
import msgspec
from cryptography import x509

from control import __version__
from control.automation.webhooks.destinations import Destination, RefusedError, check_url
from control.automation.webhooks.sending import trust
from control.monitoring.checks.models import Expects
from control.monitoring.checks.outcome import Outcome
from control.monitoring.checks.places import addresses

MOST_READ = 1 << 20
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_MOVED = {301, 302, 303, 307, 308}
_KEPT_METHOD = {307, 308}


@cache
def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class _Page(msgspec.Struct):
    status: int
    headers: httpx.Headers
    body: bytes
    tls_days: float | None
    figures: dict[str, float]


async def probe(target: str, expects: Expects, secret: str | None, allow_private: bool, limit: float) -> Outcome:
    """Ask, follow redirects as far as allowed, and compare. Every address on the way is checked."""
    url, method, left = target, expects.method or "GET", expects.redirects or 0
    headers = dict(expects.headers or {})
    if secret is not None:
        headers["Authorization"] = secret
    body = (expects.body or "").encode() if method == "POST" else b""
    while True:
        # What went well before it failed is told too.
        at: dict[str, float] = {}
        try:
            page = await _ask(url, method, headers, body, expects, allow_private, limit, at)
        except RefusedError:
            raise
        except httpx.TimeoutException:
            return Outcome(False, f"no answer within {limit:g} s", _figures(at))
        except httpx.ConnectError as error:
            return Outcome(False, f"no connection: {error}"[:300], _figures(at))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Outcome(False, f"{type(error).__name__}: {error}"[:300], _figures(at))
        location = page.headers.get("location")
        if page.status not in _MOVED or location is None or left == 0:
            return _judged(page, expects)
        onward = urljoin(url, location)
        if _origin(onward) != _origin(url):
            headers.pop("Authorization", None)  # it is for the first host alone
        if page.status not in _KEPT_METHOD and method == "POST":
            method, body = "GET", b""
        url, left = onward, left - 1


def _origin(url: str) -> tuple[str, str, int]:
    return check_url(url, https_only=False)[:3]


async def _ask(
    url: str,
    method: str,
    headers: dict[str, str],
    body: bytes,
    expects: Expects,
    allow_private: bool,
    limit: float,
    at: dict[str, float],
) -> _Page:
    """One request. `at` is filled with the moments at which its parts began and ended."""
    scheme, host, port, path = check_url(url.partition("#")[0], https_only=False)
    began = time.perf_counter()
    found = await addresses(host, port, allow_private=allow_private)
    at["resolve"] = time.perf_counter() - began
    destination = Destination(scheme, host, port, path, found[0])

    async def trace(event: str, _info: dict[str, Any]) -> None:
        at[event] = time.perf_counter()

    verify = trust() if expects.verify_tls is not False else _unverified()
    sent = {"User-Agent": f"hcc-check/{__version__}", "Accept-Encoding": "identity", **headers, "Host": destination.host_header}
    sent["Connection"] = "close"
    async with httpx.AsyncClient(verify=verify, timeout=limit, follow_redirects=False, trust_env=False) as client:
        asking = client.build_request(
            method, destination.url, content=body or None, headers=sent, extensions={"sni_hostname": host, "trace": trace}
        )
        answer = await client.send(asking, stream=True)
        try:
            days = _tls_days(answer)
            read = bytearray()
            async for piece in answer.aiter_raw():
                read += piece
                if len(read) >= MOST_READ:
                    break
        finally:
            await answer.aclose()
    figures = _figures(at)
    if days is not None:
        figures["tls_days"] = days
    return _Page(answer.status_code, answer.headers, bytes(read[:MOST_READ]), days, figures)


def _figures(at: dict[str, float]) -> dict[str, float]:
    """Seconds of each part, from the moments at which the library said so."""
    found = {"resolve_seconds": at["resolve"]} if "resolve" in at else {}
    spans = {
        "connect_seconds": ("connection.connect_tcp.started", "connection.connect_tcp.complete"),
        "tls_seconds": ("connection.start_tls.started", "connection.start_tls.complete"),
        "wait_seconds": ("http11.send_request_headers.started", "http11.receive_response_headers.complete"),
        "read_seconds": ("http11.receive_response_body.started", "http11.receive_response_body.complete"),
    }
    for name, (first, last) in spans.items():
        if first in at and last in at:
            found[name] = at[last] - at[first]
    return found


def _tls_days(answer: httpx.Response) -> float | None:
    stream = answer.extensions.get("network_stream")
    secured = None if stream is None else stream.get_extra_info("ssl_object")
    der = None if secured is None else secured.getpeercert(binary_form=True)
    if not der:
        return None
    return (x509.load_der_x509_certificate(der).not_valid_after_utc - datetime.now(UTC)).total_seconds() / 86_400


def _judged(page: _Page, expects: Expects) -> Outcome:
    problem = (
        _status(page.status, expects.statuses or ["200-399"])
        or _keyword(page.body, expects)
        or _json(page.body, expects)
        or _certificate(page.tls_days, expects.tls_days)
    )
    return Outcome(problem is None, problem or f"status {page.status}", page.figures)


def _status(status: int, wanted: list[str]) -> str | None:
    for text in wanted:
        low, _, high = text.partition("-")
        if int(low) <= status <= int(high or low):
            return None
    return f"status {status} instead of {', '.join(wanted)}"


def _keyword(body: bytes, expects: Expects) -> str | None:
    if expects.keyword is None:
        return None
    there = expects.keyword.encode() in body
    if there == bool(expects.keyword_absent):
        return f"{expects.keyword[:50]!r} is {'' if there else 'not '}on the page"
    return None


def _json(body: bytes, expects: Expects) -> str | None:
    if expects.json_path is None:
        return None
    try:
        value = at_path(msgspec.json.decode(body), expects.json_path)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "the page is no JSON"
    except LookupError:
        return f"the JSON has no {expects.json_path[:100]}"
    shown = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    if expects.json_value is not None and shown != expects.json_value:
        return f"{expects.json_path[:100]} is {shown[:100]}"
    return None


def at_path(document: Any, path: str) -> Any:
    """What stands at `a.b[0]`, with or without `$.` before it. Raises LookupError."""
    here = document
    for name, index in _STEP.findall(path.removeprefix("$").removeprefix(".")):
        if isinstance(here, dict) and name:
            here = here[name]
        elif isinstance(here, list) and index:
            here = here[int(index)]
        else:
            raise LookupError(path)
    return here


def _certificate(days: float | None, wanted: int | None) -> str | None:
    if wanted is None:
        return None
    if days is None:
        return "there is no certificate"
    return f"the certificate ends in {max(days, 0):.1f} days" if days < wanted else None
