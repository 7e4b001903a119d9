"""/v1/reseller-statements"""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from control.billing.reports.tables import csv_of
from control.billing.reselling import service
from control.billing.reselling.models import NewStatements, ResellerStatement, SettledSale, Settlement
from control.core.collection import collection, collection_below
from control.core.context import Ctx
from control.core.envelope import Envelope

statements = collection(
    ResellerStatement,
    "/v1/reseller-statements",
    "{statement_id:uuid}",
    tags=["billing"],
    read="ledger:read",
    write="billing:write",
)
sales = collection_below(
    SettledSale, f"{statements.one}/sales", "{sale_id:uuid}", tags=["billing"], read="ledger:read"
)  # fmt: skip


@post(statements.all, opt=statements.writes, tags=statements.tags, operation_id="create_reseller_statements")
async def create_reseller_statements(ctx: Ctx, data: JSONBody[NewStatements]) -> Response[Envelope[list[ResellerStatement]]]:
    """Settle months that are over, which happens every night by itself; the statements that were made."""
    return await ctx.once(lambda tx: service.create(ctx, tx, data))


@get(
    f"{statements.one}/sales.csv",
    media_type="text/csv",
    opt=statements.reads,
    tags=statements.tags,
    operation_id="export_reseller_sales",
)
async def export_reseller_sales(ctx: Ctx, statement_id: FromPath[UUID]) -> Response[bytes]:
    """What a statement is made of, as CSV."""
    found, rows = await service.all_sales(ctx, statement_id)
    name = f"statement-{found.month}-{found.currency}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(csv_of(rows, SettledSale), media_type="text/csv", headers=headers)


ROUTES = [
    statements.page(
        "list_reseller_statements",
        service.page,
        "Statements that one makes for resellers, and those one gets.",
        sortable=service.SORTABLE,
        tie="s.id",
        filters={"organization_id": UUID, "reseller_org_id": UUID},
    ),
    create_reseller_statements,
    statements.get("get_reseller_statement", service.get, "One of them."),
    statements.action("settle_reseller_statement", "settle", Settlement, service.settle, "Note that one paid what one owes."),
    sales.page(
        "list_reseller_sales",
        service.sales,
        "The sales that a statement is made of; what was credited has a minus.",
        sortable=service.SALES_SORTABLE,
        by="booked_on",
        tie="share_id",
    ),
    export_reseller_sales,
]
