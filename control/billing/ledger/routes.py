"""/v1/ledger"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from litestar import Response, get
from litestar.params import FromQuery

from control.billing.ledger import service
from control.billing.ledger.models import LedgerEntry, TrialBalance
from control.core.collection import collection
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs

_TAGS = ["billing"]
entries = collection(LedgerEntry, "/v1/ledger/entries", "{entry_id:uuid}", tags=_TAGS, read="ledger:read", write="ledger:read")


@get("/v1/ledger/trial-balance", opt=needs("ledger:read"), tags=_TAGS, operation_id="get_trial_balance")
async def get_trial_balance(
    ctx: Ctx, since: FromQuery[date | None] = None, until: FromQuery[date | None] = None
) -> Response[Envelope[TrialBalance]]:
    """What is on each account, all time or between two days; both are included."""
    return ctx.answer(await service.trial_balance(ctx, since, until))


ROUTES = [
    entries.page(
        "list_ledger_entries",
        service.page,
        "The entries of the books, the latest first.",
        sortable=service.SORTABLE,
        by="booked_on",
        tie="e.id",
        filters={"kind": str, "source": UUID, "since": date, "until": date},
    ),
    get_trial_balance,
]
