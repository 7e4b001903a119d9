-- Who sells, to whom, under which numbers, and the books in which all of it ends.

UPDATE hcc.roles SET permissions = permissions || '{billing:*,billing-settings:*,ledger:*}'::text[]
 WHERE organization_id IS NULL AND name = 'owner' AND user_type = 'reseller';
UPDATE hcc.roles SET permissions = permissions || '{billing:read,billing:write}'::text[]
 WHERE organization_id IS NULL AND (user_type, name) IN (('admin', 'support'), ('reseller', 'staff'));
UPDATE hcc.roles SET permissions = permissions || '{billing:read}'::text[]
 WHERE organization_id IS NULL AND (user_type, name) = ('customer', 'owner');

CREATE TABLE hcc.billing_settings (
  organization_id    uuid PRIMARY KEY REFERENCES hcc.organizations (id),
  legal_name         text NOT NULL CHECK (char_length(legal_name) BETWEEN 1 AND 200),
  address            jsonb NOT NULL,
  email              text NOT NULL,
  phone              text NOT NULL DEFAULT '' CHECK (char_length(phone) <= 50),
  website            text NOT NULL DEFAULT '' CHECK (char_length(website) <= 200),
  registration       text NOT NULL DEFAULT '' CHECK (char_length(registration) <= 200),
  vat_id             text NOT NULL DEFAULT '' CHECK (char_length(vat_id) <= 30),
  tax_number         text NOT NULL DEFAULT '' CHECK (char_length(tax_number) <= 40),
  oss_registered     boolean NOT NULL DEFAULT false,
  small_business     boolean NOT NULL DEFAULT false,
  iban               text NOT NULL DEFAULT '',
  bic                text NOT NULL DEFAULT '',
  account_holder     text NOT NULL DEFAULT '' CHECK (char_length(account_holder) <= 70),
  creditor_id        text NOT NULL DEFAULT '' CHECK (char_length(creditor_id) <= 35),
  currency           char(3) NOT NULL DEFAULT 'EUR',
  timezone           text NOT NULL DEFAULT 'UTC',
  language           text NOT NULL DEFAULT 'en',
  page_size          text NOT NULL DEFAULT 'A4' CHECK (page_size IN ('A4', 'Letter')),
  rounding           text NOT NULL DEFAULT 'half_up' CHECK (rounding IN ('half_up', 'half_even')),
  tax_rounding       text NOT NULL DEFAULT 'invoice' CHECK (tax_rounding IN ('invoice', 'line')),
  prices_include_tax boolean NOT NULL DEFAULT false,
  payment_terms_days smallint NOT NULL DEFAULT 14 CHECK (payment_terms_days BETWEEN 0 AND 365),
  invoice_number     text NOT NULL DEFAULT 'INV-{year}-{number:5}',
  credit_note_number text NOT NULL DEFAULT 'CN-{year}-{number:5}',
  debit_note_number  text NOT NULL DEFAULT 'DN-{year}-{number:5}',
  customer_number    text NOT NULL DEFAULT 'C{number:6}',
  footer             text NOT NULL DEFAULT '' CHECK (char_length(footer) <= 1000),
  colour             text NOT NULL DEFAULT '#1f2937' CHECK (colour ~ '^#[0-9a-f]{6}$'),
  logo               bytea CHECK (octet_length(logo) <= 524288),
  logo_type          text CHECK (logo_type IN ('image/png', 'image/jpeg', 'image/svg+xml')),
  version            integer NOT NULL DEFAULT 1,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  CHECK ((logo IS NULL) = (logo_type IS NULL))
);
CALL hcc.make_tenant_table('billing_settings');
GRANT SELECT, INSERT, UPDATE ON hcc.billing_settings TO hcc_app, hcc_worker;

-- Counters without a gap: the row is locked by the transaction that takes a number, and goes back with it.
CREATE TABLE hcc.number_series (
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  kind            text NOT NULL CHECK (kind IN ('invoice', 'credit_note', 'debit_note', 'customer')),
  prefix          text NOT NULL,
  last            bigint NOT NULL DEFAULT 0 CHECK (last >= 0),
  PRIMARY KEY (organization_id, kind, prefix)
);
CALL hcc.make_tenant_table('number_series');
GRANT SELECT, INSERT ON hcc.number_series TO hcc_app, hcc_worker;
GRANT UPDATE (last) ON hcc.number_series TO hcc_app, hcc_worker;

