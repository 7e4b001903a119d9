"""/v1/products, /v1/plans, /v1/prices, /v1/coupons, /v1/reseller-terms, /v1/subscriptions, and dunning."""

from __future__ import annotations

from tests.accounts.matrix.billing import (
    DELETED,
    MADE_BY_SELLERS,
    MADE_BY_STAFF,
    NAMED_BY_STAFF,
    OWN_BY_OWNERS,
    OWN_BY_STAFF,
    WRITTEN,
    WRITTEN_BY_SELLERS,
    WRITTEN_BY_STAFF,
)
from tests.accounts.matrix.common import LISTED_BY_STAFF, READ_BY_STAFF
from tests.accounts.matrix.grid import Row, grid

# Customers see a price list, and nothing else of the catalogue.
CATALOGUE_LISTED = grid("""
                platform  north  apple  birch  cherry
    root               +      +      +      +       +
    agent              +      +      +      +       +
    nora               -      +      +      +       -
    ned                -      +      +      +       -
    anna             403
    alex             403
    key              403
    anonymous        401
""")
CATALOGUE_READ = WRITTEN
BOOKS_LISTED = grid("""
                platform  north  apple  birch  cherry
    root               +      +      +      +       +
    agent            403
    nora               -      +      +      +       -
    ned              403
    anna             403
    alex             403
    key              403
    anonymous        401
""")
BOOKS_READ = grid("""
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent            403
    nora             404     ok     ok     ok     404
    ned              403
    anna             403
    alex             403
    key              403
    anonymous        401
""")
# Each says of its own books alone that it paid.
STATEMENT_SETTLED = grid("""
                platform  north  apple  birch  cherry
    root              ok    404    404    404     404
    agent             ok    404    404    404     404
    nora             404     ok    404    404     404
    ned              404     ok    404    404     404
    anna             403
    alex             403
    key              403
    anonymous        401
""")
# A plan is made in one's own organisation, of a product that is there.
PLAN_MADE = grid("""
                platform  north  apple  birch  cherry
    root              ok    422    422    422     422
    agent             ok    422    422    422     422
    nora             422     ok    422    422     422
    ned              422     ok    422    422     422
    anna             403
    alex             403
    key              403
    anonymous        401
""", ok=201)  # fmt: skip
# Of those five only north is a reseller directly below the platform; nobody is below north who sells on.
TERMS_MADE = grid("""
                platform  north  apple  birch  cherry
    root             422     ok    422    422     422
    agent            422     ok    422    422     422
    nora             422
    ned              422
    anna             403
    alex             403
    key              403
    anonymous        401
""", ok=201)  # fmt: skip
# The platform gives these terms: whose they are reads them, and never writes them.
TERMS_WRITTEN = """
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent             ok     ok     ok     ok      ok
    nora             404
    ned              404
    anna             403
    alex             403
    key              403
    anonymous        401
"""
# Who may read may ask what it would cost; a seller that is not one's own is out of reach.
PREVIEWED = grid("""
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent             ok     ok     ok     ok      ok
    nora             422     ok     ok     ok     422
    ned              422     ok     ok     ok     422
    anna             422    422     ok    422     422
    alex             403
    key              403
    anonymous        401
""")
# What one buys oneself: nobody here is a customer of these sellers; bought.py has those who are.
NOBODYS_READ = """
                platform  north  apple  birch  cherry
    root              ok
    agent             ok
    nora              ok
    ned               ok
    anna              ok
    alex             403
    key              403
    anonymous        401
"""
NOBODYS_ORDER = """
                platform  north  apple  birch  cherry
    root              ok
    agent            403
    nora              ok
    ned              403
    anna              ok
    alex             403
    key              403
    anonymous        401
"""
SELLERS_WRITTEN = grid(WRITTEN_BY_SELLERS)
PLAN = {"product_id": "{product_id}", "name": "{mark}2"}
PRICE = {"plan_id": "{plan_id}", "currency": "EUR", "interval": "month", "model": "flat", "amount": "11"}
COUPON = {"code": "{mark}2", "percent": "10"}
TERMS = {"kind": "wholesale", "percent": "30", "plan_id": "{plan_id}"}
ITEMS = {"items": [{"price_id": "{price_id}"}]}
NEW = {"customer_id": "{customer_id}", **ITEMS}
STEPS = {"steps": [{"days": 1, "action": "remind"}]}
WHY = {"reason": "why"}
ONE, CASE = "/v1/subscriptions/{subscription_id}", "/v1/invoices/{invoice_id}/dunning"
ORDER = "/v1/orders/{subscription_id}"
STATEMENT = "/v1/reseller-statements/{statement_id}"
ALL_PRICES, ALL_SCHEDULES = "/v1/prices", "/v1/dunning-schedules"
SETTINGS, STOP = "/v1/billing/subscription-settings", "/v1/customers/{customer_id}/dunning-stop"

