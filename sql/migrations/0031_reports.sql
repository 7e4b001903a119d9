-- What reports, accountants and resellers need of the books.

-- What recurs says so on the invoice and in the books, with the days that it is for and what it is worth a month.
ALTER TABLE hcc.invoice_items ADD COLUMN monthly_price numeric(20, 6) CHECK (monthly_price >= 0);
ALTER TABLE hcc.invoice_items ADD CHECK (monthly_price IS NULL OR period_start IS NOT NULL);
COMMENT ON COLUMN hcc.invoice_items.monthly_price IS
  'What a line that recurs is worth a month, with tax where prices include it; NULL for what does not recur.';
ALTER TABLE hcc.ledger_lines
  ADD COLUMN period_start date,
  ADD COLUMN period_end   date,
  ADD COLUMN monthly      numeric(20, 6),
  ADD COLUMN base_monthly numeric(20, 6);
COMMENT ON COLUMN hcc.ledger_lines.period_end IS 'The day after the last one that was sold; NULL for what is not sold for a time.';
COMMENT ON COLUMN hcc.ledger_lines.monthly IS
  'What revenue that recurs is worth a month, without tax, in the entry''s currency and with the sign of amount; NULL for all else.';

-- What was booked before this gets them where one line of the books is one period; a line that sums up several stays without.
ALTER TABLE hcc.invoice_items DISABLE TRIGGER guard;
UPDATE hcc.invoice_items t
   SET monthly_price = round(c.full_amount / greatest(round((c.full_end - c.full_start) / 30.436875), 1), 6)
  FROM hcc.subscription_charges c
 WHERE c.invoice_item_id = t.id AND t.period_start IS NOT NULL;
-- A credit over a part of what a day cost takes that part of it.
UPDATE hcc.invoice_items t
   SET monthly_price = round(o.monthly_price * least(
         (t.line_total / (t.period_end - t.period_start)) / nullif(o.line_total / (o.period_end - o.period_start), 0), 1), 6)
  FROM hcc.invoice_items o
 WHERE o.id = t.corrects_item_id AND o.monthly_price IS NOT NULL AND t.period_start IS NOT NULL;
ALTER TABLE hcc.invoice_items ENABLE TRIGGER guard;
ALTER TABLE hcc.ledger_lines DISABLE TRIGGER append_only;
UPDATE hcc.ledger_lines l
   SET period_start = g.period_start, period_end = g.period_end, monthly = g.sign * g.monthly,
       base_monthly = round(g.sign * g.monthly * g.rate, 6)
  FROM hcc.ledger_entries e
  JOIN hcc.invoices i ON i.organization_id = e.organization_id AND i.id = e.source
 CROSS JOIN LATERAL (
       SELECT t.tax_category, t.tax_rate, min(t.period_start) AS period_start, max(t.period_end) AS period_end,
              round(sum(t.monthly_price * CASE WHEN i.prices_include_tax THEN 100 / (100 + t.tax_rate) ELSE 1 END), 6) AS monthly,
              CASE i.kind WHEN 'credit_note' THEN 1 ELSE -1 END AS sign,
              coalesce((SELECT o.exchange_rate FROM hcc.invoices o WHERE i.kind = 'credit_note' AND o.id = i.corrects_id),
                       i.exchange_rate) AS rate
         FROM hcc.invoice_items t
        WHERE t.invoice_id = i.id AND t.period_start IS NOT NULL
        GROUP BY t.tax_category, t.tax_rate
       HAVING count(DISTINCT (t.period_start, t.period_end, t.monthly_price IS NULL)) = 1) g
 WHERE e.kind IN ('invoice', 'debit_note', 'credit_note') AND l.organization_id = e.organization_id AND l.entry_id = e.id
   AND l.account = 'deferred_revenue' AND l.tax_category = g.tax_category AND l.tax_rate = g.tax_rate;
ALTER TABLE hcc.ledger_lines ENABLE TRIGGER append_only;

-- Recurring revenue is looked for by the days it is for, and by customer for what was there before.
CREATE INDEX ledger_lines_recurring ON hcc.ledger_lines (organization_id, customer_id, period_start)
  INCLUDE (period_end, monthly, base_monthly, entry_id) WHERE monthly IS NOT NULL;

-- How the accountant's programme calls the accounts of the books.
CREATE TABLE hcc.ledger_charts (
  organization_id   uuid PRIMARY KEY REFERENCES hcc.organizations (id),
  chart             text NOT NULL CHECK (chart IN ('skr03', 'skr04', 'custom')),
  consultant_number integer NOT NULL CHECK (consultant_number BETWEEN 1001 AND 9999999),
  client_number     integer NOT NULL CHECK (client_number BETWEEN 1 AND 99999),
  fiscal_year_month smallint NOT NULL DEFAULT 1 CHECK (fiscal_year_month BETWEEN 1 AND 12),
  account_length    smallint NOT NULL DEFAULT 4 CHECK (account_length BETWEEN 4 AND 8),
  accounts          jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(accounts) = 'object'),
  revenue           jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(revenue) = 'array'),
  version           integer NOT NULL DEFAULT 1,
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now()
);
CALL hcc.make_tenant_table('ledger_charts');
GRANT SELECT, INSERT, UPDATE ON hcc.ledger_charts TO hcc_app, hcc_worker;

