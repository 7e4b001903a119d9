"""Papers without a database: the code that drafts and totals, and what finalising would add."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from control.billing.customers.models import Customer
from control.billing.documents.paper import Collected, Corrected, Look, Paper, paper
from control.billing.invoices import drafting
from control.billing.invoices.models import BuyerOnPaper, Invoice, NewInvoice, NewItem, SellerOnPaper
from control.billing.settings.models import BillingSettings
from tests.billing.selling import BERLIN

ON = date(2026, 2, 28)
AT = datetime(2026, 2, 28, 10, 0, tzinfo=UTC)
ID = UUID("0198c7d2-0000-7000-8000-000000000001")
SELLER: dict[str, Any] = {
    "organization_id": ID,
    "has_logo": False,
    "version": 1,
    "created_at": AT,
    "updated_at": AT,
    "legal_name": "North Hosting GmbH",
    "address": {"line1": "Hafenstraße 1", "postal_code": "20457", "city": "Hamburg", "country": "DE"},
    "email": "billing@north.example",
    "phone": "+49 40 1234567",
    "website": "www.north.example",
    "registration": "HRB 12345, Amtsgericht Hamburg",
    "vat_id": "DE136695976",
    "tax_number": "12/345/67890",
    "iban": "DE89370400440532013000",
    "bic": "COBADEFFXXX",
    "timezone": "Europe/Berlin",
}
BUYER: dict[str, Any] = {
    "id": ID,
    "organization_id": ID,
    "customer_org_id": ID,
    "number": "C000001",
    "kind": "business",
    "name": "Apple & Söhne <KG>",
    "contact": "Anna Apfel",
    "email": "books@customer.example",
    "copies_to": [],
    "address": BERLIN,
    "currency": "EUR",
    "language": "en",
    "tax_id": "",
    "tax_id_status": "none",
    "tax_exempt": False,
    "buyer_reference": "",
    "payment_terms_days": None,
    "notes": "",
    "is_active": True,
    "version": 1,
    "created_at": AT,
    "updated_at": AT,
}
SERVER = {"description": "Server M\n4 cores, 16 GB", "unit_price": "49.90", "quantity": "3", "unit": "MON"}


def made(
    *items: dict[str, Any],
    seller: dict[str, Any] | None = None,
    buyer: dict[str, Any] | None = None,
    kind: str = "invoice",
    number: str = "INV-2026-00042",
    look: Look | None = None,
    collected: Collected | None = None,
    **more: Any,
) -> Paper:
    """A paper. A credit note is one over all of these positions."""
    sells = msgspec.convert(SELLER | (seller or {}), BillingSettings)
    buys = msgspec.convert(BUYER | {"currency": sells.currency} | (buyer or {}), Customer)
    rate = more.pop("exchange_rate", Decimal(1))
    corrects = None if kind == "invoice" else ID
    asked = NewInvoice(
        customer_id=buys.id,
        items=msgspec.convert(list(items or (SERVER,)), list[NewItem]),
        kind="debit_note" if kind == "debit_note" else "invoice",
        corrects_id=corrects if kind == "debit_note" else None,
        **more,
    )
    draft = drafting.draft(asked, sells, buys, ON)
    columns = draft.columns | {"tax_subtotals": draft.totals.subtotals, "kind": kind, "corrects_id": corrects}
    terms = columns["payment_terms_days"]
    known: dict[str, Any] = dict.fromkeys(Invoice.__struct_fields__)
    invoice = Invoice(
        **known
        | columns
        | {
            "id": ID,
            "organization_id": ID,
            "status": "sent",
            "invoice_number": number,
            "paid": Decimal(0),
            "credited": Decimal(0),
            "balance": draft.totals.total,
            "issued_on": ON,
            "due_date": ON + timedelta(days=terms),
            "issued_at": AT,
            "version": 1,
            "created_at": AT,
            "updated_at": AT,
            "exchange_rate": rate,
            "tax_treatment": draft.treatment,
            "seller": _part(SellerOnPaper, sells),
            "buyer": _part(BuyerOnPaper, buys),
            "items": draft.items,
        }
    )
    corrected = None if corrects is None else Corrected(number="INV-2026-00007", issued_on=date(2026, 1, 31))
    return paper(invoice, corrected, look or Look(page_size=sells.page_size, colour=sells.colour), collected)


def with_items(of: Paper, items: Sequence[Any]) -> Paper:
    """The same paper with other positions."""
    return msgspec.structs.replace(of, invoice=msgspec.structs.replace(of.invoice, items=list(items)))


def _part(into: Any, whole: Any) -> Any:
    return into(**{name: getattr(whole, name) for name in into.__struct_fields__})
