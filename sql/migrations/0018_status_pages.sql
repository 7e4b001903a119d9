-- Status pages: what an organisation tells the public about its services.

CREATE TABLE hcc.status_pages (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  slug            text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  title           text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
  description     text NOT NULL DEFAULT '' CHECK (char_length(description) <= 2000),
  components      jsonb NOT NULL DEFAULT '[]',
  is_public       boolean NOT NULL DEFAULT false,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX status_pages_of ON hcc.status_pages (organization_id);
CALL hcc.make_tenant_table('status_pages');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.status_pages TO hcc_app, hcc_worker;

CREATE TABLE hcc.incidents (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  page_id         uuid NOT NULL REFERENCES hcc.status_pages (id) ON DELETE CASCADE,
  title           text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
  impact          text NOT NULL CHECK (impact IN ('none', 'minor', 'major', 'critical')),
  status          text NOT NULL CHECK (status IN ('investigating', 'identified', 'monitoring', 'resolved')),
  started_at      timestamptz NOT NULL,
  resolved_at     timestamptz,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  CHECK ((status = 'resolved') = (resolved_at IS NOT NULL))
);
CREATE INDEX incidents_of ON hcc.incidents (organization_id, page_id, started_at DESC);
CREATE INDEX incidents_page ON hcc.incidents (page_id);
CALL hcc.make_tenant_table('incidents');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.incidents TO hcc_app, hcc_worker;

CREATE TABLE hcc.incident_updates (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  incident_id     uuid NOT NULL REFERENCES hcc.incidents (id) ON DELETE CASCADE,
  status          text NOT NULL CHECK (status IN ('investigating', 'identified', 'monitoring', 'resolved')),
  text            text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 5000),
  created_by      uuid,
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX incident_updates_of ON hcc.incident_updates (incident_id, created_at DESC);
CREATE INDEX incident_updates_organization ON hcc.incident_updates (organization_id);
CALL hcc.make_tenant_table('incident_updates');
GRANT SELECT, INSERT ON hcc.incident_updates TO hcc_app, hcc_worker;

-- Whose public page that is; nothing when there is none.
CREATE FUNCTION hcc.status_page_owner(of_slug text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT p.organization_id FROM status_pages p JOIN organizations o ON o.id = p.organization_id
   WHERE p.slug = of_slug AND p.is_public AND o.is_active AND o.deleted_at IS NULL
$$;
GRANT EXECUTE ON FUNCTION hcc.status_page_owner(text) TO hcc_app;