-- The account of each customer there; once given it is kept, and none is left out.
CREATE TABLE hcc.ledger_debtors (
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  customer_id     uuid NOT NULL,
  number          integer NOT NULL CHECK (number >= 10000),
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, customer_id),
  UNIQUE (organization_id, number),
  FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers (organization_id, id)
);
CALL hcc.make_tenant_table('ledger_debtors');
GRANT SELECT, INSERT ON hcc.ledger_debtors TO hcc_app, hcc_worker;

-- What a seller and a reseller settle for a month: each sale of the reseller's once, and an invoice over what is owed of them.
CREATE TABLE hcc.reseller_statements (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  reseller_org_id uuid NOT NULL REFERENCES hcc.organizations (id),
  customer_id     uuid NOT NULL,
  month           date NOT NULL CHECK (extract(day FROM month) = 1),
  currency        char(3) NOT NULL,
  sales           integer NOT NULL,
  sold            numeric(18, 3) NOT NULL,
  owed            numeric(18, 3) NOT NULL CHECK (owed >= 0),
  invoice_id      uuid,
  amount          numeric(18, 3) NOT NULL,
  amount_currency char(3) NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, reseller_org_id, currency, month),
  FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers (organization_id, id),
  FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices (organization_id, id)
);
COMMENT ON COLUMN hcc.reseller_statements.amount IS 'What the invoice is over, without tax, in its own currency.';
CREATE INDEX reseller_statements_reseller ON hcc.reseller_statements (reseller_org_id, month DESC, id DESC);
CALL hcc.make_tenant_table('reseller_statements', 'reseller_org_id');
GRANT SELECT, INSERT ON hcc.reseller_statements TO hcc_app, hcc_worker;

CREATE TABLE hcc.reseller_statement_lines (
  share_id        uuid PRIMARY KEY,
  organization_id uuid NOT NULL,
  reseller_org_id uuid NOT NULL REFERENCES hcc.organizations (id),
  statement_id    uuid NOT NULL,
  booked_on       date NOT NULL,
  plan_id         uuid NOT NULL,
  plan_name       text NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('wholesale', 'commission')),
  percent         numeric(7, 4) NOT NULL,
  sold            numeric(18, 3) NOT NULL,
  owed            numeric(18, 3) NOT NULL,
  FOREIGN KEY (organization_id, statement_id) REFERENCES hcc.reseller_statements (organization_id, id)
);
COMMENT ON COLUMN hcc.reseller_statement_lines.share_id IS 'Each share is settled once.';
CREATE INDEX reseller_statement_lines_of ON hcc.reseller_statement_lines (statement_id, booked_on, share_id);
CALL hcc.make_tenant_table('reseller_statement_lines', 'reseller_org_id');
GRANT SELECT, INSERT ON hcc.reseller_statement_lines TO hcc_app, hcc_worker;

-- For the job that settles: who is owed anything, and which statements a reseller's own books do not have yet.
CREATE FUNCTION hcc.suppliers_of_resellers() RETURNS TABLE (organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT DISTINCT s.supplier_org_id FROM supplier_shares s ORDER BY 1
$$;
CREATE FUNCTION hcc.unbooked_reseller_statements() RETURNS TABLE (organization_id uuid, statement_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT s.reseller_org_id, s.id FROM reseller_statements s
   WHERE s.amount > 0 AND NOT EXISTS (
     SELECT FROM ledger_entries e
      WHERE e.organization_id = s.reseller_org_id AND e.kind = 'supplier_statement' AND e.source = s.id)
   ORDER BY s.month, s.id
$$;
GRANT EXECUTE ON FUNCTION hcc.suppliers_of_resellers(), hcc.unbooked_reseller_statements() TO hcc_worker;

-- Returns are made of the lines of some days that say how they were taxed: these alone are read, and in one piece.
ALTER TABLE hcc.ledger_lines ADD COLUMN booked_on date;
COMMENT ON COLUMN hcc.ledger_lines.booked_on IS 'The day of the entry, here too so that returns need not look it up line by line.';
ALTER TABLE hcc.ledger_lines DISABLE TRIGGER append_only;
UPDATE hcc.ledger_lines l SET booked_on = e.booked_on
  FROM hcc.ledger_entries e WHERE e.organization_id = l.organization_id AND e.id = l.entry_id;
ALTER TABLE hcc.ledger_lines ENABLE TRIGGER append_only;
ALTER TABLE hcc.ledger_lines ADD CHECK (booked_on IS NOT NULL OR (tax_reason IS NULL AND account <> 'tax'));
-- Who books without saying the day, as it was done before, gets the entry's.
CREATE FUNCTION hcc.ledger_lines_day() RETURNS trigger LANGUAGE plpgsql SET search_path = hcc, pg_temp AS $$
BEGIN
  SELECT e.booked_on INTO NEW.booked_on FROM ledger_entries e WHERE e.organization_id = NEW.organization_id AND e.id = NEW.entry_id;
  RETURN NEW;
END
$$;
CREATE TRIGGER day BEFORE INSERT ON hcc.ledger_lines FOR EACH ROW WHEN (NEW.booked_on IS NULL)
  EXECUTE FUNCTION hcc.ledger_lines_day();
CREATE INDEX ledger_lines_taxed ON hcc.ledger_lines (organization_id, booked_on)
  INCLUDE (account, amount, base_amount, tax_country, tax_region, tax_reason, tax_category, tax_rate, tax_name, tax_id, tax_on, entry_id)
  WHERE tax_reason IS NOT NULL OR account = 'tax';
