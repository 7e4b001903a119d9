-- name: insert_entry
-- Nothing comes back when this was booked before.
INSERT INTO hcc.ledger_entries (id, organization_id, booked_on, kind, source, part, text, currency)
VALUES (%(id)s, %(organization_id)s, %(booked_on)s, %(kind)s, %(source)s, %(part)s, %(text)s, %(currency)s)
ON CONFLICT (organization_id, kind, source, part) DO NOTHING
RETURNING id

-- name: insert_lines
-- The lines of one entry or of many, in one statement, so that their balance is looked at once.
INSERT INTO hcc.ledger_lines (organization_id, entry_id, account, customer_id, invoice_id, amount, base_amount,
                              tax_country, tax_category, tax_rate, tax_region, tax_reason, tax_name, tax_id, tax_on,
                              period_start, period_end, monthly, base_monthly, booked_on)
SELECT l.organization_id, l.entry_id, l.account, l.customer_id, l.invoice_id, l.amount, l.base_amount,
       l.tax_country, l.tax_category, l.tax_rate, l.tax_region, l.tax_reason, l.tax_name, l.tax_id, l.tax_on,
       l.period_start, l.period_end, l.monthly, l.base_monthly, l.booked_on
  FROM jsonb_to_recordset(%(lines)s) AS l (organization_id uuid, entry_id uuid, account text, customer_id uuid, invoice_id uuid,
                                           amount numeric, base_amount numeric, tax_country char(2), tax_category text,
                                           tax_rate numeric, tax_region text, tax_reason text, tax_name text, tax_id text,
                                           tax_on date, period_start date, period_end date, monthly numeric,
                                           base_monthly numeric, booked_on date)

-- name: trial_balance
SELECT l.account, e.currency::text AS currency,
       coalesce(sum(l.amount) FILTER (WHERE l.amount > 0), 0) AS debit,
       coalesce(-sum(l.amount) FILTER (WHERE l.amount < 0), 0) AS credit,
       coalesce(sum(l.amount), 0) AS balance,
       coalesce(sum(l.base_amount), 0) AS base_balance
  FROM hcc.ledger_lines l JOIN hcc.ledger_entries e ON e.organization_id = l.organization_id AND e.id = l.entry_id
 WHERE l.organization_id = %(organization_id)s
   AND (%(since)s::date IS NULL OR e.booked_on >= %(since)s)
   AND (%(until)s::date IS NULL OR e.booked_on <= %(until)s)
 GROUP BY l.account, e.currency
 ORDER BY l.account, e.currency

-- name: count
SELECT count(*)
  FROM hcc.ledger_entries e
 WHERE e.organization_id = %(organization_id)s
   AND (%(kind)s::text IS NULL OR e.kind = %(kind)s)
   AND (%(source)s::uuid IS NULL OR e.source = %(source)s)
   AND (%(since)s::date IS NULL OR e.booked_on >= %(since)s)
   AND (%(until)s::date IS NULL OR e.booked_on <= %(until)s)

-- name: page
SELECT e.id, e.organization_id, e.booked_on, e.kind, e.source, e.part, e.text, e.currency::text AS currency, e.created_at,
       (SELECT jsonb_agg(jsonb_build_object('account', l.account, 'amount', l.amount::text, 'base_amount', l.base_amount::text,
                                            'customer_id', l.customer_id, 'invoice_id', l.invoice_id,
                                            'tax_country', l.tax_country, 'tax_category', l.tax_category,
                                            'tax_rate', l.tax_rate::text, 'tax_region', l.tax_region,
                                            'tax_reason', l.tax_reason, 'tax_name', l.tax_name, 'tax_id', l.tax_id,
                                            'tax_on', l.tax_on, 'period_start', l.period_start,
                                            'period_end', l.period_end, 'monthly', l.monthly::text,
                                            'base_monthly', l.base_monthly::text) ORDER BY l.id)
          FROM hcc.ledger_lines l WHERE l.organization_id = e.organization_id AND l.entry_id = e.id) AS lines
  FROM hcc.ledger_entries e
 WHERE e.organization_id = %(organization_id)s
   AND (%(kind)s::text IS NULL OR e.kind = %(kind)s)
   AND (%(source)s::uuid IS NULL OR e.source = %(source)s)
   AND (%(since)s::date IS NULL OR e.booked_on >= %(since)s)
   AND (%(until)s::date IS NULL OR e.booked_on <= %(until)s)

-- name: last_line
SELECT id FROM hcc.ledger_lines WHERE organization_id = %(organization_id)s ORDER BY id DESC LIMIT 1
