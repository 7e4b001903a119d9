-- name: receivables
-- What was open of each document at the end of a day, by the books; nothing that was settled by then.
SELECT l.invoice_id, i.number AS invoice_number, l.customer_id, c.number AS customer_number, c.name AS customer_name,
       e.currency::text AS currency, i.due_date, sum(l.amount) AS open, sum(l.base_amount) AS base_open
  FROM hcc.ledger_lines l
  JOIN hcc.ledger_entries e ON e.organization_id = l.organization_id AND e.id = l.entry_id
  JOIN hcc.invoices i ON i.organization_id = l.organization_id AND i.id = l.invoice_id
  JOIN hcc.customers c ON c.organization_id = l.organization_id AND c.id = l.customer_id
 WHERE l.organization_id = %(organization_id)s AND l.account = 'receivable' AND e.booked_on <= %(on)s
 GROUP BY l.invoice_id, i.number, l.customer_id, c.number, c.name, e.currency, i.due_date
HAVING sum(l.amount) <> 0
 ORDER BY i.due_date, i.number

-- name: revenue
SELECT to_char(e.booked_on, 'YYYY-MM') AS month, l.account, -sum(l.base_amount) AS base_amount
  FROM hcc.ledger_lines l JOIN hcc.ledger_entries e ON e.organization_id = l.organization_id AND e.id = l.entry_id
 WHERE l.organization_id = %(organization_id)s AND l.account IN ('revenue', 'late_fees')
   AND e.booked_on BETWEEN %(since)s AND %(until)s
 GROUP BY 1, 2
 ORDER BY 1, 2

-- name: journal
SELECT e.booked_on, e.kind, e.part, e.text, e.currency::text AS currency, e.id AS entry_id, l.account,
       coalesce(n.number, '') AS account_number, l.amount, l.base_amount, coalesce(i.number, '') AS document,
       coalesce(c.number, '') AS customer_number, coalesce(l.tax_country::text, '') AS tax_country,
       coalesce(l.tax_category, '') AS tax_category, l.tax_rate
  FROM hcc.ledger_entries e
  JOIN hcc.ledger_lines l ON l.organization_id = e.organization_id AND l.entry_id = e.id
  LEFT JOIN hcc.ledger_account_numbers n ON n.organization_id = l.organization_id AND n.account = l.account
  LEFT JOIN hcc.invoices i ON i.organization_id = l.organization_id AND i.id = l.invoice_id
  LEFT JOIN hcc.customers c ON c.organization_id = l.organization_id AND c.id = l.customer_id
 WHERE e.organization_id = %(organization_id)s AND e.booked_on BETWEEN %(since)s AND %(until)s
 ORDER BY e.booked_on, e.created_at, e.id, l.id
