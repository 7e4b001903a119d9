-- What is sold, and what is sold again and again: products, plans, prices, coupons, subscriptions.

UPDATE hcc.roles SET permissions = permissions || '{catalogue:*,subscriptions:*,subscription-settings:*}'::text[]
 WHERE organization_id IS NULL AND name = 'owner' AND user_type = 'reseller';
UPDATE hcc.roles SET permissions = permissions || '{catalogue:read,catalogue:write,subscriptions:read,subscriptions:write}'::text[]
 WHERE organization_id IS NULL AND (user_type, name) IN (('admin', 'support'), ('reseller', 'staff'));
UPDATE hcc.roles SET permissions = permissions || '{subscriptions:read}'::text[]
 WHERE organization_id IS NULL AND (user_type, name) = ('customer', 'owner');

CREATE TABLE hcc.products (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  description     text NOT NULL DEFAULT '' CHECK (char_length(description) <= 5000),
  tax_class       text NOT NULL DEFAULT 'standard' CHECK (tax_class ~ '^[a-z][a-z_]{0,39}$'),
  is_active       boolean NOT NULL DEFAULT true,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, name)
);
CALL hcc.make_tenant_table('products');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.products TO hcc_app, hcc_worker;

CREATE TABLE hcc.plans (
  id               uuid PRIMARY KEY,
  organization_id  uuid NOT NULL REFERENCES hcc.organizations (id),
  product_id       uuid NOT NULL,
  name             text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  description      text NOT NULL DEFAULT '' CHECK (char_length(description) <= 5000),
  features         jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(features) = 'object'),
  is_addon         boolean NOT NULL DEFAULT false,
  extends          uuid[] NOT NULL DEFAULT '{}' CHECK (cardinality(extends) <= 100),
  trial_days       smallint NOT NULL DEFAULT 0 CHECK (trial_days BETWEEN 0 AND 730),
  is_listed        boolean NOT NULL DEFAULT true,
  is_active        boolean NOT NULL DEFAULT true,
  supplier_plan_id uuid,
  dunning_id       uuid,
  version          integer NOT NULL DEFAULT 1,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, product_id, name),
  FOREIGN KEY (organization_id, product_id) REFERENCES hcc.products (organization_id, id),
  CHECK (is_addon OR extends = '{}')
);
COMMENT ON COLUMN hcc.plans.supplier_plan_id IS 'The plan of the organisation above that is sold on under this one.';
COMMENT ON COLUMN hcc.plans.extends IS 'The plans that an add-on may stand beside; any when there are none.';
CREATE INDEX plans_product ON hcc.plans (organization_id, product_id);
CALL hcc.make_tenant_table('plans');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.plans TO hcc_app, hcc_worker;

-- A version of a price. What was used never changes; another version takes its place from a day on.
CREATE TABLE hcc.prices (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  plan_id         uuid NOT NULL,
  name            text NOT NULL DEFAULT '' CHECK (char_length(name) <= 100),
  currency        char(3) NOT NULL,
  interval        text NOT NULL CHECK (interval IN ('once', 'month', 'quarter', 'half_year', 'year', 'two_years', 'three_years')),
  model           text NOT NULL CHECK (model IN ('flat', 'per_unit', 'volume', 'graduated', 'metered')),
  amount          numeric(18, 6) NOT NULL DEFAULT 0 CHECK (amount >= 0),
  setup_fee       numeric(18, 3) NOT NULL DEFAULT 0 CHECK (setup_fee >= 0),
  tiers           jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(tiers) = 'array'),
  meter           jsonb,
  unit            text NOT NULL DEFAULT 'C62' CHECK (unit ~ '^[A-Z0-9]{2,3}$'),
  valid_from      date NOT NULL,
  valid_to        date,
  replaces_id     uuid,
  used_at         timestamptz,
  is_active       boolean NOT NULL DEFAULT true,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, plan_id, name, currency, interval, valid_from),
  UNIQUE (organization_id, replaces_id),
  FOREIGN KEY (organization_id, plan_id) REFERENCES hcc.plans (organization_id, id),
  FOREIGN KEY (organization_id, replaces_id) REFERENCES hcc.prices (organization_id, id),
  CHECK ((model = 'metered') = (meter IS NOT NULL)),
  CHECK (model IN ('flat', 'per_unit', 'metered') OR tiers <> '[]'),
  CHECK (interval <> 'once' OR model <> 'metered'),
  CHECK (valid_to >= valid_from)
);
COMMENT ON COLUMN hcc.prices.valid_to IS 'The day after the last one on which it is sold; subscriptions that have it keep it.';
CREATE INDEX prices_plan ON hcc.prices (organization_id, plan_id);
CALL hcc.make_tenant_table('prices');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.prices TO hcc_app, hcc_worker;