ROWS = [
    Row("GET /v1/products", "product", CATALOGUE_LISTED),
    Row("POST /v1/products", "seller", MADE_BY_STAFF, {"name": "{mark}"}),
    Row("GET /v1/products/{product_id}", "product", CATALOGUE_READ),
    Row("PUT /v1/products/{product_id}", "product", WRITTEN, {"name": "{mark}"}),
    Row("DELETE /v1/products/{product_id}", "product", DELETED),
    Row("GET /v1/plans", "plan", CATALOGUE_LISTED),
    Row("POST /v1/plans", "product", PLAN_MADE, PLAN),
    Row("GET /v1/plans/{plan_id}", "plan", CATALOGUE_READ),
    Row("PUT /v1/plans/{plan_id}", "plan", WRITTEN, PLAN),
    Row("DELETE /v1/plans/{plan_id}", "plan", DELETED),
    Row(f"GET {ALL_PRICES}", "price", CATALOGUE_LISTED),
    Row(f"POST {ALL_PRICES}", "plan", grid(NAMED_BY_STAFF, ok=201), PRICE),
    Row(f"GET {ALL_PRICES}/{{price_id}}", "price", CATALOGUE_READ),
    Row(f"PUT {ALL_PRICES}/{{price_id}}", "price", WRITTEN, PRICE),
    Row(f"DELETE {ALL_PRICES}/{{price_id}}", "price", DELETED),
    Row(f"POST {ALL_PRICES}/{{price_id}}/archive", "price", WRITTEN, {}),
    Row(f"POST {ALL_PRICES}/{{price_id}}/versions", "price", grid(WRITTEN_BY_STAFF, ok=201), {"amount": "12"}),
    Row(
        f"POST {ALL_PRICES}/{{price_id}}/move",
        "two_prices",
        WRITTEN,
        {"to_price_id": "{to_price_id}", "effective_from": "2990-01-01"},
    ),
    Row("GET /v1/price-list", "seller", OWN_BY_STAFF),
    Row("GET /v1/coupons", "coupon", CATALOGUE_LISTED),
    Row("POST /v1/coupons", "seller", MADE_BY_STAFF, COUPON),
    Row("GET /v1/coupons/{coupon_id}", "coupon", CATALOGUE_READ),
    Row("PUT /v1/coupons/{coupon_id}", "coupon", WRITTEN, COUPON),
    Row("DELETE /v1/coupons/{coupon_id}", "coupon", DELETED),
    Row("GET /v1/reseller-terms", "reseller_terms", CATALOGUE_LISTED),
    Row("POST /v1/reseller-terms", "new_terms", TERMS_MADE, {**TERMS, "reseller_org_id": "{organization_id}"}),
    Row("GET /v1/reseller-terms/{terms_id}", "reseller_terms", CATALOGUE_READ),
    Row(
        "PUT /v1/reseller-terms/{terms_id}",
        "reseller_terms",
        grid(TERMS_WRITTEN),
        {**TERMS, "reseller_org_id": "{reseller}"},
    ),
    Row("DELETE /v1/reseller-terms/{terms_id}", "reseller_terms", grid(TERMS_WRITTEN, ok=204)),
    Row("GET /v1/supplier-shares", "supplier_share", BOOKS_LISTED),
    Row("GET /v1/reseller-statements", "reseller_statement", BOOKS_LISTED),
    Row("POST /v1/reseller-statements", "seller", MADE_BY_STAFF, {}),
    Row(f"GET {STATEMENT}", "reseller_statement", BOOKS_READ),
    Row(f"GET {STATEMENT}/sales", "reseller_statement", BOOKS_READ),
    Row(f"GET {STATEMENT}/sales.csv", "reseller_statement", BOOKS_READ),
    Row(f"POST {STATEMENT}/settle", "reseller_statement", STATEMENT_SETTLED, {}),
    Row("GET /v1/subscriptions", "subscription", LISTED_BY_STAFF),
    Row("POST /v1/subscriptions", "wanted", grid(NAMED_BY_STAFF, ok=201), NEW),
    Row(f"GET {ONE}", "subscription", grid(READ_BY_STAFF)),
    Row(f"PUT {ONE}", "subscription", WRITTEN, ITEMS),
    Row(f"DELETE {ONE}", "subscription", WRITTEN),
    Row(f"POST {ONE}/cancel", "subscription", WRITTEN, WHY),
    Row(f"POST {ONE}/reactivate", "ending", WRITTEN, {}),
    Row(f"POST {ONE}/pause", "subscription", WRITTEN, {}),
    Row(f"POST {ONE}/resume", "paused", WRITTEN, {}),
    Row(f"POST {ONE}/suspend", "subscription", WRITTEN, WHY),
    Row(f"POST {ONE}/unsuspend", "suspended", WRITTEN, {}),
    Row(f"POST {ONE}/preview", "subscription", grid(READ_BY_STAFF), {"change": ITEMS}),
    Row("POST /v1/subscriptions/preview", "wanted", PREVIEWED, NEW),
    Row(f"GET {ONE}/changes", "subscription", grid(READ_BY_STAFF)),
    Row(f"GET {ONE}/periods", "subscription", grid(READ_BY_STAFF)),
    Row(f"GET {ONE}/usage", "subscription", grid(READ_BY_STAFF)),
    Row("GET /v1/offer", "wanted", grid(NOBODYS_READ.replace("ok", "404"))),
    Row("POST /v1/orders/preview", "wanted", grid(NOBODYS_READ.replace("ok", "422")), ITEMS),
    Row("POST /v1/orders", "wanted", grid(NOBODYS_ORDER.replace("ok", "422")), {**ITEMS, "digest": "0" * 64}),
    Row(f"POST {ORDER}/preview", "subscription", grid(NOBODYS_READ.replace("ok", "404")), ITEMS),
    Row(f"POST {ORDER}/change", "subscription", grid(NOBODYS_ORDER.replace("ok", "404")), {**ITEMS, "digest": "0" * 64}),
    Row(f"POST {ORDER}/cancel", "subscription", grid(NOBODYS_ORDER.replace("ok", "404")), WHY),
    Row(f"POST {ORDER}/reactivate", "ending", grid(NOBODYS_ORDER.replace("ok", "404")), {}),
    Row(f"GET {SETTINGS}", "seller", OWN_BY_STAFF),
    Row(f"PUT {SETTINGS}", "seller", OWN_BY_OWNERS, {}),
    Row(f"GET {ALL_SCHEDULES}", "schedule", CATALOGUE_LISTED),
    Row(f"POST {ALL_SCHEDULES}", "new_schedule", MADE_BY_SELLERS, {"name": "{mark}", **STEPS}),
    Row(f"GET {ALL_SCHEDULES}/{{schedule_id}}", "schedule", CATALOGUE_READ),
    Row(f"PUT {ALL_SCHEDULES}/{{schedule_id}}", "schedule", SELLERS_WRITTEN, {"name": "{mark}", **STEPS}),
    Row(f"DELETE {ALL_SCHEDULES}/{{schedule_id}}", "schedule", grid(WRITTEN_BY_SELLERS, ok=204)),
    Row(f"GET {CASE}", "dunned", grid(READ_BY_STAFF)),
    Row(f"POST {CASE}/stop", "dunned", WRITTEN, WHY),
    Row(f"POST {CASE}/continue", "stopped", WRITTEN, {}),
    Row(f"PUT {STOP}", "customer", DELETED, WHY),
    Row(f"DELETE {STOP}", "stopped_customer", DELETED),
]
