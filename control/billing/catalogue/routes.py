"""/v1/products, /v1/plans, /v1/prices, /v1/coupons, /v1/price-list, /v1/reseller-terms, /v1/supplier-shares"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from control.billing.catalogue import coupons, listing, prices, products, reselling
from control.billing.catalogue.models import (
    AnyInterval,
    Coupon,
    Move,
    Moved,
    NewCoupon,
    NewPlan,
    NewPrice,
    NewProduct,
    NewResellerTerms,
    NewVersion,
    Plan,
    Price,
    PriceList,
    Product,
    ResellerTerms,
    SupplierShare,
)
from control.billing.invoices.models import Nothing
from control.core.collection import collection
from control.core.context import Context, Ctx
from control.core.envelope import Envelope
from control.core.permissions import needs

_TAGS, _READ, _WRITE = ["billing"], "catalogue:read", "catalogue:write"
of_products = collection(Product, "/v1/products", "{product_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
of_plans = collection(Plan, "/v1/plans", "{plan_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
of_prices = collection(Price, "/v1/prices", "{price_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
of_coupons = collection(Coupon, "/v1/coupons", "{coupon_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
of_terms = collection(ResellerTerms, "/v1/reseller-terms", "{terms_id:uuid}", tags=_TAGS, read=_READ, write=_WRITE)
of_shares = collection(SupplierShare, "/v1/supplier-shares", "{share_id:uuid}", tags=_TAGS, read="ledger:read")


async def _archive(ctx: Context, price_id: UUID, _: Nothing) -> Price:
    return await prices.archive(ctx, price_id)


@post("/v1/prices/{price_id:uuid}/versions", opt=needs(_WRITE), tags=_TAGS, operation_id="create_price_version")
async def create_price_version(ctx: Ctx, price_id: FromPath[UUID], data: JSONBody[NewVersion]) -> Response[Envelope[Price]]:
    """What a price costs from a day on. New subscriptions get it; the others keep what they have until they are moved."""
    return await ctx.once(lambda tx: prices.add_version(ctx, tx, price_id, data))


@post("/v1/prices/{price_id:uuid}/move", opt=needs(_WRITE), tags=_TAGS, status_code=200, operation_id="move_to_price")
async def move_to_price(ctx: Ctx, price_id: FromPath[UUID], data: JSONBody[Move]) -> Response[Envelope[Moved]]:
    """Let the subscriptions that have a price get another one with their first period from a day on."""
    async with ctx.transaction() as tx:
        moved = await prices.move(ctx, tx, price_id, data)
    return ctx.answer(moved)


@get("/v1/price-list", opt=needs("billing:read"), tags=_TAGS, operation_id="get_price_list")
async def get_price_list(
    ctx: Ctx, of: FromQuery[listing.Of | None] = None, currency: FromQuery[str | None] = None
) -> Response[Envelope[PriceList]]:
    """What is on sale today: to customers what their seller sells, to sellers their own list; `of=seller` is what the
    organization above sells to them."""
    return ctx.answer(await listing.price_list(ctx, of, currency))


ROUTES = [
    of_products.page(
        "list_products",
        products.PRODUCTS.page,
        "The products in reach; `search` looks at names.",
        sortable=products.SORTABLE,
        filters={"organization_id": UUID, "is_active": bool},
    ),
    of_products.get("get_product", products.PRODUCTS.get, "One product."),
    of_products.create("create_product", NewProduct, products.create_product, "Add a product. 409 when the name is taken."),
    of_products.replace(
        "replace_product", NewProduct, products.replace_product, "Set all fields; what was sold stays as it was."
    ),
    of_products.delete("delete_product", products.delete_product, "Delete a product that has no plans."),
    of_plans.page(
        "list_plans",
        products.PLANS.page,
        "The plans in reach; `search` looks at names.",
        sortable=products.SORTABLE,
        filters={"organization_id": UUID, "product_id": UUID, "is_active": bool, "is_addon": bool},
    ),
    of_plans.get("get_plan", products.PLANS.get, "One plan."),
    of_plans.create("create_plan", NewPlan, products.create_plan, "Add a plan of a product, or an add-on to plans."),
    of_plans.replace("replace_plan", NewPlan, products.replace_plan, "Set all fields; subscriptions go on as they are."),
    of_plans.delete("delete_plan", products.delete_plan, "Delete a plan that has no prices."),
    of_prices.page(
        "list_prices",
        prices.page,
        "The prices in reach with all their versions; `on` keeps those that are sold on a day.",
        sortable=prices.SORTABLE,
        filters={"organization_id": UUID, "plan_id": UUID, "currency": str, "interval": AnyInterval, "on": date},
    ),
    of_prices.get("get_price", prices.get, "One version of a price."),
    of_prices.create("create_price", NewPrice, prices.create, "Add a price to a plan."),
    of_prices.replace("replace_price", NewPrice, prices.replace, "Set all of a price that was never used; 409 for others."),
    of_prices.delete("delete_price", prices.delete, "Delete a version that was never used; the one before it is sold again."),
    of_prices.action("archive_price", "archive", Nothing, _archive, "Sell it no more; subscriptions go on with it."),
    create_price_version,
    move_to_price,
    get_price_list,
    of_coupons.page(
        "list_coupons",
        coupons.COUPONS.page,
        "The coupons in reach; `search` looks at codes.",
        sortable=coupons.SORTABLE,
        filters={"organization_id": UUID, "is_active": bool},
    ),
    of_coupons.get("get_coupon", coupons.COUPONS.get, "One coupon."),
    of_coupons.create("create_coupon", NewCoupon, coupons.create, "Add a coupon. 409 when the code is taken."),
    of_coupons.replace("replace_coupon", NewCoupon, coupons.replace, "Set all fields; who redeemed it keeps what it was."),
    of_coupons.delete("delete_coupon", coupons.delete, "Delete a coupon that nobody redeemed."),
    of_terms.page(
        "list_reseller_terms",
        reselling.page,
        "What resellers owe for what they sell on: the terms that one gives, and those that one has.",
        sortable=reselling.SORTABLE,
        filters={"organization_id": UUID, "reseller_org_id": UUID},
    ),
    of_terms.get("get_reseller_terms", reselling.get, "One of them."),
    of_terms.create(
        "create_reseller_terms", NewResellerTerms, reselling.create, "Say what a reseller owes, for a plan or for all."
    ),
    of_terms.replace("replace_reseller_terms", NewResellerTerms, reselling.replace, "Set all fields; earlier sales keep theirs."),
    of_terms.delete("delete_reseller_terms", reselling.delete, "End terms; earlier sales keep theirs."),
    of_shares.page(
        "list_supplier_shares",
        reselling.shares,
        "What is owed to the seller above, line by line: one's own, and that of resellers below.",
        sortable=reselling.SHARES_SORTABLE,
        by="booked_on",
        filters={"organization_id": UUID, "since": date, "until": date},
    ),
]
