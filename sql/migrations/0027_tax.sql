-- Tax: a seller's own rates, where else it is registered, what the registers said of VAT ids, where customers are, and what
-- the books must know for returns.

ALTER TABLE hcc.billing_settings
  ADD COLUMN tax_registrations text[] NOT NULL DEFAULT '{}' CHECK (cardinality(tax_registrations) <= 100),
  ADD COLUMN pending_tax_id text NOT NULL DEFAULT 'as_valid' CHECK (pending_tax_id IN ('as_valid', 'as_invalid'));

ALTER TABLE hcc.customers DROP CONSTRAINT customers_kind_check;
ALTER TABLE hcc.customers ADD CONSTRAINT customers_kind_check CHECK (kind IN ('business', 'private', 'public'));

-- What stands before the built-in rates. A rate begins and ends; what it is never changes.
CREATE TABLE hcc.tax_rates (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  country         char(2) NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
  region          text NOT NULL DEFAULT '' CHECK (region ~ '^[A-Z0-9]{0,12}$'),
  tax_class       text NOT NULL CHECK (tax_class ~ '^[a-z][a-z_]{0,39}$'),
  percent         numeric(7, 4) NOT NULL CHECK (percent BETWEEN 0 AND 100),
  components      jsonb NOT NULL DEFAULT '[]',
  valid_from      date NOT NULL,
  valid_to        date CHECK (valid_to >= valid_from),
  note            text NOT NULL DEFAULT '' CHECK (char_length(note) <= 300),
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, country, region, tax_class, valid_from)
);
CALL hcc.make_tenant_table('tax_rates');
GRANT SELECT, INSERT, DELETE ON hcc.tax_rates TO hcc_app, hcc_worker;
GRANT UPDATE (valid_to, version, updated_at) ON hcc.tax_rates TO hcc_app, hcc_worker;

-- One rate a day for a place and class. Writers of one seller wait for each other, or two could miss each other's row.
CREATE FUNCTION hcc.tax_rates_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = hcc, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('hcc.tax_rates ' || NEW.organization_id, 0));
  IF EXISTS (SELECT FROM tax_rates r
              WHERE r.organization_id = NEW.organization_id AND r.country = NEW.country AND r.region = NEW.region
                AND r.tax_class = NEW.tax_class AND r.id <> NEW.id
                AND daterange(r.valid_from, r.valid_to, '[]') && daterange(NEW.valid_from, NEW.valid_to, '[]')) THEN
    RAISE exclusion_violation USING MESSAGE = 'another rate holds on some of these days', CONSTRAINT = 'tax_rates_overlap';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON hcc.tax_rates FOR EACH ROW EXECUTE FUNCTION hcc.tax_rates_guard();

-- What the register said of a VAT id, and when: evidence, which is only ever added to.
CREATE TABLE hcc.vat_checks (
  id                  uuid PRIMARY KEY,
  organization_id     uuid NOT NULL REFERENCES hcc.organizations (id),
  customer_id         uuid NOT NULL,
  tax_id              text NOT NULL CHECK (char_length(tax_id) <= 30),
  outcome             text NOT NULL CHECK (outcome IN ('valid', 'invalid', 'unavailable')),
  reason              text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 200),
  register            text NOT NULL DEFAULT 'VIES' CHECK (char_length(register) <= 20),
  requester           text NOT NULL DEFAULT '' CHECK (char_length(requester) <= 30),
  consultation_number text NOT NULL DEFAULT '' CHECK (char_length(consultation_number) <= 100),
  name                text NOT NULL DEFAULT '' CHECK (char_length(name) <= 500),
  address             text NOT NULL DEFAULT '' CHECK (char_length(address) <= 1000),
  checked_at          timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX vat_checks_of ON hcc.vat_checks (organization_id, customer_id, checked_at DESC, id DESC);
CALL hcc.make_tenant_table('vat_checks');
GRANT SELECT, INSERT ON hcc.vat_checks TO hcc_app, hcc_worker;

