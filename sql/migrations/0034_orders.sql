-- Customers order, change and cancel what they buy themselves, where their seller lets them.

UPDATE hcc.roles SET permissions = permissions || '{subscriptions:order}'::text[]
 WHERE organization_id IS NULL AND (user_type, name) = ('customer', 'owner');

ALTER TABLE hcc.subscription_settings
  ADD COLUMN customers_order  boolean NOT NULL DEFAULT true,
  ADD COLUMN customers_change boolean NOT NULL DEFAULT true,
  ADD COLUMN customers_cancel boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN hcc.subscription_settings.customers_order IS 'Whether customers start subscriptions to listed plans themselves.';
