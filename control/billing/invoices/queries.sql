-- name: page
SELECT i.id, i.organization_id, i.customer_id, i.customer_org_id, i.customer_name, i.kind, i.status, i.number AS invoice_number,
       i.corrects_id, i.subscription_id, i.currency::text AS currency, i.amount, i.tax, i.total, i.paid, i.credited, i.balance,
       i.issued_on, i.due_date, i.issued_at, i.sent_at, i.paid_at, i.version, i.created_at, i.updated_at
  FROM hcc.invoices i

-- name: count
SELECT count(*)
  FROM hcc.invoices i

-- name: owed
SELECT i.currency::text AS currency, sum(i.balance) AS balance, count(*) AS invoices
  FROM hcc.invoices i

-- name: get
SELECT i.id, i.organization_id, i.customer_id, i.customer_org_id, i.customer_name, i.kind, i.status, i.number AS invoice_number,
       i.corrects_id, i.subscription_id, i.currency::text AS currency, i.amount, i.tax, i.total, i.paid, i.credited, i.balance,
       i.issued_on, i.due_date, i.issued_at, i.sent_at, i.paid_at, i.version, i.created_at, i.updated_at,
       i.exchange_rate, i.prices_include_tax, i.rounding, i.tax_rounding, i.tax_subtotals, i.tax_treatment, i.seller, i.buyer,
       i.language, i.buyer_reference, i.notes, i.supplied_from, i.supplied_to, i.payment_terms_days, i.closed_at
  FROM hcc.invoices i WHERE i.id = %(id)s

-- name: items
SELECT id, position, description, quantity, unit, unit_price, discount_percent, discount_amount, tax_class, tax_category, tax_rate,
       line_total, line_tax, period_start, period_end, corrects_item_id, monthly_price
  FROM hcc.invoice_items WHERE invoice_id = %(id)s
 ORDER BY position

-- name: lock
SELECT id FROM hcc.invoices WHERE id = %(id)s FOR UPDATE

-- name: insert
INSERT INTO hcc.invoices (id, organization_id, customer_id, customer_org_id, customer_name, kind, corrects_id, currency, amount, tax,
                          total, prices_include_tax, rounding, tax_rounding, tax_subtotals, language, buyer_reference, notes,
                          supplied_from, supplied_to, payment_terms_days)
VALUES (%(id)s, %(organization_id)s, %(customer_id)s, %(customer_org_id)s, %(customer_name)s, %(kind)s, %(corrects_id)s,
        %(currency)s, %(amount)s, %(tax)s, %(total)s, %(prices_include_tax)s, %(rounding)s, %(tax_rounding)s, %(tax_subtotals)s,
        %(language)s, %(buyer_reference)s, %(notes)s, %(supplied_from)s, %(supplied_to)s, %(payment_terms_days)s)

-- name: rewrite
UPDATE hcc.invoices
   SET customer_id = %(customer_id)s, customer_org_id = %(customer_org_id)s, customer_name = %(customer_name)s,
       kind = %(kind)s, corrects_id = %(corrects_id)s, currency = %(currency)s, amount = %(amount)s, tax = %(tax)s,
       total = %(total)s, prices_include_tax = %(prices_include_tax)s, rounding = %(rounding)s, tax_rounding = %(tax_rounding)s,
       tax_subtotals = %(tax_subtotals)s, language = %(language)s, buyer_reference = %(buyer_reference)s, notes = %(notes)s,
       supplied_from = %(supplied_from)s, supplied_to = %(supplied_to)s, payment_terms_days = %(payment_terms_days)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: delete_items
DELETE FROM hcc.invoice_items WHERE invoice_id = %(id)s

-- name: insert_items
INSERT INTO hcc.invoice_items (id, organization_id, customer_org_id, invoice_id, position, description, quantity, unit, unit_price,
                               discount_percent, discount_amount, tax_class, tax_category, tax_rate, line_total, line_tax,
                               period_start, period_end, corrects_item_id, price_id, subscription_item_id, monthly_price)
SELECT l.id, %(organization_id)s, %(customer_org_id)s, %(invoice_id)s, l.position, l.description, l.quantity, l.unit, l.unit_price,
       l.discount_percent, l.discount_amount, l.tax_class, l.tax_category, l.tax_rate, l.line_total, l.line_tax,
       l.period_start, l.period_end, l.corrects_item_id, l.price_id, l.subscription_item_id, l.monthly_price
  FROM jsonb_to_recordset(%(items)s) AS l (
       id uuid, position integer, description text, quantity numeric, unit text, unit_price numeric, discount_percent numeric,
       discount_amount numeric, tax_class text, tax_category text, tax_rate numeric, line_total numeric, line_tax numeric,
       period_start date, period_end date, corrects_item_id uuid, price_id uuid, subscription_item_id uuid,
       monthly_price numeric)

-- name: finalise
UPDATE hcc.invoices
   SET status = %(status)s, number = %(number)s, number_prefix = %(number_prefix)s, number_sequence = %(number_sequence)s,
       customer_name = %(customer_name)s, exchange_rate = %(exchange_rate)s, tax_treatment = %(tax_treatment)s,
       seller = %(seller)s, buyer = %(buyer)s, issued_on = %(issued_on)s, due_date = %(due_date)s, issued_at = now(),
       paid_at = CASE WHEN %(status)s::text = 'paid' THEN now() END, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: delete
DELETE FROM hcc.invoices WHERE id = %(id)s

