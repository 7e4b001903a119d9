"""/v1/certificates"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.fields import given
from control.core.pagination import page_request
from control.core.permissions import needs
from control.sites.certificates import service
from control.sites.certificates.models import Certificate, CertificatePatch, NewCertificate

_TAGS = ["certificates"]
_READ, _WRITE = needs("gateway:read"), needs("gateway:write")
_ONE = "/v1/certificates/{certificate_id:uuid}"


@get("/v1/certificates", opt=_READ, tags=_TAGS, operation_id="list_certificates")
async def list_certificates(
    ctx: Ctx,
    request: Request[Any, Any, State],
    organization_id: FromQuery[UUID | None] = None,
    expires_before: FromQuery[datetime | None] = None,
) -> Response[Page[Certificate]]:
    """The certificates in reach, without their keys; `search` looks at hosts and issuers."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await service.page(ctx, wanted, {"organization_id": organization_id, "expires_before": expires_before})
    return ctx.page(rows, total, wanted)


@get(_ONE, opt=_READ, tags=_TAGS, operation_id="get_certificate")
async def get_certificate(ctx: Ctx, certificate_id: FromPath[UUID]) -> Response[Envelope[Certificate]]:
    """One certificate, without its key."""
    found = await service.get(ctx, certificate_id)
    return ctx.answer(found, version=found.version)


@post("/v1/certificates", opt=_WRITE, tags=_TAGS, operation_id="create_certificate")
async def create_certificate(ctx: Ctx, data: JSONBody[NewCertificate]) -> Response[Envelope[Certificate]]:
    """Add a certificate; it is served for those of its names that sites of the organization, or of one below it, answer to."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@put(_ONE, opt=_WRITE, tags=_TAGS, operation_id="replace_certificate")
async def replace_certificate(
    ctx: Ctx, certificate_id: FromPath[UUID], data: JSONBody[NewCertificate]
) -> Response[Envelope[Certificate]]:
    """Replace chain and key under the same id; connections that stand keep the old one."""
    found = await service.update(ctx, certificate_id, msgspec.structs.asdict(data))
    return ctx.answer(found, version=found.version)


@patch(_ONE, opt=_WRITE, tags=_TAGS, operation_id="update_certificate")
async def update_certificate(
    ctx: Ctx, certificate_id: FromPath[UUID], data: JSONBody[CertificatePatch]
) -> Response[Envelope[Certificate]]:
    """Replace the chain alone, as after a renewal with the same key, or set whether it is the default."""
    found = await service.update(ctx, certificate_id, given(data))
    return ctx.answer(found, version=found.version)


@delete(_ONE, opt=_WRITE, tags=_TAGS, operation_id="delete_certificate")
async def delete_certificate(ctx: Ctx, certificate_id: FromPath[UUID]) -> None:
    """Delete a certificate and its key."""
    await service.delete(ctx, certificate_id)


ROUTES = [
    list_certificates, get_certificate, create_certificate, replace_certificate, update_certificate, delete_certificate,
]  # fmt: skip
