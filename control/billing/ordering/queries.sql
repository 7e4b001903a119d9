-- name: own_customer
-- As whose customer an organisation is known; the one that was first, should there be several.
SELECT id FROM hcc.customers WHERE customer_org_id = %(customer_org_id)s
 ORDER BY created_at, id LIMIT 1
