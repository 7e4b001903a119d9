-- name: settings
SELECT organization_id, combine_invoices, upgrade, downgrade, credit_on_cancel, mail_invoices, payment_page, customers_order,
       customers_change, customers_cancel, version
  FROM hcc.subscription_settings WHERE organization_id = %(organization_id)s

-- name: save_settings
INSERT INTO hcc.subscription_settings (organization_id, combine_invoices, upgrade, downgrade, credit_on_cancel, mail_invoices,
                                       payment_page, customers_order, customers_change, customers_cancel)
VALUES (%(organization_id)s, %(combine_invoices)s, %(upgrade)s, %(downgrade)s, %(credit_on_cancel)s, %(mail_invoices)s,
        %(payment_page)s, %(customers_order)s, %(customers_change)s, %(customers_cancel)s)
ON CONFLICT (organization_id) DO UPDATE
   SET combine_invoices = excluded.combine_invoices, upgrade = excluded.upgrade, downgrade = excluded.downgrade,
       credit_on_cancel = excluded.credit_on_cancel, mail_invoices = excluded.mail_invoices,
       payment_page = excluded.payment_page, customers_order = excluded.customers_order,
       customers_change = excluded.customers_change, customers_cancel = excluded.customers_cancel, version = subscription_settings.version + 1, updated_at = now()

-- name: page
SELECT s.id, s.organization_id, s.customer_id, s.customer_org_id, s.name, s.status, s.currency::text AS currency, s.interval,
       s.collection, s.prices_include_tax, s.anchor_month, s.anchor_day, s.started_on, s.trial_ends_on, s.billed_until, s.due_on,
       s.period_start, s.period_end, s.resumes_on, s.cancels_on, s.ends_on, s.ended_on, s.cancel_reason, s.coupon_id, s.coupon,
       s.coupon_left, s.coupon_now, s.pending_items, s.version, s.created_at, s.updated_at
  FROM hcc.subscriptions s
 WHERE (%(organization_id)s::uuid IS NULL OR s.organization_id = %(organization_id)s)
   AND (%(customer_org_id)s::uuid IS NULL OR s.customer_org_id = %(customer_org_id)s)
   AND (%(customer_id)s::uuid IS NULL OR s.customer_id = %(customer_id)s)
   AND (%(status)s::text IS NULL OR s.status = %(status)s)
   AND (%(due_until)s::date IS NULL OR s.due_on <= %(due_until)s)
   AND (%(search)s::text IS NULL OR s.name ILIKE %(search)s)

-- name: count
SELECT count(*)
  FROM hcc.subscriptions s
 WHERE (%(organization_id)s::uuid IS NULL OR s.organization_id = %(organization_id)s)
   AND (%(customer_org_id)s::uuid IS NULL OR s.customer_org_id = %(customer_org_id)s)
   AND (%(customer_id)s::uuid IS NULL OR s.customer_id = %(customer_id)s)
   AND (%(status)s::text IS NULL OR s.status = %(status)s)
   AND (%(due_until)s::date IS NULL OR s.due_on <= %(due_until)s)
   AND (%(search)s::text IS NULL OR s.name ILIKE %(search)s)

-- name: many
SELECT s.id, s.organization_id, s.customer_id, s.customer_org_id, s.name, s.status, s.currency::text AS currency, s.interval,
       s.collection, s.prices_include_tax, s.anchor_month, s.anchor_day, s.started_on, s.trial_ends_on, s.billed_until, s.due_on,
       s.period_start, s.period_end, s.resumes_on, s.cancels_on, s.ends_on, s.ended_on, s.cancel_reason, s.coupon_id, s.coupon,
       s.coupon_left, s.coupon_now, s.pending_items, s.version, s.created_at, s.updated_at
  FROM hcc.subscriptions s WHERE s.id = ANY (%(ids)s)

-- name: lock
SELECT id FROM hcc.subscriptions WHERE id = %(id)s FOR UPDATE

