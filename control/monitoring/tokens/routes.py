"""/v1/monitoring/ingest-tokens"""

from __future__ import annotations

from uuid import UUID

from control.core.collection import collection
from control.monitoring.tokens import service
from control.monitoring.tokens.models import CreatedIngestToken, IngestToken, NewIngestToken

tokens = collection(
    IngestToken,
    "/v1/monitoring/ingest-tokens",
    "{token_id:uuid}",
    tags=["ingestion"],
    read="ingest-tokens:read",
    write="ingest-tokens:write",
)

ROUTES = [
    tokens.page(
        "list_ingest_tokens",
        service.page,
        "The tokens in reach, those of agents too, without their secrets.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID},
    ),
    tokens.get("get_ingest_token", service.get, "One token, without its secret."),
    tokens.create(
        "create_ingest_token",
        NewIngestToken,
        service.create,
        "Make a token. `token` is shown this one time; only its hash is kept.",
        shown=CreatedIngestToken,
    ),
    tokens.delete(
        "revoke_ingest_token", service.revoke, "End a token: ingestion refuses it within two seconds. What it brought stays."
    ),
]
