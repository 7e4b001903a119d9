-- name: products_page
SELECT id, organization_id, name, description, tax_class, is_active, version, created_at, updated_at
  FROM hcc.products
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(is_active)s::boolean IS NULL OR is_active = %(is_active)s)
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s)

-- name: products_count
SELECT count(*)
  FROM hcc.products
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(is_active)s::boolean IS NULL OR is_active = %(is_active)s)
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s)

-- name: products_get
SELECT id, organization_id, name, description, tax_class, is_active, version, created_at, updated_at
  FROM hcc.products WHERE id = %(id)s

-- name: products_lock
SELECT id FROM hcc.products WHERE id = %(id)s FOR UPDATE

-- name: products_how_many
SELECT count(*) FROM hcc.products WHERE organization_id = %(organization_id)s

-- name: products_insert
INSERT INTO hcc.products (id, organization_id, name, description, tax_class, is_active)
VALUES (%(id)s, %(organization_id)s, %(name)s, %(description)s, %(tax_class)s, %(is_active)s)

-- name: products_update
UPDATE hcc.products
   SET name = %(name)s, description = %(description)s, tax_class = %(tax_class)s, is_active = %(is_active)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: products_delete
DELETE FROM hcc.products WHERE id = %(id)s

-- name: plans_page
SELECT id, organization_id, product_id, name, description, features, is_addon, extends, trial_days, is_listed, is_active,
       supplier_plan_id, dunning_id, version, created_at, updated_at
  FROM hcc.plans
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(product_id)s::uuid IS NULL OR product_id = %(product_id)s)
   AND (%(is_active)s::boolean IS NULL OR is_active = %(is_active)s)
   AND (%(is_addon)s::boolean IS NULL OR is_addon = %(is_addon)s)
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s)

-- name: plans_count
SELECT count(*)
  FROM hcc.plans
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(product_id)s::uuid IS NULL OR product_id = %(product_id)s)
   AND (%(is_active)s::boolean IS NULL OR is_active = %(is_active)s)
   AND (%(is_addon)s::boolean IS NULL OR is_addon = %(is_addon)s)
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s)

-- name: plans_get
SELECT id, organization_id, product_id, name, description, features, is_addon, extends, trial_days, is_listed, is_active,
       supplier_plan_id, dunning_id, version, created_at, updated_at
  FROM hcc.plans WHERE id = %(id)s

-- name: plans_lock
SELECT id FROM hcc.plans WHERE id = %(id)s FOR UPDATE

-- name: plans_how_many
SELECT count(*) FROM hcc.plans WHERE organization_id = %(organization_id)s

-- name: plans_insert
INSERT INTO hcc.plans (id, organization_id, product_id, name, description, features, is_addon, extends, trial_days, is_listed,
        is_active, supplier_plan_id, dunning_id)
VALUES (%(id)s, %(organization_id)s, %(product_id)s, %(name)s, %(description)s, %(features)s, %(is_addon)s, %(extends)s,
        %(trial_days)s, %(is_listed)s, %(is_active)s, %(supplier_plan_id)s, %(dunning_id)s)

-- name: plans_update
UPDATE hcc.plans
   SET product_id = %(product_id)s, name = %(name)s, description = %(description)s, features = %(features)s, is_addon =
       %(is_addon)s, extends = %(extends)s, trial_days = %(trial_days)s, is_listed = %(is_listed)s, is_active =
       %(is_active)s, supplier_plan_id = %(supplier_plan_id)s, dunning_id = %(dunning_id)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: plans_delete
DELETE FROM hcc.plans WHERE id = %(id)s

-- name: coupons_page
SELECT id, organization_id, code, description, percent, amount, currency::text AS currency, duration, periods, most, most_a_customer,
       valid_from, valid_to, plan_ids, is_active, redeemed, version, created_at, updated_at
  FROM hcc.coupons
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(is_active)s::boolean IS NULL OR is_active = %(is_active)s)
   AND (%(search)s::text IS NULL OR code ILIKE %(search)s)

