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
       coalesce(l.tax_category, '') AS tax_category, l.tax_rate, l.period_start, l.period_end, l.monthly, l.base_monthly
  FROM hcc.ledger_entries e
  JOIN hcc.ledger_lines l ON l.organization_id = e.organization_id AND l.entry_id = e.id
  LEFT JOIN hcc.ledger_account_numbers n ON n.organization_id = l.organization_id AND n.account = l.account
  LEFT JOIN hcc.invoices i ON i.organization_id = l.organization_id AND i.id = l.invoice_id
  LEFT JOIN hcc.customers c ON c.organization_id = l.organization_id AND c.id = l.customer_id
 WHERE e.organization_id = %(organization_id)s AND e.booked_on BETWEEN %(since)s AND %(until)s
 ORDER BY e.booked_on, e.created_at, e.id, l.id

-- name: recurring
-- What recurs on each of these days, and how each customer's changed from one to the next: by currency, and (without one) in the
-- seller's. Who had nothing before is new, or back when there was something on any day up to the one before.
WITH points AS (
       SELECT day, (n - 1)::integer AS n FROM unnest(%(days)s::date[]) WITH ORDINALITY AS d (day, n)),
     worth AS (
       SELECT l.customer_id, p.n, coalesce(e.currency::text, '') AS currency,
              round(-CASE WHEN grouping(e.currency) = 0 THEN sum(l.monthly) ELSE sum(l.base_monthly) END, 3) AS amount
         FROM hcc.ledger_lines l
         JOIN hcc.ledger_entries e ON e.organization_id = l.organization_id AND e.id = l.entry_id
         JOIN points p ON p.day >= l.period_start AND p.day < l.period_end
        WHERE l.organization_id = %(organization_id)s AND l.monthly IS NOT NULL
          AND l.period_start <= %(last)s AND l.period_end > %(first)s
          AND (%(known_on)s::date IS NULL OR e.booked_on <= %(known_on)s)
        GROUP BY GROUPING SETS ((l.customer_id, p.n, e.currency), (l.customer_id, p.n))
       HAVING round(CASE WHEN grouping(e.currency) = 0 THEN sum(l.monthly) ELSE sum(l.base_monthly) END, 3) < 0),
     changed AS (
       SELECT coalesce(a.customer_id, b.customer_id) AS customer_id, coalesce(a.currency, b.currency) AS currency,
              coalesce(a.n, b.n + 1) AS n, coalesce(b.amount, 0) AS before, coalesce(a.amount, 0) AS after
         FROM worth a
         FULL JOIN worth b ON b.customer_id = a.customer_id AND b.currency = a.currency AND b.n = a.n - 1),
     told AS (
       SELECT c.currency, c.n, c.before, c.after,
              c.before = 0 AND EXISTS (
                SELECT FROM hcc.ledger_lines f
                  JOIN hcc.ledger_entries g ON g.organization_id = f.organization_id AND g.id = f.entry_id
                 WHERE f.organization_id = %(organization_id)s AND f.customer_id = c.customer_id AND f.monthly IS NOT NULL
                   AND f.period_start <= p.day AND (c.currency = '' OR g.currency = c.currency)
                   AND (%(known_on)s::date IS NULL OR g.booked_on <= %(known_on)s)
                 GROUP BY f.period_start HAVING sum(f.monthly) < 0) AS is_back
         FROM changed c JOIN points p ON p.n = c.n - 1
        WHERE c.n BETWEEN 1 AND cardinality(%(days)s::date[]) - 1)
SELECT currency, n, sum(before) AS opening,
       coalesce(sum(after) FILTER (WHERE before = 0 AND NOT is_back), 0) AS new,
       coalesce(sum(after) FILTER (WHERE is_back), 0) AS reactivated,
       coalesce(sum(after - before) FILTER (WHERE before > 0 AND after > before), 0) AS expansion,
       coalesce(sum(before - after) FILTER (WHERE after > 0 AND after < before), 0) AS contraction,
       coalesce(sum(before) FILTER (WHERE after = 0), 0) AS churned,
       sum(after) AS mrr,
       count(*) FILTER (WHERE before > 0) AS customers_at_start,
       count(*) FILTER (WHERE before = 0 AND NOT is_back) AS customers_new,
       count(*) FILTER (WHERE is_back) AS customers_back,
       count(*) FILTER (WHERE after = 0) AS customers_lost,
       count(*) FILTER (WHERE after > 0) AS customers
  FROM told
 GROUP BY currency, n
 ORDER BY currency, n
