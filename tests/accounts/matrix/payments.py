"""/v1/payments, and what customers have to their credit."""

from __future__ import annotations

from tests.accounts.matrix.billing import (
    BY_OWNERS,
    MADE_BY_STAFF,
    NAMED_BY_STAFF,
    OWN_BY_OWNERS,
    WRITTEN_BY_STAFF,
)
from tests.accounts.matrix.common import LISTED_BY_STAFF, READ_BY_STAFF
from tests.accounts.matrix.grid import Public, Row, grid

LISTED_BY_SELLERS = grid("""
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
# What a provider said stays with the organisation to which it was said.
LISTED_TO_ITSELF = grid("""
                platform  north  apple  birch  cherry
    root               +      -      -      -       -
    agent            403
    nora               -      +      -      -       -
    ned              403
    anna             403
    alex             403
    key              403
    anonymous        401
""")
# Who may pay names an invoice or a customer that is theirs to pay.
NAMED_BY_PAYERS = """
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent             ok     ok     ok     ok      ok
    nora             422     ok     ok     ok     422
    ned              422     ok     ok     ok     422
    anna             422    422     ok    422     422
    alex             403
    key              403
    anonymous        401
"""
# Nobody gives a mandate for somebody else.
GIVEN_FOR_ONESELF = grid("""
                platform  north  apple  birch  cherry
    root             422    422    422    422     422
    agent            422    422    422    422     422
    nora             422    422    422    422     422
    ned              422    422    422    422     422
    anna             422    422    422    422     422
    alex             403
    key              403
    anonymous        401
""")
# One collects for oneself: of other sellers' invoices none can be collected.
COLLECTED = grid("""
                platform  north  apple  birch  cherry
    root             201    409    409    409     409
    agent            201    409    409    409     409
    nora             409    201    409    409     409
    ned              409    201    409    409     409
    anna             403
    alex             403
    key              403
    anonymous        401
""")
CARD_KEYS = {
    "secret_key": "sk_test_another1",
    "webhook_secret": "whsec_another1",
    "publishable_key": "pk_test_another1",
}
MONEY = {"method": "bank_transfer", "amount": "10", "customer_id": "{customer_id}"}
MANDATE = {
    "customer_id": "{customer_id}",
    "iban": "DE02120300000000202051",
    "holder": "A",
    "signed_on": "2026-01-15",
}
OWN_MANDATE = {"customer_id": "{customer_id}", "iban": "DE02120300000000202051", "holder": "A", "agrees_to": "0" * 64}
LAYOUT = {"name": "{mark}", "layout": {"booked_on": "Day", "amount": "Amount"}}
READ, WRITTEN = grid(READ_BY_STAFF), grid(WRITTEN_BY_STAFF)
CREDIT, ONE, METHOD = "/v1/customers/{customer_id}/credit", "/v1/payments/{payment_id}", "/v1/payments/methods/{method_id}"
STRIPE, BATCHES, PROFILES = "/v1/payments/providers/stripe", "/v1/payments/sepa-batches", "/v1/payments/statement-profiles"
BATCH, ENTRY, PROFILE = f"{BATCHES}/{{batch_id}}", "/v1/payments/bank-entries/{entry_id}", f"{PROFILES}/{{profile_id}}"

ROWS = [
    Row("GET /v1/payments", "payment", LISTED_BY_STAFF),
    Row("POST /v1/payments", "customer", grid(NAMED_BY_STAFF, ok=201), MONEY),
    Row("GET /v1/payments/invoice/{invoice_id}", "payment", grid(READ_BY_STAFF, ok="+")),
    Row("GET /v1/payments/disputes", "dispute", LISTED_BY_STAFF),
    Row(f"GET {ONE}", "payment", READ),
    Row(f"GET {ONE}/allocations", "payment", READ),
    Row(f"GET {ONE}/refunds", "payment", READ),
    Row(f"POST {ONE}/allocations", "payment", grid(WRITTEN_BY_STAFF, ok=201), {"invoice_id": "{invoice_id}", "amount": "10"}),
    Row(f"POST {ONE}/refunds", "payment", grid(WRITTEN_BY_STAFF, ok=201), {"amount": "10"}),
    Row(f"GET {CREDIT}", "credited_invoice", READ),
    Row(f"POST {CREDIT}", "credited_invoice", grid(WRITTEN_BY_STAFF, ok=201), {"amount": "-10", "reason": "why"}),
    Row("POST /v1/invoices/{invoice_id}/use-credit", "credited_invoice", grid(WRITTEN_BY_STAFF, ok=201), {}),
    Row(f"GET {STRIPE}", "provider", OWN_BY_OWNERS),
    Row(f"PUT {STRIPE}", "provider", OWN_BY_OWNERS, CARD_KEYS),
    Row(f"DELETE {STRIPE}", "provider", grid(BY_OWNERS, ok=204)),
    Row("POST /v1/payments/charges", "charge_under_way", grid(NAMED_BY_PAYERS, ok=201), {"invoice_id": "{invoice_id}"}),
    # Nobody has a provider here, which is known only of a customer in reach.
    Row("POST /v1/payments/set-ups", "customer", grid(NAMED_BY_PAYERS, ok=409), {"customer_id": "{customer_id}"}),
    Row("GET /v1/payments/methods", "payment_method", LISTED_BY_STAFF),
    Row(f"GET {METHOD}", "payment_method", READ),
    Row(f"POST {METHOD}/default", "payment_method", READ, {"is_default": True}),
    Row(f"DELETE {METHOD}", "payment_method", grid(READ_BY_STAFF, ok=204)),
    Row("GET /v1/payments/events", "provider_event", LISTED_TO_ITSELF),
    Row("POST /v1/payments/mandates", "customer", grid(NAMED_BY_STAFF, ok=201), MANDATE),
    # Only who is a customer themselves gives one: see bought.py.
    Row("GET /v1/payments/mandates/online", "payer", GIVEN_FOR_ONESELF),
    Row("POST /v1/payments/mandates/online", "payer", GIVEN_FOR_ONESELF, OWN_MANDATE),
    Row(f"GET {METHOD}/mandate", "online_mandate", READ),
    Row(f"GET {BATCHES}", "sepa_batch", LISTED_BY_SELLERS),
    Row(
        f"POST {BATCHES}", "collectable", COLLECTED,
        {"invoice_ids": ["{invoice_id}"], "collected_on": "{collected_on}"},
    ),
    Row(f"GET {BATCH}", "sepa_batch", WRITTEN),
    Row(f"GET {BATCH}/file", "sepa_batch", WRITTEN),
    Row(f"POST {BATCH}/submit", "sepa_batch", WRITTEN, {}),
    Row(f"POST {BATCH}/cancel", "sepa_batch", WRITTEN, {}),
    Row("GET /v1/payments/statements", "statement", LISTED_BY_SELLERS),
    # The file lacks the layout's columns, which is known only of a layout in reach.
    Row("POST /v1/payments/statements", "statement_layout", grid(WRITTEN_BY_STAFF, ok=422), {"no": "statement"}),
    Row("GET /v1/payments/bank-entries", "bank_entry", LISTED_BY_SELLERS),
    Row(f"GET {ENTRY}", "bank_entry", WRITTEN),
    Row(f"POST {ENTRY}/accept", "bank_entry", WRITTEN, {"customer_id": "{customer_id}"}),
    Row(f"POST {ENTRY}/reject", "bank_entry", WRITTEN, {}),
    Row(f"POST {ENTRY}/ignore", "bank_entry", WRITTEN, {"reason": "why"}),
    Row(f"GET {PROFILES}", "statement_profile", LISTED_BY_SELLERS),
    Row(f"POST {PROFILES}", "seller", MADE_BY_STAFF, LAYOUT),
    Row(f"GET {PROFILE}", "statement_profile", WRITTEN),
    Row(f"PUT {PROFILE}", "statement_profile", WRITTEN, LAYOUT),
    Row(f"DELETE {PROFILE}", "statement_profile", grid(WRITTEN_BY_STAFF, ok=204)),
]  # fmt: skip
PUBLIC = [Public("POST /v1/payments/webhooks/stripe/{seller_id}", 404)]
