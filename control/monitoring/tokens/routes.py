"""/v1/monitoring/ingest-tokens"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from control.core.context import Ctx
from control.core.envelope import Envelope, Page
from control.core.pagination import page_request
from control.core.permissions import needs
from control.monitoring.tokens import service
from control.monitoring.tokens.models import CreatedIngestToken, IngestToken, NewIngestToken

_TAGS = ["ingestion"]
_READ, _WRITE = needs("ingest-tokens:read"), needs("ingest-tokens:write")
_ALL, _ONE = "/v1/monitoring/ingest-tokens", "/v1/monitoring/ingest-tokens/{token_id:uuid}"


@get(_ALL, opt=_READ, tags=_TAGS, operation_id="list_ingest_tokens")
async def list_ingest_tokens(
    ctx: Ctx, request: Request[Any, Any, State], organization_id: FromQuery[UUID | None] = None
) -> Response[Page[IngestToken]]:
    """The tokens in reach, those of agents too, without their secrets."""
    wanted = page_request(request, service.SORTABLE, "created_at")
    rows, total = await service.page(ctx, wanted, {"organization_id": organization_id})
    return ctx.page(rows, total, wanted)


@get(_ONE, opt=_READ, tags=_TAGS, operation_id="get_ingest_token")
async def get_ingest_token(ctx: Ctx, token_id: FromPath[UUID]) -> Response[Envelope[IngestToken]]:
    """One token, without its secret."""
    found = await service.get(ctx, token_id)
    return ctx.answer(found, version=found.version)


@post(_ALL, opt=_WRITE, tags=_TAGS, operation_id="create_ingest_token")
async def create_ingest_token(ctx: Ctx, data: JSONBody[NewIngestToken]) -> Response[Envelope[CreatedIngestToken]]:
    """Make a token. `token` is shown this one time; only its hash is kept."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@delete(_ONE, opt=_WRITE, tags=_TAGS, operation_id="revoke_ingest_token")
async def revoke_ingest_token(ctx: Ctx, token_id: FromPath[UUID]) -> None:
    """End a token: ingestion refuses it within two seconds. What it brought stays."""
    await service.revoke(ctx, token_id)


ROUTES = [list_ingest_tokens, get_ingest_token, create_ingest_token, revoke_ingest_token]
