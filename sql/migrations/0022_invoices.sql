-- Invoices, credit notes and debit notes. Drafts may change; what is finalised never does.

CREATE TABLE hcc.invoices (
  id                 uuid PRIMARY KEY,
  organization_id    uuid NOT NULL REFERENCES hcc.organizations (id),
  customer_id        uuid NOT NULL,
  customer_org_id    uuid NOT NULL REFERENCES hcc.organizations (id),
  customer_name      text NOT NULL,
  kind               text NOT NULL DEFAULT 'invoice' CHECK (kind IN ('invoice', 'credit_note', 'debit_note')),
  status             text NOT NULL DEFAULT 'draft'
                     CHECK (status IN ('draft', 'sent', 'partially_paid', 'paid', 'overdue', 'cancelled', 'uncollectible')),
  number             text,
  number_prefix      text,
  number_sequence    bigint,
  corrects_id        uuid,
  subscription_id    uuid,
  currency           char(3) NOT NULL,
  amount             numeric(18, 3) NOT NULL DEFAULT 0,
  tax                numeric(18, 3) NOT NULL DEFAULT 0,
  total              numeric(18, 3) NOT NULL DEFAULT 0,
  paid               numeric(18, 3) NOT NULL DEFAULT 0,
  credited           numeric(18, 3) NOT NULL DEFAULT 0,
  balance            numeric(18, 3) GENERATED ALWAYS AS (total - paid - credited) STORED,
  exchange_rate      numeric(20, 10) NOT NULL DEFAULT 1,
  prices_include_tax boolean NOT NULL DEFAULT false,
  rounding           text NOT NULL DEFAULT 'half_up',
  tax_rounding       text NOT NULL DEFAULT 'invoice',
  tax_subtotals      jsonb NOT NULL DEFAULT '[]',
  tax_treatment      jsonb,
  seller             jsonb,
  buyer              jsonb,
  language           text NOT NULL DEFAULT 'en',
  buyer_reference    text NOT NULL DEFAULT '' CHECK (char_length(buyer_reference) <= 100),
  notes              text NOT NULL DEFAULT '' CHECK (char_length(notes) <= 5000),
  supplied_from      date,
  supplied_to        date,
  payment_terms_days smallint NOT NULL DEFAULT 14 CHECK (payment_terms_days BETWEEN 0 AND 365),
  issued_on          date,
  due_date           date,
  issued_at          timestamptz,
  sent_at            timestamptz,
  paid_at            timestamptz,
  closed_at          timestamptz,
  version            integer NOT NULL DEFAULT 1,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, number),
  UNIQUE (organization_id, kind, number_prefix, number_sequence),
  FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers (organization_id, id),
  FOREIGN KEY (organization_id, corrects_id) REFERENCES hcc.invoices (organization_id, id),
  CHECK ((status = 'draft') = (number IS NULL)),
  CHECK (num_nulls(number, number_prefix, number_sequence, issued_on, due_date, issued_at, seller, buyer, tax_treatment) IN (0, 9)),
  CHECK ((kind = 'invoice') = (corrects_id IS NULL)),
  CHECK (total = amount + tax),
  CHECK (status = 'draft' OR kind = 'credit_note' OR (total >= 0 AND balance >= 0)),
  CHECK (supplied_from <= supplied_to)
);
CREATE INDEX invoices_created ON hcc.invoices (organization_id, created_at DESC, id DESC);
CREATE INDEX invoices_status ON hcc.invoices (organization_id, status, created_at DESC, id DESC);
CREATE INDEX invoices_issued ON hcc.invoices (organization_id, issued_on DESC, id DESC);
CREATE INDEX invoices_customer ON hcc.invoices (organization_id, customer_id, created_at DESC, id DESC);
CREATE INDEX invoices_of_customer ON hcc.invoices (customer_org_id, created_at DESC, id DESC) WHERE status <> 'draft';
CREATE INDEX invoices_due ON hcc.invoices (organization_id, due_date, id) WHERE status IN ('sent', 'partially_paid', 'overdue');
CREATE INDEX invoices_number ON hcc.invoices (organization_id, lower(number) text_pattern_ops);
CREATE INDEX invoices_name ON hcc.invoices (organization_id, lower(customer_name) text_pattern_ops);
CREATE INDEX invoices_corrects ON hcc.invoices (corrects_id) WHERE corrects_id IS NOT NULL;
CREATE INDEX invoices_subscription ON hcc.invoices (subscription_id) WHERE subscription_id IS NOT NULL;
CALL hcc.make_tenant_table('invoices', 'customer_org_id');
-- A customer does not see what is still being written.
ALTER POLICY tenant_read ON hcc.invoices
  USING (hcc.visible(organization_id) OR (status <> 'draft' AND hcc.visible(organization_id, customer_org_id)));
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.invoices TO hcc_app, hcc_worker;

