-- Who sees a row is decided by sets that a query works out once, not by a function that runs for each row: lists of a seller with
-- hundreds of customers below ran it hundreds of thousands of times.

CREATE FUNCTION hcc.reaches_all() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT coalesce(current_setting('app.current_access', true) = 'tree', false)
     AND EXISTS (SELECT FROM organizations o WHERE o.id = current_org_id() AND o.parent_id IS NULL)
$$;
COMMENT ON FUNCTION hcc.reaches_all() IS
  'Whether the transaction was given access to the tree, and stands at its root: then every organisation is below.';

CREATE FUNCTION hcc.reach() RETURNS SETOF uuid
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT o.id FROM organizations o
   WHERE current_setting('app.current_access', true) = 'tree' AND o.path @> ARRAY[current_org_id()]
$$;
COMMENT ON FUNCTION hcc.reach() IS
  'The organisations below the current one and itself, in a transaction that was given access to the tree; none in others.';

REVOKE ALL ON FUNCTION hcc.reaches_all(), hcc.reach() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hcc.reaches_all(), hcc.reach() TO hcc_app, hcc_worker;

COMMENT ON FUNCTION hcc.visible(uuid, uuid) IS
  'The one rule of tenancy. A row is visible to the organisation that owns it, to the customer it names, and, in a transaction with '
  'access to the tree, to the organisations above either. Policies for reading say the same with sets: hcc.reaches_all, hcc.reach.';

CREATE OR REPLACE PROCEDURE hcc.make_tenant_table(table_name text, customer_column text DEFAULT NULL)
    LANGUAGE plpgsql AS $$
DECLARE
  seen text := '(SELECT hcc.reaches_all()) OR organization_id IN (SELECT hcc.reach())';
BEGIN
  IF customer_column IS NOT NULL THEN
    seen := format('%1$I = (SELECT hcc.current_org_id()) OR %2$s OR %1$I IN (SELECT hcc.reach())', customer_column, seen);
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
                    '((SELECT hcc.reaches_all()) OR organization_id IN (SELECT hcc.reach()))');
    rule := regexp_replace(rule, 'hcc\.visible\(organization_id, (\w+)\)',
                           '(\1 = (SELECT hcc.current_org_id()) OR (SELECT hcc.reaches_all()) OR organization_id IN (SELECT hcc.reach())'
                           ' OR \1 IN (SELECT hcc.reach()))', 'g');
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
             OR m.organization_id IN (SELECT hcc.reach())));

-- Lists over several sellers come in the order of these, each with the columns that the policies look at.
CREATE INDEX invoices_all_created ON hcc.invoices (created_at DESC, id DESC) INCLUDE (organization_id, customer_org_id, status);
CREATE INDEX payments_all_created ON hcc.payments (created_at DESC, id DESC) INCLUDE (organization_id, customer_org_id);
CREATE INDEX audit_log_all ON hcc.audit_log (at DESC, id DESC) INCLUDE (organization_id);

-- What is open of an invoice comes from here alone. And which line was booked last tells whether a report is still right.
CREATE INDEX ledger_lines_receivable ON hcc.ledger_lines (organization_id, invoice_id) INCLUDE (amount, base_amount)
 WHERE account = 'receivable';
CREATE INDEX ledger_lines_last ON hcc.ledger_lines (organization_id, id DESC);
