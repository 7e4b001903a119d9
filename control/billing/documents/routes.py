"""/v1/invoices/{id}/download and /v1/billing/settings/logo"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Response, delete, get, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, RequestBody, Schema
from litestar.openapi.spec import Operation as Described
from litestar.params import FromPath, FromQuery

from control.billing.documents import service
from control.billing.documents.models import Format
from control.billing.settings.models import BillingSettings
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.operations import Operation
from control.core.permissions import needs

_TAGS = ["billing"]
_LATER = ResponseSpec(
    Envelope[Operation], description="It is being made; Retry-After says when to ask again", generate_examples=False
)


@dataclass
class _Picture(Described):
    """A request whose body is a picture."""

    def __post_init__(self) -> None:
        picture = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, content_encoding="binary"))
        kinds = ("image/png", "image/jpeg", "image/svg+xml")
        self.request_body = RequestBody(content=dict.fromkeys(kinds, picture), required=True)


@get(
    "/v1/invoices/{invoice_id:uuid}/download",
    opt={**needs("billing:read"), "errors": ("409",)},
    tags=_TAGS,
    operation_id="download_invoice",
    media_type="*/*",
    responses={202: _LATER},
)
async def download_invoice(
    ctx: Ctx,
    invoice_id: FromPath[UUID],
    format: FromQuery[Format] = "pdf",  # noqa: A002 - the name in the API
) -> Response[bytes]:
    """A finalised invoice as a file. `pdf` has the structured invoice inside where it fits EN 16931; `facturx` is that or 409."""
    found = await service.fetch(ctx, invoice_id, format)
    if isinstance(found, Operation):
        later: Any = ctx.answer(found, status=202, headers={"Retry-After": "1"})
        later.media_type = "application/json"
        return later  # type: ignore[no-any-return]  # described by _LATER
    headers = {"ETag": f'"{found.sha256}"', "Cache-Control": "private, no-cache"}
    if f'"{found.sha256}"' in ctx.request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return Response(found.content, media_type=found.media_type, headers=headers)


@put(
    "/v1/billing/settings/logo",
    opt=needs("billing-settings:write"),
    tags=_TAGS,
    operation_id="set_billing_logo",
    operation_class=_Picture,
)
async def set_billing_logo(ctx: Ctx) -> Response[Envelope[BillingSettings]]:
    """Set the logo of documents that are made from now on: the body is a PNG, JPEG or plain SVG of at most 512 KiB."""
    found = await service.set_logo(ctx, await ctx.request.body())
    return ctx.answer(found, version=found.version)


@delete("/v1/billing/settings/logo", opt=needs("billing-settings:write"), tags=_TAGS, operation_id="delete_billing_logo")
async def delete_billing_logo(ctx: Ctx) -> None:
    """Remove the logo."""
    await service.set_logo(ctx, None)


ROUTES = [download_invoice, set_billing_logo, delete_billing_logo]
