"""/v1/billing, /v1/customers, /v1/invoices and /v1/ledger."""

from __future__ import annotations

from tests.accounts.matrix.common import LISTED_BY_STAFF, READ_BY_STAFF
from tests.accounts.matrix.grid import Row, grid

WRITTEN_BY_STAFF = """
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent             ok     ok     ok     ok      ok
    nora             404     ok     ok     ok     404
    ned              404     ok     ok     ok     404
    anna             403
    alex             403
    key              403
    anonymous        401
"""
NAMED_BY_STAFF = """
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent             ok     ok     ok     ok      ok
    nora             422     ok     ok     ok     422
    ned              422     ok     ok     ok     422
    anna             403
    alex             403
    key              403
    anonymous        401
"""
BY_STAFF = """
                platform  north  apple  birch  cherry
    root              ok
    agent             ok
    nora              ok
    ned               ok
    anna             403
    alex             403
    key              403
    anonymous        401
"""
MADE_BY_STAFF = grid(BY_STAFF, ok=201)
OWN_BY_STAFF = grid("""
                platform  north  apple  birch  cherry
    root              ok
    agent             ok
    nora              ok
    ned               ok
    anna              ok
    alex             403
    key              403
    anonymous        401
""")
BY_OWNERS = """
                platform  north  apple  birch  cherry
    root              ok
    agent            403
    nora              ok
    ned              403
    anna             403
    alex             403
    key              403
    anonymous        401
"""
WRITTEN_BY_SELLERS = """
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent            403
    nora             404     ok     ok     ok     404
    ned              403
    anna             403
    alex             403
    key              403
    anonymous        401
"""
MADE_BY_SELLERS = grid("""
                platform  north  apple  birch  cherry
    root              ok
    agent            403
    nora              ok
    ned              403
    anna             403
    alex             403
    key              403
    anonymous        401
""", ok=201)  # fmt: skip
OWN_BY_OWNERS = grid(BY_OWNERS)
OWN_RATE = grid("""
                platform  north  apple  birch  cherry
    root             204    404    404    404     404
    agent            403
    nora             404    204    404    404     404
    ned              403
    anna             403
    alex             403
    key              403
    anonymous        401
""")
CUSTOMER = {
    "kind": "private",
    "name": "{mark}",
    "email": "a@example.com",
    "address": {"line1": "Street 1", "city": "Berlin", "country": "DE"},
}
SELLER = {"legal_name": "S", "address": CUSTOMER["address"], "email": "a@example.com"}
DRAFT = {"customer_id": "{customer_id}", "items": [{"description": "x", "unit_price": "1"}]}
ONE, INVOICE = "/v1/customers/{customer_id}", "/v1/invoices/{invoice_id}"
ALL_RATES = "/v1/billing/tax-rates"
RATE = {"country": "AT", "tax_class": "{mark}", "percent": "20", "valid_from": "2026-01-01"}
WRITTEN, DELETED = grid(WRITTEN_BY_STAFF), grid(WRITTEN_BY_STAFF, ok=204)
CHART = {"chart": "skr03", "consultant_number": 1001, "client_number": 1}

