-- name: account
SELECT id, organization_id, provider, key_hint, publishable_key, is_live, is_active,
       '/v1/payments/webhooks/' || provider || '/' || organization_id AS webhook_path, version, created_at, updated_at
  FROM hcc.payment_provider_accounts WHERE organization_id = %(organization_id)s AND provider = %(provider)s

-- name: account_keys
SELECT id, secret_key, webhook_secret, publishable_key
  FROM hcc.payment_provider_accounts WHERE organization_id = %(organization_id)s AND provider = %(provider)s AND is_active

-- name: save_account
INSERT INTO hcc.payment_provider_accounts (id, organization_id, provider, secret_key, webhook_secret, key_hint, publishable_key,
                                           is_live, is_active)
VALUES (%(id)s, %(organization_id)s, %(provider)s, %(secret_key)s, %(webhook_secret)s, %(key_hint)s, %(publishable_key)s,
        %(is_live)s, %(is_active)s)
ON CONFLICT (organization_id, provider) DO UPDATE
   SET secret_key = excluded.secret_key, webhook_secret = excluded.webhook_secret, key_hint = excluded.key_hint,
       publishable_key = excluded.publishable_key, is_live = excluded.is_live, is_active = excluded.is_active,
       version = payment_provider_accounts.version + 1, updated_at = now()

-- name: delete_account
DELETE FROM hcc.payment_provider_accounts WHERE organization_id = %(organization_id)s AND provider = %(provider)s

-- name: kind_of_organization
SELECT kind FROM hcc.organizations WHERE id = %(id)s

-- name: customer_reference
SELECT reference FROM hcc.provider_customers
 WHERE organization_id = %(organization_id)s AND customer_id = %(customer_id)s AND provider = %(provider)s

-- name: customer_of_reference
SELECT customer_id FROM hcc.provider_customers
 WHERE organization_id = %(organization_id)s AND provider = %(provider)s AND reference = %(reference)s

-- name: keep_customer
INSERT INTO hcc.provider_customers (organization_id, customer_id, provider, reference)
VALUES (%(organization_id)s, %(customer_id)s, %(provider)s, %(reference)s)
ON CONFLICT DO NOTHING

-- name: own_customer
-- As whose customer an organisation is known.
SELECT id FROM hcc.customers WHERE customer_org_id = %(customer_org_id)s
 ORDER BY created_at LIMIT 1

-- name: methods
SELECT id, organization_id, customer_id, customer_org_id, kind, provider, brand, last4, exp_month, exp_year,
       CASE WHEN iban = '' THEN '' ELSE left(iban, 4) || '…' || right(iban, 4) END AS iban, bic, holder, mandate_reference,
       mandate_signed_on, mandate_scheme, mandate_kind, mandate_used_on, pre_notification_days, given_online,
       holder_address, is_default, status, revoked_by, version, created_at, updated_at
  FROM hcc.payment_methods m
 WHERE (%(organization_id)s::uuid IS NULL OR m.organization_id = %(organization_id)s)
   AND (%(customer_id)s::uuid IS NULL OR m.customer_id = %(customer_id)s)
   AND (%(kind)s::text IS NULL OR m.kind = %(kind)s)
   AND (%(status)s::text IS NULL OR m.status = %(status)s)

-- name: count_methods
SELECT count(*)
  FROM hcc.payment_methods m
 WHERE (%(organization_id)s::uuid IS NULL OR m.organization_id = %(organization_id)s)
   AND (%(customer_id)s::uuid IS NULL OR m.customer_id = %(customer_id)s)
   AND (%(kind)s::text IS NULL OR m.kind = %(kind)s)
   AND (%(status)s::text IS NULL OR m.status = %(status)s)

-- name: method
SELECT id, organization_id, customer_id, customer_org_id, kind, provider, brand, last4, exp_month, exp_year,
       CASE WHEN iban = '' THEN '' ELSE left(iban, 4) || '…' || right(iban, 4) END AS iban, bic, holder, mandate_reference,
       mandate_signed_on, mandate_scheme, mandate_kind, mandate_used_on, pre_notification_days, given_online,
       holder_address, is_default, status, revoked_by, version, created_at, updated_at
  FROM hcc.payment_methods WHERE id = %(id)s

-- name: method_reference
SELECT provider_reference FROM hcc.payment_methods WHERE id = %(id)s

