"""/v1/billing/exchange-rates"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from litestar import Response, delete, post, put
from litestar.params import FromPath, JSONBody

from control.billing.exchange import service
from control.billing.exchange.models import ExchangeRate, Imported, NewExchangeRate
from control.core.collection import collection
from control.core.context import Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs

_TAGS, _READ, _WRITE = ["billing"], "billing:read", "billing-settings:write"
_ONE = "/v1/billing/exchange-rates/{currency:str}/{valid_from:date}"
rates = collection(ExchangeRate, "/v1/billing/exchange-rates", tags=_TAGS, read=_READ, write=_WRITE)


@put(_ONE, opt=needs(_WRITE), tags=_TAGS, operation_id="set_exchange_rate")
async def set_exchange_rate(
    ctx: Ctx, currency: FromPath[str], valid_from: FromPath[date], data: JSONBody[NewExchangeRate]
) -> Response[Envelope[ExchangeRate]]:
    """Say what one unit of a currency is in your own from a day on, until the next day that has a rate."""
    return ctx.answer(await service.put(ctx, currency, valid_from, data))


@delete(_ONE, opt=needs(_WRITE), tags=_TAGS, operation_id="delete_exchange_rate")
async def delete_exchange_rate(ctx: Ctx, currency: FromPath[str], valid_from: FromPath[date]) -> None:
    """Forget the rate of a day; what was finalised with it keeps it."""
    await service.delete(ctx, currency, valid_from)


@post("/v1/billing/exchange-rates/import", status_code=200, opt=needs(_WRITE), tags=_TAGS, operation_id="import_exchange_rates")
async def import_exchange_rates(ctx: Ctx) -> Response[Envelope[Imported]]:
    """Import the European Central Bank's reference rates: the body is its XML file, of a day or of many. Those of other
    currencies than the euro are computed from them; what was set by hand stands."""
    content = await ctx.request.body()
    return await ctx.once(lambda tx: service.take_file(ctx, tx, content), status=200)


ROUTES = [
    rates.page(
        "list_exchange_rates",
        service.page,
        "Rates of exchange into sellers' currencies, the newest first.",
        sortable=service.SORTABLE,
        by="valid_from",
        tie=service.TIE,
        filters={"organization_id": UUID, "currency": str, "since": date, "until": date},
    ),
    set_exchange_rate,
    delete_exchange_rate,
    import_exchange_rates,
]
