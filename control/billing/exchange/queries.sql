-- name: page
SELECT organization_id, currency::text AS currency, base::text AS base, valid_from, rate, source, created_at
  FROM hcc.exchange_rates
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(currency)s::text IS NULL OR currency = %(currency)s)
   AND (%(since)s::date IS NULL OR valid_from >= %(since)s)
   AND (%(until)s::date IS NULL OR valid_from <= %(until)s)

-- name: count
SELECT count(*)
  FROM hcc.exchange_rates
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(currency)s::text IS NULL OR currency = %(currency)s)
   AND (%(since)s::date IS NULL OR valid_from >= %(since)s)
   AND (%(until)s::date IS NULL OR valid_from <= %(until)s)

-- name: get
SELECT organization_id, currency::text AS currency, base::text AS base, valid_from, rate, source, created_at
  FROM hcc.exchange_rates
 WHERE organization_id = %(organization_id)s AND currency = %(currency)s AND base = %(base)s AND valid_from = %(valid_from)s

-- name: set
INSERT INTO hcc.exchange_rates (organization_id, currency, base, valid_from, rate, source)
VALUES (%(organization_id)s, %(currency)s, %(base)s, %(valid_from)s, %(rate)s, %(source)s)
ON CONFLICT (organization_id, currency, base, valid_from) DO UPDATE SET rate = excluded.rate, source = excluded.source

-- name: delete
DELETE FROM hcc.exchange_rates
 WHERE organization_id = %(organization_id)s AND currency = %(currency)s AND base = %(base)s AND valid_from = %(valid_from)s

-- name: take
-- Rates of a file; what somebody set by hand stands.
INSERT INTO hcc.exchange_rates (organization_id, currency, base, valid_from, rate, source)
SELECT %(organization_id)s, n.currency, %(base)s, n.valid_from, n.rate, %(source)s
  FROM jsonb_to_recordset(%(rows)s) AS n (currency text, valid_from date, rate numeric)
ON CONFLICT (organization_id, currency, base, valid_from) DO UPDATE SET rate = excluded.rate
 WHERE exchange_rates.source = excluded.source AND exchange_rates.rate <> excluded.rate

-- name: sellers
SELECT organization_id FROM hcc.billing_sellers()
