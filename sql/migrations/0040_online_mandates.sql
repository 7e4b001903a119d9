-- Mandates for SEPA direct debits that customers give themselves, in the panel.

ALTER TABLE hcc.billing_settings
  ADD COLUMN online_mandates boolean NOT NULL DEFAULT false,
  ADD COLUMN pre_notification_days smallint NOT NULL DEFAULT 14 CHECK (pre_notification_days BETWEEN 1 AND 30);

ALTER TABLE hcc.payment_methods
  -- Whose account it is, where they are; the customer's address where nobody said.
  ADD COLUMN holder_address jsonb,
  ADD COLUMN given_online boolean NOT NULL DEFAULT false CHECK (NOT given_online OR mandate_reference IS NOT NULL),
  ADD COLUMN revoked_by text CHECK (revoked_by IN ('customer', 'seller'));

-- What proves that a mandate was given: the words that were agreed to, when, by whom, and from where.
CREATE TABLE hcc.mandate_consents (
  payment_method_id uuid PRIMARY KEY,
  organization_id   uuid NOT NULL REFERENCES hcc.organizations (id),
  customer_org_id   uuid NOT NULL REFERENCES hcc.organizations (id),
  given_at          timestamptz NOT NULL DEFAULT now(),
  given_by          uuid NOT NULL,
  given_with        text NOT NULL CHECK (given_with IN ('user', 'api_key')),
  address           text NOT NULL DEFAULT '' CHECK (char_length(address) <= 45),
  user_agent        text NOT NULL DEFAULT '' CHECK (char_length(user_agent) <= 512),
  language          text NOT NULL CHECK (char_length(language) = 2),
  creditor_name     text NOT NULL CHECK (char_length(creditor_name) <= 200),
  creditor_id       text NOT NULL CHECK (char_length(creditor_id) <= 35),
  creditor_address  jsonb NOT NULL,
  words             text[] NOT NULL CHECK (cardinality(words) > 0),
  FOREIGN KEY (organization_id, payment_method_id) REFERENCES hcc.payment_methods (organization_id, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON hcc.mandate_consents
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.refuse_change();
CALL hcc.make_tenant_table('mandate_consents', 'customer_org_id');
GRANT SELECT, INSERT ON hcc.mandate_consents TO hcc_app, hcc_worker;