-- name: settle
-- A payment (or its reversal) and a credit change what is open, and with it the status. What was written off stays so until
-- all of it is paid or credited: what is open of it is a loss in the books, not a receivable.
UPDATE hcc.invoices i
   SET paid = i.paid + %(paid)s, credited = i.credited + %(credited)s,
       status = CASE
         WHEN i.total - i.paid - i.credited - %(paid)s - %(credited)s = 0
           THEN CASE WHEN i.paid + %(paid)s = 0 AND i.total > 0 THEN 'cancelled' ELSE 'paid' END
         WHEN i.status = 'uncollectible' THEN 'uncollectible'
         WHEN i.due_date < %(today)s THEN 'overdue'
         WHEN i.paid + i.credited + %(paid)s + %(credited)s > 0 THEN 'partially_paid'
         ELSE 'sent' END,
       paid_at = CASE WHEN i.total - i.paid - i.credited - %(paid)s - %(credited)s = 0 AND i.paid + %(paid)s > 0 THEN now() END,
       closed_at = CASE WHEN i.total - i.paid - i.credited - %(paid)s - %(credited)s = 0 THEN now()
                        WHEN i.status = 'uncollectible' THEN i.closed_at END,
       version = version + 1, updated_at = now()
 WHERE i.id = %(id)s
RETURNING i.status

-- name: close
UPDATE hcc.invoices SET status = %(status)s, closed_at = now(), version = version + 1, updated_at = now() WHERE id = %(id)s

-- name: taken_back
-- What credit notes have taken back of each position so far.
SELECT t.corrects_item_id AS item_id, sum(t.quantity) AS quantity, sum(t.line_total) AS line_total, sum(t.line_tax) AS line_tax,
       -- Days that were not used were given back from the first of these on; the rest lowers all days of the position.
       min(t.period_start) FILTER (WHERE t.period_start > o.period_start) AS used_until,
       coalesce(sum(t.monthly_price) FILTER (WHERE t.period_start = o.period_start), 0) AS monthly_price
  FROM hcc.invoice_items t JOIN hcc.invoices n ON n.organization_id = t.organization_id AND n.id = t.invoice_id
  JOIN hcc.invoice_items o ON o.organization_id = t.organization_id AND o.id = t.corrects_item_id
 WHERE n.corrects_id = %(id)s AND n.kind = 'credit_note' AND n.status <> 'draft' AND t.corrects_item_id IS NOT NULL
 GROUP BY t.corrects_item_id

-- name: rate_on
SELECT rate FROM hcc.exchange_rates
 WHERE organization_id = %(organization_id)s AND currency = %(currency)s AND base = %(base)s AND valid_from <= %(on)s
 ORDER BY valid_from DESC LIMIT 1

-- name: overdue
UPDATE hcc.invoices SET status = 'overdue', version = version + 1, updated_at = now()
 WHERE organization_id = %(organization_id)s AND status IN ('sent', 'partially_paid') AND kind <> 'credit_note'
   AND due_date < %(today)s
RETURNING id

-- name: sellers_in_reach
SELECT organization_id FROM hcc.billing_settings ORDER BY organization_id LIMIT 2

-- name: buys
SELECT EXISTS (SELECT FROM hcc.customers WHERE customer_org_id = %(organization_id)s)

-- name: reaches_all
SELECT hcc.reaches_all()

-- name: tallied
SELECT coalesce(sum(documents), 0)::bigint FROM hcc.invoice_tallies
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(status)s::text IS NULL OR status = %(status)s)
   AND (%(kind)s::text IS NULL OR kind = %(kind)s)
   AND (%(issued_since)s::date IS NULL OR issued_on >= %(issued_since)s)
   AND (%(issued_until)s::date IS NULL OR issued_on <= %(issued_until)s)

-- name: set_subscriptions
UPDATE hcc.invoices i SET subscription_id = n.subscription_id
  FROM jsonb_to_recordset(%(rows)s) AS n (id uuid, subscription_id uuid)
 WHERE i.id = n.id

-- name: reachable
SELECT id, organization_id FROM hcc.invoices
 WHERE id = ANY (%(ids)s) AND (organization_id = %(own)s OR customer_org_id <> %(own)s)

-- name: lock_many
SELECT id, organization_id FROM hcc.invoices
 WHERE id = ANY (%(ids)s) AND organization_id = %(organization_id)s
 ORDER BY id FOR UPDATE

-- name: items_of_many
SELECT invoice_id, id, position, description, quantity, unit, unit_price, discount_percent, discount_amount, tax_class,
       tax_category, tax_rate, line_total, line_tax, period_start, period_end, corrects_item_id, monthly_price
  FROM hcc.invoice_items WHERE invoice_id = ANY (%(ids)s)
 ORDER BY invoice_id, position

-- name: return_shares
INSERT INTO hcc.supplier_shares (id, organization_id, supplier_org_id, invoice_item_id, supplier_plan_id, kind, percent, booked_on,
                                 currency, sold, owed)
SELECT gen_random_uuid(), s.organization_id, s.supplier_org_id, i.id, s.supplier_plan_id, s.kind, s.percent, %(on)s, s.currency,
       -i.line_total, -round(s.owed * i.line_total / nullif(s.sold, 0), %(digits)s)
  FROM hcc.invoice_items i
  JOIN hcc.supplier_shares s ON s.organization_id = i.organization_id AND s.invoice_item_id = i.corrects_item_id
 WHERE i.invoice_id = %(invoice_id)s