ROWS = [
    Row("GET /v1/billing/settings", "seller", OWN_BY_STAFF),
    Row("PUT /v1/billing/settings", "seller", OWN_BY_OWNERS, SELLER),
    Row("PUT /v1/billing/settings/logo", "seller", grid(BY_OWNERS, ok=422)),  # no picture
    Row("DELETE /v1/billing/settings/logo", "seller", grid(BY_OWNERS, ok=204)),
    Row("GET /v1/customers", "customer", LISTED_BY_STAFF),
    Row("POST /v1/customers", "seller", MADE_BY_STAFF, CUSTOMER),
    Row(f"GET {ONE}", "customer", grid(READ_BY_STAFF)),
    Row(f"PUT {ONE}", "customer", WRITTEN, CUSTOMER),
    Row(f"DELETE {ONE}", "customer", DELETED),
    Row("GET /v1/invoices", "invoice", LISTED_BY_STAFF),
    Row("POST /v1/invoices", "customer", grid(NAMED_BY_STAFF, ok=201), DRAFT),
    Row(f"GET {INVOICE}", "draft", grid(READ_BY_STAFF)),
    Row(f"PUT {INVOICE}", "draft", WRITTEN, DRAFT),
    Row(f"DELETE {INVOICE}", "draft", DELETED),
    Row(f"POST {INVOICE}/finalise", "draft", WRITTEN, {}),
    Row(f"POST {INVOICE}/cancel", "invoice", WRITTEN, {"reason": "why"}),
    Row(f"POST {INVOICE}/write-off", "invoice", WRITTEN, {"reason": "why"}),
    Row(f"POST {INVOICE}/credit-notes", "invoice", grid(WRITTEN_BY_STAFF, ok=201), {"reason": "why"}),
    Row(f"GET {INVOICE}/download", "document", grid(READ_BY_STAFF)),
    Row(f"POST {INVOICE}/send", "invoice", grid(WRITTEN_BY_STAFF, ok=202), {}),
    Row("POST /v1/invoices/send", "invoice", grid(BY_STAFF, ok=202), {"ids": ["{invoice_id}"]}),
    Row("GET /v1/invoices.csv", "invoice", OWN_BY_STAFF),
    Row("GET /v1/billing/exchange-rates", "nothing", OWN_BY_STAFF),
    Row("PUT /v1/billing/exchange-rates/{currency}/{valid_from}", "exchange_rate", OWN_BY_OWNERS, {"rate": "0.9"}),
    Row("DELETE /v1/billing/exchange-rates/{currency}/{valid_from}", "exchange_rate", OWN_RATE),
    Row("POST /v1/billing/exchange-rates/import", "seller", grid(BY_OWNERS, ok=422)),  # no file
    Row("POST /v1/invoices/finalise", "invoice", grid(BY_STAFF, ok=202), {"ids": ["{invoice_id}"]}),
    Row("GET /v1/billing/mails", "mail", LISTED_BY_STAFF),
    Row("GET /v1/billing/mails/{mail_id}", "mail", grid(READ_BY_STAFF)),
    Row("POST /v1/billing/bounces", "nothing", grid(BY_STAFF, ok=422)),  # no message
    Row("GET /v1/ledger/entries", "nothing", OWN_BY_OWNERS),
    Row("GET /v1/ledger/trial-balance", "nothing", OWN_BY_OWNERS),
    Row("GET /v1/billing/reports/receivables", "nothing", OWN_BY_OWNERS),
    Row("GET /v1/billing/reports/receivables.csv", "nothing", OWN_BY_OWNERS),
    Row("GET /v1/billing/reports/revenue", "span", OWN_BY_OWNERS),
    Row("GET /v1/billing/reports/journal.csv", "span", OWN_BY_OWNERS),
    Row("GET /v1/billing/reports/recurring", "months", OWN_BY_OWNERS),
    Row("GET /v1/billing/reports/recurring.csv", "months", OWN_BY_OWNERS),
    Row("GET /v1/billing/settings/accounts", "chart", OWN_BY_OWNERS),
    Row("PUT /v1/billing/settings/accounts", "seller", OWN_BY_OWNERS, CHART),
    Row("GET /v1/billing/reports/datev", "charted_span", OWN_BY_OWNERS),
    Row("GET /v1/billing/reports/vat", "span", OWN_BY_OWNERS),
    Row("GET /v1/billing/reports/oss", "span", OWN_BY_OWNERS),
    Row("GET /v1/billing/reports/ec-sales", "span", OWN_BY_OWNERS),
    Row("GET /v1/billing/reports/oss-threshold", "seller", OWN_BY_OWNERS),
    Row(f"GET {ALL_RATES}", "tax_rate", LISTED_BY_STAFF),
    Row(f"POST {ALL_RATES}", "tax_rate", MADE_BY_SELLERS, RATE),
    Row(f"GET {ALL_RATES}/{{rate_id}}", "tax_rate", grid(READ_BY_STAFF)),
    Row(f"POST {ALL_RATES}/{{rate_id}}/end", "tax_rate", grid(WRITTEN_BY_SELLERS), {"valid_to": "2990-01-01"}),
    Row(f"DELETE {ALL_RATES}/{{rate_id}}", "tax_rate", grid(WRITTEN_BY_SELLERS, ok=204)),
    Row(f"GET {ONE}/vat-checks", "customer", grid(READ_BY_STAFF)),
    Row(f"POST {ONE}/check-tax-id", "taxed_customer", WRITTEN, {}),
    Row("GET /v1/billing/tax-flags", "tax_flag", LISTED_BY_STAFF),
    Row("GET /v1/billing/tax-flags/{flag_id}", "tax_flag", grid(READ_BY_STAFF)),
    Row("POST /v1/billing/tax-flags/{flag_id}/resolve", "tax_flag", WRITTEN, {"resolution": "done"}),
    Row(f"GET {ONE}/place-evidence", "customer", grid(READ_BY_STAFF)),
    Row(f"POST {ONE}/place-evidence", "customer", grid(WRITTEN_BY_STAFF, ok=201), {"kind": "bank", "country": "FR"}),
    Row(f"GET {ONE}/place-of-supply", "customer", grid(READ_BY_STAFF)),
]
