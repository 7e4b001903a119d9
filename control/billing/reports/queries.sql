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

-- name: open_now
-- The same for today. An invoice says whether it is open, so that the lines of all others need not be read.
SELECT i.id AS invoice_id, i.number AS invoice_number, i.customer_id, c.number AS customer_number, c.name AS customer_name,
       i.currency::text AS currency, i.due_date, b.open, b.base_open
  FROM hcc.invoices i
  JOIN hcc.customers c ON c.organization_id = i.organization_id AND c.id = i.customer_id
 CROSS JOIN LATERAL (
       SELECT sum(l.amount) AS open, sum(l.base_amount) AS base_open FROM hcc.ledger_lines l
        WHERE l.organization_id = %(organization_id)s AND l.invoice_id = i.id AND l.account = 'receivable') b
 WHERE i.organization_id = %(organization_id)s AND i.status IN ('sent', 'partially_paid', 'overdue') AND b.open <> 0
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
     sold AS MATERIALIZED (
       SELECT l.customer_id, e.currency::text AS currency, l.period_start, l.period_end, -sum(l.monthly) AS monthly,
              -sum(l.base_monthly) AS base_monthly
         FROM hcc.ledger_lines l
         JOIN hcc.ledger_entries e ON e.organization_id = l.organization_id AND e.id = l.entry_id
        WHERE l.organization_id = %(organization_id)s AND l.monthly IS NOT NULL AND l.period_start <= %(last)s
          AND (%(known_on)s::date IS NULL OR e.booked_on <= %(known_on)s)
        GROUP BY l.customer_id, e.currency, l.period_start, l.period_end),
     began AS (
       SELECT f.customer_id, coalesce(f.currency, '') AS currency, min(f.period_start) AS day
         FROM (SELECT customer_id, currency, period_start FROM sold GROUP BY 1, 2, 3 HAVING sum(monthly) > 0) f
        GROUP BY GROUPING SETS ((f.customer_id, f.currency), (f.customer_id))),
     worth AS (
       SELECT s.customer_id, coalesce(s.currency, '') AS currency, p.n,
              round(CASE WHEN grouping(s.currency) = 0 THEN sum(s.monthly) ELSE sum(s.base_monthly) END, 3) AS amount
         FROM sold s
         JOIN points p ON p.day >= s.period_start AND p.day < s.period_end
        WHERE s.period_end > %(first)s
        GROUP BY GROUPING SETS ((s.customer_id, p.n, s.currency), (s.customer_id, p.n))
       HAVING round(CASE WHEN grouping(s.currency) = 0 THEN sum(s.monthly) ELSE sum(s.base_monthly) END, 3) > 0),
     beside AS (
       SELECT customer_id, currency, n, amount, lag(n) OVER w AS n_before, lag(amount) OVER w AS amount_before, lead(n) OVER w AS n_after
         FROM worth
       WINDOW w AS (PARTITION BY customer_id, currency ORDER BY n)),
     changed AS (
       SELECT customer_id, currency, n, CASE WHEN n_before = n - 1 THEN amount_before ELSE 0 END AS before, amount AS after
         FROM beside
       UNION ALL
       SELECT customer_id, currency, n + 1, amount, 0 FROM beside WHERE n_after IS DISTINCT FROM n + 1),
     told AS (
       SELECT c.currency, c.n, c.before, c.after, c.before = 0 AND b.day <= p.day AS is_back
         FROM changed c
         JOIN points p ON p.n = c.n - 1
         LEFT JOIN began b ON b.customer_id = c.customer_id AND b.currency = c.currency
        WHERE c.n BETWEEN 1 AND cardinality(%(days)s::date[]) - 1)
SELECT currency, n, sum(before) AS opening,
       coalesce(sum(after) FILTER (WHERE before = 0 AND is_back IS NOT TRUE), 0) AS new,
       coalesce(sum(after) FILTER (WHERE is_back), 0) AS reactivated,
       coalesce(sum(after - before) FILTER (WHERE before > 0 AND after > before), 0) AS expansion,
       coalesce(sum(before - after) FILTER (WHERE after > 0 AND after < before), 0) AS contraction,
       coalesce(sum(before) FILTER (WHERE after = 0), 0) AS churned,
       sum(after) AS mrr,
       count(*) FILTER (WHERE before > 0) AS customers_at_start,
       count(*) FILTER (WHERE before = 0 AND is_back IS NOT TRUE) AS customers_new,
       count(*) FILTER (WHERE is_back) AS customers_back,
       count(*) FILTER (WHERE after = 0) AS customers_lost,
       count(*) FILTER (WHERE after > 0) AS customers
  FROM told
 GROUP BY currency, n
 ORDER BY currency, n