-- name: claim
-- Those of a seller that are due, the earliest first and a customer's together; none that another worker holds. One that failed
-- waits for its next try.
SELECT s.id
  FROM hcc.subscriptions s
 WHERE s.organization_id = %(organization_id)s AND s.due_on <= %(today)s
   AND NOT EXISTS (SELECT FROM hcc.renewal_failures f WHERE f.subscription_id = s.id AND f.again_at > %(now)s)
 ORDER BY s.due_on, s.customer_id, s.id
 LIMIT %(most)s
   FOR UPDATE OF s SKIP LOCKED

-- name: claim_siblings
-- The rest of a customer whose subscriptions fall due on the same day, so that one invoice holds them all.
SELECT s.id
  FROM hcc.subscriptions s
 WHERE s.organization_id = %(organization_id)s AND s.due_on = %(due_on)s AND s.customer_id = %(customer_id)s
   AND s.id <> ALL (%(have)s)
   AND NOT EXISTS (SELECT FROM hcc.renewal_failures f WHERE f.subscription_id = s.id AND f.again_at > %(now)s)
 ORDER BY s.id
 LIMIT 1000
   FOR UPDATE OF s SKIP LOCKED

-- name: items_of
SELECT i.subscription_id, i.id, i.plan_id, i.price_id, i.next_price_id, i.next_price_from, i.name, i.quantity, i.position,
       i.setup_charged, i.started_on, i.ended_on, i.metered_until
  FROM hcc.subscription_items i
 WHERE i.subscription_id = ANY (%(ids)s)
   AND (i.ended_on IS NULL OR i.metered_until < i.ended_on)
 ORDER BY i.subscription_id, i.position, i.id

-- name: sold_prices
-- Prices with what their plans and products say of them.
SELECT r.id, r.organization_id, r.plan_id, r.name, r.currency::text AS currency, r.interval, r.model, r.amount, r.setup_fee,
       r.tiers, r.meter, r.unit, r.valid_from, r.valid_to, r.is_active, l.name AS plan_name, l.is_addon, l.extends, l.trial_days,
       l.is_active AS plan_is_active, l.supplier_plan_id, p.tax_class
  FROM hcc.prices r
  JOIN hcc.plans l ON l.organization_id = r.organization_id AND l.id = r.plan_id
  JOIN hcc.products p ON p.organization_id = l.organization_id AND p.id = l.product_id
 WHERE r.id = ANY (%(ids)s)

-- name: customers_of
SELECT id, organization_id, customer_org_id, number, kind, name, contact, email, copies_to, address, currency::text AS currency,
       language, tax_id, tax_id_status, tax_exempt, buyer_reference, payment_terms_days, notes,
       is_active, version, created_at, updated_at
  FROM hcc.customers WHERE id = ANY (%(ids)s)

-- name: insert
INSERT INTO hcc.subscriptions (id, organization_id, customer_id, customer_org_id, name, status, currency, interval, collection,
                               prices_include_tax, anchor_month, anchor_day, started_on, trial_ends_on, billed_until, due_on,
                               ends_on, coupon_id, coupon, coupon_left)
VALUES (%(id)s, %(organization_id)s, %(customer_id)s, %(customer_org_id)s, %(name)s, %(status)s, %(currency)s, %(interval)s,
        %(collection)s, %(prices_include_tax)s, %(anchor_month)s, %(anchor_day)s, %(started_on)s, %(trial_ends_on)s,
        %(billed_until)s, %(due_on)s, %(ends_on)s, %(coupon_id)s, %(coupon)s, %(coupon_left)s)

