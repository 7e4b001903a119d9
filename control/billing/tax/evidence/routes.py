"""/v1/customers/{id}/place-evidence and /place-of-supply"""

from __future__ import annotations

from control.billing.customers.models import Customer
from control.billing.tax.evidence import service
from control.billing.tax.evidence.models import NewPiece, Piece, PlaceOfSupply
from control.core.collection import collection, collection_below

_TAGS = ["billing"]
pieces = collection_below(
    Piece,
    "/v1/customers/{customer_id:uuid}/place-evidence",
    "{piece_id:uuid}",
    tags=_TAGS,
    read="billing:read",
    write="billing:write",
)
customers = collection(Customer, "/v1/customers", "{customer_id:uuid}", tags=_TAGS, read="billing:read", write="billing:write")

ROUTES = [
    pieces.page(
        "list_place_evidence",
        service.page,
        "What speaks for a customer's country, the latest first.",
        sortable=service.SORTABLE,
        by="seen_at",
    ),
    pieces.create(
        "add_place_evidence",
        NewPiece,
        service.add,
        "Keep what an order form or a payment provider saw of a customer's country; answers what it all comes to.",
        shown=PlaceOfSupply,
    ),
    customers.part(
        "get_place_of_supply",
        "place-of-supply",
        PlaceOfSupply,
        service.answer,
        "The country whose tax a private customer pays, by two pieces that agree, or how they contradict each other.",
    ),
]