-- name: coupons_count
SELECT count(*)
  FROM hcc.coupons
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(is_active)s::boolean IS NULL OR is_active = %(is_active)s)
   AND (%(search)s::text IS NULL OR code ILIKE %(search)s)

-- name: coupons_get
SELECT id, organization_id, code, description, percent, amount, currency::text AS currency, duration, periods, most, most_a_customer,
       valid_from, valid_to, plan_ids, is_active, redeemed, version, created_at, updated_at
  FROM hcc.coupons WHERE id = %(id)s

-- name: coupons_lock
SELECT id FROM hcc.coupons WHERE id = %(id)s FOR UPDATE

-- name: coupons_how_many
SELECT count(*) FROM hcc.coupons WHERE organization_id = %(organization_id)s

-- name: coupons_insert
INSERT INTO hcc.coupons (id, organization_id, code, description, percent, amount, currency, duration, periods, most, most_a_customer,
        valid_from, valid_to, plan_ids, is_active)
VALUES (%(id)s, %(organization_id)s, %(code)s, %(description)s, %(percent)s, %(amount)s, %(currency)s, %(duration)s,
        %(periods)s, %(most)s, %(most_a_customer)s, %(valid_from)s, %(valid_to)s, %(plan_ids)s, %(is_active)s)

-- name: coupons_update
UPDATE hcc.coupons
   SET code = %(code)s, description = %(description)s, percent = %(percent)s, amount = %(amount)s, currency = %(currency)s,
       duration = %(duration)s, periods = %(periods)s, most = %(most)s, most_a_customer = %(most_a_customer)s,
       valid_from = %(valid_from)s, valid_to = %(valid_to)s, plan_ids = %(plan_ids)s, is_active = %(is_active)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: coupons_delete
DELETE FROM hcc.coupons WHERE id = %(id)s

-- name: terms_page
SELECT id, organization_id, reseller_org_id, plan_id, kind, percent, version, created_at, updated_at
  FROM hcc.reseller_terms
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(reseller_org_id)s::uuid IS NULL OR reseller_org_id = %(reseller_org_id)s)

-- name: terms_count
SELECT count(*)
  FROM hcc.reseller_terms
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(reseller_org_id)s::uuid IS NULL OR reseller_org_id = %(reseller_org_id)s)

-- name: terms_get
SELECT id, organization_id, reseller_org_id, plan_id, kind, percent, version, created_at, updated_at
  FROM hcc.reseller_terms WHERE id = %(id)s

-- name: terms_lock
SELECT id FROM hcc.reseller_terms WHERE id = %(id)s FOR UPDATE

-- name: terms_how_many
SELECT count(*) FROM hcc.reseller_terms WHERE organization_id = %(organization_id)s

-- name: terms_insert
INSERT INTO hcc.reseller_terms (id, organization_id, reseller_org_id, plan_id, kind, percent)
VALUES (%(id)s, %(organization_id)s, %(reseller_org_id)s, %(plan_id)s, %(kind)s, %(percent)s)

-- name: terms_update
UPDATE hcc.reseller_terms
   SET reseller_org_id = %(reseller_org_id)s, plan_id = %(plan_id)s, kind = %(kind)s, percent = %(percent)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: terms_delete
DELETE FROM hcc.reseller_terms WHERE id = %(id)s

-- name: gives_terms
-- Whether they are the caller's to change; whom they name only reads them.
SELECT hcc.writable(organization_id) FROM hcc.reseller_terms WHERE id = %(id)s

-- name: has_schedule
SELECT EXISTS (SELECT FROM hcc.dunning_schedules WHERE id = %(id)s AND organization_id = %(organization_id)s)

-- name: prices_of
-- The newest first.
SELECT id, name, count(*) OVER () AS total FROM hcc.prices WHERE plan_id = %(plan_id)s ORDER BY created_at DESC, id

-- name: terms_of
SELECT t.id, o.name, count(*) OVER () AS total
  FROM hcc.reseller_terms t JOIN hcc.organizations o ON o.id = t.reseller_org_id
 WHERE t.plan_id = %(plan_id)s
 ORDER BY o.name, t.id