CREATE FUNCTION hcc.prices_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = hcc, pg_temp AS $$
DECLARE
  free CONSTANT text[] := ARRAY['valid_to', 'used_at', 'is_active', 'version', 'updated_at'];
BEGIN
  IF OLD.used_at IS NULL THEN
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' OR NEW.used_at IS NULL OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
    RAISE check_violation USING MESSAGE = 'a price that was used does not change', CONSTRAINT = 'price_used';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON hcc.prices FOR EACH ROW EXECUTE FUNCTION hcc.prices_guard();

CREATE TABLE hcc.coupons (
  id               uuid PRIMARY KEY,
  organization_id  uuid NOT NULL REFERENCES hcc.organizations (id),
  code             text NOT NULL CHECK (code ~ '^[A-Za-z0-9_-]{2,40}$'),
  description      text NOT NULL DEFAULT '' CHECK (char_length(description) <= 1000),
  percent          numeric(7, 4) CHECK (percent > 0 AND percent <= 100),
  amount           numeric(18, 3) CHECK (amount > 0),
  currency         char(3),
  duration         text NOT NULL CHECK (duration IN ('once', 'repeating', 'forever')),
  periods          smallint CHECK (periods BETWEEN 1 AND 1000),
  most             integer CHECK (most > 0),
  most_a_customer  integer CHECK (most_a_customer > 0),
  valid_from       date,
  valid_to         date,
  plan_ids         uuid[] NOT NULL DEFAULT '{}' CHECK (cardinality(plan_ids) <= 100),
  is_active        boolean NOT NULL DEFAULT true,
  redeemed         integer NOT NULL DEFAULT 0,
  version          integer NOT NULL DEFAULT 1,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id),
  CHECK ((percent IS NULL) <> (amount IS NULL)),
  CHECK ((amount IS NULL) = (currency IS NULL)),
  CHECK ((duration = 'repeating') = (periods IS NOT NULL)),
  CHECK (valid_from <= valid_to),
  CHECK (redeemed >= 0 AND (most IS NULL OR redeemed <= most))
);
CREATE UNIQUE INDEX coupons_code ON hcc.coupons (organization_id, lower(code));
CALL hcc.make_tenant_table('coupons');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.coupons TO hcc_app, hcc_worker;

CREATE TABLE hcc.coupon_redemptions (
  subscription_id uuid NOT NULL,
  coupon_id       uuid NOT NULL,
  organization_id uuid NOT NULL,
  customer_id     uuid NOT NULL,
  redeemed_on     date NOT NULL,
  PRIMARY KEY (subscription_id, coupon_id),
  FOREIGN KEY (organization_id, coupon_id) REFERENCES hcc.coupons (organization_id, id),
  FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers (organization_id, id)
);
CREATE INDEX coupon_redemptions_customer ON hcc.coupon_redemptions (organization_id, coupon_id, customer_id);
CALL hcc.make_tenant_table('coupon_redemptions');
GRANT SELECT, INSERT ON hcc.coupon_redemptions TO hcc_app, hcc_worker;

