-- name: get
SELECT organization_id, chart, consultant_number, client_number, fiscal_year_month, account_length, accounts, revenue, version,
       created_at, updated_at
  FROM hcc.ledger_charts WHERE organization_id = %(organization_id)s

-- name: lock
-- Who writes the settings, and who gives numbers to customers, go one after the other.
SELECT pg_advisory_xact_lock(hashtextextended('hcc.ledger_charts ' || %(organization_id)s::uuid, 0))

-- name: save
INSERT INTO hcc.ledger_charts (organization_id, chart, consultant_number, client_number, fiscal_year_month, account_length, accounts,
                               revenue)
VALUES (%(organization_id)s, %(chart)s, %(consultant_number)s, %(client_number)s, %(fiscal_year_month)s, %(account_length)s,
        %(accounts)s, %(revenue)s)
ON CONFLICT (organization_id) DO UPDATE
   SET chart = excluded.chart, consultant_number = excluded.consultant_number, client_number = excluded.client_number,
       fiscal_year_month = excluded.fiscal_year_month, account_length = excluded.account_length, accounts = excluded.accounts,
       revenue = excluded.revenue, version = ledger_charts.version + 1, updated_at = now()

-- name: forget_numbers
DELETE FROM hcc.ledger_account_numbers WHERE organization_id = %(organization_id)s

-- name: save_numbers
INSERT INTO hcc.ledger_account_numbers (organization_id, account, number)
SELECT %(organization_id)s, n.account, n.number FROM jsonb_to_recordset(%(rows)s) AS n (account text, number text)

-- name: has_debtors
SELECT EXISTS (SELECT FROM hcc.ledger_debtors WHERE organization_id = %(organization_id)s)

-- name: last_debtor
SELECT max(number) FROM hcc.ledger_debtors WHERE organization_id = %(organization_id)s

-- name: give_debtors
-- Numbers for customers of these days who have none: the next ones, as they came.
INSERT INTO hcc.ledger_debtors (organization_id, customer_id, number)
SELECT %(organization_id)s, c.id, %(after)s + row_number() OVER (ORDER BY c.created_at, c.id)
  FROM hcc.customers c
 WHERE c.organization_id = %(organization_id)s
   AND NOT EXISTS (SELECT FROM hcc.ledger_debtors d WHERE d.organization_id = c.organization_id AND d.customer_id = c.id)
   AND c.id IN (SELECT l.customer_id
                  FROM hcc.ledger_entries e JOIN hcc.ledger_lines l ON l.organization_id = e.organization_id AND l.entry_id = e.id
                 WHERE e.organization_id = %(organization_id)s AND e.booked_on BETWEEN %(since)s AND %(until)s)

-- name: debtors
SELECT customer_id, number FROM hcc.ledger_debtors WHERE organization_id = %(organization_id)s

-- name: lines
SELECT e.id AS entry_id, e.booked_on, e.kind, e.text, l.account, l.base_amount, l.customer_id,
       coalesce(i.number, '') AS document, coalesce(l.tax_country::text, '') AS tax_country,
       coalesce(l.tax_reason, '') AS tax_reason, l.tax_rate, coalesce(l.tax_id, '') AS tax_id
  FROM hcc.ledger_entries e
  JOIN hcc.ledger_lines l ON l.organization_id = e.organization_id AND l.entry_id = e.id
  LEFT JOIN hcc.invoices i ON i.organization_id = l.organization_id AND i.id = l.invoice_id
 WHERE e.organization_id = %(organization_id)s AND e.booked_on BETWEEN %(since)s AND %(until)s
 ORDER BY e.booked_on, e.created_at, e.id, l.id