-- name: save
-- What happens to subscriptions, all in one statement.
UPDATE hcc.subscriptions s
   SET name = n.name, status = n.status, interval = n.interval, collection = n.collection, anchor_month = n.anchor_month,
       anchor_day = n.anchor_day, trial_ends_on = n.trial_ends_on, billed_until = n.billed_until, due_on = n.due_on,
       period_start = n.period_start, period_end = n.period_end, resumes_on = n.resumes_on, cancels_on = n.cancels_on,
       ended_on = n.ended_on, cancel_reason = n.cancel_reason, coupon_id = n.coupon_id, coupon = n.coupon,
       coupon_left = n.coupon_left, coupon_now = n.coupon_now, pending_items = n.pending_items, version = s.version + 1,
       updated_at = now()
  FROM jsonb_to_recordset(%(rows)s) AS n (
       id uuid, name text, status text, interval text, collection text, anchor_month date, anchor_day smallint, trial_ends_on date,
       billed_until date, due_on date, period_start date, period_end date, resumes_on date, cancels_on date, ended_on date,
       cancel_reason text, coupon_id uuid, coupon jsonb, coupon_left integer, coupon_now boolean, pending_items jsonb)
 WHERE s.id = n.id

-- name: insert_items
INSERT INTO hcc.subscription_items (id, organization_id, customer_org_id, subscription_id, plan_id, price_id, name, quantity,
                                    position, setup_charged, started_on, metered_until)
SELECT n.id, %(organization_id)s, %(customer_org_id)s, %(subscription_id)s, n.plan_id, n.price_id, n.name, n.quantity,
       n.position, n.setup_charged, n.started_on, n.metered_until
  FROM jsonb_to_recordset(%(rows)s) AS n (id uuid, plan_id uuid, price_id uuid, name text, quantity integer, position smallint,
                                          setup_charged boolean, started_on date, metered_until date)

-- name: save_items
UPDATE hcc.subscription_items i
   SET plan_id = n.plan_id, price_id = n.price_id, next_price_id = n.next_price_id, next_price_from = n.next_price_from,
       name = n.name, quantity = n.quantity, position = n.position, setup_charged = n.setup_charged, ended_on = n.ended_on,
       metered_until = n.metered_until, version = i.version + 1
  FROM jsonb_to_recordset(%(rows)s) AS n (
       id uuid, plan_id uuid, price_id uuid, next_price_id uuid, next_price_from date, name text, quantity integer,
       position smallint, setup_charged boolean, ended_on date, metered_until date)
 WHERE i.id = n.id

-- name: insert_periods
INSERT INTO hcc.subscription_periods (subscription_id, period_start, period_end, organization_id, customer_org_id, invoice_id,
                                      amount, billed_on)
SELECT n.subscription_id, n.period_start, n.period_end, %(organization_id)s, n.customer_org_id, n.invoice_id, n.amount, %(on)s
  FROM jsonb_to_recordset(%(rows)s) AS n (subscription_id uuid, period_start date, period_end date, customer_org_id uuid,
                                          invoice_id uuid, amount numeric)

-- name: insert_charges
INSERT INTO hcc.subscription_charges (id, organization_id, customer_org_id, subscription_id, item_id, invoice_id, invoice_item_id,
                                      full_start, full_end, charged_from, charged_to, full_amount, full_discount)
SELECT n.id, %(organization_id)s, n.customer_org_id, n.subscription_id, n.item_id, n.invoice_id, n.invoice_item_id, n.full_start,
       n.full_end, n.charged_from, n.charged_to, n.full_amount, n.full_discount
  FROM jsonb_to_recordset(%(rows)s) AS n (
       id uuid, customer_org_id uuid, subscription_id uuid, item_id uuid, invoice_id uuid, invoice_item_id uuid, full_start date,
       full_end date, charged_from date, charged_to date, full_amount numeric, full_discount numeric)

-- name: charges
SELECT id, item_id, invoice_id, invoice_item_id, full_start, full_end, charged_from, charged_to, full_amount, full_discount
  FROM hcc.subscription_charges
 WHERE subscription_id = %(subscription_id)s AND charged_to > %(on)s AND charged_to > charged_from
 ORDER BY full_start, id

-- name: cut_charge
UPDATE hcc.subscription_charges SET charged_to = %(charged_to)s WHERE id = %(id)s

