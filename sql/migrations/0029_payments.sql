-- Payments: what came in, what it paid, what went back, and the ways by which customers pay.

UPDATE hcc.roles SET permissions = permissions || '{payments:*,payment-settings:*}'::text[]
 WHERE organization_id IS NULL AND name = 'owner' AND user_type = 'reseller';
UPDATE hcc.roles SET permissions = permissions || '{payments:write,payments:pay}'::text[]
 WHERE organization_id IS NULL AND (user_type, name) IN (('admin', 'support'), ('reseller', 'staff'));
UPDATE hcc.roles SET permissions = permissions || '{payments:pay}'::text[]
 WHERE organization_id IS NULL AND (user_type, name) = ('customer', 'owner');

-- With what a seller speaks to a provider. Keys are sealed; nobody reads them back.
CREATE TABLE hcc.payment_provider_accounts (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  provider        text NOT NULL CHECK (provider IN ('stripe')),
  secret_key      bytea NOT NULL,
  webhook_secret  bytea NOT NULL,
  key_hint        text NOT NULL CHECK (char_length(key_hint) <= 20),
  publishable_key text NOT NULL CHECK (char_length(publishable_key) <= 255),
  is_live         boolean NOT NULL,
  is_active       boolean NOT NULL DEFAULT true,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, provider)
);
CALL hcc.make_tenant_table('payment_provider_accounts');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.payment_provider_accounts TO hcc_app, hcc_worker;

CREATE TABLE hcc.provider_customers (
  organization_id uuid NOT NULL,
  customer_id     uuid NOT NULL,
  provider        text NOT NULL,
  reference       text NOT NULL CHECK (char_length(reference) <= 255),
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, customer_id, provider),
  FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers (organization_id, id)
);
CALL hcc.make_tenant_table('provider_customers');
GRANT SELECT, INSERT ON hcc.provider_customers TO hcc_app, hcc_worker;

-- Cards (by the provider's token, never by number) and SEPA mandates.
CREATE TABLE hcc.payment_methods (
  id                    uuid PRIMARY KEY,
  organization_id       uuid NOT NULL REFERENCES hcc.organizations (id),
  customer_id           uuid NOT NULL,
  customer_org_id       uuid NOT NULL REFERENCES hcc.organizations (id),
  kind                  text NOT NULL CHECK (kind IN ('card', 'sepa_debit')),
  provider              text NOT NULL DEFAULT '' CHECK (provider IN ('', 'stripe')),
  provider_reference    text NOT NULL DEFAULT '' CHECK (char_length(provider_reference) <= 255),
  brand                 text NOT NULL DEFAULT '' CHECK (char_length(brand) <= 40),
  last4                 text NOT NULL DEFAULT '' CHECK (last4 ~ '^[0-9A-Z]{0,4}$'),
  exp_month             smallint CHECK (exp_month BETWEEN 1 AND 12),
  exp_year              smallint CHECK (exp_year BETWEEN 2000 AND 2100),
  iban                  text NOT NULL DEFAULT '' CHECK (char_length(iban) <= 34),
  bic                   text NOT NULL DEFAULT '' CHECK (char_length(bic) <= 11),
  holder                text NOT NULL DEFAULT '' CHECK (char_length(holder) <= 70),
  mandate_reference     text CHECK (char_length(mandate_reference) BETWEEN 1 AND 35),
  mandate_signed_on     date,
  mandate_scheme        text CHECK (mandate_scheme IN ('CORE', 'B2B')),
  mandate_kind          text CHECK (mandate_kind IN ('recurrent', 'one_off')),
  mandate_used_on       date,
  pre_notification_days smallint NOT NULL DEFAULT 14 CHECK (pre_notification_days BETWEEN 1 AND 30),
  is_default            boolean NOT NULL DEFAULT false,
  status                text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'revoked')),
  version               integer NOT NULL DEFAULT 1,
  created_at            timestamptz NOT NULL DEFAULT now(),
  updated_at            timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers (organization_id, id),
  CHECK ((kind = 'sepa_debit' AND provider = '') =
         (num_nonnulls(mandate_reference, mandate_signed_on, mandate_scheme, mandate_kind) = 4)),
  CHECK ((provider = '') = (provider_reference = ''))
);
CREATE UNIQUE INDEX payment_methods_default ON hcc.payment_methods (organization_id, customer_id) WHERE is_default;
CREATE UNIQUE INDEX payment_methods_reference ON hcc.payment_methods (organization_id, provider, provider_reference)
  WHERE provider <> '';
