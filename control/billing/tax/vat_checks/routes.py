"""/v1/customers/{id}/vat-checks and /v1/billing/tax-flags"""

from __future__ import annotations

from uuid import UUID

from control.billing.customers.models import Customer
from control.billing.invoices.models import Nothing
from control.billing.tax.vat_checks import service
from control.billing.tax.vat_checks.models import Resolution, TaxFlag, VatCheck
from control.core.collection import collection, collection_below

_TAGS = ["billing"]
checks = collection_below(
    VatCheck, "/v1/customers/{customer_id:uuid}/vat-checks", "{check_id:uuid}", tags=_TAGS, read="billing:read"
)
customers = collection(Customer, "/v1/customers", "{customer_id:uuid}", tags=_TAGS, read="billing:read", write="billing:write")
flags = collection(TaxFlag, "/v1/billing/tax-flags", "{flag_id:uuid}", tags=_TAGS, read="billing:read", write="billing:write")

ROUTES = [
    checks.page(
        "list_vat_checks",
        service.page,
        "What registers said of a customer's VAT ids, the latest first: the evidence of each check.",
        sortable=service.SORTABLE,
        by="checked_at",
    ),
    customers.action(
        "check_customer_tax_id",
        "check-tax-id",
        Nothing,
        service.check_again,
        "Have the customer's VAT id asked for now; the answer is among the checks a little later.",
    ),
    flags.page(
        "list_tax_flags",
        service.flags,
        "Finalised invoices whose tax is in doubt, such as those that rest on a VAT id which turned out invalid.",
        sortable=service.FLAGS_SORTABLE,
        tie="f.id",
        filters={"organization_id": UUID, "customer_id": UUID, "resolved": bool},
    ),
    flags.get("get_tax_flag", service.flag, "One of them."),
    flags.action("resolve_tax_flag", "resolve", Resolution, service.resolve, "Say what was done about it."),
]