-- The next numbers of a series, `many` of them; the first.
CREATE FUNCTION hcc.take_numbers(organization uuid, of_kind text, of_prefix text, many integer) RETURNS bigint
LANGUAGE sql AS $$
  INSERT INTO hcc.number_series AS s (organization_id, kind, prefix, last) VALUES (organization, of_kind, of_prefix, many)
  ON CONFLICT (organization_id, kind, prefix) DO UPDATE SET last = s.last + many
  RETURNING last - many + 1
$$;
GRANT EXECUTE ON FUNCTION hcc.take_numbers(uuid, text, text, integer) TO hcc_app, hcc_worker;

CREATE TABLE hcc.customers (
  id                 uuid PRIMARY KEY,
  organization_id    uuid NOT NULL REFERENCES hcc.organizations (id),
  customer_org_id    uuid NOT NULL REFERENCES hcc.organizations (id),
  number             text NOT NULL,
  kind               text NOT NULL CHECK (kind IN ('business', 'private')),
  name               text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  contact            text NOT NULL DEFAULT '' CHECK (char_length(contact) <= 200),
  email              text NOT NULL,
  copies_to          text[] NOT NULL DEFAULT '{}' CHECK (cardinality(copies_to) <= 10),
  address            jsonb NOT NULL,
  country            char(2) GENERATED ALWAYS AS ((address ->> 'country')::char(2)) STORED,
  currency           char(3) NOT NULL,
  language           text NOT NULL,
  tax_id             text NOT NULL DEFAULT '' CHECK (char_length(tax_id) <= 30),
  tax_id_status      text NOT NULL DEFAULT 'none'
                     CHECK (tax_id_status IN ('none', 'pending_verification', 'valid', 'invalid', 'unchecked')),
  tax_exempt         boolean NOT NULL DEFAULT false,
  buyer_reference    text NOT NULL DEFAULT '' CHECK (char_length(buyer_reference) <= 100),
  payment_terms_days smallint CHECK (payment_terms_days BETWEEN 0 AND 365),
  notes              text NOT NULL DEFAULT '' CHECK (char_length(notes) <= 5000),
  is_active          boolean NOT NULL DEFAULT true,
  version            integer NOT NULL DEFAULT 1,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, customer_org_id),
  UNIQUE (organization_id, number),
  UNIQUE (organization_id, id)
);
CREATE INDEX customers_organization ON hcc.customers (customer_org_id);
CREATE INDEX customers_created ON hcc.customers (organization_id, created_at DESC, id DESC);
CREATE INDEX customers_name ON hcc.customers (organization_id, lower(name) text_pattern_ops);
CALL hcc.make_tenant_table('customers', 'customer_org_id');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.customers TO hcc_app, hcc_worker;

-- Rates from one currency into another, by day; the last one up to a day holds.
CREATE TABLE hcc.exchange_rates (
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  currency        char(3) NOT NULL,
  base            char(3) NOT NULL,
  valid_from      date NOT NULL,
  rate            numeric(20, 10) NOT NULL CHECK (rate > 0),
  source          text NOT NULL DEFAULT '' CHECK (char_length(source) <= 100),
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, currency, base, valid_from),
  CHECK (currency <> base)
);
CALL hcc.make_tenant_table('exchange_rates');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.exchange_rates TO hcc_app, hcc_worker;

-- The books. An entry has lines that add up to nothing; neither is ever changed or deleted.
CREATE TABLE hcc.ledger_entries (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  booked_on       date NOT NULL,
  kind            text NOT NULL CHECK (kind ~ '^[a-z][a-z_]{0,39}$'),
  source          uuid NOT NULL,
  part            text NOT NULL DEFAULT '',
  text            text NOT NULL DEFAULT '' CHECK (char_length(text) <= 300),
  currency        char(3) NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, kind, source, part),
  UNIQUE (organization_id, id)
);
COMMENT ON COLUMN hcc.ledger_entries.source IS 'What is booked: an invoice, a payment. With kind and part it is booked once.';
CREATE INDEX ledger_entries_day ON hcc.ledger_entries (organization_id, booked_on, id);
CALL hcc.make_tenant_table('ledger_entries');
GRANT SELECT, INSERT ON hcc.ledger_entries TO hcc_app, hcc_worker;