CREATE UNIQUE INDEX payment_methods_mandate ON hcc.payment_methods (organization_id, mandate_reference);
CREATE INDEX payment_methods_customer ON hcc.payment_methods (organization_id, customer_id, created_at DESC);
CREATE INDEX payment_methods_iban ON hcc.payment_methods (organization_id, iban) WHERE iban <> '';
CALL hcc.make_tenant_table('payment_methods', 'customer_org_id');
GRANT SELECT, INSERT, UPDATE ON hcc.payment_methods TO hcc_app, hcc_worker;

CREATE TABLE hcc.sepa_batches (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  message_id      text NOT NULL CHECK (char_length(message_id) <= 35),
  scheme          text NOT NULL CHECK (scheme IN ('CORE', 'B2B')),
  status          text NOT NULL DEFAULT 'created' CHECK (status IN ('created', 'submitted', 'cancelled')),
  collected_on    date NOT NULL,
  payments        integer NOT NULL CHECK (payments > 0),
  total           numeric(18, 3) NOT NULL CHECK (total > 0),
  document        bytea NOT NULL,
  sha256          bytea NOT NULL CHECK (octet_length(sha256) = 32),
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, message_id)
);
CALL hcc.make_tenant_table('sepa_batches');
GRANT SELECT, INSERT ON hcc.sepa_batches TO hcc_app, hcc_worker;
GRANT UPDATE (status, version, updated_at) ON hcc.sepa_batches TO hcc_app, hcc_worker;

CREATE TABLE hcc.payments (
  id                 uuid PRIMARY KEY,
  organization_id    uuid NOT NULL REFERENCES hcc.organizations (id),
  customer_id        uuid NOT NULL,
  customer_org_id    uuid NOT NULL REFERENCES hcc.organizations (id),
  invoice_id         uuid,
  method             text NOT NULL CHECK (method IN ('card', 'sepa_debit', 'bank_transfer', 'cash', 'credit', 'other')),
  provider           text NOT NULL DEFAULT '' CHECK (provider IN ('', 'stripe')),
  provider_reference text CHECK (char_length(provider_reference) BETWEEN 1 AND 255),
  payment_method_id  uuid,
  currency           char(3) NOT NULL,
  amount             numeric(18, 3) NOT NULL CHECK (amount > 0),
  fee                numeric(18, 3) NOT NULL DEFAULT 0,
  fee_currency       char(3),
  refunded           numeric(18, 3) NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  disputed           numeric(18, 3) NOT NULL DEFAULT 0 CHECK (disputed >= 0),
  exchange_rate      numeric(20, 10) NOT NULL DEFAULT 1 CHECK (exchange_rate > 0),
  status             text NOT NULL DEFAULT 'pending' CHECK (status IN (
                       'pending', 'succeeded', 'failed', 'cancelled', 'partially_refunded', 'refunded', 'disputed')),
  received_on        date,
  reference          text NOT NULL DEFAULT '' CHECK (char_length(reference) <= 140),
  notice             text NOT NULL DEFAULT '' CHECK (char_length(notice) <= 1000),
  off_session        boolean NOT NULL DEFAULT false,
  keep_method        boolean NOT NULL DEFAULT false,
  requires_action    boolean NOT NULL DEFAULT false,
  failure_code       text NOT NULL DEFAULT '' CHECK (char_length(failure_code) <= 60),
  failure_message    text NOT NULL DEFAULT '' CHECK (char_length(failure_message) <= 300),
  failure_is_final   boolean NOT NULL DEFAULT false,
  sepa_batch_id      uuid,
  sequence_type      text CHECK (sequence_type IN ('FRST', 'RCUR', 'OOFF', 'FNAL')),
  bank_entry_id      uuid,
  version            integer NOT NULL DEFAULT 1,
  succeeded_at       timestamptz,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers (organization_id, id),
  FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices (organization_id, id),
  FOREIGN KEY (organization_id, payment_method_id) REFERENCES hcc.payment_methods (organization_id, id),
  FOREIGN KEY (organization_id, sepa_batch_id) REFERENCES hcc.sepa_batches (organization_id, id),
  CHECK (refunded + disputed <= amount),
  CHECK (status NOT IN ('succeeded', 'partially_refunded', 'refunded', 'disputed') OR received_on IS NOT NULL)
);
COMMENT ON COLUMN hcc.payments.invoice_id IS 'For which it was begun; what it paid stands in payment_allocations.';
CREATE UNIQUE INDEX payments_reference ON hcc.payments (organization_id, provider, provider_reference) WHERE provider <> '';
-- Nothing is charged twice: while one charge or direct debit of an invoice is under way, no other begins.
CREATE UNIQUE INDEX payments_under_way ON hcc.payments (organization_id, invoice_id)
  WHERE status = 'pending' AND method IN ('card', 'sepa_debit');