CREATE FUNCTION hcc.invoices_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = hcc, pg_temp AS $$
DECLARE
  free CONSTANT text[] := ARRAY['status', 'paid', 'credited', 'balance', 'sent_at', 'paid_at', 'closed_at', 'version', 'updated_at'];
BEGIN
  IF OLD.status = 'draft' THEN
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' OR NEW.status = 'draft' OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
    RAISE check_violation USING MESSAGE = format('invoice %s is finalised', OLD.number), CONSTRAINT = 'invoice_finalised';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON hcc.invoices FOR EACH ROW EXECUTE FUNCTION hcc.invoices_guard();

CREATE TABLE hcc.invoice_items (
  id               uuid PRIMARY KEY,
  organization_id  uuid NOT NULL,
  customer_org_id  uuid NOT NULL,
  invoice_id       uuid NOT NULL,
  position         integer NOT NULL CHECK (position BETWEEN 1 AND 10000),
  description      text NOT NULL CHECK (char_length(description) BETWEEN 1 AND 1000),
  quantity         numeric(18, 6) NOT NULL,
  unit             text NOT NULL DEFAULT 'C62' CHECK (unit ~ '^[A-Z0-9]{2,3}$'),
  unit_price       numeric(18, 6) NOT NULL,
  discount_percent numeric(7, 4) NOT NULL DEFAULT 0 CHECK (discount_percent BETWEEN 0 AND 100),
  discount_amount  numeric(18, 3) NOT NULL DEFAULT 0,
  tax_class        text NOT NULL DEFAULT 'standard' CHECK (tax_class ~ '^[a-z][a-z_]{0,39}$'),
  tax_category     text NOT NULL CHECK (tax_category IN ('S', 'Z', 'E', 'AE', 'K', 'G', 'O')),
  tax_rate         numeric(7, 4) NOT NULL CHECK (tax_rate BETWEEN 0 AND 100),
  line_total       numeric(18, 3) NOT NULL,
  line_tax         numeric(18, 3) NOT NULL,
  period_start     date,
  period_end       date,
  price_id         uuid,
  subscription_item_id uuid,
  corrects_item_id uuid,
  UNIQUE (organization_id, invoice_id, position),
  FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices (organization_id, id) ON DELETE CASCADE,
  CHECK (period_start < period_end)
);
COMMENT ON COLUMN hcc.invoice_items.period_end IS 'The day after the last one of the period.';
COMMENT ON COLUMN hcc.invoice_items.unit IS 'Code of UN/ECE recommendation 20; C62 is one piece.';
CREATE INDEX invoice_items_customer ON hcc.invoice_items (customer_org_id, invoice_id);
CALL hcc.make_tenant_table('invoice_items', 'customer_org_id');
ALTER POLICY tenant_read ON hcc.invoice_items
  USING (hcc.visible(organization_id) OR EXISTS (SELECT FROM hcc.invoices i WHERE i.id = invoice_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.invoice_items TO hcc_app, hcc_worker;

CREATE FUNCTION hcc.invoice_items_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = hcc, pg_temp AS $$
DECLARE
  of_invoice CONSTANT uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.invoice_id ELSE NEW.invoice_id END;
  holds text;
BEGIN
  SELECT i.status INTO holds FROM invoices i WHERE i.id = of_invoice;
  -- Not found: the invoice itself is being deleted.
  IF FOUND AND holds <> 'draft' THEN
    RAISE check_violation USING MESSAGE = 'the invoice of this line is finalised', CONSTRAINT = 'invoice_finalised';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON hcc.invoice_items FOR EACH ROW EXECUTE FUNCTION hcc.invoice_items_guard();

-- What was sent to whom, and what became of it.
CREATE TABLE hcc.invoice_mails (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL,
  customer_org_id uuid NOT NULL,
  invoice_id      uuid NOT NULL,
  what            text NOT NULL CHECK (what IN ('invoice', 'reminder')),
  recipients      text[] NOT NULL,
  status          text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sent', 'failed', 'bounced')),
  detail          text NOT NULL DEFAULT '' CHECK (char_length(detail) <= 500),
  message_id      text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices (organization_id, id)
);
CREATE INDEX invoice_mails_of ON hcc.invoice_mails (organization_id, invoice_id, created_at DESC);
CREATE UNIQUE INDEX invoice_mails_message ON hcc.invoice_mails (message_id);
CALL hcc.make_tenant_table('invoice_mails');
GRANT SELECT, INSERT, UPDATE ON hcc.invoice_mails TO hcc_app, hcc_worker;
