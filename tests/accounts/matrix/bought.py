"""What somebody gets who is the customer: reads what is theirs, pays it, and writes nothing of what sells to them.

The same factories as in the grids make the targets, but for customers that are organisations of the tests: the platform sells to
north, and north to apple. A line has what nora gets of the first (she takes payments, but not this one), and of the second
bert, of apple's sibling, and then anna.
"""

from __future__ import annotations

from tests.accounts.matrix.payments import BATCH, BATCHES, CREDIT, ENTRY, METHOD, ONE
from tests.accounts.matrix.subscriptions import ORDER

BUYERS = {"nora": ("platform", "north"), "bert": ("north", "apple"), "anna": ("north", "apple")}
"""Who asks, in this order, with who sells and who buys."""
BOUGHT: dict[str, tuple[str, str, str]] = {
    #                                             nora   bert   anna
    "GET /v1/payments":                          ("+",   "-",   "+"),
    "POST /v1/payments":                         ("422", "403", "403"),
    "GET /v1/payments/invoice/{invoice_id}":     ("+",   "404", "+"),
    "GET /v1/payments/disputes":                 ("-",   "-",   "-"),
    f"GET {ONE}":                                ("200", "404", "200"),
    f"GET {ONE}/allocations":                    ("200", "404", "200"),
    f"GET {ONE}/refunds":                        ("200", "404", "200"),
    f"POST {ONE}/allocations":                   ("404", "403", "403"),
    f"POST {ONE}/refunds":                       ("404", "403", "403"),
    f"GET {CREDIT}":                             ("200", "404", "200"),
    f"POST {CREDIT}":                            ("404", "403", "403"),
    "POST /v1/invoices/{invoice_id}/use-credit": ("404", "403", "403"),
    "POST /v1/payments/charges":                 ("201", "422", "201"),
    "POST /v1/payments/set-ups":                 ("409", "422", "409"),
    "GET /v1/payments/methods":                  ("+",   "-",   "+"),
    f"GET {METHOD}":                             ("200", "404", "200"),
    f"POST {METHOD}/default":                    ("200", "404", "200"),
    f"DELETE {METHOD}":                          ("204", "404", "204"),
    "POST /v1/payments/mandates":                ("422", "403", "403"),
    # No seller takes mandates so here, which is known only of one's own.
    "GET /v1/payments/mandates/online":          ("409", "422", "409"),
    "POST /v1/payments/mandates/online":         ("409", "422", "409"),
    f"GET {METHOD}/mandate":                     ("200", "404", "200"),
    f"GET {BATCHES}":                            ("-",   "403", "403"),
    f"POST {BATCHES}":                           ("409", "403", "403"),
    f"GET {BATCH}":                              ("404", "403", "403"),
    f"GET {BATCH}/file":                         ("404", "403", "403"),
    f"POST {BATCH}/cancel":                      ("404", "403", "403"),
    "GET /v1/payments/bank-entries":             ("-",   "403", "403"),
    f"GET {ENTRY}":                              ("404", "403", "403"),
    f"POST {ENTRY}/accept":                      ("404", "403", "403"),
    "GET /v1/offer":                             ("200", "404", "200"),
    "POST /v1/orders/preview":                   ("200", "422", "200"),
    # The digest is of no preview: what gets that far is refused for it.
    "POST /v1/orders":                           ("409", "422", "409"),
    f"POST {ORDER}/preview":                     ("200", "404", "200"),
    f"POST {ORDER}/change":                      ("409", "404", "409"),
    f"POST {ORDER}/cancel":                      ("200", "404", "200"),
    f"POST {ORDER}/reactivate":                  ("200", "404", "200"),
}  # fmt: skip
