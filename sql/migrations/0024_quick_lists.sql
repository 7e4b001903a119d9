-- Long lists stay quick: one's own rows are known by one comparison, and what lists count is kept counted.

-- Most rows that somebody reads are their own. The comparison with a value that is looked up once a statement comes first; the
-- one rule of tenancy is asked for the others alone. What is visible stays the same.
DO $$
DECLARE
  policy record;
BEGIN
  FOR policy IN
    SELECT p.tablename, p.qual FROM pg_policies p
      JOIN pg_attribute a ON a.attrelid = format('hcc.%I', p.tablename)::regclass AND a.attname = 'organization_id'
     WHERE p.schemaname = 'hcc' AND p.policyname = 'tenant_read' AND p.qual LIKE '%visible(organization_id%'
  LOOP
    EXECUTE format('ALTER POLICY tenant_read ON hcc.%I USING (organization_id = (SELECT hcc.current_org_id()) OR %s)',
                   policy.tablename, policy.qual);
  END LOOP;
END
$$;
CREATE OR REPLACE PROCEDURE hcc.make_tenant_table(table_name text, customer_column text DEFAULT NULL) LANGUAGE plpgsql AS $$
DECLARE
  seen text := CASE WHEN customer_column IS NULL THEN 'hcc.visible(organization_id)'
                    ELSE format('hcc.visible(organization_id, %I)', customer_column) END;
BEGIN
  EXECUTE format('ALTER TABLE hcc.%I ENABLE ROW LEVEL SECURITY', table_name);
  EXECUTE format('ALTER TABLE hcc.%I FORCE ROW LEVEL SECURITY', table_name);
  EXECUTE format('CREATE POLICY owner_all ON hcc.%I TO hcc_owner USING (true) WITH CHECK (true)', table_name);
  EXECUTE format('CREATE POLICY tenant_read ON hcc.%I FOR SELECT TO hcc_app, hcc_worker '
                 'USING (organization_id = (SELECT hcc.current_org_id()) OR %s)', table_name, seen);
  EXECUTE format('CREATE POLICY tenant_insert ON hcc.%I FOR INSERT TO hcc_app, hcc_worker '
                 'WITH CHECK (hcc.writable(organization_id))', table_name);
  EXECUTE format('CREATE POLICY tenant_update ON hcc.%I FOR UPDATE TO hcc_app, hcc_worker '
                 'USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id))', table_name);
  EXECUTE format('CREATE POLICY tenant_delete ON hcc.%I FOR DELETE TO hcc_app, hcc_worker '
                 'USING (hcc.writable(organization_id))', table_name);
END
$$;

-- How many documents there are of a seller, by kind, status and day. Changes are added as rows of their own, so that nobody waits
-- for anybody; a job adds them up.
CREATE TABLE hcc.invoice_tallies (
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  kind            text NOT NULL,
  status          text NOT NULL,
  issued_on       date,
  documents       bigint NOT NULL
);
CREATE INDEX invoice_tallies_of ON hcc.invoice_tallies (organization_id, kind, status, issued_on) INCLUDE (documents);
CALL hcc.make_tenant_table('invoice_tallies');
GRANT SELECT ON hcc.invoice_tallies TO hcc_app, hcc_worker;

CREATE FUNCTION hcc.tally_invoices() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO invoice_tallies (organization_id, kind, status, issued_on, documents)
    SELECT organization_id, kind, status, issued_on, count(*) FROM new_rows GROUP BY 1, 2, 3, 4;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO invoice_tallies (organization_id, kind, status, issued_on, documents)
    SELECT organization_id, kind, status, issued_on, -count(*) FROM old_rows GROUP BY 1, 2, 3, 4;
  ELSE
    INSERT INTO invoice_tallies (organization_id, kind, status, issued_on, documents)
    SELECT organization_id, kind, status, issued_on, sum(n)
      FROM (SELECT organization_id, kind, status, issued_on, 1 AS n FROM new_rows
            UNION ALL SELECT organization_id, kind, status, issued_on, -1 FROM old_rows) AS both_sides
     GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER tally_insert AFTER INSERT ON hcc.invoices REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.tally_invoices();
