"""Traces for an OTLP/HTTP collector, when HCC_OTEL_ENDPOINT names one: one span a request, part of the caller's trace.

Needs the distribution's extra `otel`. Spans leave in the background; a collector that is away costs spans, not requests.
"""

from __future__ import annotations

import asyncio
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from control import __version__
from control.core.settings import Settings

_QUIET = frozenset({"/livez", "/readyz", "/health", "/metrics"})
_CARRIED = (b"traceparent", b"tracestate")


def traced(app: ASGIApp, settings: Settings, exporter: SpanExporter | None = None) -> ASGIApp:
    """The application with a span around each request, named by method and route template (W3C Trace Context taken over).

    `exporter` replaces the one to the collector.
    """
    about = {"service.name": "hcc-control", "service.version": __version__, "deployment.environment": settings.env}
    provider = TracerProvider(resource=Resource.create(about))
    exporter = exporter or OTLPSpanExporter(endpoint=f"{settings.otel_endpoint.rstrip('/')}/v1/traces", timeout=5)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("hcc")
    propagator = TraceContextTextMapPropagator()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            try:
                await app(scope, receive, send)
            finally:
                if str(scope["type"]) == "lifespan":
                    await asyncio.to_thread(provider.shutdown)
            return
        if scope["path"] in _QUIET:
            await app(scope, receive, send)
            return
        carrier = {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in _CARRIED}
        with tracer.start_as_current_span(
            scope["method"], context=propagator.extract(carrier), kind=SpanKind.SERVER, record_exception=False
        ) as span:

            async def answer(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(Status(StatusCode.ERROR))
                await send(message)

            try:
                await app(scope, receive, answer)
            finally:
                known: dict[str, Any] = dict(scope)
                route = str(known.get("path_template") or "(none)")
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.request.method", scope["method"])
                span.set_attribute("http.route", route)
                span.set_attribute("hcc.request_id", str(known.get("request_id", "")))

    return application
