-- Who sees a row is decided by what a query knows of organisations, not by a function that runs for each row: lists of a seller with
-- hundreds of customers below ran it hundreds of thousands of times. The organisations that a transaction sees are those in its reach;
-- a row of one of them is looked up for few rows, and for many the planner makes a set of them once.

CREATE FUNCTION hcc.reaches_all() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT coalesce(current_setting('app.current_access', true) = 'tree', false)
     AND EXISTS (SELECT FROM organizations o WHERE o.id = current_org_id() AND o.parent_id IS NULL)
$$;
COMMENT ON FUNCTION hcc.reaches_all() IS
  'Whether the transaction was given access to the tree, and stands at its root: then every organisation is below.';
REVOKE ALL ON FUNCTION hcc.reaches_all() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hcc.reaches_all() TO hcc_app, hcc_worker;

COMMENT ON FUNCTION hcc.visible(uuid, uuid) IS
  'The one rule of tenancy. A row is visible to the organisation that owns it, to the customer it names, and, in a transaction with '
  'access to the tree, to the organisations above either. Policies for reading say the same by the organisations that are visible.';

CREATE OR REPLACE PROCEDURE hcc.make_tenant_table(table_name text, customer_column text DEFAULT NULL)
    LANGUAGE plpgsql AS $$
DECLARE
  seen text := '(SELECT hcc.reaches_all()) OR EXISTS (SELECT FROM hcc.organizations o WHERE o.id = organization_id)';
BEGIN
  IF customer_column IS NOT NULL THEN
    seen := format('%1$I = (SELECT hcc.current_org_id()) OR %2$s OR EXISTS (SELECT FROM hcc.organizations o WHERE o.id = %1$I)',
                   customer_column, seen);
  END IF;
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

DO $$
DECLARE
  one record;
  rule text;
BEGIN
  -- Names in the rules are then written with their schema.
  PERFORM set_config('search_path', 'pg_catalog', true);
  FOR one IN SELECT tablename, qual FROM pg_policies
              WHERE schemaname = 'hcc' AND policyname = 'tenant_read' AND qual LIKE '%hcc.visible(organization_id%' LOOP
    rule := replace(one.qual, 'hcc.visible(organization_id)',
                    '((SELECT hcc.reaches_all()) OR EXISTS (SELECT FROM hcc.organizations o WHERE o.id = organization_id))');
    rule := regexp_replace(rule, 'hcc\.visible\(organization_id, (\w+)\)',
                           '(\1 = (SELECT hcc.current_org_id()) OR (SELECT hcc.reaches_all())'
                           ' OR EXISTS (SELECT FROM hcc.organizations o WHERE o.id = organization_id)'
                           ' OR EXISTS (SELECT FROM hcc.organizations o WHERE o.id = \1))', 'g');
    EXECUTE format('ALTER POLICY tenant_read ON hcc.%I USING (%s)', one.tablename, rule);
  END LOOP;
END
$$;

ALTER POLICY tenant_read ON hcc.organizations USING (
  id = (SELECT hcc.current_org_id()) OR (SELECT hcc.reaches_all())
  OR (SELECT current_setting('app.current_access', true) = 'tree') AND path @> ARRAY[(SELECT hcc.current_org_id())]);

ALTER POLICY member_read ON hcc.users USING (
  id IN (SELECT m.user_id FROM hcc.memberships m
          WHERE m.organization_id = (SELECT hcc.current_org_id()) OR (SELECT hcc.reaches_all())
             OR EXISTS (SELECT FROM hcc.organizations o WHERE o.id = m.organization_id)));

-- Lists over several sellers come in the order of these, each with the columns that the policies look at.
CREATE INDEX invoices_all_created ON hcc.invoices (created_at DESC, id DESC) INCLUDE (organization_id, customer_org_id, status);
CREATE INDEX payments_all_created ON hcc.payments (created_at DESC, id DESC) INCLUDE (organization_id, customer_org_id);
CREATE INDEX audit_log_all ON hcc.audit_log (at DESC, id DESC) INCLUDE (organization_id);

-- What is open of an invoice comes from here alone. And which line was booked last tells whether a report is still right.
CREATE INDEX ledger_lines_receivable ON hcc.ledger_lines (organization_id, invoice_id) INCLUDE (amount, base_amount)
 WHERE account = 'receivable';
CREATE INDEX ledger_lines_last ON hcc.ledger_lines (organization_id, id DESC);

-- Of one site alone: the view works it out for all of them.
CREATE OR REPLACE FUNCTION hcc.gateway_site_certificates(site uuid)
    RETURNS TABLE(host text, certificate_id uuid, not_after timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT DISTINCT ON (h.host) h.host, c.id, c.not_after
    FROM gateway_config_sites s
    JOIN organizations o ON o.id = s.organization_id
    JOIN gateway_hosts h ON h.site_id = s.id AND h.host <> '*'
   CROSS JOIN LATERAL (VALUES (h.host), ('*.' || substr(h.host, strpos(h.host, '.') + 1))) AS w(host)
    JOIN gateway_certificates c ON c.organization_id = ANY (o.path) AND c.hosts @> ARRAY[w.host]
    JOIN organizations p ON p.id = c.organization_id AND p.is_active AND p.deleted_at IS NULL
   WHERE s.id = site AND visible(s.organization_id)
   ORDER BY h.host, (c.not_after > now()) DESC, array_position(o.path, c.organization_id) DESC, c.not_before DESC, c.id DESC
$$;