CREATE TABLE hcc.ledger_lines (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organization_id uuid NOT NULL,
  entry_id        uuid NOT NULL,
  account         text NOT NULL CHECK (account ~ '^[a-z][a-z_]{0,39}$'),
  customer_id     uuid,
  invoice_id      uuid,
  amount          numeric(20, 3) NOT NULL,
  base_amount     numeric(20, 3) NOT NULL,
  tax_country     char(2),
  tax_category    text,
  tax_rate        numeric(7, 4),
  FOREIGN KEY (organization_id, entry_id) REFERENCES hcc.ledger_entries (organization_id, id)
);
COMMENT ON COLUMN hcc.ledger_lines.amount IS 'Debit above zero, credit below, in the entry''s currency; base_amount in the seller''s.';
CREATE INDEX ledger_lines_entry ON hcc.ledger_lines (organization_id, entry_id);
CREATE INDEX ledger_lines_account ON hcc.ledger_lines (organization_id, account, customer_id) INCLUDE (amount, base_amount);
CREATE INDEX ledger_lines_invoice ON hcc.ledger_lines (invoice_id) WHERE invoice_id IS NOT NULL;
CALL hcc.make_tenant_table('ledger_lines');
GRANT SELECT, INSERT ON hcc.ledger_lines TO hcc_app, hcc_worker;

-- All lines of an entry come in one statement, in the transaction that made the entry, and balance.
CREATE FUNCTION hcc.ledger_balanced() RETURNS trigger LANGUAGE plpgsql SET search_path = hcc, pg_temp AS $$
DECLARE
  wrong uuid;
BEGIN
  SELECT l.entry_id INTO wrong FROM written l GROUP BY l.entry_id
  HAVING sum(l.amount) <> 0 OR sum(l.base_amount) <> 0 OR count(*) < 2 LIMIT 1;
  IF FOUND THEN
    RAISE check_violation USING MESSAGE = format('the lines of ledger entry %s do not balance', wrong), CONSTRAINT = 'ledger_balanced';
  END IF;
  SELECT l.entry_id INTO wrong FROM written l JOIN ledger_entries e ON e.id = l.entry_id
   WHERE e.created_at <> now() OR EXISTS (
     SELECT FROM ledger_lines o WHERE o.organization_id = l.organization_id AND o.entry_id = l.entry_id
        AND o.id NOT IN (SELECT w.id FROM written w WHERE w.entry_id = l.entry_id)) LIMIT 1;
  IF FOUND THEN
    RAISE check_violation USING MESSAGE = format('ledger entry %s is closed', wrong), CONSTRAINT = 'ledger_closed';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER balanced AFTER INSERT ON hcc.ledger_lines REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.ledger_balanced();

CREATE FUNCTION hcc.ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE insufficient_privilege USING MESSAGE = 'the ledger is append-only';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON hcc.ledger_entries
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.ledger_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON hcc.ledger_lines
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.ledger_append_only();

-- Whose books an entry without lines would be in is nobody's: each entry has lines before its transaction ends.
CREATE FUNCTION hcc.ledger_has_lines() RETURNS trigger LANGUAGE plpgsql SET search_path = hcc, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM ledger_lines l WHERE l.organization_id = NEW.organization_id AND l.entry_id = NEW.id) THEN
    RAISE check_violation USING MESSAGE = format('ledger entry %s has no lines', NEW.id), CONSTRAINT = 'ledger_has_lines';
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER has_lines AFTER INSERT ON hcc.ledger_entries DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION hcc.ledger_has_lines();

-- What the seller's own chart of accounts calls these accounts, such as 8400 of SKR03.
CREATE TABLE hcc.ledger_account_numbers (
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  account         text NOT NULL CHECK (account ~ '^[a-z][a-z_]{0,39}$'),
  number          text NOT NULL CHECK (number ~ '^[0-9]{1,9}$'),
  PRIMARY KEY (organization_id, account)
);
CALL hcc.make_tenant_table('ledger_account_numbers');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.ledger_account_numbers TO hcc_app, hcc_worker;
