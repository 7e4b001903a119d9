-- name: sellers
SELECT organization_id, timezone FROM hcc.billing_sellers()

-- name: first_month
SELECT min(i.issued_on) FROM hcc.invoices i WHERE i.organization_id = %(organization_id)s AND i.status <> 'draft'

-- name: last_month
SELECT max(booked_on) FROM hcc.ledger_entries WHERE organization_id = %(organization_id)s AND kind = 'recognition'

-- name: earned
-- What was earned of everything sold for a time before a day, whole days counted; by currency, and in the seller's own as it was
-- booked. A credit note takes its part back. Never more than was sold: parts of two roundings may come to a cent more.
SELECT d.currency,
       least(sum(d.earned), sum(d.sold)) AS amount,
       least(sum(CASE WHEN d.sold = 0 THEN d.earned * d.exchange_rate ELSE d.base * d.earned / d.sold END), sum(d.base)) AS base_amount
  FROM (
    SELECT i.currency::text AS currency, i.exchange_rate,
           sum(s.sign * round(t.line_total * s.share, 3)) AS earned,
           sum(s.sign * t.line_total) AS sold,
           CASE WHEN i.currency = %(base)s THEN 0 ELSE (
             SELECT -coalesce(sum(l.base_amount), 0) FROM hcc.ledger_lines l
              WHERE l.invoice_id = i.id AND l.organization_id = i.organization_id AND l.account = 'deferred_revenue') END AS base
      FROM hcc.invoice_items t
      JOIN hcc.invoices i ON i.organization_id = t.organization_id AND i.id = t.invoice_id
     CROSS JOIN LATERAL (
           SELECT CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END AS sign,
                  least(greatest(%(before)s::date - t.period_start, 0), t.period_end - t.period_start)::numeric
                  / (t.period_end - t.period_start) AS share) s
     WHERE t.organization_id = %(organization_id)s AND t.period_start IS NOT NULL
       AND i.status <> 'draft' AND i.issued_on < %(before)s
     GROUP BY i.id) d
 GROUP BY d.currency

-- name: booked
SELECT e.currency::text AS currency, sum(l.amount) AS amount, sum(l.base_amount) AS base_amount
  FROM hcc.ledger_entries e JOIN hcc.ledger_lines l ON l.organization_id = e.organization_id AND l.entry_id = e.id
 WHERE e.organization_id = %(organization_id)s AND e.kind = 'recognition' AND l.account = 'deferred_revenue'
 GROUP BY e.currency