CREATE UNIQUE INDEX payments_bank_entry ON hcc.payments (organization_id, bank_entry_id) WHERE bank_entry_id IS NOT NULL;
CREATE INDEX payments_created ON hcc.payments (organization_id, created_at DESC, id DESC);
CREATE INDEX payments_customer ON hcc.payments (organization_id, customer_id, created_at DESC, id DESC);
CREATE INDEX payments_of_customer ON hcc.payments (customer_org_id, created_at DESC, id DESC);
CREATE INDEX payments_invoice ON hcc.payments (organization_id, invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX payments_pending ON hcc.payments (created_at) WHERE status = 'pending' AND provider <> '';
CREATE INDEX payments_batch ON hcc.payments (organization_id, sepa_batch_id) WHERE sepa_batch_id IS NOT NULL;
CALL hcc.make_tenant_table('payments', 'customer_org_id');
GRANT SELECT, INSERT ON hcc.payments TO hcc_app, hcc_worker;
GRANT UPDATE (provider_reference, payment_method_id, fee, fee_currency, refunded, disputed, exchange_rate, status, received_on,
              notice, requires_action, failure_code, failure_message, failure_is_final, bank_entry_id, version, succeeded_at,
              updated_at) ON hcc.payments TO hcc_app, hcc_worker;

CREATE TABLE hcc.refunds (
  id                 uuid PRIMARY KEY,
  organization_id    uuid NOT NULL,
  customer_org_id    uuid NOT NULL,
  payment_id         uuid NOT NULL,
  provider           text NOT NULL DEFAULT '' CHECK (provider IN ('', 'stripe')),
  provider_reference text CHECK (char_length(provider_reference) BETWEEN 1 AND 255),
  amount             numeric(18, 3) NOT NULL CHECK (amount > 0),
  reason             text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 300),
  status             text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
  refunded_on        date NOT NULL,
  failure_code       text NOT NULL DEFAULT '' CHECK (char_length(failure_code) <= 60),
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, payment_id) REFERENCES hcc.payments (organization_id, id)
);
CREATE UNIQUE INDEX refunds_reference ON hcc.refunds (organization_id, provider, provider_reference) WHERE provider <> '';
CREATE INDEX refunds_payment ON hcc.refunds (organization_id, payment_id);
CREATE INDEX refunds_pending ON hcc.refunds (created_at) WHERE status = 'pending';
CALL hcc.make_tenant_table('refunds', 'customer_org_id');
GRANT SELECT, INSERT ON hcc.refunds TO hcc_app, hcc_worker;
GRANT UPDATE (provider_reference, status, failure_code, updated_at) ON hcc.refunds TO hcc_app, hcc_worker;

-- A cardholder's or a bank's claim of money back: chargebacks and returned direct debits.
CREATE TABLE hcc.disputes (
  id                 uuid PRIMARY KEY,
  organization_id    uuid NOT NULL,
  customer_org_id    uuid NOT NULL,
  payment_id         uuid NOT NULL,
  kind               text NOT NULL CHECK (kind IN ('chargeback', 'return')),
  provider           text NOT NULL DEFAULT '' CHECK (provider IN ('', 'stripe')),
  provider_reference text NOT NULL CHECK (char_length(provider_reference) BETWEEN 1 AND 255),
  amount             numeric(18, 3) NOT NULL CHECK (amount > 0),
  fee                numeric(18, 3) NOT NULL DEFAULT 0,
  reason             text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 100),
  status             text NOT NULL CHECK (status IN ('warning', 'open', 'won', 'lost')),
  is_withdrawn       boolean NOT NULL DEFAULT false,
  evidence_due_at    timestamptz,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, provider, provider_reference),
  FOREIGN KEY (organization_id, payment_id) REFERENCES hcc.payments (organization_id, id)
);
CREATE INDEX disputes_payment ON hcc.disputes (organization_id, payment_id);
CALL hcc.make_tenant_table('disputes');
GRANT SELECT, INSERT ON hcc.disputes TO hcc_app, hcc_worker;
GRANT UPDATE (status, fee, is_withdrawn, evidence_due_at, updated_at) ON hcc.disputes TO hcc_app, hcc_worker;