-- name: subscriptions_of
-- Those that have a plan, a price or a coupon now and did not end.
SELECT s.id, s.name, count(*) OVER () AS total
  FROM hcc.subscriptions s
 WHERE s.status <> 'ended'
   AND (s.coupon_id = %(coupon_id)s::uuid
        OR EXISTS (SELECT FROM hcc.subscription_items i
                    WHERE i.organization_id = s.organization_id AND i.subscription_id = s.id AND i.ended_on IS NULL
                      AND (i.plan_id = %(plan_id)s::uuid OR %(price_id)s::uuid IN (i.price_id, i.next_price_id))))
 ORDER BY s.name, s.id

-- name: prices_page
SELECT id, organization_id, plan_id, name, currency::text AS currency, interval, model, amount, setup_fee, tiers, meter, unit,
       valid_from, valid_to, replaces_id, used_at, is_active, version, created_at, updated_at
  FROM hcc.prices
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(plan_id)s::uuid IS NULL OR plan_id = %(plan_id)s)
   AND (%(currency)s::text IS NULL OR currency = %(currency)s)
   AND (%(interval)s::text IS NULL OR interval = %(interval)s)
   AND (%(on)s::date IS NULL OR (valid_from <= %(on)s AND (valid_to IS NULL OR valid_to > %(on)s)))

-- name: prices_count
SELECT count(*)
  FROM hcc.prices
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(plan_id)s::uuid IS NULL OR plan_id = %(plan_id)s)
   AND (%(currency)s::text IS NULL OR currency = %(currency)s)
   AND (%(interval)s::text IS NULL OR interval = %(interval)s)
   AND (%(on)s::date IS NULL OR (valid_from <= %(on)s AND (valid_to IS NULL OR valid_to > %(on)s)))

-- name: price
SELECT id, organization_id, plan_id, name, currency::text AS currency, interval, model, amount, setup_fee, tiers, meter, unit,
       valid_from, valid_to, replaces_id, used_at, is_active, version, created_at, updated_at
  FROM hcc.prices WHERE id = %(id)s

-- name: lock_price
SELECT id FROM hcc.prices WHERE id = %(id)s FOR UPDATE

-- name: insert_price
INSERT INTO hcc.prices (id, organization_id, plan_id, name, currency, interval, model, amount, setup_fee, tiers, meter, unit,
                        valid_from, replaces_id, is_active)
VALUES (%(id)s, %(organization_id)s, %(plan_id)s, %(name)s, %(currency)s, %(interval)s, %(model)s, %(amount)s, %(setup_fee)s,
        %(tiers)s, %(meter)s, %(unit)s, %(valid_from)s, %(replaces_id)s, %(is_active)s)

-- name: update_price
UPDATE hcc.prices
   SET name = %(name)s, currency = %(currency)s, interval = %(interval)s, model = %(model)s, amount = %(amount)s,
       setup_fee = %(setup_fee)s, tiers = %(tiers)s, meter = %(meter)s, unit = %(unit)s, valid_from = %(valid_from)s,
       is_active = %(is_active)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: archive_price
UPDATE hcc.prices SET is_active = false, version = version + 1, updated_at = now() WHERE id = %(id)s

-- name: end_price
UPDATE hcc.prices SET valid_to = %(valid_to)s, version = version + 1, updated_at = now() WHERE id = %(id)s

-- name: reopen_replaced
-- A version that is taken back leaves the one before it as it was.
UPDATE hcc.prices SET valid_to = NULL, version = version + 1, updated_at = now() WHERE id = %(id)s

-- name: delete_price
DELETE FROM hcc.prices WHERE id = %(id)s

-- name: use_prices
UPDATE hcc.prices SET used_at = now() WHERE id = ANY (%(ids)s) AND used_at IS NULL

-- name: move_items
UPDATE hcc.subscription_items i
   SET next_price_id = %(to_price_id)s, next_price_from = %(effective_from)s, version = i.version + 1
 WHERE i.organization_id = %(organization_id)s AND i.price_id = %(price_id)s AND i.ended_on IS NULL
