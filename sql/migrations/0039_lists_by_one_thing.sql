-- What is asked for by one thing alone, or in one order over all sellers in reach, finds an index that begins with it.
CREATE INDEX invoice_items_invoice ON hcc.invoice_items (invoice_id, position);
CREATE INDEX customers_all_created ON hcc.customers (created_at DESC, id DESC);
DROP INDEX hcc.invoices_customer;
CREATE INDEX invoices_customer ON hcc.invoices (customer_id, created_at DESC, id DESC);
DROP INDEX hcc.payments_customer;
CREATE INDEX payments_customer ON hcc.payments (customer_id, created_at DESC, id DESC);
CREATE INDEX invoices_all_status ON hcc.invoices (status, created_at DESC, id DESC) INCLUDE (organization_id, customer_org_id);
CREATE INDEX invoices_all_number ON hcc.invoices (number_key);
CREATE INDEX invoices_all_name ON hcc.invoices (name_key);
