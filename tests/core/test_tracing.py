"""One span a request, in the caller's trace, under the route's name."""

from __future__ import annotations

import httpx
import msgspec
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from control.app import create_app
from control.core.settings import Settings
from control.core.tracing import traced

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


async def test_requests_become_spans(settings: Settings) -> None:
    exporter = InMemorySpanExporter()
    settings = msgspec.structs.replace(settings, otel_endpoint="http://127.0.0.1:1")
    app = traced(create_app(settings), settings, exporter)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hcc.test") as client:  # type: ignore[arg-type]
        answer = await client.get(
            "/v1/webhooks/018f0000-0000-7000-8000-000000000000", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"}
        )
        assert answer.status_code == 401
        assert (await client.get("/no/such/place")).status_code == 404

    async def nothing() -> dict[str, str]:
        return {"type": "lifespan.startup"} if not started else {"type": "lifespan.shutdown"}

    started = False

    async def send(message: dict[str, str]) -> None:
        nonlocal started
        started = True

    await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, nothing, send)  # type: ignore[arg-type]
    first, second = exporter.get_finished_spans()
    assert first.name == "GET /v1/webhooks/{webhook_id}"
    assert first.attributes is not None
    assert first.attributes["http.response.status_code"] == 401
    assert first.attributes["hcc.request_id"] == answer.headers["x-request-id"]
    assert first.parent is not None
    assert (f"{first.context.trace_id:032x}", f"{first.parent.span_id:016x}") == (TRACE, PARENT)
    assert second.name == "GET (none)"