-- What a seller above lets a reseller sell on, and what of it the reseller owes.
CREATE TABLE hcc.reseller_terms (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  reseller_org_id uuid NOT NULL REFERENCES hcc.organizations (id),
  plan_id         uuid,
  kind            text NOT NULL CHECK (kind IN ('wholesale', 'commission')),
  percent         numeric(7, 4) NOT NULL CHECK (percent BETWEEN 0 AND 100),
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE NULLS NOT DISTINCT (organization_id, reseller_org_id, plan_id),
  FOREIGN KEY (organization_id, plan_id) REFERENCES hcc.plans (organization_id, id)
);
COMMENT ON COLUMN hcc.reseller_terms.percent IS 'wholesale: what is taken off the list price; commission: what the reseller keeps of a sale.';
CALL hcc.make_tenant_table('reseller_terms', 'reseller_org_id');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.reseller_terms TO hcc_app, hcc_worker;

CREATE TABLE hcc.supplier_shares (
  id               uuid PRIMARY KEY,
  organization_id  uuid NOT NULL REFERENCES hcc.organizations (id),
  supplier_org_id  uuid NOT NULL REFERENCES hcc.organizations (id),
  invoice_item_id  uuid NOT NULL,
  supplier_plan_id uuid NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('wholesale', 'commission')),
  percent          numeric(7, 4) NOT NULL,
  booked_on        date NOT NULL,
  currency         char(3) NOT NULL,
  sold             numeric(18, 3) NOT NULL,
  owed             numeric(18, 3),
  created_at       timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, invoice_item_id)
);
COMMENT ON COLUMN hcc.supplier_shares.owed IS 'NULL when the supplier has no price in this currency and interval.';
CREATE INDEX supplier_shares_day ON hcc.supplier_shares (organization_id, booked_on DESC, id DESC);
CREATE INDEX supplier_shares_supplier ON hcc.supplier_shares (supplier_org_id, booked_on DESC, id DESC);
CALL hcc.make_tenant_table('supplier_shares');
GRANT SELECT, INSERT ON hcc.supplier_shares TO hcc_app, hcc_worker;

-- The seller of an organisation is the one above it.
CREATE FUNCTION hcc.seller_of_current() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT parent_id FROM organizations WHERE id = current_org_id()
$$;