-- Where the money of a payment went: to invoices, or (without one) to the customer's credit. What is taken back is a line below
-- zero. All lines of a payment add up to its amount less what went back.
CREATE TABLE hcc.payment_allocations (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL,
  customer_org_id uuid NOT NULL,
  payment_id      uuid NOT NULL,
  invoice_id      uuid,
  amount          numeric(18, 3) NOT NULL CHECK (amount <> 0),
  kind            text NOT NULL CHECK (kind IN ('payment', 'moved', 'refund', 'refund_failed', 'dispute', 'dispute_won')),
  source          uuid NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (organization_id, payment_id) REFERENCES hcc.payments (organization_id, id),
  FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices (organization_id, id)
);
COMMENT ON COLUMN hcc.payment_allocations.source IS 'The payment, move, refund or dispute that wrote the line.';
CREATE INDEX payment_allocations_payment ON hcc.payment_allocations (organization_id, payment_id, created_at, id);
CREATE INDEX payment_allocations_invoice ON hcc.payment_allocations (organization_id, invoice_id) WHERE invoice_id IS NOT NULL;
CREATE UNIQUE INDEX payment_allocations_once ON hcc.payment_allocations
  (organization_id, payment_id, kind, source, invoice_id) NULLS NOT DISTINCT;
CALL hcc.make_tenant_table('payment_allocations', 'customer_org_id');
GRANT SELECT, INSERT ON hcc.payment_allocations TO hcc_app, hcc_worker;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON hcc.payment_allocations
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.refuse_change();

-- At the end of each transaction a payment's money is all accounted for.
CREATE FUNCTION hcc.payment_accounted_for() RETURNS trigger LANGUAGE plpgsql SET search_path = hcc, pg_temp AS $$
DECLARE
  of_payment CONSTANT uuid := to_jsonb(NEW) ->> CASE WHEN TG_TABLE_NAME = 'payments' THEN 'id' ELSE 'payment_id' END;
  wanted numeric;
  found_sum numeric;
BEGIN
  SELECT CASE WHEN p.succeeded_at IS NULL THEN 0 ELSE p.amount - p.refunded - p.disputed END INTO wanted
    FROM payments p WHERE p.id = of_payment;
  SELECT coalesce(sum(a.amount), 0) INTO found_sum FROM payment_allocations a
   WHERE a.organization_id = NEW.organization_id AND a.payment_id = of_payment;
  IF wanted <> found_sum THEN
    RAISE check_violation USING MESSAGE = format('payment %s: %s is allocated, not %s', of_payment, found_sum, wanted),
      CONSTRAINT = 'payment_accounted_for';
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER accounted_for AFTER INSERT OR UPDATE OF refunded, disputed, succeeded_at, status ON hcc.payments
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hcc.payment_accounted_for();
CREATE CONSTRAINT TRIGGER accounted_for AFTER INSERT ON hcc.payment_allocations
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hcc.payment_accounted_for();

-- What each customer has to their credit: kept by the books themselves, so that it never differs from them. Below zero is what
-- a customer owes after money that was credited was charged back.
CREATE TABLE hcc.customer_credits (
  organization_id uuid NOT NULL,
  customer_id     uuid NOT NULL,
  customer_org_id uuid NOT NULL,
  currency        char(3) NOT NULL,
  amount          numeric(20, 3) NOT NULL,
  base_amount     numeric(20, 3) NOT NULL,
  updated_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, customer_id, currency)
);
CALL hcc.make_tenant_table('customer_credits', 'customer_org_id');
GRANT SELECT ON hcc.customer_credits TO hcc_app, hcc_worker;

