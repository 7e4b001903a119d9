-- Views of the panel's tables that a person keeps: filters, search, order and columns under a name.
CREATE TABLE hcc.table_views (
  id               uuid PRIMARY KEY,
  organization_id  uuid NOT NULL REFERENCES hcc.organizations (id) ON DELETE CASCADE,
  user_id          uuid NOT NULL REFERENCES hcc.users (id) ON DELETE CASCADE,
  table_name       text NOT NULL CHECK (char_length(table_name) BETWEEN 1 AND 60),
  name             text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 80),
  -- As it stands in an address.
  query            text NOT NULL CHECK (char_length(query) <= 2000),
  -- Whether everybody of the organisation sees it.
  is_shared        boolean NOT NULL DEFAULT false,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, user_id, table_name, name)
);
CREATE INDEX table_views_shared ON hcc.table_views (organization_id, table_name) WHERE is_shared;
CREATE INDEX table_views_user ON hcc.table_views (user_id);
CALL hcc.make_tenant_table('table_views');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.table_views TO hcc_app, hcc_worker;

-- What pages that are open follow. A message says whose (the organisation and those above it, root first) and what about,
-- never more. PostgreSQL sends equal ones of a transaction once, when it commits.
CREATE FUNCTION hcc.tell_live(organization uuid, topic text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT pg_notify('hcc_live', topic || ' ' || array_to_string(o.path, ' ')) FROM organizations o WHERE o.id = organization
$$;
REVOKE ALL ON FUNCTION hcc.tell_live(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hcc.tell_live(uuid, text) TO hcc_app, hcc_worker;

CREATE FUNCTION hcc.outbox_tell() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  PERFORM tell_live(e.organization_id, e.topic) FROM (SELECT DISTINCT organization_id, split_part(n.topic, '.', 1) AS topic FROM fresh n) e;
  RETURN NULL;
END
$$;
CREATE TRIGGER outbox_tell AFTER INSERT ON hcc.outbox_events REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.outbox_tell();

CREATE FUNCTION hcc.rows_tell() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  PERFORM tell_live(e.organization_id, TG_ARGV[0]) FROM (SELECT DISTINCT n.organization_id FROM fresh n WHERE n.organization_id IS NOT NULL) e;
  RETURN NULL;
END
$$;
CREATE TRIGGER operations_tell_new AFTER INSERT ON hcc.operations REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.rows_tell('operation');
CREATE TRIGGER operations_tell AFTER UPDATE ON hcc.operations REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.rows_tell('operation');
CREATE TRIGGER outgoing_mail_tell AFTER INSERT ON hcc.outgoing_mail REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.rows_tell('notice');
-- Gateways write these in batches.
CREATE TRIGGER security_events_tell AFTER INSERT ON hcc.security_events REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.rows_tell('security');
