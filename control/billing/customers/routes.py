"""/v1/customers"""

from __future__ import annotations

from uuid import UUID

from control.billing.customers import service
from control.billing.customers.models import Customer, NewCustomer
from control.core.collection import collection

customers = collection(
    Customer, "/v1/customers", "{customer_id:uuid}", tags=["billing"], read="billing:read", write="billing:write"
)

ROUTES = [
    customers.page(
        "list_customers",
        service.page,
        "The customers in reach; `search` looks at names, numbers and addresses of mail.",
        sortable=service.SORTABLE,
        filters={"organization_id": UUID, "country": str, "is_active": bool},
    ),
    customers.get("get_customer", service.get, "One customer."),
    customers.create("create_customer", NewCustomer, service.create, "Add a customer, and an organization for them."),
    customers.replace("replace_customer", NewCustomer, service.replace, "Set all fields; finalised invoices stay as they are."),
    customers.delete("delete_customer", service.delete, "Delete a customer who never got an invoice."),
]