CREATE FUNCTION hcc.customer_credits_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  INSERT INTO customer_credits AS c (organization_id, customer_id, customer_org_id, currency, amount, base_amount)
  SELECT w.organization_id, w.customer_id, k.customer_org_id, e.currency, -sum(w.amount), -sum(w.base_amount)
    FROM written w
    JOIN ledger_entries e ON e.organization_id = w.organization_id AND e.id = w.entry_id
    JOIN customers k ON k.organization_id = w.organization_id AND k.id = w.customer_id
   WHERE w.account = 'customer_credit'
   GROUP BY w.organization_id, w.customer_id, k.customer_org_id, e.currency
  ON CONFLICT (organization_id, customer_id, currency) DO UPDATE
     SET amount = c.amount + excluded.amount, base_amount = c.base_amount + excluded.base_amount, updated_at = now();
  RETURN NULL;
END
$$;
CREATE TRIGGER customer_credits_count AFTER INSERT ON hcc.ledger_lines REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.customer_credits_count();
INSERT INTO hcc.customer_credits (organization_id, customer_id, customer_org_id, currency, amount, base_amount)
SELECT l.organization_id, l.customer_id, k.customer_org_id, e.currency, -sum(l.amount), -sum(l.base_amount)
  FROM hcc.ledger_lines l
  JOIN hcc.ledger_entries e ON e.organization_id = l.organization_id AND e.id = l.entry_id
  JOIN hcc.customers k ON k.organization_id = l.organization_id AND k.id = l.customer_id
 WHERE l.account = 'customer_credit'
 GROUP BY l.organization_id, l.customer_id, k.customer_org_id, e.currency;

CREATE TABLE hcc.credit_adjustments (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  customer_id     uuid NOT NULL,
  currency        char(3) NOT NULL,
  amount          numeric(18, 3) NOT NULL CHECK (amount <> 0),
  reason          text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 300),
  created_by      uuid,
  created_at      timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers (organization_id, id)
);
CREATE INDEX credit_adjustments_customer ON hcc.credit_adjustments (organization_id, customer_id, created_at DESC);
CALL hcc.make_tenant_table('credit_adjustments');
GRANT SELECT, INSERT ON hcc.credit_adjustments TO hcc_app, hcc_worker;

-- Events of providers, each once. What happened is asked of the provider again; here stands only that something did.
CREATE TABLE hcc.provider_events (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  provider        text NOT NULL CHECK (provider IN ('stripe')),
  event_id        text NOT NULL CHECK (char_length(event_id) BETWEEN 1 AND 255),
  topic           text NOT NULL CHECK (char_length(topic) <= 100),
  object_kind     text NOT NULL CHECK (char_length(object_kind) <= 60),
  object_id       text NOT NULL CHECK (char_length(object_id) <= 255),
  status          text NOT NULL DEFAULT 'received' CHECK (status IN ('received', 'processed', 'ignored', 'unknown', 'failed')),
  detail          text NOT NULL DEFAULT '' CHECK (char_length(detail) <= 300),
  happened_at     timestamptz NOT NULL,
  received_at     timestamptz NOT NULL DEFAULT now(),
  processed_at    timestamptz,
  UNIQUE (organization_id, provider, event_id)
);
CREATE INDEX provider_events_waiting ON hcc.provider_events (received_at) WHERE status = 'received';
CREATE INDEX provider_events_recent ON hcc.provider_events (organization_id, received_at DESC, id DESC);
CALL hcc.make_tenant_table('provider_events');
GRANT SELECT, INSERT ON hcc.provider_events TO hcc_app, hcc_worker;
GRANT UPDATE (status, detail, processed_at) ON hcc.provider_events TO hcc_app, hcc_worker;