-- name: default_method
SELECT id FROM hcc.payment_methods
 WHERE organization_id = %(organization_id)s AND customer_id = %(customer_id)s AND is_default AND status = 'active'

-- name: keep_card
-- Nothing comes back for a card that is known.
INSERT INTO hcc.payment_methods (id, organization_id, customer_id, customer_org_id, kind, provider, provider_reference, brand,
                                 last4, exp_month, exp_year, is_default)
SELECT %(id)s, %(organization_id)s, c.id, c.customer_org_id, 'card', %(provider)s, %(reference)s, %(brand)s, %(last4)s,
       %(exp_month)s, %(exp_year)s,
       NOT EXISTS (SELECT FROM hcc.payment_methods m
                    WHERE m.organization_id = %(organization_id)s AND m.customer_id = c.id AND m.is_default)
  FROM hcc.customers c WHERE c.id = %(customer_id)s
ON CONFLICT (organization_id, provider, provider_reference) WHERE provider <> '' DO NOTHING
RETURNING id

-- name: method_by_reference
SELECT id FROM hcc.payment_methods
 WHERE organization_id = %(organization_id)s AND provider = %(provider)s AND provider_reference = %(reference)s

-- name: no_default
UPDATE hcc.payment_methods SET is_default = false, version = version + 1, updated_at = now()
 WHERE organization_id = %(organization_id)s AND customer_id = %(customer_id)s AND is_default

-- name: make_default
UPDATE hcc.payment_methods SET is_default = true, version = version + 1, updated_at = now() WHERE id = %(id)s

-- name: revoke_method
UPDATE hcc.payment_methods SET status = 'revoked', revoked_by = %(by)s, is_default = false, version = version + 1, updated_at = now()
 WHERE id = %(id)s AND status = 'active'

-- name: set_method_of
UPDATE hcc.payments SET payment_method_id = %(method_id)s WHERE id = %(id)s AND payment_method_id IS NULL

-- name: pending_of_method
SELECT p.id, p.reference, p.amount, p.currency::text AS currency FROM hcc.payments p
 WHERE p.organization_id = %(organization_id)s AND p.customer_id = %(customer_id)s AND p.payment_method_id = %(id)s
   AND p.status = 'pending'
 ORDER BY p.created_at, p.id LIMIT 20

-- name: under_way
SELECT id FROM hcc.payments
 WHERE organization_id = %(organization_id)s AND invoice_id = %(invoice_id)s AND status = 'pending'
   AND method IN ('card', 'sepa_debit')

-- name: take_event
-- Nothing comes back for an event that is known.
INSERT INTO hcc.provider_events (id, organization_id, provider, event_id, topic, object_kind, object_id, happened_at)
VALUES (%(id)s, %(organization_id)s, %(provider)s, %(event_id)s, %(topic)s, %(object_kind)s, %(object_id)s, %(happened_at)s)
ON CONFLICT (organization_id, provider, event_id) DO NOTHING
RETURNING id

-- name: event
SELECT id, organization_id, provider, event_id, topic, object_kind, object_id, status, detail, happened_at, received_at,
       processed_at
  FROM hcc.provider_events WHERE id = %(id)s

-- name: end_event
UPDATE hcc.provider_events SET status = %(status)s, detail = %(detail)s, processed_at = now()
 WHERE id = %(id)s AND status IN ('received', 'failed')

-- name: events
SELECT e.id, e.organization_id, e.provider, e.event_id, e.topic, e.object_kind, e.object_id, e.status, e.detail, e.happened_at,
       e.received_at, e.processed_at
  FROM hcc.provider_events e
 WHERE e.organization_id = %(own)s AND (%(status)s::text IS NULL OR e.status = %(status)s)

-- name: count_events
SELECT count(*)
  FROM hcc.provider_events e
 WHERE e.organization_id = %(own)s AND (%(status)s::text IS NULL OR e.status = %(status)s)

-- name: silent
SELECT organization_id, kind, id FROM hcc.silent_provider_work(%(older_than)s, %(many)s)

-- name: charge_options
SELECT p.off_session, p.keep_method, m.provider_reference AS method
  FROM hcc.payments p
  LEFT JOIN hcc.payment_methods m ON m.organization_id = p.organization_id AND m.id = p.payment_method_id
 WHERE p.id = %(id)s

-- name: check_now
SET CONSTRAINTS ALL IMMEDIATE