RETURNING i.subscription_id

-- name: own_prices
SELECT p.organization_id, p.name AS product_name, p.description AS product_description, p.tax_class, l.id AS plan_id,
       l.name AS plan_name, l.description AS plan_description, l.features, l.is_addon, l.extends, l.trial_days,
       r.id AS price_id, r.name AS price_name, r.currency::text AS currency, r.interval, r.model, r.amount, r.setup_fee, r.tiers,
       r.meter, r.unit, r.valid_from, r.valid_to
  FROM hcc.products p
  JOIN hcc.plans l ON l.organization_id = p.organization_id AND l.product_id = p.id
  JOIN hcc.prices r ON r.organization_id = l.organization_id AND r.plan_id = l.id
 WHERE p.organization_id = %(organization_id)s AND p.is_active AND l.is_active AND l.is_listed AND r.is_active
   AND r.valid_from <= %(on)s AND (r.valid_to IS NULL OR r.valid_to > %(on)s)
   AND (%(currency)s::text IS NULL OR r.currency = %(currency)s)
 ORDER BY p.name, l.is_addon, l.name, r.currency, r.interval, r.name, r.id
 LIMIT 5000

-- name: supplier_prices
SELECT organization_id, product_name, product_description, tax_class, plan_id, plan_name, plan_description, features, is_addon,
       extends, trial_days, price_id, price_name, currency::text AS currency, interval, model, amount, setup_fee, tiers, meter,
       unit, valid_from, valid_to
  FROM hcc.supplier_prices(%(on)s)
 WHERE %(currency)s::text IS NULL OR currency = %(currency)s
 ORDER BY product_name, is_addon, plan_name, currency, interval, price_name, price_id
 LIMIT 5000

-- name: seller_of_current
SELECT hcc.seller_of_current()

-- name: is_reseller_below
SELECT EXISTS (SELECT FROM hcc.organizations
                WHERE id = %(id)s AND parent_id = %(parent_id)s AND kind = 'reseller' AND deleted_at IS NULL)

-- name: coupon_by_code
SELECT id, organization_id, code, description, percent, amount, currency::text AS currency, duration, periods, most, most_a_customer,
       valid_from, valid_to, plan_ids, is_active, redeemed, version, created_at, updated_at
  FROM hcc.coupons WHERE organization_id = %(organization_id)s AND lower(code) = lower(%(code)s)

-- name: lock_coupon
SELECT id FROM hcc.coupons WHERE organization_id = %(organization_id)s AND lower(code) = lower(%(code)s) FOR UPDATE

-- name: redeemed_by
SELECT count(*) FROM hcc.coupon_redemptions
 WHERE organization_id = %(organization_id)s AND coupon_id = %(coupon_id)s AND customer_id = %(customer_id)s

-- name: redeem
INSERT INTO hcc.coupon_redemptions (subscription_id, coupon_id, organization_id, customer_id, redeemed_on)
VALUES (%(subscription_id)s, %(coupon_id)s, %(organization_id)s, %(customer_id)s, %(on)s)
ON CONFLICT (subscription_id, coupon_id) DO NOTHING

-- name: count_redemption
UPDATE hcc.coupons SET redeemed = redeemed + 1, updated_at = now() WHERE id = %(id)s

-- name: shares_page
SELECT id, organization_id, supplier_org_id, invoice_item_id, supplier_plan_id, kind, percent, booked_on,
       currency::text AS currency, sold, owed, created_at
  FROM hcc.supplier_shares
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(since)s::date IS NULL OR booked_on >= %(since)s)
   AND (%(until)s::date IS NULL OR booked_on <= %(until)s)

-- name: shares_count
SELECT count(*)
  FROM hcc.supplier_shares
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(since)s::date IS NULL OR booked_on >= %(since)s)
   AND (%(until)s::date IS NULL OR booked_on <= %(until)s)

-- name: supplies
SELECT EXISTS (SELECT FROM hcc.supplier_prices(current_date) WHERE plan_id = %(plan_id)s)