-- What a worker looks after for every seller: charges and refunds of which nothing was heard, events that no job took.
CREATE FUNCTION hcc.silent_provider_work(older_than interval, many integer)
RETURNS TABLE (organization_id uuid, kind text, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  (SELECT p.organization_id, 'payment', p.id FROM payments p
    WHERE p.status = 'pending' AND p.provider <> '' AND p.updated_at < now() - older_than ORDER BY p.updated_at LIMIT many)
  UNION ALL
  (SELECT r.organization_id, 'refund', r.id FROM refunds r
    WHERE r.status = 'pending' AND r.provider <> '' AND r.updated_at < now() - older_than ORDER BY r.updated_at LIMIT many)
  UNION ALL
  (SELECT e.organization_id, 'event', e.id FROM provider_events e
    WHERE e.status = 'received' AND e.received_at < now() - older_than ORDER BY e.received_at LIMIT many)
$$;
GRANT EXECUTE ON FUNCTION hcc.silent_provider_work(interval, integer) TO hcc_worker;

-- How a bank's CSV is read.
CREATE TABLE hcc.statement_profiles (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  layout          jsonb NOT NULL,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, name)
);
CALL hcc.make_tenant_table('statement_profiles');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.statement_profiles TO hcc_app, hcc_worker;

CREATE TABLE hcc.bank_statements (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  format          text NOT NULL CHECK (format IN ('camt.053', 'csv')),
  account         text NOT NULL CHECK (char_length(account) BETWEEN 1 AND 34),
  statement_id    text NOT NULL DEFAULT '' CHECK (char_length(statement_id) <= 100),
  opening         numeric(18, 3),
  closing         numeric(18, 3),
  currency        char(3) NOT NULL,
  entries         integer NOT NULL,
  known           integer NOT NULL,
  created_by      uuid,
  created_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id)
);
COMMENT ON COLUMN hcc.bank_statements.known IS 'Entries that an earlier statement had brought already.';
CREATE INDEX bank_statements_recent ON hcc.bank_statements (organization_id, created_at DESC, id DESC);
CALL hcc.make_tenant_table('bank_statements');
GRANT SELECT, INSERT ON hcc.bank_statements TO hcc_app, hcc_worker;

CREATE TABLE hcc.bank_entries (
  id               uuid PRIMARY KEY,
  organization_id  uuid NOT NULL,
  statement_id     uuid NOT NULL,
  account          text NOT NULL CHECK (char_length(account) BETWEEN 1 AND 34),
  entry_reference  text NOT NULL CHECK (char_length(entry_reference) BETWEEN 1 AND 140),
  booked_on        date NOT NULL,
  amount           numeric(18, 3) NOT NULL CHECK (amount <> 0),
  currency         char(3) NOT NULL,
  counterparty     text NOT NULL DEFAULT '' CHECK (char_length(counterparty) <= 140),
  counterparty_iban text NOT NULL DEFAULT '' CHECK (char_length(counterparty_iban) <= 34),
  remittance       text NOT NULL DEFAULT '' CHECK (char_length(remittance) <= 1000),
  creditor_reference text NOT NULL DEFAULT '' CHECK (char_length(creditor_reference) <= 35),
  end_to_end_id    text NOT NULL DEFAULT '' CHECK (char_length(end_to_end_id) <= 35),
  batch_reference  text NOT NULL DEFAULT '' CHECK (char_length(batch_reference) <= 35),
  return_code      text NOT NULL DEFAULT '' CHECK (char_length(return_code) <= 10),
  status           text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'matched', 'ignored')),
  outcome          text NOT NULL DEFAULT '' CHECK (char_length(outcome) <= 300),
  suggestions      jsonb NOT NULL DEFAULT '[]',
  payment_id       uuid,
  version          integer NOT NULL DEFAULT 1,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, account, entry_reference, amount, booked_on),
  FOREIGN KEY (organization_id, statement_id) REFERENCES hcc.bank_statements (organization_id, id)
);
COMMENT ON COLUMN hcc.bank_entries.amount IS 'Above zero came in, below went out.';
CREATE INDEX bank_entries_status ON hcc.bank_entries (organization_id, status, booked_on DESC, id DESC);
CALL hcc.make_tenant_table('bank_entries');
GRANT SELECT, INSERT ON hcc.bank_entries TO hcc_app, hcc_worker;
GRANT UPDATE (status, outcome, suggestions, payment_id, version, updated_at) ON hcc.bank_entries TO hcc_app, hcc_worker;

CREATE INDEX invoices_plain_number ON hcc.invoices (organization_id, plain_number) WHERE number IS NOT NULL;
CREATE INDEX invoices_open_balance ON hcc.invoices (organization_id, balance) WHERE status IN ('sent', 'partially_paid', 'overdue');
