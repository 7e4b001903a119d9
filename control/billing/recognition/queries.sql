-- name: sellers
SELECT organization_id, timezone FROM hcc.billing_sellers()

-- name: first_month
SELECT min(i.issued_on) FROM hcc.invoices i WHERE i.organization_id = %(organization_id)s AND i.status <> 'draft'

-- name: last_month
SELECT max(booked_on) FROM hcc.ledger_entries WHERE organization_id = %(organization_id)s AND kind = 'recognition'

-- name: earned
-- What was earned of everything sold for a time before a day, whole days counted; by currency, and in the seller's own at the
-- rate of each document. A credit note takes its part back.
SELECT i.currency::text AS currency,
       sum(s.sign * round(t.line_total * s.share, 3)) AS amount,
       sum(s.sign * round(t.line_total * i.exchange_rate * s.share, 3)) AS base_amount
  FROM hcc.invoice_items t
  JOIN hcc.invoices i ON i.organization_id = t.organization_id AND i.id = t.invoice_id
 CROSS JOIN LATERAL (
       SELECT CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END AS sign,
              least(greatest(%(before)s::date - t.period_start, 0), t.period_end - t.period_start)::numeric
              / (t.period_end - t.period_start) AS share) s
 WHERE t.organization_id = %(organization_id)s AND t.period_start IS NOT NULL
   AND i.status <> 'draft' AND i.issued_on < %(before)s
 GROUP BY i.currency

-- name: booked
SELECT e.currency::text AS currency, sum(l.amount) AS amount, sum(l.base_amount) AS base_amount
  FROM hcc.ledger_entries e JOIN hcc.ledger_lines l ON l.organization_id = e.organization_id AND l.entry_id = e.id
 WHERE e.organization_id = %(organization_id)s AND e.kind = 'recognition' AND l.account = 'deferred_revenue'
 GROUP BY e.currency