-- What the organisation above sells: listed plans with the prices of a day. Nothing else of it is seen.
CREATE FUNCTION hcc.supplier_prices(on_day date) RETURNS TABLE (
  organization_id uuid, product_name text, product_description text, tax_class text, plan_id uuid, plan_name text,
  plan_description text, features jsonb, is_addon boolean, extends uuid[], trial_days smallint, price_id uuid, price_name text,
  currency char(3), "interval" text, model text, amount numeric, setup_fee numeric, tiers jsonb, meter jsonb, unit text,
  valid_from date, valid_to date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT p.organization_id, p.name, p.description, p.tax_class, l.id, l.name, l.description, l.features, l.is_addon, l.extends,
         l.trial_days, r.id, r.name, r.currency, r.interval, r.model, r.amount, r.setup_fee, r.tiers,
         -- What is asked of the metrics is the seller's business.
         CASE WHEN r.meter IS NULL THEN NULL ELSE r.meter - 'selector' END, r.unit, r.valid_from, r.valid_to
    FROM products p
    JOIN plans l ON l.organization_id = p.organization_id AND l.product_id = p.id
    JOIN prices r ON r.organization_id = l.organization_id AND r.plan_id = l.id
   WHERE p.organization_id = seller_of_current() AND p.is_active AND l.is_active AND l.is_listed AND r.is_active
     AND r.valid_from <= on_day AND (r.valid_to IS NULL OR r.valid_to > on_day)
$$;
GRANT EXECUTE ON FUNCTION hcc.seller_of_current(), hcc.supplier_prices(date) TO hcc_app, hcc_worker;

CREATE TABLE hcc.subscription_settings (
  organization_id   uuid PRIMARY KEY REFERENCES hcc.organizations (id),
  combine_invoices  boolean NOT NULL DEFAULT true,
  downgrade         text NOT NULL DEFAULT 'period_end' CHECK (downgrade IN ('now', 'period_end')),
  upgrade           text NOT NULL DEFAULT 'now' CHECK (upgrade IN ('now', 'period_end')),
  credit_on_cancel  boolean NOT NULL DEFAULT true,
  version           integer NOT NULL DEFAULT 1,
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now()
);
CALL hcc.make_tenant_table('subscription_settings');
GRANT SELECT, INSERT, UPDATE ON hcc.subscription_settings TO hcc_app, hcc_worker;

CREATE TABLE hcc.subscriptions (
  id                 uuid PRIMARY KEY,
  organization_id    uuid NOT NULL REFERENCES hcc.organizations (id),
  customer_id        uuid NOT NULL,
  customer_org_id    uuid NOT NULL REFERENCES hcc.organizations (id),
  name               text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  status             text NOT NULL CHECK (status IN ('scheduled', 'trialing', 'active', 'past_due', 'paused', 'suspended', 'cancelled', 'ended')),
  currency           char(3) NOT NULL,
  interval           text NOT NULL CHECK (interval IN ('month', 'quarter', 'half_year', 'year', 'two_years', 'three_years')),
  collection         text NOT NULL CHECK (collection IN ('automatic', 'invoice')),
  prices_include_tax boolean NOT NULL,
  anchor_month       date NOT NULL CHECK (extract(day FROM anchor_month) = 1),
  anchor_day         smallint NOT NULL CHECK (anchor_day BETWEEN 1 AND 31),
  started_on         date NOT NULL,
  trial_ends_on      date,
  billed_until       date NOT NULL,
  due_on             date,
  period_start       date,
  period_end         date,
  resumes_on         date,
  cancels_on         date,
  ends_on            date,
  ended_on           date,
  cancel_reason      text NOT NULL DEFAULT '' CHECK (char_length(cancel_reason) <= 1000),
  coupon_id          uuid,
  coupon             jsonb,
  coupon_left        integer CHECK (coupon_left >= 0),
  coupon_now         boolean NOT NULL DEFAULT false,
  pending_items      jsonb,
  version            integer NOT NULL DEFAULT 1,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers (organization_id, id),
  FOREIGN KEY (organization_id, coupon_id) REFERENCES hcc.coupons (organization_id, id),
  CHECK ((period_start IS NULL) = (period_end IS NULL)),
  CHECK (period_start < period_end),
  CHECK ((status IN ('cancelled', 'ended')) = (ended_on IS NOT NULL)),
  CHECK (status NOT IN ('cancelled', 'ended') OR due_on IS NULL)
);
COMMENT ON COLUMN hcc.subscriptions.billed_until IS 'The day up to which it is paid in advance or credited back; the next charge begins there.';
COMMENT ON COLUMN hcc.subscriptions.due_on IS 'When a renewal has something to do; NULL when never.';
COMMENT ON COLUMN hcc.subscriptions.anchor_day IS 'The day of the month on which periods begin; the last one in shorter months.';
COMMENT ON COLUMN hcc.subscriptions.coupon_now IS 'Whether the coupon holds for the current period.';
CREATE INDEX subscriptions_due ON hcc.subscriptions (organization_id, due_on, customer_id, id) WHERE due_on IS NOT NULL;
CREATE INDEX subscriptions_created ON hcc.subscriptions (organization_id, created_at DESC, id DESC);
CREATE INDEX subscriptions_customer ON hcc.subscriptions (organization_id, customer_id);
CREATE INDEX subscriptions_of_customer ON hcc.subscriptions (customer_org_id, created_at DESC, id DESC);
CALL hcc.make_tenant_table('subscriptions', 'customer_org_id');
GRANT SELECT, INSERT, UPDATE ON hcc.subscriptions TO hcc_app, hcc_worker;

CREATE TABLE hcc.subscription_items (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL,
  customer_org_id uuid NOT NULL,
  subscription_id uuid NOT NULL,
  plan_id         uuid NOT NULL,
  price_id        uuid NOT NULL,
  next_price_id   uuid,
  next_price_from date,
  name            text NOT NULL,
  quantity        integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
  position        smallint NOT NULL,
  setup_charged   boolean NOT NULL DEFAULT false,
  started_on      date NOT NULL,
  ended_on        date,
  metered_until   date,
  version         integer NOT NULL DEFAULT 1,
  FOREIGN KEY (organization_id, subscription_id) REFERENCES hcc.subscriptions (organization_id, id),
  FOREIGN KEY (organization_id, plan_id) REFERENCES hcc.plans (organization_id, id),
  FOREIGN KEY (organization_id, price_id) REFERENCES hcc.prices (organization_id, id),
  FOREIGN KEY (organization_id, next_price_id) REFERENCES hcc.prices (organization_id, id),
  UNIQUE (organization_id, id),
  CHECK ((next_price_id IS NULL) = (next_price_from IS NULL))
);
COMMENT ON COLUMN hcc.subscription_items.metered_until IS 'The day up to which usage is billed; NULL where nothing is metered.';
CREATE INDEX subscription_items_of ON hcc.subscription_items (subscription_id, position);
CREATE INDEX subscription_items_price ON hcc.subscription_items (organization_id, price_id) WHERE ended_on IS NULL;
CALL hcc.make_tenant_table('subscription_items', 'customer_org_id');
GRANT SELECT, INSERT, UPDATE ON hcc.subscription_items TO hcc_app, hcc_worker;

-- A period is billed once: the key says so.
CREATE TABLE hcc.subscription_periods (
  subscription_id uuid NOT NULL,
  period_start    date NOT NULL,
  period_end      date NOT NULL CHECK (period_end > period_start),
  organization_id uuid NOT NULL,
  customer_org_id uuid NOT NULL,
  invoice_id      uuid,
  amount          numeric(18, 3) NOT NULL,
  billed_on       date NOT NULL,
  PRIMARY KEY (subscription_id, period_start),
  FOREIGN KEY (organization_id, subscription_id) REFERENCES hcc.subscriptions (organization_id, id)
);
COMMENT ON COLUMN hcc.subscription_periods.amount IS 'Without tax, as far as it is this subscription''s.';
CALL hcc.make_tenant_table('subscription_periods', 'customer_org_id');
GRANT SELECT, INSERT ON hcc.subscription_periods TO hcc_app, hcc_worker;

-- What was charged in advance for which days, so that unused ones can be credited at the price that was paid.
CREATE TABLE hcc.subscription_charges (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL,
  customer_org_id uuid NOT NULL,
  subscription_id uuid NOT NULL,
  item_id         uuid NOT NULL,
  invoice_id      uuid NOT NULL,
  invoice_item_id uuid NOT NULL,
  full_start      date NOT NULL,
  full_end        date NOT NULL,
  charged_from    date NOT NULL,
  charged_to      date NOT NULL,
  full_amount     numeric(18, 3) NOT NULL,
  full_discount   numeric(18, 3) NOT NULL DEFAULT 0,
  FOREIGN KEY (organization_id, item_id) REFERENCES hcc.subscription_items (organization_id, id),
  CHECK (full_start <= charged_from AND charged_from <= charged_to AND charged_to <= full_end AND full_start < full_end)
);
COMMENT ON COLUMN hcc.subscription_charges.full_amount IS 'For the whole period, after discounts; what was charged is the part of its days.';
COMMENT ON COLUMN hcc.subscription_charges.charged_to IS 'Becomes earlier when the days after it are credited.';
CREATE INDEX subscription_charges_of ON hcc.subscription_charges (subscription_id, charged_to);
CREATE INDEX subscription_charges_invoice ON hcc.subscription_charges (invoice_id);
CALL hcc.make_tenant_table('subscription_charges', 'customer_org_id');
GRANT SELECT, INSERT ON hcc.subscription_charges TO hcc_app, hcc_worker;
GRANT UPDATE (charged_to) ON hcc.subscription_charges TO hcc_app, hcc_worker;

CREATE TABLE hcc.usage_readings (
  item_id         uuid NOT NULL,
  period_start    date NOT NULL,
  period_end      date NOT NULL CHECK (period_end > period_start),
  organization_id uuid NOT NULL,
  customer_org_id uuid NOT NULL,
  subscription_id uuid NOT NULL,
  value           numeric(24, 6) NOT NULL CHECK (value >= 0),
  late_value      numeric(24, 6) NOT NULL DEFAULT 0 CHECK (late_value >= 0),
  late_read       boolean NOT NULL DEFAULT false,
  read_at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (item_id, period_start),
  FOREIGN KEY (organization_id, item_id) REFERENCES hcc.subscription_items (organization_id, id)
);
COMMENT ON COLUMN hcc.usage_readings.late_value IS 'What came in after the period was billed; billed with the next one.';
CREATE INDEX usage_readings_of ON hcc.usage_readings (subscription_id, period_start DESC);
CALL hcc.make_tenant_table('usage_readings', 'customer_org_id');
GRANT SELECT, INSERT ON hcc.usage_readings TO hcc_app, hcc_worker;
GRANT UPDATE (late_value, late_read) ON hcc.usage_readings TO hcc_app, hcc_worker;

CREATE TABLE hcc.subscription_changes (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL,
  customer_org_id uuid NOT NULL,
  subscription_id uuid NOT NULL,
  kind            text NOT NULL CHECK (kind ~ '^[a-z][a-z_]{0,39}$'),
  effective_on    date NOT NULL,
  detail          jsonb NOT NULL DEFAULT '{}',
  created_at      timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (organization_id, subscription_id) REFERENCES hcc.subscriptions (organization_id, id)
);
CREATE INDEX subscription_changes_of ON hcc.subscription_changes (subscription_id, created_at DESC, id DESC);
CALL hcc.make_tenant_table('subscription_changes', 'customer_org_id');
GRANT SELECT, INSERT ON hcc.subscription_changes TO hcc_app, hcc_worker;

CREATE TABLE hcc.renewal_failures (
  subscription_id uuid PRIMARY KEY,
  organization_id uuid NOT NULL,
  reason          text NOT NULL CHECK (char_length(reason) <= 500),
  tries           integer NOT NULL DEFAULT 1,
  again_at        timestamptz NOT NULL,
  failed_at       timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (organization_id, subscription_id) REFERENCES hcc.subscriptions (organization_id, id)
);
CALL hcc.make_tenant_table('renewal_failures');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.renewal_failures TO hcc_app, hcc_worker;

-- Sellers with something to renew, each with the day it is there.
CREATE FUNCTION hcc.sellers_with_renewals(at timestamptz) RETURNS TABLE (organization_id uuid, today date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT b.organization_id, (at AT TIME ZONE b.timezone)::date
    FROM billing_settings b JOIN organizations o ON o.id = b.organization_id
   WHERE o.deleted_at IS NULL AND o.is_active
     AND EXISTS (SELECT FROM subscriptions s WHERE s.organization_id = b.organization_id
                    AND s.due_on <= (at AT TIME ZONE b.timezone)::date)
$$;
GRANT EXECUTE ON FUNCTION hcc.sellers_with_renewals(timestamptz) TO hcc_worker;

-- As before, and linear in the lines of a statement, so that many entries can be written by one: an entry has no other lines than
-- those of this statement when it has as many.
CREATE OR REPLACE FUNCTION hcc.ledger_balanced() RETURNS trigger LANGUAGE plpgsql SET search_path = hcc, pg_temp AS $$
DECLARE
  wrong uuid;
BEGIN
  SELECT l.entry_id INTO wrong FROM written l GROUP BY l.entry_id
  HAVING sum(l.amount) <> 0 OR sum(l.base_amount) <> 0 OR count(*) < 2 LIMIT 1;
  IF FOUND THEN
    RAISE check_violation USING MESSAGE = format('the lines of ledger entry %s do not balance', wrong), CONSTRAINT = 'ledger_balanced';
  END IF;
  SELECT w.entry_id INTO wrong
    FROM (SELECT l.organization_id, l.entry_id, count(*) AS lines FROM written l GROUP BY l.organization_id, l.entry_id) AS w
   WHERE (SELECT e.created_at FROM ledger_entries e WHERE e.id = w.entry_id) <> now()
      OR (SELECT count(*) FROM ledger_lines o WHERE o.organization_id = w.organization_id AND o.entry_id = w.entry_id) <> w.lines
   LIMIT 1;
  IF FOUND THEN
    RAISE check_violation USING MESSAGE = format('ledger entry %s is closed', wrong), CONSTRAINT = 'ledger_closed';
  END IF;
  RETURN NULL;
END
$$;