-- Which ids are to be asked for, and when next.
CREATE TABLE hcc.vat_watches (
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  customer_id     uuid NOT NULL,
  tax_id          text NOT NULL,
  attempts        integer NOT NULL DEFAULT 0,
  next_check_at   timestamptz NOT NULL DEFAULT now(),
  queued_until    timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (organization_id, customer_id),
  FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers (organization_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN hcc.vat_watches.attempts IS 'In a row without an answer; nought after one.';
CREATE INDEX vat_watches_due ON hcc.vat_watches (next_check_at);
CALL hcc.make_tenant_table('vat_watches');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.vat_watches TO hcc_app, hcc_worker;

-- Those that are due, of all sellers, marked so that the next look does not queue them again.
CREATE FUNCTION hcc.due_vat_watches(most integer) RETURNS TABLE (organization_id uuid, customer_id uuid, tax_id text)
LANGUAGE sql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  UPDATE vat_watches w SET queued_until = now() + interval '1 hour'
    FROM (SELECT d.organization_id, d.customer_id FROM vat_watches d
           WHERE d.next_check_at <= now() AND d.queued_until <= now()
           ORDER BY d.next_check_at LIMIT most FOR UPDATE SKIP LOCKED) due
   WHERE w.organization_id = due.organization_id AND w.customer_id = due.customer_id
  RETURNING w.organization_id, w.customer_id, w.tax_id
$$;
GRANT EXECUTE ON FUNCTION hcc.due_vat_watches(integer) TO hcc_worker;

-- Invoices whose treatment rests on something that was found wrong later. The invoice itself stays as it is.
CREATE TABLE hcc.tax_flags (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL,
  invoice_id      uuid NOT NULL,
  customer_id     uuid NOT NULL,
  reason          text NOT NULL CHECK (reason IN ('tax_id_invalid')),
  detail          text NOT NULL DEFAULT '' CHECK (char_length(detail) <= 300),
  resolution      text NOT NULL DEFAULT '' CHECK (char_length(resolution) <= 300),
  resolved_at     timestamptz,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, invoice_id, reason, detail),
  FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices (organization_id, id)
);
CREATE INDEX tax_flags_customer ON hcc.tax_flags (organization_id, customer_id);
CALL hcc.make_tenant_table('tax_flags');
GRANT SELECT, INSERT ON hcc.tax_flags TO hcc_app, hcc_worker;
GRANT UPDATE (resolution, resolved_at, version, updated_at) ON hcc.tax_flags TO hcc_app, hcc_worker;

-- What speaks for a customer's country (regulation 282/2011, articles 24b to 24f). Only ever added to.
CREATE TABLE hcc.place_evidence (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  customer_id     uuid NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('billing_address', 'ip_address', 'bank', 'tax_id', 'phone', 'other')),
  country         char(2) CHECK (country ~ '^[A-Z]{2}$'),
  detail          text NOT NULL DEFAULT '' CHECK (char_length(detail) <= 200),
  source          text NOT NULL CHECK (source ~ '^[a-z][a-z_]{0,39}$'),
  seen_at         timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers (organization_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN hcc.place_evidence.country IS 'Nothing when the kind says nothing any more, such as an id that was taken away.';
CREATE INDEX place_evidence_of ON hcc.place_evidence (organization_id, customer_id, kind, seen_at DESC, id DESC);
CALL hcc.make_tenant_table('place_evidence');
GRANT SELECT, INSERT ON hcc.place_evidence TO hcc_app, hcc_worker;

-- Which warnings about the threshold were given.
CREATE TABLE hcc.oss_warnings (
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  year            integer NOT NULL CHECK (year BETWEEN 2000 AND 9999),
  percent         smallint NOT NULL CHECK (percent IN (80, 100)),
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, year, percent)
);
CALL hcc.make_tenant_table('oss_warnings');
GRANT SELECT, INSERT ON hcc.oss_warnings TO hcc_app, hcc_worker;

-- What returns are made of: every line of revenue says how it was taxed, every line of tax which tax it is.
ALTER TABLE hcc.ledger_lines
  ADD COLUMN tax_region text,
  ADD COLUMN tax_reason text,
  ADD COLUMN tax_name   text,
  ADD COLUMN tax_id     text,
  ADD COLUMN tax_on     date;
COMMENT ON COLUMN hcc.ledger_lines.tax_rate IS 'The whole rate of the sale, on the line of each tax that it is made of too.';
COMMENT ON COLUMN hcc.ledger_lines.tax_name IS 'Which of several taxes, such as QST; empty where there is one.';
COMMENT ON COLUMN hcc.ledger_lines.tax_id IS 'The customer''s VAT id, where the customer owes the tax.';
COMMENT ON COLUMN hcc.ledger_lines.tax_on IS 'The day of the sale: that of the invoice, for what takes it back as well.';
CREATE INDEX ledger_lines_cross_border ON hcc.ledger_lines (organization_id, tax_on) INCLUDE (tax_reason, base_amount)
 WHERE tax_reason IN ('below_threshold', 'oss') AND account <> 'tax';

-- Sellers with private sales across borders in a year, whose threshold is to be looked at.
CREATE FUNCTION hcc.cross_border_sellers(since date) RETURNS TABLE (organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT s.organization_id FROM billing_settings s
   WHERE NOT s.oss_registered AND EXISTS (
     SELECT FROM ledger_lines l
      WHERE l.organization_id = s.organization_id AND l.tax_on >= since
        AND l.tax_reason IN ('below_threshold', 'oss') AND l.account <> 'tax')
$$;
GRANT EXECUTE ON FUNCTION hcc.cross_border_sellers(date) TO hcc_worker;
