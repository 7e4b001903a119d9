"""/v1/billing/tax-rates"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from control.billing.tax.own_rates import service
from control.billing.tax.own_rates.models import End, NewTaxRate, TaxRate
from control.core.collection import collection

rates = collection(
    TaxRate,
    "/v1/billing/tax-rates",
    "{rate_id:uuid}",
    tags=["billing"],
    read="billing:read",
    write="billing-settings:write",
)

ROUTES = [
    rates.page(
        "list_tax_rates",
        service.page,
        "Sellers' own rates of tax, which stand before the built-in ones.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID, "country": str, "tax_class": str, "on": date},
    ),
    rates.get("get_tax_rate", service.get, "One rate."),
    rates.create("create_tax_rate", NewTaxRate, service.create, "Add a rate. 409 when another holds on some of its days."),
    rates.action("end_tax_rate", "end", End, service.end, "Set the last day of a rate; nothing else of it ever changes."),
    rates.delete("delete_tax_rate", service.delete, "Delete a rate that has not begun."),
]