CREATE TRIGGER tally_update AFTER UPDATE ON hcc.invoices REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.tally_invoices();
CREATE TRIGGER tally_delete AFTER DELETE ON hcc.invoices REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.tally_invoices();
INSERT INTO hcc.invoice_tallies (organization_id, kind, status, issued_on, documents)
SELECT organization_id, kind, status, issued_on, count(*) FROM hcc.invoices GROUP BY 1, 2, 3, 4;

-- Adds rows of the same up to one; how many rows went. Rows that others are adding meanwhile are not seen, and stay.
CREATE FUNCTION hcc.add_up_invoice_tallies() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  WITH several AS (
         SELECT organization_id, kind, status, issued_on FROM invoice_tallies GROUP BY 1, 2, 3, 4 HAVING count(*) > 1),
       gone AS (
         DELETE FROM invoice_tallies t USING several s
          WHERE t.organization_id = s.organization_id AND t.kind = s.kind AND t.status = s.status
            AND t.issued_on IS NOT DISTINCT FROM s.issued_on
         RETURNING t.organization_id, t.kind, t.status, t.issued_on, t.documents),
       kept AS (
         INSERT INTO invoice_tallies (organization_id, kind, status, issued_on, documents)
         SELECT organization_id, kind, status, issued_on, sum(documents) FROM gone GROUP BY 1, 2, 3, 4 HAVING sum(documents) <> 0
         RETURNING 1)
  SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM kept)
$$;
GRANT EXECUTE ON FUNCTION hcc.add_up_invoice_tallies() TO hcc_worker;

-- What is searched for by its beginning stands in columns of its own, in the order of bytes: under row level security only
-- comparisons that cannot tell of a row reach an index, and those of lower() and LIKE are not among them.
ALTER TABLE hcc.invoices
  ADD COLUMN number_key text COLLATE "C" GENERATED ALWAYS AS (lower(number)) STORED,
  ADD COLUMN name_key text COLLATE "C" GENERATED ALWAYS AS (lower(customer_name)) STORED,
  ADD COLUMN plain_number text COLLATE "C" GENERATED ALWAYS AS (regexp_replace(upper(number), '[^A-Z0-9]', '', 'g')) STORED;
COMMENT ON COLUMN hcc.invoices.number_key IS 'For searching and sorting.';
COMMENT ON COLUMN hcc.invoices.name_key IS 'For searching and sorting.';
COMMENT ON COLUMN hcc.invoices.plain_number IS 'Without what separates, as payers type it.';
CREATE OR REPLACE FUNCTION hcc.invoices_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = hcc, pg_temp AS $$
DECLARE
  -- Computed columns are not there yet in NEW.
  free CONSTANT text[] := ARRAY['status', 'paid', 'credited', 'balance', 'sent_at', 'paid_at', 'closed_at', 'version', 'updated_at',
                                'number_key', 'name_key', 'plain_number'];
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
DROP INDEX hcc.invoices_number;
DROP INDEX hcc.invoices_name;
CREATE INDEX invoices_number ON hcc.invoices (organization_id, number_key DESC, id DESC);
CREATE INDEX invoices_name ON hcc.invoices (organization_id, name_key DESC, id DESC);
CREATE INDEX invoices_total ON hcc.invoices (organization_id, total DESC, id DESC);
CREATE INDEX invoices_due_date ON hcc.invoices (organization_id, due_date DESC, id DESC);
-- A page far back passes over the rows before it without reading them.
DROP INDEX hcc.invoices_created;
DROP INDEX hcc.invoices_status;
CREATE INDEX invoices_created ON hcc.invoices (organization_id, created_at DESC, id DESC) INCLUDE (customer_org_id, status);
CREATE INDEX invoices_status ON hcc.invoices (organization_id, status, created_at DESC, id DESC) INCLUDE (customer_org_id);
