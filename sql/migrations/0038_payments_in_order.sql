-- Payments of a seller are counted and listed from this index alone: it has the column that the policies look at.
CREATE INDEX payments_of_seller ON hcc.payments (organization_id, created_at DESC, id DESC) INCLUDE (customer_org_id);
DROP INDEX hcc.payments_created;
