-- Who the current transaction works for, and what it may therefore see.
-- The settings are local to a transaction; control/core/db.py is the only place that sets them.

-- Some functions here run with their owner's rights: nobody may call one without a grant.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC;

CREATE FUNCTION hcc.current_org_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.current_org_id', true), '')::uuid;
COMMENT ON FUNCTION hcc.current_org_id() IS 'The organisation this transaction works for; NULL when none was set.';

CREATE FUNCTION hcc.current_user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.current_user_id', true), '')::uuid;
COMMENT ON FUNCTION hcc.current_user_id() IS 'The person this transaction works for; NULL when none was set.';

-- The tree: platform -> reseller -> customer. `path` holds the ancestors and the organisation itself, root first.
CREATE TABLE hcc.organizations (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  parent_id   uuid REFERENCES hcc.organizations (id),
  kind        text NOT NULL CHECK (kind IN ('platform', 'reseller', 'customer')),
  path        uuid[] NOT NULL,
  name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
  slug        text NOT NULL CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$'),
  plan        text NOT NULL DEFAULT 'standard' CHECK (char_length(plan) BETWEEN 1 AND 50),
  is_active   boolean NOT NULL DEFAULT true,
  version     integer NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  deleted_at  timestamptz,
  CHECK ((kind = 'platform') = (parent_id IS NULL))
);
CREATE UNIQUE INDEX organizations_slug_key ON hcc.organizations (slug) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX organizations_one_platform ON hcc.organizations (kind) WHERE kind = 'platform';
CREATE INDEX organizations_parent ON hcc.organizations (parent_id);
CREATE INDEX organizations_path ON hcc.organizations USING gin (path);

CREATE FUNCTION hcc.in_subtree(organization uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  IF current_setting('app.current_access', true) IS DISTINCT FROM 'tree' THEN
    RETURN false;
  END IF;
  RETURN EXISTS (SELECT FROM organizations o WHERE o.id = organization AND o.path @> ARRAY[current_org_id()]);
END
$$;
COMMENT ON FUNCTION hcc.in_subtree(uuid) IS
  'Whether the organisation is below the current one, in a transaction that was given access to the tree.';

CREATE FUNCTION hcc.visible(owner uuid, customer uuid DEFAULT NULL) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT owner = hcc.current_org_id() OR customer = hcc.current_org_id()
      OR hcc.in_subtree(owner) OR (customer IS NOT NULL AND hcc.in_subtree(customer))
$$;
COMMENT ON FUNCTION hcc.visible(uuid, uuid) IS
  'The one rule of tenancy. A row is visible to the organisation that owns it, to the customer it names, and, in a '
  'transaction with access to the tree, to the organisations above either. Every policy calls this function.';

CREATE FUNCTION hcc.writable(owner uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT owner = hcc.current_org_id() OR hcc.in_subtree(owner)
$$;
COMMENT ON FUNCTION hcc.writable(uuid) IS
  'Who may write a row: its owner, and organisations above it with access to the tree. A named customer only reads.';

-- Puts a table under tenancy. Called by migrations for every table with organization_id.
CREATE PROCEDURE hcc.make_tenant_table(table_name text, customer_column text DEFAULT NULL) LANGUAGE plpgsql AS $$
DECLARE
  seen text := CASE WHEN customer_column IS NULL THEN 'hcc.visible(organization_id)'
                    ELSE format('hcc.visible(organization_id, %I)', customer_column) END;
BEGIN
  EXECUTE format('ALTER TABLE hcc.%I ENABLE ROW LEVEL SECURITY', table_name);
  EXECUTE format('ALTER TABLE hcc.%I FORCE ROW LEVEL SECURITY', table_name);
  EXECUTE format('CREATE POLICY owner_all ON hcc.%I TO hcc_owner USING (true) WITH CHECK (true)', table_name);
  EXECUTE format('CREATE POLICY tenant_read ON hcc.%I FOR SELECT TO hcc_app, hcc_worker USING (%s)', table_name, seen);
  EXECUTE format('CREATE POLICY tenant_insert ON hcc.%I FOR INSERT TO hcc_app, hcc_worker '
                 'WITH CHECK (hcc.writable(organization_id))', table_name);
  EXECUTE format('CREATE POLICY tenant_update ON hcc.%I FOR UPDATE TO hcc_app, hcc_worker '
                 'USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id))', table_name);
  EXECUTE format('CREATE POLICY tenant_delete ON hcc.%I FOR DELETE TO hcc_app, hcc_worker '
                 'USING (hcc.writable(organization_id))', table_name);
END
$$;

-- Puts a table under its person: only transactions that work for that person touch a row.
CREATE PROCEDURE hcc.make_person_table(table_name text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE hcc.%I ENABLE ROW LEVEL SECURITY', table_name);
  EXECUTE format('ALTER TABLE hcc.%I FORCE ROW LEVEL SECURITY', table_name);
  EXECUTE format('CREATE POLICY owner_all ON hcc.%I TO hcc_owner USING (true) WITH CHECK (true)', table_name);
  EXECUTE format('CREATE POLICY own_person ON hcc.%I TO hcc_app, hcc_worker '
                 'USING (user_id = hcc.current_user_id()) WITH CHECK (user_id = hcc.current_user_id())', table_name);
END
$$;

ALTER TABLE hcc.organizations ENABLE ROW LEVEL SECURITY;
ALTER TABLE hcc.organizations FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON hcc.organizations TO hcc_owner USING (true) WITH CHECK (true);
-- An organisation sees itself and, with access to the tree, those below it.
CREATE POLICY tenant_read ON hcc.organizations FOR SELECT TO hcc_app, hcc_worker
  USING (id = hcc.current_org_id() OR (current_setting('app.current_access', true) = 'tree' AND path @> ARRAY[hcc.current_org_id()]));
-- Only those above create an organisation; nobody makes a second root or a sibling.
CREATE POLICY tenant_insert ON hcc.organizations FOR INSERT TO hcc_app, hcc_worker
  WITH CHECK (parent_id IS NOT NULL AND hcc.writable(parent_id));
CREATE POLICY tenant_update ON hcc.organizations FOR UPDATE TO hcc_app, hcc_worker
  USING (hcc.writable(id)) WITH CHECK (hcc.writable(id));
GRANT SELECT, INSERT ON hcc.organizations TO hcc_app, hcc_worker;
GRANT UPDATE (name, slug, plan, is_active, version, updated_at, deleted_at) ON hcc.organizations TO hcc_app, hcc_worker;

-- `path` and the shape of the tree are the database's business, not the caller's.
CREATE FUNCTION hcc.organizations_place() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  parent organizations;
BEGIN
  IF NEW.parent_id IS NULL THEN
    NEW.path := ARRAY[NEW.id];
    RETURN NEW;
  END IF;
  SELECT * INTO parent FROM organizations WHERE id = NEW.parent_id AND deleted_at IS NULL FOR SHARE;
  IF NOT FOUND THEN
    RAISE foreign_key_violation USING MESSAGE = 'the parent organisation does not exist', CONSTRAINT = 'organizations_parent_exists';
  END IF;
  IF parent.kind = 'customer' OR (parent.kind = 'reseller' AND NEW.kind <> 'customer') THEN
    RAISE check_violation USING
      MESSAGE = format('a %s cannot be placed under a %s', NEW.kind, parent.kind), CONSTRAINT = 'organizations_tree';
  END IF;
  NEW.path := parent.path || NEW.id;
  RETURN NEW;
END
$$;
CREATE TRIGGER organizations_place BEFORE INSERT ON hcc.organizations
  FOR EACH ROW EXECUTE FUNCTION hcc.organizations_place();