-- name: insert_readings
INSERT INTO hcc.usage_readings (item_id, period_start, period_end, organization_id, customer_org_id, subscription_id, value)
SELECT n.item_id, n.period_start, n.period_end, %(organization_id)s, n.customer_org_id, n.subscription_id, n.value
  FROM jsonb_to_recordset(%(rows)s) AS n (item_id uuid, period_start date, period_end date, customer_org_id uuid,
                                          subscription_id uuid, value numeric)

-- name: late_readings
-- Periods whose usage is looked at once more, for what came in late.
SELECT item_id, period_start, period_end, value, late_value, read_at
  FROM hcc.usage_readings WHERE item_id = ANY (%(item_ids)s) AND NOT late_read
 ORDER BY item_id, period_start

-- name: close_reading
UPDATE hcc.usage_readings SET late_read = true, late_value = %(late_value)s
 WHERE item_id = %(item_id)s AND period_start = %(period_start)s

-- name: readings
SELECT item_id, period_start, period_end, value, late_value, read_at
  FROM hcc.usage_readings WHERE subscription_id = %(subscription_id)s
 ORDER BY period_start DESC, item_id LIMIT 1000

-- name: periods
SELECT period_start, period_end, invoice_id, amount, billed_on
  FROM hcc.subscription_periods WHERE subscription_id = %(subscription_id)s
 ORDER BY period_start DESC LIMIT 1000

-- name: changes
SELECT id, kind, effective_on, detail, created_at
  FROM hcc.subscription_changes WHERE subscription_id = %(subscription_id)s
 ORDER BY created_at DESC, id DESC LIMIT 1000

-- name: insert_changes
INSERT INTO hcc.subscription_changes (id, organization_id, customer_org_id, subscription_id, kind, effective_on, detail)
SELECT n.id, %(organization_id)s, n.customer_org_id, n.subscription_id, n.kind, n.effective_on, n.detail
  FROM jsonb_to_recordset(%(rows)s) AS n (id uuid, customer_org_id uuid, subscription_id uuid, kind text, effective_on date,
                                          detail jsonb)

-- name: fail
INSERT INTO hcc.renewal_failures AS f (subscription_id, organization_id, reason, again_at)
VALUES (%(subscription_id)s, %(organization_id)s, %(reason)s, %(again_at)s)
ON CONFLICT (subscription_id) DO UPDATE
   SET reason = excluded.reason, again_at = excluded.again_at, tries = f.tries + 1, failed_at = now()

-- name: forgive
DELETE FROM hcc.renewal_failures WHERE subscription_id = ANY (%(ids)s)

-- name: insert_shares
INSERT INTO hcc.supplier_shares (id, organization_id, supplier_org_id, invoice_item_id, supplier_plan_id, kind, percent, booked_on,
                                 currency, sold, owed)
SELECT n.id, %(organization_id)s, n.supplier_org_id, n.invoice_item_id, n.supplier_plan_id, n.kind, n.percent, n.booked_on,
       n.currency, n.sold, n.owed
  FROM jsonb_to_recordset(%(rows)s) AS n (id uuid, supplier_org_id uuid, invoice_item_id uuid, supplier_plan_id uuid, kind text,
                                          percent numeric, booked_on date, currency text, sold numeric, owed numeric)

-- name: credit_of
-- What customers have left over, in one currency.
SELECT l.customer_id, -sum(l.amount) AS credit
  FROM hcc.ledger_lines l JOIN hcc.ledger_entries e ON e.organization_id = l.organization_id AND e.id = l.entry_id
 WHERE l.organization_id = %(organization_id)s AND l.account = 'customer_credit' AND l.customer_id = ANY (%(customer_ids)s)
   AND e.currency = %(currency)s
 GROUP BY l.customer_id HAVING sum(l.amount) < 0

-- name: sellers
SELECT organization_id, today FROM hcc.sellers_with_renewals(%(at)s)

-- name: of_invoice
-- The subscriptions that an invoice charged for.
SELECT DISTINCT c.subscription_id
  FROM hcc.subscription_charges c WHERE c.invoice_id = %(invoice_id)s

-- name: tries
SELECT tries FROM hcc.renewal_failures WHERE subscription_id = %(subscription_id)s
