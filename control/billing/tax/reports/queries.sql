-- name: vat
-- The condition on what is taxed is the index's own: it is read, and nothing else.
SELECT l.tax_country::text AS country, coalesce(l.tax_region, '') AS region, l.tax_reason AS reason, l.tax_category AS category,
       l.tax_rate AS rate,
       coalesce(-sum(l.base_amount) FILTER (WHERE l.account <> 'tax'), 0) AS taxable,
       coalesce(-sum(l.base_amount) FILTER (WHERE l.account = 'tax'), 0) AS tax
  FROM hcc.ledger_lines l
 WHERE l.organization_id = %(organization_id)s AND l.booked_on BETWEEN %(since)s AND %(until)s
   AND (l.tax_reason IS NOT NULL OR l.account = 'tax') AND l.tax_reason IS NOT NULL
 GROUP BY 1, 2, 3, 4, 5
 ORDER BY 1, 2, 3, 4, 5 DESC

-- name: vat_parts
SELECT l.tax_country::text AS country, coalesce(l.tax_region, '') AS region, l.tax_reason AS reason, l.tax_category AS category,
       l.tax_rate AS rate, l.tax_name AS name, -sum(l.base_amount) AS tax
  FROM hcc.ledger_lines l
 WHERE l.organization_id = %(organization_id)s AND l.booked_on BETWEEN %(since)s AND %(until)s
   AND (l.tax_reason IS NOT NULL OR l.account = 'tax') AND l.account = 'tax' AND l.tax_name IS NOT NULL
 GROUP BY 1, 2, 3, 4, 5, 6
 ORDER BY 6

-- name: tax_account
SELECT coalesce(-sum(l.base_amount), 0)
  FROM hcc.ledger_lines l
 WHERE l.organization_id = %(organization_id)s AND l.booked_on BETWEEN %(since)s AND %(until)s
   AND (l.tax_reason IS NOT NULL OR l.account = 'tax') AND l.account = 'tax'

-- name: oss
-- By the quarter of the sale, so that what is taken back of an earlier one is told apart.
SELECT l.tax_country::text AS country, l.tax_rate AS rate, e.currency::text AS currency, l.tax_on < %(since)s AS is_correction,
       CASE WHEN l.tax_on < %(since)s THEN date_trunc('quarter', l.tax_on::timestamp)::date END AS quarter,
       coalesce(-sum(l.amount) FILTER (WHERE l.account <> 'tax'), 0) AS taxable,
       coalesce(-sum(l.amount) FILTER (WHERE l.account = 'tax'), 0) AS tax
  FROM hcc.ledger_lines l
  JOIN hcc.ledger_entries e ON e.organization_id = l.organization_id AND e.id = l.entry_id
 WHERE l.organization_id = %(organization_id)s AND l.booked_on BETWEEN %(since)s AND %(until)s
   AND (l.tax_reason IS NOT NULL OR l.account = 'tax') AND l.tax_reason = 'oss'
 GROUP BY 1, 2, 3, 4, 5
 ORDER BY 1, 2 DESC, 3, 5

-- name: ec_sales
SELECT l.tax_country::text AS country, l.tax_id, -sum(l.base_amount) AS amount
  FROM hcc.ledger_lines l
 WHERE l.organization_id = %(organization_id)s AND l.booked_on BETWEEN %(since)s AND %(until)s
   AND (l.tax_reason IS NOT NULL OR l.account = 'tax') AND l.tax_reason = 'reverse_charge' AND l.account <> 'tax'
 GROUP BY 1, 2
HAVING sum(l.base_amount) <> 0
 ORDER BY 1, 2

-- name: cross_border
SELECT coalesce(-sum(base_amount), 0)
  FROM hcc.ledger_lines
 WHERE organization_id = %(organization_id)s AND tax_on BETWEEN %(since)s AND %(until)s
   AND tax_reason IN ('below_threshold', 'oss') AND account <> 'tax'

-- name: rate_on
SELECT rate FROM hcc.exchange_rates
 WHERE organization_id = %(organization_id)s AND currency = %(currency)s AND base = %(base)s AND valid_from <= %(on)s
 ORDER BY valid_from DESC LIMIT 1

-- name: sellers
SELECT organization_id FROM hcc.cross_border_sellers(%(since)s)

-- name: warn
INSERT INTO hcc.oss_warnings (organization_id, year, percent) VALUES (%(organization_id)s, %(year)s, %(percent)s)
ON CONFLICT (organization_id, year, percent) DO NOTHING
