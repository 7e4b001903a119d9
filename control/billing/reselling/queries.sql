-- name: lock
SELECT pg_advisory_xact_lock(hashtextextended('hcc.reseller_statements ' || %(organization_id)s::uuid, 0))

-- name: open
-- Whose sales of months that are over are not settled. What the list has no price for is owed by nobody.
SELECT s.organization_id AS reseller_org_id, s.currency::text AS currency, min(s.booked_on) AS first
  FROM hcc.supplier_shares s
 WHERE s.supplier_org_id = %(organization_id)s AND s.booked_on < %(before)s AND s.owed IS NOT NULL
   AND (%(reseller_org_id)s::uuid IS NULL OR s.organization_id = %(reseller_org_id)s)
   AND NOT EXISTS (SELECT FROM hcc.reseller_statement_lines l WHERE l.share_id = s.id)
 GROUP BY 1, 2
 ORDER BY 1, 2

-- name: sums
SELECT p.id AS plan_id, p.name, d.tax_class, s.kind, count(*) FILTER (WHERE s.sold > 0) AS sales, sum(s.sold) AS sold,
       sum(s.owed) AS owed
  FROM hcc.supplier_shares s
  JOIN hcc.plans p ON p.organization_id = s.supplier_org_id AND p.id = s.supplier_plan_id
  JOIN hcc.products d ON d.organization_id = p.organization_id AND d.id = p.product_id
 WHERE s.supplier_org_id = %(organization_id)s AND s.organization_id = %(reseller_org_id)s AND s.currency = %(currency)s
   AND s.booked_on < %(before)s AND s.owed IS NOT NULL
   AND NOT EXISTS (SELECT FROM hcc.reseller_statement_lines l WHERE l.share_id = s.id)
 GROUP BY p.id, p.name, d.tax_class, s.kind
 ORDER BY p.name, p.id, s.kind

-- name: customer
SELECT id FROM hcc.customers WHERE organization_id = %(organization_id)s AND customer_org_id = %(reseller_org_id)s

-- name: insert
-- Nothing comes back when this month is settled already.
INSERT INTO hcc.reseller_statements (id, organization_id, reseller_org_id, customer_id, month, currency, sales, sold, owed, invoice_id,
                                     amount, amount_currency)
VALUES (%(id)s, %(organization_id)s, %(reseller_org_id)s, %(customer_id)s, %(month)s, %(currency)s, %(sales)s, %(sold)s, %(owed)s,
        %(invoice_id)s, %(amount)s, %(amount_currency)s)

-- name: is_settled
SELECT EXISTS (SELECT FROM hcc.reseller_statements
                WHERE organization_id = %(organization_id)s AND reseller_org_id = %(reseller_org_id)s AND currency = %(currency)s
                  AND month = %(month)s)

-- name: insert_lines
INSERT INTO hcc.reseller_statement_lines (share_id, organization_id, reseller_org_id, statement_id, booked_on, plan_id, plan_name, kind,
                                          percent, sold, owed)
SELECT s.id, s.supplier_org_id, s.organization_id, %(id)s, s.booked_on, p.id, p.name, s.kind, s.percent, s.sold, s.owed
  FROM hcc.supplier_shares s
  JOIN hcc.plans p ON p.organization_id = s.supplier_org_id AND p.id = s.supplier_plan_id
 WHERE s.supplier_org_id = %(organization_id)s AND s.organization_id = %(reseller_org_id)s AND s.currency = %(currency)s
   AND s.booked_on < %(before)s AND s.owed IS NOT NULL
   AND NOT EXISTS (SELECT FROM hcc.reseller_statement_lines l WHERE l.share_id = s.id)

-- name: page
SELECT s.id, s.organization_id, s.reseller_org_id, s.customer_id, to_char(s.month, 'YYYY-MM') AS month, s.currency::text AS currency,
       s.sales, s.sold, s.sold - s.owed AS kept, s.owed, s.invoice_id, s.amount, s.amount_currency::text AS amount_currency, s.created_at,
       (SELECT e.booked_on FROM hcc.ledger_entries e
         WHERE e.organization_id = s.reseller_org_id AND e.kind = 'supplier_statement' AND e.source = s.id) AS booked_on,
       (SELECT e.booked_on FROM hcc.ledger_entries e
         WHERE e.organization_id = s.reseller_org_id AND e.kind = 'supplier_payment' AND e.source = s.id) AS settled_on
  FROM hcc.reseller_statements s
 WHERE (%(organization_id)s::uuid IS NULL OR s.organization_id = %(organization_id)s)
   AND (%(reseller_org_id)s::uuid IS NULL OR s.reseller_org_id = %(reseller_org_id)s)
   AND (%(id)s::uuid IS NULL OR s.id = %(id)s)

-- name: count
SELECT count(*)
  FROM hcc.reseller_statements s
 WHERE (%(organization_id)s::uuid IS NULL OR s.organization_id = %(organization_id)s)
   AND (%(reseller_org_id)s::uuid IS NULL OR s.reseller_org_id = %(reseller_org_id)s)

-- name: sales
SELECT share_id AS id, booked_on, plan_id, plan_name, kind, percent, sold, sold - owed AS kept, owed
  FROM hcc.reseller_statement_lines WHERE statement_id = %(statement_id)s

-- name: sales_count
SELECT count(*) FROM hcc.reseller_statement_lines WHERE statement_id = %(statement_id)s

-- name: payable
-- What is still owed of a statement in the reseller's own books.
SELECT e.currency::text AS currency, -sum(l.amount) AS amount, -sum(l.base_amount) AS base_amount
  FROM hcc.ledger_entries e JOIN hcc.ledger_lines l ON l.organization_id = e.organization_id AND l.entry_id = e.id
 WHERE e.organization_id = %(organization_id)s AND e.kind IN ('supplier_statement', 'supplier_payment') AND e.source = %(id)s
   AND l.account = 'supplier_payable'
 GROUP BY e.currency

-- name: suppliers
SELECT organization_id FROM hcc.suppliers_of_resellers()

-- name: unbooked
SELECT organization_id, statement_id FROM hcc.unbooked_reseller_statements()

-- name: gives
SELECT hcc.writable(organization_id) FROM hcc.reseller_statements WHERE id = %(id)s
