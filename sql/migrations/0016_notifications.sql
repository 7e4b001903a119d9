-- Who is told of alerts, how, and what came of it.

CREATE TABLE hcc.notification_channels (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  kind            text NOT NULL CHECK (kind IN ('mail', 'webhook', 'slack', 'teams', 'telegram', 'ntfy')),
  recipients      text[] NOT NULL DEFAULT '{}',
  chat_id         text,
  host            text,
  sealed          bytea NOT NULL,
  send_resolved   boolean NOT NULL DEFAULT true,
  is_active       boolean NOT NULL DEFAULT true,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT notification_channels_name UNIQUE (organization_id, name)
);
COMMENT ON COLUMN hcc.notification_channels.sealed IS 'The address with what is secret in it, encrypted.';
CALL hcc.make_tenant_table('notification_channels');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.notification_channels TO hcc_app, hcc_worker;

CREATE TABLE hcc.notification_routes (
  id                uuid PRIMARY KEY,
  organization_id   uuid NOT NULL REFERENCES hcc.organizations (id),
  name              text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  position          integer NOT NULL DEFAULT 100 CHECK (position BETWEEN 0 AND 10000),
  matchers          jsonb NOT NULL DEFAULT '[]',
  steps             jsonb NOT NULL,
  group_by          text[] NOT NULL DEFAULT '{alertname}',
  group_wait_s      integer NOT NULL DEFAULT 30 CHECK (group_wait_s BETWEEN 0 AND 86400),
  group_interval_s  integer NOT NULL DEFAULT 300 CHECK (group_interval_s BETWEEN 0 AND 86400),
  repeat_interval_s integer NOT NULL DEFAULT 14400 CHECK (repeat_interval_s BETWEEN 60 AND 2678400),
  continues         boolean NOT NULL DEFAULT false,
  is_active         boolean NOT NULL DEFAULT true,
  version           integer NOT NULL DEFAULT 1,
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT notification_routes_name UNIQUE (organization_id, name)
);
CALL hcc.make_tenant_table('notification_routes');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.notification_routes TO hcc_app, hcc_worker;

-- Alerts that are told together, and what was told of them last.
CREATE TABLE hcc.notification_groups (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  route_id        uuid NOT NULL REFERENCES hcc.notification_routes (id) ON DELETE CASCADE,
  key             jsonb NOT NULL,
  began_at        timestamptz NOT NULL,
  first_sent_at   timestamptz,
  last_sent_at    timestamptz,
  step            integer NOT NULL DEFAULT 0,
  told            jsonb NOT NULL DEFAULT '[]',
  CONSTRAINT notification_groups_key UNIQUE (organization_id, route_id, key)
);
CREATE INDEX notification_groups_route ON hcc.notification_groups (route_id);
CALL hcc.make_tenant_table('notification_groups');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.notification_groups TO hcc_app, hcc_worker;

CREATE TABLE hcc.notifications (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  channel_id      uuid NOT NULL REFERENCES hcc.notification_channels (id) ON DELETE CASCADE,
  kind            text NOT NULL CHECK (kind IN ('alerts', 'repeat', 'escalation', 'test')),
  message         jsonb NOT NULL,
  status          text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'retrying', 'succeeded', 'failed')),
  attempts        integer NOT NULL DEFAULT 0,
  response_status integer,
  response_ms     integer,
  error           text,
  next_attempt_at timestamptz DEFAULT now(),
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notifications_of ON hcc.notifications (organization_id, created_at DESC);
CREATE INDEX notifications_channel ON hcc.notifications (channel_id, created_at DESC);
CREATE INDEX notifications_age ON hcc.notifications (created_at);
CALL hcc.make_tenant_table('notifications');
GRANT SELECT, INSERT, UPDATE ON hcc.notifications TO hcc_app, hcc_worker;

-- Organisations that may have something to be told.
CREATE FUNCTION hcc.notification_organizations() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT o.id FROM organizations o
   WHERE EXISTS (SELECT FROM notification_groups g WHERE g.organization_id = o.id)
      OR (EXISTS (SELECT FROM alerts a WHERE a.organization_id = o.id AND a.phase IN ('firing', 'recovering', 'no_data'))
          AND EXISTS (SELECT FROM notification_routes r WHERE r.organization_id = o.id AND r.is_active))
$$;
CREATE FUNCTION hcc.forget_notifications(older_than interval) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  WITH gone AS (DELETE FROM notifications WHERE created_at < now() - older_than AND status IN ('succeeded', 'failed') RETURNING 1)
  SELECT count(*) FROM gone
$$;
GRANT EXECUTE ON FUNCTION hcc.notification_organizations(), hcc.forget_notifications(interval) TO hcc_worker;
